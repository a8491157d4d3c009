"""End a follow-up, and make sure that its case has a next step."""

from datetime import datetime

from vaada.desk import Desk
from vaada.flows.case_work import rows_after_end
from vaada.flows.optimistic_write import change
from vaada.model.work import FollowUp
from vaada.rules import follow_ups


def complete(desk: Desk, follow_up_id: str, now: datetime, by: str, note: str | None = None) -> FollowUp:
    """Mark it as done. Raises NotFound, NotPossible, Busy."""
    return change(
        desk,
        FollowUp,
        follow_up_id,
        lambda row: follow_ups.complete(row, now, by, note),
        other_rows=lambda _, row: rows_after_end(desk, row, now),
    )


def cancel(desk: Desk, follow_up_id: str, reason: str | None, now: datetime, by: str) -> FollowUp:
    """Cancel it. Raises NotFound, NotPossible, Busy."""
    return change(
        desk,
        FollowUp,
        follow_up_id,
        lambda row: follow_ups.cancel(row, now, by, reason),
        other_rows=lambda _, row: rows_after_end(desk, row, now),
    )
