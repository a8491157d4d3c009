"""Follow-ups: reminded until done, but not for ever, and never silently forgotten."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rows import MONDAY, follow_up, policy
from vaada.model.messages import Party
from vaada.model.work import FollowUp
from vaada.rules import follow_ups
from vaada.rules.errors import NotPossible


def reminded(row: FollowUp) -> list[tuple[datetime, list[Party]]]:
    """When the row wakes, and whom it tells, until it waits for nothing more."""
    told = []
    while row.wake_at is not None:
        decision = follow_ups.next_step(row, policy(), row.wake_at)
        told.append((row.wake_at, [notice.to for notice in decision.notices]))
        row = decision.row
    return told


def test_reminders_come_at_the_time_then_each_working_morning_and_stop_at_five() -> None:
    thursday_noon = MONDAY + timedelta(days=3, hours=3)

    told = reminded(follow_up(thursday_noon))

    friday = MONDAY + timedelta(days=4)
    assert [at for at, _ in told] == [
        thursday_noon,
        friday,
        friday + timedelta(days=3),  # no reminder at the weekend
        friday + timedelta(days=4),
        friday + timedelta(days=5),
    ]


def test_the_supervisor_hears_once_when_two_reminders_went_unanswered() -> None:
    told = [to for _, to in reminded(follow_up())]

    assert told == [["agent"], ["agent"], ["agent", "supervisor"], ["agent"], ["agent"]]


def test_the_last_reminder_leaves_the_follow_up_due() -> None:
    row = follow_up(reminders=4, status="due")

    assert follow_ups.next_step(row, policy(), MONDAY).row.status == "due"


def test_a_late_wake_up_reminds_once_and_not_for_every_morning_missed() -> None:
    a_week_late = MONDAY + timedelta(days=7, hours=1)

    decision = follow_ups.next_step(follow_up(), policy(), a_week_late)

    assert len(decision.notices) == 1
    assert decision.row.wake_at == MONDAY + timedelta(days=8)


@given(hours=st.integers(1, 24 * 400))
def test_a_snooze_is_an_answer_reminders_count_anew(hours: int) -> None:
    until = MONDAY + timedelta(hours=hours)

    snoozed = follow_ups.snooze(follow_up(reminders=2, status="due"), until, MONDAY, "amina")

    assert (snoozed.status, snoozed.reminders, snoozed.wake_at, snoozed.due_at) == (
        "scheduled",
        0,
        until,
        until,
    )
    assert snoozed.history[-1].due_before == MONDAY


@pytest.mark.parametrize("close", [follow_ups.complete, follow_ups.cancel])
def test_a_closed_follow_up_waits_for_nothing_and_stays_closed(close: object) -> None:
    assert callable(close)
    closed = close(follow_up(), MONDAY, "amina")

    assert closed.wake_at is None
    for refused in (follow_ups.complete, follow_ups.cancel):
        with pytest.raises(NotPossible):
            refused(closed, MONDAY, "amina")
    with pytest.raises(NotPossible, match="cannot be snoozed"):
        follow_ups.snooze(closed, MONDAY + timedelta(days=1), MONDAY, "amina")
