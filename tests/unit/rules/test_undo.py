"""Undoing a mistaken "kept" or "done": the row continues as if nothing had been said."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.times import DAY, HOUR, MINUTE
from tests.unit import strategies
from tests.unit.rows import MONDAY, agent_hours, commitment, follow_up, policy
from vaada.model.policy import PolicyDocument
from vaada.model.work import Commitment, FollowUp
from vaada.rules import commitments, follow_ups
from vaada.rules.errors import NotPossible
from vaada.rules.time.deadlines import business_hours
from vaada.rules.undo import UNDO_WITHIN

AMINA = "amina"
Step = tuple[str, str]


def stepped(row: Commitment, until: datetime, rules: PolicyDocument) -> tuple[Commitment, list[Step]]:
    """The row after all steps that are due by then, and the notices."""
    told: list[Step] = []
    while row.wake_at is not None and row.wake_at <= until:
        decision = commitments.next_step(row, rules, row.wake_at)
        row = decision.row
        told += [(notice.to, notice.step) for notice in decision.notices]
    return row, told


@given(
    rules=strategies.policies,
    due_after=strategies.stretches,
    kept_after=strategies.stretches,
    undone_after=st.integers(0, 24 * 60).map(lambda minutes: minutes * MINUTE),
)
def test_a_promise_with_an_undone_keep_takes_the_steps_it_would_have(
    rules: PolicyDocument, due_after: timedelta, kept_after: timedelta, undone_after: timedelta
) -> None:
    hours = business_hours(rules)
    due_at = MONDAY + due_after + HOUR
    opened = commitments.open_commitment(commitment(due_at), rules, hours, MONDAY)
    before, told = stepped(opened, MONDAY + kept_after, rules)
    if before.status != "open":
        return
    kept = commitments.keep(before, MONDAY + kept_after, AMINA)

    undone = commitments.undo_keep(kept, rules, hours, MONDAY + kept_after + undone_after, AMINA)

    end = MONDAY + 1000 * DAY
    _, without = stepped(before, end, rules)
    after, later = stepped(undone, end, rules)
    warning_missed = [("agent", "warn")] if undone.history[-1].at >= due_at else []
    assert later in (without, [step for step in without if step not in warning_missed])
    assert set(told).isdisjoint(later)
    assert (after.status, after.kept_at, after.late_by_seconds) == ("broken", None, None)


def test_a_broken_promise_with_an_undone_keep_is_broken_again() -> None:
    broken = commitments.next_step(commitment(MONDAY, step="give_up"), policy(), MONDAY + 365 * DAY).row
    kept = commitments.keep(broken, MONDAY + 366 * DAY, AMINA)

    undone = commitments.undo_keep(kept, policy(), agent_hours(), MONDAY + 366 * DAY + HOUR, AMINA)

    assert (undone.status, undone.wake_at) == ("broken", None)


def test_the_day_for_undoing_begins_when_somebody_said_kept() -> None:
    kept = commitments.keep(commitment(), MONDAY - 9 * DAY, AMINA, now=MONDAY)

    undone = commitments.undo_keep(kept, policy(), agent_hours(), MONDAY + UNDO_WITHIN, AMINA)

    assert [change.what for change in undone.history] == ["kept", "not kept after all"]
    with pytest.raises(NotPossible, match="older than a day cannot be undone"):
        commitments.undo_keep(kept, policy(), agent_hours(), MONDAY + UNDO_WITHIN + MINUTE, AMINA)


@pytest.mark.parametrize("status", ["open", "broken", "withdrawn"])
def test_only_a_kept_promise_can_be_undone(status: str) -> None:
    with pytest.raises(NotPossible, match=f"that is {status} cannot be marked as not kept"):
        commitments.undo_keep(commitment(status=status), policy(), agent_hours(), MONDAY, AMINA)


def done(row: FollowUp, at: datetime = MONDAY) -> FollowUp:
    return follow_ups.complete(row, at, AMINA)


def not_done(row: FollowUp, at: datetime = MONDAY + HOUR) -> FollowUp:
    return follow_ups.undo_complete(row, policy(), agent_hours(), at, AMINA)


def test_a_follow_up_that_was_not_done_waits_for_its_time() -> None:
    undone = not_done(done(follow_up(MONDAY + 3 * DAY)))

    assert (undone.status, undone.wake_at) == ("scheduled", MONDAY + 3 * DAY)
    assert [change.what for change in undone.history] == ["done", "not done after all"]


def test_a_follow_up_that_was_reminded_of_is_due_the_next_morning() -> None:
    undone = not_done(done(follow_up(status="due", reminders=2)))

    assert (undone.status, undone.reminders, undone.wake_at) == ("due", 2, MONDAY + DAY)


def test_a_follow_up_with_all_reminders_gets_no_more() -> None:
    undone = not_done(done(follow_up(status="due", reminders=5)))

    assert (undone.status, undone.wake_at) == ("due", None)


def test_a_follow_up_can_be_undone_for_a_day_and_only_if_it_was_done() -> None:
    row = done(follow_up())

    not_done(row, MONDAY + UNDO_WITHIN)
    with pytest.raises(NotPossible, match="older than a day cannot be undone"):
        not_done(row, MONDAY + UNDO_WITHIN + MINUTE)
    for other in (follow_up(), follow_ups.cancel(follow_up(), MONDAY, AMINA)):
        with pytest.raises(NotPossible, match="cannot be marked as not done"):
            not_done(other)
