"""Process SMS from customers: STOP, START, the score of a survey, or a contact."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from vaada.desk import open_desk, prepare
from vaada.flows.inbound_events import handle_or_queue
from vaada.flows.incoming_texts import receive_text
from vaada.gateways.inbound_events import incoming_texts
from vaada.log import logger
from vaada.model.inbound_events import Unreadable

prepare("table", "addresses")


def handler(event: dict[str, Any], context: LambdaContext) -> int:
    """Process each SMS. Returns how many there were."""
    desk, now = open_desk(), datetime.now(UTC).replace(microsecond=0)
    outcomes = [
        handle_or_queue(desk, text, now) if isinstance(text, Unreadable) else receive_text(desk, text, now)
        for text in incoming_texts(event, context.aws_request_id)
    ]
    logger.info("processed", outcomes=outcomes)
    return len(outcomes)
