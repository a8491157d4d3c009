"""Promises: warned of, flagged, escalated rung by rung, given up; each step once and never early."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.times import DAY, HOUR
from tests.unit import strategies
from tests.unit.rows import MONDAY, agent, agent_hours, commitment, interaction, policy
from vaada.model.interactions import StatedCommitment
from vaada.model.policy import PolicyDocument
from vaada.model.work import Commitment
from vaada.rules import commitments, ids
from vaada.rules.decisions import Decision
from vaada.rules.errors import NotPossible
from vaada.rules.time import deadlines
from vaada.rules.time.availability import is_at_work
from vaada.rules.time.deadlines import business_hours, working_hours


def promise_due(due_at: datetime, now: datetime = MONDAY) -> Commitment:
    return commitments.open_commitment(commitment(due_at), policy(), agent_hours(), now)


def follow_ladder(
    row: Commitment, rules: PolicyDocument | None = None
) -> list[tuple[datetime, Decision[Commitment]]]:
    """Advance the row at each of its `wake_at`, until it has none."""
    steps, now = [], MONDAY - 100 * 366 * DAY
    while row.wake_at is not None:
        now = max(now, row.wake_at)
        decision = commitments.next_step(row, rules or policy(), now)
        steps.append((now, decision))
        row = decision.row
    return steps


def test_the_default_ladder_warns_flags_escalates_twice_and_gives_up() -> None:
    due_at = MONDAY + 2 * DAY + 7 * HOUR  # Wednesday at 16:00

    steps = [(at, decision.notices) for at, decision in follow_ladder(promise_due(due_at))]

    assert [(at, [notice.purpose for notice in notices]) for at, notices in steps] == [
        (due_at - 4 * HOUR, ["promise_warning"]),
        (due_at, ["promise_overdue"]),
        (due_at + 19 * HOUR, ["promise_escalation"]),  # two hours on Wednesday, two on Thursday
        (due_at + 24 * HOUR, ["promise_escalation"]),
        (due_at + 365 * DAY, []),
    ]
    assert [(notice.to, notice.step) for _, notices in steps for notice in notices] == [
        ("agent", "warn"),
        ("agent", "flag"),
        ("supervisor", "rung-0"),
        ("owner", "rung-1"),
    ]


def test_a_custom_ladder_is_followed_rung_by_rung() -> None:
    ladder = [
        {"tell": "agent", "after": {"minutes": 30}},
        {"tell": "supervisor", "after": {"hours": 1}, "by": ["sms"]},
        {"tell": "owner", "after": {"days": 2}, "by": ["email", "sms"]},
    ]
    rules = policy(commitments={"ladder": ladder, "broken_days_after": 7})
    row = commitments.open_commitment(commitment(MONDAY), rules, agent_hours(), MONDAY)

    _, *steps, last = follow_ladder(row, rules)

    assert [
        (at - MONDAY, *((one.to, one.purpose, one.media) for one in step.notices)) for at, step in steps
    ] == [
        (HOUR / 2, ("agent", "promise_overdue", None)),
        (HOUR, ("supervisor", "promise_escalation", ("sms",))),
        (2 * DAY, ("owner", "promise_escalation", ("email", "sms"))),
    ]
    assert (last[0], last[1].row.status) == (MONDAY + 7 * DAY, "broken")


def test_an_empty_ladder_still_flags_the_promise_to_its_agent() -> None:
    rules = policy(commitments={"ladder": []})

    steps = follow_ladder(
        commitments.open_commitment(commitment(MONDAY), rules, agent_hours(), MONDAY), rules
    )

    assert [[notice.step for notice in step.notices] for _, step in steps] == [["flag"], []]


def test_a_ladder_that_becomes_shorter_does_not_break_the_promise_at_once() -> None:
    waiting = commitment(MONDAY, step="escalate", rung=1, wake_at=MONDAY + DAY)
    shorter = policy(commitments={"ladder": [{"tell": "owner", "after": {"hours": 1}}]})

    decision = commitments.next_step(waiting, shorter, MONDAY + DAY)

    assert (decision.row.status, decision.row.step, decision.notices) == ("open", "give_up", ())
    assert decision.row.wake_at == MONDAY + 365 * DAY


# ---------------------------------------------------------------- the warning


@pytest.mark.parametrize(
    ("due", "warned"),
    [
        ("2026-03-04T16:00", "2026-03-04T12:00"),
        ("2026-03-04T17:30", "2026-03-04T13:30"),  # in the lunch break, which is part of the working day
        ("2026-03-04T22:05", "2026-03-04T18:05"),  # just after closing somebody is still there
        ("2026-03-04T10:00", "2026-03-04T09:00"),  # not at six in the morning
        ("2026-03-04T09:00", "2026-03-03T17:00"),  # opening would be too late: an hour before closing
        ("2026-03-05T00:00", "2026-03-04T17:00"),
        ("2026-03-09T08:00", "2026-03-06T17:00"),  # before the weekend
        ("2026-04-04T09:00", "2026-04-02T17:00"),  # before Good Friday
    ],
)
def test_the_warning_comes_four_hours_before_or_in_the_last_working_time(due: str, warned: str) -> None:
    due_at, expected = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (due, warned))

    assert promise_due(due_at).wake_at == expected


def test_the_warning_follows_the_agents_own_hours_and_time_zone() -> None:
    evenings = {"monday": [{"opens": "18:00", "closes": "22:00"}]}
    hours = agent_hours(working_hours=evenings, time_zone="Asia/Karachi")

    row = commitments.open_commitment(commitment(MONDAY + 5 * HOUR), policy(), hours, MONDAY)

    assert row.wake_at == MONDAY + 4 * HOUR  # 13:00 UTC is 18:00 in Karachi


@pytest.mark.parametrize(
    ("due_in", "rule"),
    [
        (2 * DAY + 7 * HOUR, "4 hours before it is due"),
        (2 * DAY, "4 hours before it is due, moved into working time"),
    ],
)
def test_the_row_explains_the_time_of_the_warning(due_in: timedelta, rule: str) -> None:
    explain = promise_due(MONDAY + due_in).explain.wake_at

    assert explain is not None
    assert (explain.rule, explain.counted_from) == (rule, MONDAY + due_in)


def test_a_promise_due_within_the_warning_time_gets_its_warning_at_once() -> None:
    assert promise_due(MONDAY + HOUR).wake_at == MONDAY


def test_a_warning_is_useless_from_the_due_time_of_the_promise() -> None:
    ((_, decision), *_) = follow_ladder(promise_due(MONDAY + HOUR))

    assert [notice.useless_from for notice in decision.notices] == [MONDAY + HOUR]


def test_a_promise_recorded_overdue_is_flagged_without_a_warning() -> None:
    row = promise_due(MONDAY - HOUR)

    decision = commitments.next_step(row, policy(), MONDAY)

    assert [notice.purpose for notice in decision.notices] == ["promise_overdue"]


def test_a_late_wake_up_flags_the_promise_instead_of_warning() -> None:
    row = promise_due(MONDAY + 8 * HOUR)

    decision = commitments.next_step(row, policy(), MONDAY + 9 * HOUR)

    assert [notice.purpose for notice in decision.notices] == ["promise_overdue"]
    assert decision.row.flagged_at == MONDAY + 9 * HOUR


@given(rules=strategies.policies, due_at=strategies.moments, zone=strategies.zones, week=strategies.weeks)
def test_the_warning_always_falls_in_working_time_before_the_due_time(
    rules: PolicyDocument, due_at: datetime, zone: str, week: object
) -> None:
    hours = working_hours(agent(working_hours=week, time_zone=zone), rules)

    warned_at = commitments.warn_at(due_at, rules, hours).at

    assert is_at_work(hours, warned_at)
    assert warned_at <= due_at


# ---------------------------------------------------------------- the ladder


def test_an_escalation_counts_opening_hours_without_lunch_nights_and_weekends() -> None:
    friday_noon = MONDAY + 4 * DAY + 3 * HOUR

    supervisor, owner = (
        at
        for at, step in follow_ladder(promise_due(friday_noon))
        if step.notices and step.notices[0].to != "agent"
    )

    assert supervisor == friday_noon + 5 * HOUR  # one hour before lunch, three after it
    assert owner == MONDAY + 7 * DAY + 3 * HOUR


def test_a_promise_that_nobody_keeps_for_a_year_is_broken() -> None:
    *_, (_, last) = follow_ladder(promise_due(MONDAY + HOUR))

    assert (last.row.status, last.row.wake_at) == ("broken", None)
    assert [(change.by, change.what) for change in last.row.history] == [("desk", "broken")]


@given(rules=strategies.policies, due_in=strategies.stretches, start=strategies.moments)
def test_every_rung_is_taken_once_in_order_and_never_early(
    rules: PolicyDocument, due_in: timedelta, start: datetime
) -> None:
    due_at, ladder, hours = start + due_in, rules.commitments.ladder, business_hours(rules)
    row = commitments.open_commitment(commitment(due_at), rules, working_hours(None, rules), start)
    steps = follow_ladder(row, rules)

    names = [notice.step for _, decision in steps for notice in decision.notices]
    rungs = [f"rung-{n}" for n in range(len(ladder))]
    assert names in (["warn", "flag", *rungs], ["flag", *rungs])
    times = {"warn": start, "flag": due_at} | {
        name: deadlines.after(rung.after, due_at, hours, "").at
        for name, rung in zip(rungs, ladder, strict=True)
    }
    assert all(at >= times[notice.step] for at, step in steps for notice in step.notices)
    versions = [decision.row.version for _, decision in steps]
    assert versions == sorted(set(versions))


@given(rules=strategies.policies, due_in=strategies.stretches, late=strategies.stretches)
def test_an_open_promise_always_has_a_wake_time(
    rules: PolicyDocument, due_in: timedelta, late: timedelta
) -> None:
    row = commitments.open_commitment(commitment(MONDAY + due_in), rules, working_hours(None, rules), MONDAY)
    while row.status == "open":
        assert row.wake_at is not None
        row = commitments.next_step(row, rules, row.wake_at + late).row
    assert row.status == "broken"


@pytest.mark.parametrize("year", [2999, 8999])
def test_a_promise_for_a_far_year_follows_the_whole_ladder(year: int) -> None:
    due_at = datetime(year, 6, 13, 10, tzinfo=UTC)

    steps = follow_ladder(promise_due(due_at))

    assert [notice.step for _, step in steps for notice in step.notices] == [
        "warn",
        "flag",
        "rung-0",
        "rung-1",
    ]
    assert all(Commitment.model_validate(step.row.model_dump()) for _, step in steps)


# ---------------------------------------------------------------- what people do about it


def test_a_promise_kept_in_time_is_not_late() -> None:
    kept = commitments.keep(promise_due(MONDAY + HOUR), MONDAY, "amina")

    assert (kept.status, kept.late_by_seconds, kept.wake_at) == ("kept", 0, None)


def test_a_promise_kept_late_says_by_how_much() -> None:
    kept = commitments.keep(promise_due(MONDAY + HOUR), MONDAY + 3 * HOUR, "amina")

    assert (kept.status, kept.late_by_seconds) == ("kept", 2 * 3600)


def test_a_broken_promise_can_still_be_kept() -> None:
    *_, (at, last) = follow_ladder(promise_due(MONDAY + HOUR))

    assert commitments.keep(last.row, at, "amina").status == "kept"


def test_a_renegotiation_restarts_the_ladder_and_stays_in_the_history() -> None:
    flagged = commitments.next_step(promise_due(MONDAY - HOUR), policy(), MONDAY).row
    climbed = commitments.next_step(flagged, policy(), MONDAY + DAY).row
    agreed = commitments.Agreement(MONDAY + 3 * DAY + 8 * HOUR, "The oven broke")

    moved = commitments.renegotiate(climbed, agreed, policy(), agent_hours(), MONDAY, "amina")

    assert (moved.status, moved.step, moved.rung) == ("open", "warn", 0)
    assert (moved.wake_at, moved.flagged_at) == (agreed.due_at - 4 * HOUR, MONDAY)
    (change,) = moved.history
    assert (change.what, change.by, change.reason) == ("renegotiated", "amina", "The oven broke")
    assert (change.due_before, change.due_after) == (MONDAY - HOUR, agreed.due_at)


def test_a_new_date_in_the_past_restarts_the_ladder_with_the_flag() -> None:
    climbed = commitment(MONDAY - DAY, step="escalate", rung=1, wake_at=MONDAY)
    agreed = commitments.Agreement(MONDAY - HOUR, "Typed a day too early")

    moved = commitments.renegotiate(climbed, agreed, policy(), agent_hours(), MONDAY, "amina")

    assert (moved.step, moved.rung, moved.wake_at) == ("flag", 0, MONDAY - HOUR)


def test_a_new_date_replaces_the_explanation_of_the_old_one() -> None:
    called_back = promise_due(MONDAY + DAY)
    why = called_back.explain.wake_at
    called_back = called_back.model_copy(
        update={"explain": called_back.explain.model_copy(update={"due_at": why})}
    )
    agreed = commitments.Agreement(MONDAY + 3 * DAY, "The oven broke")

    moved = commitments.renegotiate(called_back, agreed, policy(), agent_hours(), MONDAY, "amina")

    assert moved.explain.due_at is None
    assert moved.explain.wake_at is not None
    assert moved.explain.wake_at.counted_from == agreed.due_at


def test_a_failed_attempt_to_reach_the_customer_leaves_the_promise_due() -> None:
    row = promise_due(MONDAY + DAY)

    tried = commitments.note_unreached(
        commitments.note_unreached(row, MONDAY, "amina"), MONDAY + HOUR, "amina"
    )

    assert (tried.unreached, tried.due_at, tried.wake_at, tried.step) == (
        2,
        row.due_at,
        row.wake_at,
        row.step,
    )
    assert [change.what for change in tried.history] == ["customer not reached"] * 2


@pytest.mark.parametrize("status", ["kept", "withdrawn"])
def test_a_closed_promise_refuses_changes(status: str) -> None:
    closed = commitment(status=status)
    agreed = commitments.Agreement(MONDAY + HOUR, "why not")

    with pytest.raises(NotPossible, match=f"that is {status} cannot be kept"):
        commitments.keep(closed, MONDAY, "amina")
    with pytest.raises(NotPossible, match="cannot be renegotiated"):
        commitments.renegotiate(closed, agreed, policy(), agent_hours(), MONDAY, "amina")
    with pytest.raises(NotPossible, match="cannot be withdrawn"):
        commitments.withdraw(closed, "because", MONDAY, "amina")
    with pytest.raises(NotPossible, match="cannot be tried again"):
        commitments.note_unreached(closed, MONDAY, "amina")


def test_the_history_keeps_its_latest_hundred_changes() -> None:
    row = promise_due(MONDAY + HOUR)
    for n in range(120):
        agreed = commitments.Agreement(MONDAY + timedelta(days=1, minutes=n), f"reason {n}")
        row = commitments.renegotiate(row, agreed, policy(), agent_hours(), MONDAY, "amina")

    assert [row.history[0].reason, row.history[-1].reason] == ["reason 20", "reason 119"]


@given(late=st.integers(-10_000_000, 10_000_000))
def test_lateness_is_never_negative(late: int) -> None:
    kept = commitments.keep(promise_due(MONDAY + HOUR), MONDAY + HOUR + timedelta(seconds=late), "amina")

    assert kept.late_by_seconds == max(0, late)


# ---------------------------------------------------------------- stated in a contact

PROMISES = (StatedCommitment(what="Call", due_at=MONDAY + DAY), StatedCommitment(what="Send", due_at=MONDAY))


def test_stated_promises_keep_their_order_and_the_agent_of_the_contact() -> None:
    contact = interaction(commitments=PROMISES)

    rows = commitments.stated_in(contact, agent(), policy())

    assert [row.what for row in rows] == ["Call", "Send"]
    assert [row.id for row in rows] == ids.commitment_ids(contact)
    assert {(row.agent_id, row.case_id, row.channel, row.origin) for row in rows} == {
        (contact.agent_id, contact.case_id, "phone", "stated")
    }


def test_a_stated_promise_gets_its_warning_in_the_agents_working_time() -> None:
    early_bird = agent(working_hours={"monday": [{"opens": "05:00", "closes": "09:30"}]})
    contact = interaction(
        commitments=[StatedCommitment(what="Call", due_at=MONDAY + 7 * DAY)], recorded_at=MONDAY - HOUR
    )

    (row,) = commitments.stated_in(contact, early_bird, policy())

    assert row.wake_at == MONDAY + 7 * DAY - 4 * HOUR  # 05:00, when the bakery is still closed
