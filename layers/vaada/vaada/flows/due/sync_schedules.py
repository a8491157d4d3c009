"""Keep the schedules of due rows up to date. The stream brings the row before and after each change."""

from datetime import datetime

from vaada.desk import Desk
from vaada.model.rows import DueRow
from vaada.rules.schedules import ScheduleChange, schedule_change, schedule_time


def sync_schedule(desk: Desk, before: DueRow | None, after: DueRow | None, now: datetime) -> ScheduleChange:
    """Create, move or delete the row's schedule, or invoke its function if it is already due.

    Returns what was done.
    """
    change = schedule_change(before, after, now)
    if after is not None and change in {"wake", "wake_instead"}:
        desk.schedules.wake_now(after.kind_of_row, after.id, after.version)
    if before is not None and change in {"delete", "wake_instead"}:
        desk.schedules.delete(before.id)
    if after is not None and after.wake_at is not None and change in {"create", "move"}:
        at = schedule_time(after.wake_at, now)
        desk.schedules.put(after.kind_of_row, after.id, after.version, at, moved=change == "move")
    return change
