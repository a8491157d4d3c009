"""Create, move or delete the schedule of a due row that changed, which the table's stream brings."""

from datetime import UTC, datetime
from typing import Any

from vaada.desk import open_desk, prepare
from vaada.flows.due.sync_schedules import sync_schedule
from vaada.log import logger
from vaada.model.rows import DueRow, Row
from vaada.stream import handle_records

prepare("schedules")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Process a batch of stream records. Returns those that failed."""
    return handle_records(event, _sync)


def _sync(before: Row | None, after: Row | None) -> None:
    old = before if isinstance(before, DueRow) else None
    new = after if isinstance(after, DueRow) else None
    change = sync_schedule(open_desk(), old, new, datetime.now(UTC))
    row = new or old
    logger.info("synced", row_id=row.id if row else None, change=change)
