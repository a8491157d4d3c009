"""Schedules: created where a minute matters, moved and deleted with their row."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rows import (
    MONDAY,
    agent_hours,
    commitment,
    customer,
    follow_up,
    goodwill,
    message,
    policy,
    reply,
    survey,
)
from vaada.model.rows import DueRow
from vaada.rules import commitments, follow_ups
from vaada.rules.schedules import MIN_LEAD_TIME, schedule_change, schedule_time

LATER = MONDAY + timedelta(days=1)


def test_a_new_follow_up_gets_a_schedule() -> None:
    assert schedule_change(None, follow_up(LATER), MONDAY) == "create"


def test_a_new_row_that_is_due_wakes_its_function_at_once() -> None:
    assert schedule_change(None, follow_up(MONDAY), MONDAY) == "wake"


def test_a_row_moved_to_now_wakes_its_function_instead_of_the_schedule() -> None:
    before = follow_up(LATER)
    after = follow_ups.wake(before, MONDAY)

    assert schedule_change(before, after, MONDAY) == "wake_instead"


def test_a_snooze_before_the_reminder_moves_the_schedule() -> None:
    before = follow_up(LATER)
    after = follow_ups.snooze(before, LATER + timedelta(days=1), MONDAY, "amina")

    assert schedule_change(before, after, MONDAY) == "move"


def test_a_snooze_after_the_reminder_creates_a_new_schedule() -> None:
    reminded = follow_ups.next_step(follow_up(), policy(), agent_hours(), MONDAY).row
    after = follow_ups.snooze(reminded, LATER, MONDAY, "amina")

    assert schedule_change(reminded, after, MONDAY) == "create"


def test_a_row_done_before_its_time_loses_its_schedule_and_later_needs_no_call() -> None:
    waiting, due = follow_up(LATER), follow_up(MONDAY)

    assert schedule_change(waiting, follow_ups.complete(waiting, MONDAY, "amina"), MONDAY) == "delete"
    assert schedule_change(due, follow_ups.complete(due, MONDAY, "amina"), MONDAY) == "none"


def test_a_deleted_row_loses_its_schedule() -> None:
    assert schedule_change(follow_up(LATER), None, MONDAY) == "delete"


def test_warning_and_flag_have_schedules_and_escalations_are_swept() -> None:
    row, acts = commitments.open_commitment(commitment(LATER), policy(), agent_hours(), MONDAY), []
    before: DueRow | None = None
    while row.wake_at is not None:
        now = before.wake_at if before and before.wake_at else MONDAY
        acts.append(schedule_change(before, row, now))
        before, row = row, commitments.next_step(row, policy(), row.wake_at).row

    assert acts == ["create", "create", "none", "none", "none"]


def test_messages_and_repeated_reminders_are_swept() -> None:
    assert schedule_change(None, message(wake_at=LATER), MONDAY) == "none"
    assert schedule_change(None, follow_up(LATER, status="due"), MONDAY) == "none"
    assert schedule_change(None, survey(step="remind", wake_at=LATER), MONDAY) == "none"


def test_replies_goodwill_and_check_ins_are_swept() -> None:
    assert schedule_change(None, reply(step="warn", wake_at=LATER), MONDAY) == "none"
    assert schedule_change(None, goodwill(wake_at=LATER), MONDAY) == "none"
    assert schedule_change(None, customer(wake_at=LATER), MONDAY) == "none"


@given(st.timedeltas(timedelta(0), timedelta(days=400)))
def test_a_schedule_never_fires_before_its_row_nor_in_the_past(ahead: timedelta) -> None:
    wake_at: datetime = MONDAY + ahead

    assert schedule_time(wake_at, MONDAY) >= max(wake_at, MONDAY + MIN_LEAD_TIME)
