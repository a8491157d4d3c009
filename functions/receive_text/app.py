"""A customer texts back: stop, start, or the number that answers a survey."""

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
    """Hear each text; answers with how many there were."""
    desk, now = open_desk(), datetime.now(UTC).replace(microsecond=0)
    outcomes = [
        "not understood" if news is None else handle_or_queue(desk, news, now)
        for news in incoming_texts(event, context.aws_request_id, desk.addresses, parse)
    ]
    logger.info("texted", outcomes=outcomes)
    return len(outcomes)
