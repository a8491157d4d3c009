"""Replies: how long a customer waits for one, counted in opening time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.times import DAY, HOUR, MINUTE
from tests.unit import strategies
from tests.unit.rows import MONDAY, case, interaction, policy, reply
from vaada.model.cases import Case
from vaada.model.people import Channel
from vaada.model.policy import PolicyDocument
from vaada.model.work import Reply
from vaada.rules import replies
from vaada.rules.errors import NotPossible
from vaada.rules.time.deadlines import business_hours


def open_reply(at: datetime = MONDAY, rules: PolicyDocument | None = None, /, **facts: object) -> Reply:
    opened = replies.open_reply(interaction(occurred_at=at, **facts), None, rules or policy())
    assert opened is not None
    return opened


def running_reply(at: datetime = MONDAY, recorded_at: datetime | None = None) -> Reply:
    return replies.start_clock(open_reply(at), policy(), recorded_at or at)


def notices_of(row: Reply) -> list[tuple[datetime, str, str]]:
    """When the row wakes, and whom it tells what, until it waits for nothing more."""
    story: list[tuple[datetime, str, str]] = []
    while row.wake_at is not None:
        at = row.wake_at
        decision = replies.next_step(row, at)
        story += [(at, notice.to, notice.purpose) for notice in decision.notices]
        row = decision.row
    return story


# ---------------------------------------------------------------- by when


@pytest.mark.parametrize(
    ("channel", "target"),
    [
        ("phone", HOUR),
        ("chat", HOUR),
        ("sms", HOUR),
        ("social", HOUR),
        ("email", 4 * HOUR),
        ("web", 4 * HOUR),
    ],
)
def test_each_channel_has_a_reply_target(channel: Channel, target: timedelta) -> None:
    assert open_reply(channel=channel).due_at == MONDAY + target


def test_a_channel_without_a_target_starts_no_clock() -> None:
    assert replies.open_reply(interaction(channel="in_person"), None, policy()) is None


def test_a_target_of_an_hour_on_friday_evening_skips_weekend_and_holiday() -> None:
    london = ZoneInfo("Europe/London")
    friday = datetime(2026, 5, 1, 17, 30, tzinfo=london)

    row = open_reply(friday, policy("Europe/London"))

    assert row.due_at == datetime(2026, 5, 5, 9, 30, tzinfo=london)
    assert row.explain.due_at is not None
    assert row.explain.due_at.rule == "1 opening hour after the customer was in touch"
    assert [gap.why for gap in row.explain.due_at.skipped] == ["closed", "May Day", "closed"]


def test_the_lunch_break_is_not_counted() -> None:
    assert open_reply(MONDAY + 3.5 * HOUR).due_at == MONDAY + 5.5 * HOUR


def test_a_question_at_night_is_counted_from_the_morning() -> None:
    assert open_reply(MONDAY - 6 * HOUR).due_at == MONDAY + HOUR


@pytest.mark.parametrize(
    ("before", "which"), [(None, "first"), (case(), "first"), (case(answered=True), "next")]
)
def test_the_first_reply_and_later_ones_are_distinguished(before: Case | None, which: str) -> None:
    row = replies.open_reply(interaction(), before, policy())

    assert row is not None
    assert row.which == which


# ---------------------------------------------------------------- warned and missed


def test_the_agent_is_warned_15_minutes_before_and_the_supervisor_told_once() -> None:
    assert notices_of(running_reply()) == [
        (MONDAY + 45 * MINUTE, "agent", "reply_warning"),
        (MONDAY + HOUR, "supervisor", "reply_missed"),
    ]


def test_the_warning_comes_15_opening_minutes_before() -> None:
    row = running_reply(MONDAY + 3 * HOUR + 5 * MINUTE)  # 12:05, so due at 14:05

    assert row.wake_at == MONDAY + 3 * HOUR + 50 * MINUTE


def test_a_warning_is_useless_from_the_due_time_of_the_reply() -> None:
    (notice,) = replies.next_step(running_reply(), MONDAY + 45 * MINUTE).notices

    assert notice.useless_from == MONDAY + HOUR


def test_a_late_wake_up_marks_the_reply_missed_instead_of_warning() -> None:
    decision = replies.next_step(running_reply(), MONDAY + 2 * HOUR)

    assert [notice.purpose for notice in decision.notices] == ["reply_missed"]
    assert (decision.row.missed_at, decision.row.wake_at) == (MONDAY + HOUR, None)


def test_a_missed_reply_is_still_awaited() -> None:
    assert replies.next_step(running_reply(), MONDAY + 2 * HOUR).row.status == "awaited"


@pytest.mark.parametrize("early", [0, 60, 120])
def test_a_warning_time_of_zero_or_beyond_the_target_gives_no_warning(early: int) -> None:
    rules = policy(replies={"warn_opening_minutes_before": early})

    row = replies.start_clock(open_reply(MONDAY, rules), rules, MONDAY)

    assert (row.step, row.wake_at) == ("miss", MONDAY + HOUR)


def test_a_question_recorded_late_gets_its_warning_at_once() -> None:
    row = running_reply(recorded_at=MONDAY + 50 * MINUTE)

    assert (row.step, row.wake_at) == ("warn", MONDAY + 50 * MINUTE)


def test_a_question_recorded_after_its_target_is_missed_at_once() -> None:
    row = running_reply(recorded_at=MONDAY + 3 * DAY)

    assert [purpose for *_, purpose in notices_of(row)] == ["reply_missed"]
    assert row.wake_at == MONDAY + HOUR


@given(rules=strategies.policies, at=strategies.moments, late=strategies.stretches)
def test_the_clock_runs_in_opening_hours_only_and_each_notice_comes_once(
    rules: PolicyDocument, at: datetime, late: timedelta
) -> None:
    hours = business_hours(rules)
    row = open_reply(at, rules)
    assert hours.between(at, row.due_at) == HOUR
    assert hours.is_open(row.due_at - timedelta(seconds=1))

    story = notices_of(replies.start_clock(row, rules, at + late))

    assert [purpose for *_, purpose in story] in (["reply_warning", "reply_missed"], ["reply_missed"])
    assert all(when >= row.due_at for when, to, _ in story if to == "supervisor")
    assert all(at + late <= when < row.due_at for when, to, _ in story if to == "agent")


# ---------------------------------------------------------------- given


def test_a_reply_in_time_says_how_long_it_took() -> None:
    given = replies.give(running_reply(MONDAY + 3.5 * HOUR), MONDAY + 5 * HOUR + MINUTE, "contact", policy())

    assert (given.status, given.given_by, given.wake_at, given.step) == ("given", "contact", None, None)
    assert (given.took_seconds, given.late_by_seconds) == (31 * 60, 0)


def test_lateness_is_counted_in_opening_time() -> None:
    friday_half_past_four = MONDAY + 4 * DAY + 7.5 * HOUR

    given = replies.give(running_reply(friday_half_past_four), MONDAY + 7 * DAY + HOUR, "contact", policy())

    assert (given.took_seconds, given.late_by_seconds) == (150 * 60, 90 * 60)


def test_a_reply_in_time_that_is_recorded_late_is_not_missed() -> None:
    missed = replies.next_step(running_reply(), MONDAY + HOUR).row

    given = replies.give(missed, MONDAY + HOUR / 2, "contact", policy())

    assert (given.missed_at, given.late_by_seconds) == (None, 0)


@pytest.mark.parametrize("status", ["given", "closed"])
def test_a_reply_is_given_once(status: str) -> None:
    with pytest.raises(NotPossible, match=f"that is {status} cannot be given"):
        replies.give(reply(status=status), MONDAY, "contact", policy())


def test_a_closed_reply_is_not_due() -> None:
    closed = replies.close(running_reply())

    assert (closed.status, closed.step, closed.wake_at) == ("closed", None, None)


# ---------------------------------------------------------------- while we wait for the customer


def test_a_paused_clock_resumes_with_the_remaining_time() -> None:
    paused = replies.pause(running_reply(), MONDAY + 20 * MINUTE, policy())
    resumed = replies.resume(paused, MONDAY + 2 * DAY, policy())

    assert (paused.status, paused.remaining_seconds, paused.wake_at) == ("paused", 40 * 60, None)
    assert (resumed.status, resumed.due_at) == ("awaited", MONDAY + 2 * DAY + 40 * MINUTE)
    assert (resumed.step, resumed.wake_at) == ("warn", MONDAY + 2 * DAY + 25 * MINUTE)
    assert resumed.explain.due_at is not None
    assert resumed.explain.due_at.rule == "what was left when the clock was paused"


def test_a_pause_keeps_the_lateness_before_it() -> None:
    missed = replies.next_step(running_reply(), MONDAY + HOUR).row
    paused = replies.pause(missed, MONDAY + 2 * HOUR, policy())

    there_and_then = replies.give(paused, MONDAY + 8 * HOUR, "contact", policy())
    resumed = replies.resume(paused, MONDAY + DAY, policy())
    next_day = replies.give(resumed, MONDAY + DAY + HOUR / 2, "contact", policy())

    assert there_and_then.late_by_seconds == 60 * 60
    assert next_day.late_by_seconds == 90 * 60


def test_the_time_that_we_waited_for_the_customer_is_not_ours() -> None:
    """Asked at 9, waited from 10 to Wednesday at 10, answered at 11."""
    paused = replies.pause(running_reply(), MONDAY + HOUR, policy())
    resumed = replies.resume(paused, MONDAY + 2 * DAY + HOUR, policy())

    given = replies.give(resumed, MONDAY + 2 * DAY + 2 * HOUR, "contact", policy())
    meanwhile = replies.give(paused, MONDAY + DAY, "contact", policy())

    assert (given.took_seconds, given.late_by_seconds) == (2 * 3600, 3600)
    assert (meanwhile.took_seconds, meanwhile.late_by_seconds) == (3600, 0)


def test_several_pauses_are_all_left_out() -> None:
    row = running_reply()
    for day in range(3):
        row = replies.pause(row, MONDAY + day * DAY + 10 * MINUTE, policy())
        row = replies.resume(row, MONDAY + (day + 1) * DAY, policy())

    given = replies.give(row, MONDAY + 3 * DAY + 10 * MINUTE, "contact", policy())

    assert (given.took_seconds, given.late_by_seconds) == (40 * 60, 0)
    assert given.due_at == MONDAY + 3 * DAY + 30 * MINUTE


def test_a_reply_that_was_given_before_a_pause_counts_as_it_was_then() -> None:
    paused = replies.pause(running_reply(), MONDAY + 3 * HOUR, policy())
    resumed = replies.resume(paused, MONDAY + DAY, policy())

    for row in (paused, resumed):
        in_time = replies.give(row, MONDAY + HOUR / 2, "contact", policy())
        late = replies.give(row, MONDAY + 2 * HOUR, "contact", policy())
        assert (in_time.took_seconds, in_time.late_by_seconds) == (1800, 0)
        assert (late.took_seconds, late.late_by_seconds) == (2 * 3600, 3600)


@given(
    rules=strategies.policies,
    at=strategies.moments,
    steps=st.lists(strategies.stretches, min_size=1, max_size=6),
)
def test_a_reply_takes_the_opening_time_in_which_its_clock_ran(
    rules: PolicyDocument, at: datetime, steps: list[timedelta]
) -> None:
    hours, row = business_hours(rules), open_reply(at, rules)
    target, now, ran = hours.between(at, row.due_at), at, timedelta(0)
    for step in steps:
        if row.status == "awaited":
            ran += hours.between(now, now + step)
            row = replies.pause(row, now + step, rules)
        else:
            row = replies.resume(row, now + step, rules)
        now += step

    given = replies.give(row, now, "contact", rules)

    assert given.took_seconds == ran.total_seconds()
    assert given.late_by_seconds == max(timedelta(0), ran - target).total_seconds()


def test_a_missed_reply_is_not_reported_again_after_a_pause() -> None:
    missed = replies.next_step(running_reply(), MONDAY + HOUR).row

    resumed = replies.resume(replies.pause(missed, MONDAY + 2 * HOUR, policy()), MONDAY + DAY, policy())

    assert notices_of(resumed) == []


def test_a_reply_given_while_paused_in_time_is_not_late() -> None:
    paused = replies.pause(running_reply(), MONDAY + 20 * MINUTE, policy())

    assert replies.give(paused, MONDAY + 7 * DAY, "contact", policy()).late_by_seconds == 0


@given(
    rules=strategies.policies,
    at=strategies.moments,
    pause_after=strategies.stretches,
    resume_after=strategies.stretches,
)
def test_a_pause_keeps_the_remaining_time_exactly(
    rules: PolicyDocument, at: datetime, pause_after: timedelta, resume_after: timedelta
) -> None:
    hours, row = business_hours(rules), replies.start_clock(open_reply(at, rules), rules, at)
    pause, resume = at + pause_after, at + pause_after + resume_after

    resumed = replies.resume(replies.pause(row, pause, rules), resume, rules)

    assert hours.between(resume, resumed.due_at) == hours.between(pause, row.due_at)
    assert hours.between(resumed.due_at, resume) == hours.between(row.due_at, pause)


def test_only_a_running_clock_can_be_paused_and_only_a_paused_one_resumed() -> None:
    with pytest.raises(NotPossible, match="that is paused cannot be paused"):
        replies.pause(reply(status="paused"), MONDAY, policy())
    with pytest.raises(NotPossible, match="that is awaited cannot be resumed"):
        replies.resume(reply(), MONDAY, policy())


@pytest.mark.parametrize("year", [1971, 2999, 8999])
def test_the_clock_runs_in_any_year(year: int) -> None:
    at = datetime(year, 6, 13, 12, tzinfo=UTC)

    assert business_hours(policy()).between(at, open_reply(at).due_at) == HOUR


# ---------------------------------------------------------------- given by mistake


def test_a_reply_that_was_not_given_after_all_tells_what_it_would_have() -> None:
    row = running_reply()
    given = replies.give(row, MONDAY + 10 * MINUTE, "amina", policy())

    undone = replies.undo_give(given, policy(), MONDAY + 20 * MINUTE)

    assert (undone.status, undone.given_at, undone.late_by_seconds) == ("awaited", None, None)
    assert notices_of(undone) == notices_of(row)


def test_the_supervisor_does_not_hear_twice_of_a_reply_that_was_not_given() -> None:
    row = running_reply()
    while row.wake_at is not None:
        row = replies.next_step(row, row.wake_at).row
    given = replies.give(row, row.due_at + HOUR, "amina", policy())

    undone = replies.undo_give(given, policy(), row.due_at + 2 * HOUR)

    assert (undone.status, undone.missed_at, undone.wake_at) == ("awaited", row.missed_at, None)


def test_a_reply_is_undone_within_a_day_and_only_if_it_was_given() -> None:
    given = replies.give(running_reply(), MONDAY, "amina", policy())

    for row, at in ((given, MONDAY + 2 * DAY), (running_reply(), MONDAY)):
        with pytest.raises(NotPossible):
            replies.undo_give(row, policy(), at)
