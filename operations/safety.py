"""What a row from a backup must not do any more: write to a customer who may have had that message since."""

from datetime import datetime

from vaada.model.cases import Case
from vaada.model.messages import Message
from vaada.model.people import Customer
from vaada.model.rows import DueRow, Row
from vaada.model.work import SCALES, Survey
from vaada.rules import surveys
from vaada.rules.messages import lifecycle

BECAUSE = "restored from a backup: it may have been sent already"


def made_safe(row: Row, now: datetime) -> Row:
    """The row as it may be brought back; itself where it does no harm.

    Whose time has not come cannot have been sent: nothing is ever early. Staff may hear twice.
    """
    safe = row
    match row:
        case Survey(status="scheduled") if _has_come(row, now):
            safe = surveys.withhold(row, BECAUSE)
        case Survey(status="sent", step="remind") if _has_come(row, now):
            safe = row.changed(step="close").waiting(row.closes_at)
        case Message(to="customer", status="sending"):
            safe = row.changed(status="unknown", why_not=BECAUSE, wake_at=None)
        case Message(to="customer", status="held" | "waiting") if _has_come(row, now):
            safe = lifecycle.withhold(row, BECAUSE)
        case Case(ask_again=True):
            safe = row.changed(ask_again=False)
        case Customer():  # what they were asked since is forgotten: for the cool-down it was just now
            safe = row.changed(asked_at=dict.fromkeys(SCALES, now))
    return safe


def _has_come(row: DueRow, now: datetime) -> bool:
    return row.wake_at is not None and row.wake_at <= now
