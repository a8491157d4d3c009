"""Change rows from a backup so that no customer gets a message twice."""

from datetime import datetime

from vaada.model.cases import Case
from vaada.model.messages import Message
from vaada.model.people import Customer
from vaada.model.policy import Policy
from vaada.model.rows import DueRow, Row
from vaada.model.work import SCALES, Survey
from vaada.rules import surveys
from vaada.rules.messages import lifecycle

REASON = "restored from a backup: it may have been sent already"


def make_safe(row: Row, now: datetime) -> Row:
    """Return the row as it may be restored. A safe row does not change.

    A row that is not due yet cannot have been sent since the backup. Messages to staff may be sent twice.
    """
    safe = row
    match row:
        case Survey(status="scheduled") if _is_due(row, now):
            safe = surveys.withhold(row, REASON)
        case Survey(status="sent", step="remind") if _is_due(row, now):
            safe = row.changed(step="close").waiting(row.closes_at)
        case Message(to="customer", status="sending"):
            safe = row.changed(status="unknown", why_not=REASON, wake_at=None)
        case Message(to="customer", status="held" | "waiting") if _is_due(row, now):
            safe = lifecycle.withhold(row, REASON)
        case Case(ask_again=True):
            safe = row.changed(ask_again=False)
        case Policy():  # a restored policy holds sending until somebody releases it
            sending = row.document.sending.model_copy(update={"held": True})
            safe = row.model_copy(update={"document": row.document.model_copy(update={"sending": sending})})
        case Customer():  # surveys sent since the backup are unknown, so the cool-down begins now
            safe = row.changed(asked_at=dict.fromkeys(SCALES, now))
    return safe


def _is_due(row: DueRow, now: datetime) -> bool:
    return row.wake_at is not None and row.wake_at <= now
