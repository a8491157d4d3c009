"""A follow-up is due: remind its agent."""

from datetime import UTC, datetime
from typing import Any

from vaada.desk import open_desk, prepare
from vaada.flows.due.advance import advance
from vaada.log import logger
from vaada.model.work import FollowUp

prepare("table", "addresses", "links", "mailer")


def handler(event: dict[str, Any], _context: object) -> str:
    """Take the steps of the row that are due; answers with what came of it."""
    outcome = advance(open_desk(), FollowUp, event["row_id"], event["version"], datetime.now(UTC))
    logger.info("woken", row_id=event["row_id"], version=event["version"], outcome=outcome)
    return outcome
