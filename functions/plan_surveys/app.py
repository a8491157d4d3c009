"""Plan the survey of a new interaction, which the table's stream brings."""

from typing import Any

from vaada.desk import open_desk, prepare
from vaada.flows.interactions import plan_interaction
from vaada.log import logger
from vaada.model.interactions import Interaction
from vaada.model.rows import Row
from vaada.stream import handle_records

prepare("table")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Process a batch of stream records. Returns those that failed."""
    return handle_records(event, _plan)


def _plan(before: Row | None, after: Row | None) -> None:
    if before is None and isinstance(after, Interaction):
        planned = plan_interaction(open_desk(), after)
        logger.info("planned", interaction_id=after.id, rows=planned)
