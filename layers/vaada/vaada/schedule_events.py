"""Advance the row that a schedule of EventBridge Scheduler, or a wake-up call, names."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from vaada.desk import Desk
from vaada.flows.due.advance import Due, advance, read_ahead
from vaada.log import logger


def advance_scheduled(desk: Desk, event: Mapping[str, Any], kind: type[Due]) -> str:
    """Take the due steps of the row `{row_id, version}` of this kind. Returns the outcome."""
    row_id, version, now = event["row_id"], event["version"], datetime.now(UTC)
    step = desk.remembering()
    read_ahead(step, kind, row_id, now)
    outcome = advance(step, kind, row_id, version, now)
    logger.info("schedule fired", row_id=row_id, version=version, outcome=outcome)
    return outcome
