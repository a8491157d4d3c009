"""Which due rows get a one-time schedule.

A schedule makes a row punctual and costs an API call; without one, the sweep takes the row within two
minutes. So only steps that must be punctual get one: the first reminder of a follow-up, the warning and the
flag of a commitment, the sending of a survey.
"""

from datetime import datetime, timedelta
from typing import Literal

from vaada.model.rows import DueRow
from vaada.model.work import Commitment, FollowUp, Survey

ScheduleChange = Literal["none", "create", "move", "delete", "wake", "wake_instead"]

MIN_LEAD_TIME = timedelta(seconds=5)
"""EventBridge Scheduler rejects past times; an earlier time could be past when the call arrives."""


def schedule_change(before: DueRow | None, after: DueRow | None, now: datetime) -> ScheduleChange:
    """Return what to do with the row's schedule, given the row before and after a write.

    A schedule that has fired is deleted by itself. One that fires late finds another version of the row, and
    does nothing.
    """
    had_schedule = (
        before is not None and needs_schedule(before) and before.wake_at is not None and before.wake_at > now
    )
    if after is None or after.wake_at is None or not needs_schedule(after):
        return "delete" if had_schedule else "none"
    if after.wake_at <= now:
        return "wake_instead" if had_schedule else "wake"
    return "move" if had_schedule else "create"


def schedule_time(wake_at: datetime, now: datetime) -> datetime:
    """Return when the schedule should fire: at `wake_at`, but not in the next five seconds."""
    return max(wake_at, now + MIN_LEAD_TIME)


def needs_schedule(row: DueRow) -> bool:
    match row:
        case Commitment():
            return row.step in {"warn", "flag"}
        case FollowUp():
            return row.status == "scheduled"
        case Survey():
            return row.step == "ask"
        case _:
            return False
