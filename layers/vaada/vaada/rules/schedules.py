"""Which due rows get a schedule.

A schedule only makes a row punctual, and costs a call; the sweep, every two minutes, does the rest. It is
worth its call where somebody set the minute or a promise falls due: the first reminder of a follow-up, the
warning and the flag of a commitment, the first asking of a survey.
"""

from datetime import datetime, timedelta
from typing import Literal

from vaada.model.rows import DueRow
from vaada.model.work import Commitment, FollowUp, Survey

Act = Literal["none", "create", "move", "delete", "wake", "wake_instead"]

SOONEST = timedelta(seconds=5)
"""Scheduler refuses the past, which a nearer time could be when it arrives."""


def schedule_change(before: DueRow | None, after: DueRow | None, now: datetime) -> Act:
    """What to do to the row's schedule, given the row before and after a write.

    A schedule of a row that has fired is gone by itself; one that outlives its row finds another version.
    """
    had = before is not None and _punctual(before) and before.wake_at is not None and before.wake_at > now
    if after is None or after.wake_at is None or not _punctual(after):
        return "delete" if had else "none"
    if after.wake_at <= now:
        return "wake_instead" if had else "wake"
    return "move" if had else "create"


def schedule_time(wake_at: datetime, now: datetime) -> datetime:
    """When the schedule is to fire: never before the row's time."""
    return max(wake_at, now + SOONEST)


def _punctual(row: DueRow) -> bool:
    match row:
        case Commitment():
            return row.step in {"warn", "flag"}
        case FollowUp():
            return row.status == "scheduled"
        case Survey():
            return row.step == "ask"
        case _:
            return False
