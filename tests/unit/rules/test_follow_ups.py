"""Follow-ups: reminded of until done, five times at most, snoozed and woken."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.times import DAY, HOUR
from tests.unit import strategies
from tests.unit.rows import AGENT_ID, MONDAY, agent, agent_hours, follow_up, interaction, policy
from vaada.model.interactions import FollowUpRequest
from vaada.model.messages import RecipientRole
from vaada.model.policy import PolicyDocument
from vaada.model.rows import Explained
from vaada.model.work import FollowUp
from vaada.rules import follow_ups
from vaada.rules.errors import NotPossible
from vaada.rules.time.availability import staff_reachable_at
from vaada.rules.time.clock import Hours
from vaada.rules.time.deadlines import working_hours

FRIDAY_NIGHT = MONDAY + 4 * DAY + 13 * HOUR


def reminders_of(row: FollowUp, hours: Hours | None = None) -> list[tuple[datetime, list[RecipientRole]]]:
    """When the row wakes, and whom it tells, until it waits for nothing more."""
    told = []
    while row.wake_at is not None:
        decision = follow_ups.next_step(row, policy(), hours or agent_hours(), row.wake_at)
        told.append((row.wake_at, [notice.to for notice in decision.notices]))
        row = decision.row
    return told


def next_reminder_at(row: FollowUp, now: datetime) -> datetime | None:
    return follow_ups.next_step(row, policy(), agent_hours(), now).row.wake_at


# ---------------------------------------------------------------- reminders


def test_reminders_come_when_due_then_each_working_morning_and_stop_at_five() -> None:
    thursday_noon = MONDAY + timedelta(days=3, hours=3)

    told = reminders_of(follow_up(thursday_noon))

    friday = MONDAY + timedelta(days=4)
    assert [at for at, _ in told] == [
        thursday_noon,
        friday,
        friday + timedelta(days=3),  # no reminder at the weekend
        friday + timedelta(days=4),
        friday + timedelta(days=5),
    ]


def test_reminders_follow_the_agents_own_week_and_time_zone() -> None:
    weekend = {day: [{"opens": "10:00", "closes": "16:00"}] for day in ("saturday", "sunday")}
    hours = agent_hours(working_hours=weekend, time_zone="Asia/Karachi")

    told = reminders_of(follow_up(MONDAY + 5 * DAY), hours)

    in_karachi = MONDAY.replace(hour=5) + 6 * DAY  # Sunday at 10:00
    assert [at for at, _ in told[1:3]] == [in_karachi, in_karachi + 6 * DAY]


def test_the_row_explains_what_is_skipped_until_the_next_morning() -> None:
    reminded = follow_ups.next_step(follow_up(), policy(), agent_hours(), MONDAY + 4 * DAY)

    explain = reminded.row.explain.wake_at
    assert explain is not None
    assert (explain.rule, [gap.why for gap in explain.skipped]) == ("the next working morning", ["closed"])


def test_the_supervisor_is_told_once_with_the_third_reminder() -> None:
    told = [to for _, to in reminders_of(follow_up())]

    assert told == [["agent"], ["agent"], ["agent", "supervisor"], ["agent"], ["agent"]]


def test_a_follow_up_for_the_owner_reminds_the_owner() -> None:
    assert reminders_of(follow_up(told="owner"))[0] == (MONDAY, ["owner"])


def test_the_last_reminder_leaves_the_follow_up_due() -> None:
    row = follow_up(reminders=4, status="due")

    last = follow_ups.next_step(row, policy(), agent_hours(), MONDAY).row

    assert (last.status, last.wake_at, last.explain.wake_at) == ("due", None, None)


def test_a_late_wake_up_sends_one_reminder_for_all_missed_mornings() -> None:
    a_week_late = MONDAY + timedelta(days=7, hours=1)

    decision = follow_ups.next_step(follow_up(), policy(), agent_hours(), a_week_late)

    assert len(decision.notices) == 1
    assert decision.row.wake_at == MONDAY + timedelta(days=8)


def test_a_reminder_due_on_friday_night_is_repeated_on_tuesday() -> None:
    assert next_reminder_at(follow_up(FRIDAY_NIGHT), FRIDAY_NIGHT) == MONDAY + 8 * DAY


@pytest.mark.parametrize("facts", [{"urgent": True}, {"told": "owner"}])
def test_a_reminder_sent_at_once_is_repeated_on_the_next_working_morning(facts: dict[str, object]) -> None:
    assert next_reminder_at(follow_up(FRIDAY_NIGHT, **facts), FRIDAY_NIGHT) == MONDAY + 7 * DAY


def test_only_the_first_reminder_is_urgent_and_only_later_ones_may_join_a_batch() -> None:
    first = follow_ups.next_step(follow_up(urgent=True), policy(), agent_hours(), MONDAY)
    second = follow_ups.next_step(first.row, policy(), agent_hours(), MONDAY + DAY)

    said = [(notice.urgent, notice.may_wait) for step in (first, second) for notice in step.notices]
    assert said == [(True, False), (False, True)]


@given(rules=strategies.policies, week=strategies.weeks, zone=strategies.zones, now=strategies.moments)
def test_the_next_reminder_is_due_only_after_the_last_could_be_read(
    rules: PolicyDocument, week: object, zone: str, now: datetime
) -> None:
    hours = working_hours(agent(working_hours=week, time_zone=zone), rules)
    row, steps = follow_up(now), []
    while row.wake_at is not None:
        now = row.wake_at
        decision = follow_ups.next_step(row, rules, hours, now)
        assert decision.row.wake_at is None or decision.row.wake_at > staff_reachable_at(hours, now)
        assert decision.row.version == row.version + 1
        steps += [notice.step for notice in decision.notices if notice.to == "agent"]
        row = decision.row

    assert steps == [f"reminder-{n}" for n in range(1, 6)]


@pytest.mark.parametrize("year", [2999, 8999])
def test_a_follow_up_in_a_far_year_gets_all_its_reminders(year: int) -> None:
    assert len(reminders_of(follow_up(datetime(year, 6, 13, 10, tzinfo=UTC)))) == 5


# ---------------------------------------------------------------- answers


@given(hours=st.integers(1, 24 * 400))
def test_a_snooze_restarts_the_count_of_reminders(hours: int) -> None:
    until = MONDAY + timedelta(hours=hours)

    snoozed = follow_ups.snooze(follow_up(reminders=2, status="due"), until, MONDAY, "amina")

    assert (snoozed.status, snoozed.reminders, snoozed.snoozes) == ("scheduled", 0, 1)
    assert (snoozed.wake_at, snoozed.due_at) == (until, until)
    assert snoozed.history[-1].due_before == MONDAY


def test_a_snooze_stands_over_a_reminder_sent_before_it() -> None:
    until = MONDAY + 10 * DAY
    reminded = follow_ups.next_step(follow_up(), policy(), agent_hours(), MONDAY).row

    snoozed = follow_ups.snooze(reminded, until, MONDAY + HOUR, "amina")

    assert (snoozed.wake_at, snoozed.version) == (until, reminded.version + 1)
    assert next_reminder_at(snoozed, until) == MONDAY + 11 * DAY  # its first reminder, not its second


def test_a_snooze_drops_the_old_explanation() -> None:
    tried = follow_ups.try_again_at(policy(), agent_hours(), MONDAY).explain
    reminded = follow_up(status="due", explain=Explained(due_at=tried, wake_at=tried))

    snoozed = follow_ups.snooze(reminded, MONDAY + 10 * DAY, MONDAY, "amina")

    assert (snoozed.explain.due_at, snoozed.explain.wake_at) == (None, None)


def test_a_follow_up_woken_by_the_customer_is_due_now_and_keeps_its_old_date() -> None:
    until = MONDAY + 10 * DAY
    snoozed = follow_ups.snooze(follow_up(), until, MONDAY, "amina")

    woken = follow_ups.wake(snoozed, MONDAY + DAY)

    assert (woken.status, woken.due_at, woken.wake_at) == ("scheduled", MONDAY + DAY, MONDAY + DAY)
    assert (woken.woken_from, follow_ups.is_snoozed(woken)) == (until, False)
    assert [(change.by, change.what) for change in woken.history[1:]] == [("desk", "woken by the customer")]


def test_a_snooze_by_mistake_is_undone_and_the_old_date_stands() -> None:
    ahead = follow_up(MONDAY + DAY)
    snoozed = follow_ups.snooze(ahead, MONDAY + 9 * DAY, MONDAY, "amina")

    undone = follow_ups.undo_snooze(snoozed, agent_hours(), MONDAY + HOUR, "amina")

    assert (undone.status, undone.due_at, undone.wake_at) == ("scheduled", ahead.due_at, ahead.wake_at)
    assert follow_ups.is_snoozed(undone) is False


def test_a_follow_up_snoozed_by_mistake_is_due_again_and_reminds_the_next_morning() -> None:
    due = follow_up(MONDAY, reminders=1, status="due")
    snoozed = follow_ups.snooze(due, MONDAY + 9 * DAY, MONDAY + HOUR, "amina")

    undone = follow_ups.undo_snooze(snoozed, agent_hours(), MONDAY + 2 * HOUR, "amina")

    assert (undone.status, undone.due_at, undone.wake_at) == ("due", MONDAY, MONDAY + DAY)


def test_a_snooze_is_undone_for_a_day_and_if_nothing_happened_since() -> None:
    snoozed = follow_ups.snooze(follow_up(), MONDAY + 9 * DAY, MONDAY, "amina")
    woken = follow_ups.wake(snoozed, MONDAY + HOUR)

    for row, at in ((snoozed, MONDAY + 2 * DAY), (woken, MONDAY + HOUR), (follow_up(), MONDAY)):
        with pytest.raises(NotPossible):
            follow_ups.undo_snooze(row, agent_hours(), at, "amina")


def test_a_return_to_the_old_date_is_a_snooze() -> None:
    woken = follow_ups.wake(follow_ups.snooze(follow_up(), MONDAY + 9 * DAY, MONDAY, "a"), MONDAY + DAY)
    assert woken.woken_from is not None

    again = follow_ups.snooze(woken, woken.woken_from, MONDAY + DAY, "amina")

    assert (again.wake_at, again.woken_from, follow_ups.is_snoozed(again)) == (MONDAY + 9 * DAY, None, True)


def test_a_failed_attempt_to_reach_the_customer_is_due_again_in_four_working_hours() -> None:
    late_monday = MONDAY + 8 * HOUR

    tried = follow_ups.note_unreached(follow_up(status="due"), policy(), agent_hours(), late_monday, "amina")

    assert (tried.status, tried.unreached, tried.reminders) == ("scheduled", 1, 0)
    assert tried.wake_at == tried.due_at == MONDAY + DAY + 3 * HOUR  # an hour on Monday, three on Tuesday
    assert tried.explain.wake_at is not None
    assert tried.explain.wake_at.rule == "4 opening hours after the last attempt"


def test_the_third_failed_attempt_is_only_counted() -> None:
    row = follow_up(status="due", unreached=2, reminders=1, wake_at=MONDAY + DAY)

    tried = follow_ups.note_unreached(row, policy(), agent_hours(), MONDAY, "amina")

    assert (tried.unreached, tried.status, tried.reminders, tried.wake_at) == (3, "due", 1, MONDAY + DAY)


@pytest.mark.parametrize("close", [follow_ups.complete, follow_ups.cancel])
def test_a_closed_follow_up_is_not_due_and_refuses_changes(close: object) -> None:
    assert callable(close)
    closed = close(follow_up(), MONDAY, "amina")

    assert closed.wake_at is None
    for refused in (follow_ups.complete, follow_ups.cancel):
        with pytest.raises(NotPossible):
            refused(closed, MONDAY, "amina")
    with pytest.raises(NotPossible, match="cannot be snoozed"):
        follow_ups.snooze(closed, MONDAY + timedelta(days=1), MONDAY, "amina")
    for unreached in (0, 2):
        with pytest.raises(NotPossible):
            follow_ups.note_unreached(
                closed.model_copy(update={"unreached": unreached}), policy(), agent_hours(), MONDAY, "amina"
            )


def test_a_requested_follow_up_belongs_to_the_agent_of_the_contact() -> None:
    row = follow_ups.requested(interaction(follow_up=FollowUpRequest(at=MONDAY + DAY, reason="Ask again")))

    assert row is not None
    assert (row.origin, row.reason, row.due_at) == ("requested", "Ask again", MONDAY + DAY)
    assert (row.agent_id, row.told) == (AGENT_ID, "agent")
