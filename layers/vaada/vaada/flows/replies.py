"""End the replies that customers wait for."""

from datetime import datetime

from vaada.desk import Desk
from vaada.flows.case_work import rows_after_end
from vaada.flows.optimistic_write import change
from vaada.model.work import Reply
from vaada.rules import replies


def mark_answered(desk: Desk, reply_id: str, now: datetime, by: str) -> Reply:
    """Record that the customer got the reply, without an interaction. Raises NotFound, NotPossible, Busy."""
    return change(
        desk,
        Reply,
        reply_id,
        lambda reply: replies.give(reply, now, by, desk.policy),
        other_rows=lambda _, reply: rows_after_end(desk, reply, now),
    )
