"""The ladder of a promise: warn, flag, supervisor, owner, give up; each once, in order, never early."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rows import MONDAY, commitment, policy
from vaada.model.work import Commitment
from vaada.rules import commitments
from vaada.rules.decisions import Decision
from vaada.rules.errors import NotPossible

HOUR = timedelta(hours=1)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(  # noqa: DTZ001 - made aware next
    lambda at: at.replace(tzinfo=UTC, microsecond=0)
)
delays = st.integers(0, 90 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
zones = st.sampled_from(["UTC", "America/New_York", "Asia/Karachi", "Europe/London", "Australia/Lord_Howe"])


def opened(due_at: datetime, now: datetime = MONDAY) -> Commitment:
    return commitments.opened(commitment(due_at), policy(), now)


def climb(row: Commitment, zone: str = "UTC") -> list[tuple[datetime, Decision[Commitment]]]:
    """Wake the row exactly when it asks to be, until it waits for nothing more."""
    steps = []
    while row.wake_at is not None:
        at = row.wake_at
        decision = commitments.next_step(row, policy(zone), at)
        steps.append((at, decision))
        row = decision.row
    return steps


def test_a_promise_climbs_the_default_ladder_at_its_times() -> None:
    due_at = MONDAY + timedelta(days=2)

    steps = [(at, decision.notices) for at, decision in climb(opened(due_at))]

    assert [(at, [notice.purpose for notice in notices]) for at, notices in steps] == [
        (due_at - 4 * HOUR, ["promise_warning"]),
        (due_at, ["promise_overdue"]),
        (due_at + 4 * HOUR, ["promise_escalation"]),
        (due_at + 24 * HOUR, ["promise_escalation"]),
        (due_at + timedelta(days=365), []),
    ]
    assert [notice.to for _, notices in steps for notice in notices] == [
        "agent",
        "agent",
        "supervisor",
        "owner",
    ]


def test_a_promise_due_within_the_warning_time_is_warned_of_at_once() -> None:
    assert opened(MONDAY + HOUR).wake_at == MONDAY


def test_a_promise_that_is_overdue_already_is_flagged_without_a_warning() -> None:
    row = opened(MONDAY - HOUR)

    decision = commitments.next_step(row, policy(), MONDAY)

    assert [notice.purpose for notice in decision.notices] == ["promise_overdue"]


def test_a_warning_that_comes_after_the_promise_is_due_gives_way_to_the_flag() -> None:
    row = opened(MONDAY + 8 * HOUR)

    decision = commitments.next_step(row, policy(), MONDAY + 9 * HOUR)

    assert [notice.purpose for notice in decision.notices] == ["promise_overdue"]
    assert decision.row.flagged_at == MONDAY + 9 * HOUR


def test_the_owner_hears_a_business_day_later_which_skips_the_weekend() -> None:
    friday = MONDAY + timedelta(days=4)

    owner = [
        at for at, decision in climb(opened(friday)) if decision.notices and decision.notices[0].to == "owner"
    ]

    assert owner == [MONDAY + timedelta(days=7)]


def test_nobody_keeping_it_for_a_year_breaks_the_promise() -> None:
    *_, (_, last) = climb(opened(MONDAY + HOUR))

    assert (last.row.status, last.row.wake_at) == ("broken", None)


@given(due_in=delays, zone=zones, start=moments)
def test_every_rung_is_climbed_once_in_order_and_never_early(
    due_in: timedelta, zone: str, start: datetime
) -> None:
    due_at = start + due_in
    steps = climb(commitments.opened(commitment(due_at), policy(zone), start), zone)

    purposes = [notice.step for _, decision in steps for notice in decision.notices]
    assert purposes in (["warn", "flag", "supervisor", "owner"], ["flag", "supervisor", "owner"])
    assert all(
        at >= commitments.rung_at(notice.step, due_at, policy(zone))  # type: ignore[arg-type]  # all are rungs
        for at, decision in steps
        for notice in decision.notices
    )
    versions = [decision.row.version for _, decision in steps]
    assert versions == sorted(set(versions))


@given(due_in=delays, late=delays)
def test_an_open_promise_always_waits_for_something(due_in: timedelta, late: timedelta) -> None:
    row = opened(MONDAY + due_in)
    while row.status == "open":
        assert row.wake_at is not None
        row = commitments.next_step(row, policy(), row.wake_at + late).row
    assert row.status == "broken"


def test_kept_in_time_is_not_late() -> None:
    kept = commitments.keep(opened(MONDAY + HOUR), MONDAY, "amina")

    assert (kept.status, kept.late_by_seconds, kept.wake_at) == ("kept", 0, None)


def test_kept_late_is_kept_and_says_by_how_much() -> None:
    kept = commitments.keep(opened(MONDAY + HOUR), MONDAY + 3 * HOUR, "amina")

    assert (kept.status, kept.late_by_seconds) == ("kept", 2 * 3600)


def test_a_broken_promise_may_still_be_kept() -> None:
    *_, (at, last) = climb(opened(MONDAY + HOUR))

    assert commitments.keep(last.row, at, "amina").status == "kept"


def test_renegotiating_starts_the_ladder_anew_and_is_not_hidden() -> None:
    flagged = commitments.next_step(opened(MONDAY - HOUR), policy(), MONDAY).row
    agreed = commitments.Agreement(MONDAY + timedelta(days=3), "The oven broke")

    moved = commitments.renegotiate(flagged, agreed, policy(), MONDAY, "amina")

    assert (moved.status, moved.step, moved.wake_at) == ("open", "warn", agreed.due_at - 4 * HOUR)
    assert moved.flagged_at == MONDAY
    (change,) = moved.history
    assert (change.what, change.by, change.reason) == ("renegotiated", "amina", "The oven broke")
    assert (change.due_before, change.due_after) == (MONDAY - HOUR, agreed.due_at)


@pytest.mark.parametrize("status", ["kept", "withdrawn"])
def test_a_closed_promise_can_be_neither_kept_nor_moved_nor_withdrawn(status: str) -> None:
    closed = commitment(status=status)
    agreed = commitments.Agreement(MONDAY + HOUR, "why not")

    with pytest.raises(NotPossible, match=f"that is {status} cannot be kept"):
        commitments.keep(closed, MONDAY, "amina")
    with pytest.raises(NotPossible, match="cannot be renegotiated"):
        commitments.renegotiate(closed, agreed, policy(), MONDAY, "amina")
    with pytest.raises(NotPossible, match="cannot be withdrawn"):
        commitments.withdraw(closed, "because", MONDAY, "amina")


def test_the_history_drops_its_oldest_line_past_the_hundredth() -> None:
    row = opened(MONDAY + HOUR)
    for n in range(120):
        agreed = commitments.Agreement(MONDAY + timedelta(days=1, minutes=n), f"reason {n}")
        row = commitments.renegotiate(row, agreed, policy(), MONDAY, "amina")

    assert [row.history[0].reason, row.history[-1].reason] == ["reason 20", "reason 119"]
