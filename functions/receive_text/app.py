"""Process SMS from customers: STOP, START, or the score of a survey."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from vaada.desk import open_desk, prepare
from vaada.flows.inbound_events import handle_or_queue
from vaada.gateways.inbound_events import incoming_texts
from vaada.log import logger
from vaada.rules.messages.opt_out_keywords import parse

prepare("table", "addresses")


def handler(event: dict[str, Any], context: LambdaContext) -> int:
    """Process each SMS. Returns how many there were."""
    desk, now = open_desk(), datetime.now(UTC).replace(microsecond=0)
    outcomes = [
        "not understood" if parsed is None else handle_or_queue(desk, parsed, now)
        for parsed in incoming_texts(event, context.aws_request_id, desk.addresses, parse)
    ]
    logger.info("processed", outcomes=outcomes)
    return len(outcomes)
