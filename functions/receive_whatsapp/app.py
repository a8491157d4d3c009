"""Process WhatsApp events: contacts, STOP and START, and the delivery statuses of our messages."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from vaada.desk import open_desk, prepare
from vaada.flows.incoming_whatsapp import receive_parts
from vaada.gateways.whatsapp_events import whatsapp_parts
from vaada.log import logger

prepare("table", "addresses")


def handler(event: dict[str, Any], context: LambdaContext) -> list[str]:
    """Process an event of AWS End User Messaging Social. Returns the outcome of each part."""
    desk, now = open_desk(), datetime.now(UTC).replace(microsecond=0)
    parts = whatsapp_parts(event, context.aws_request_id, desk.settings.whatsapp_phone_number_id)
    outcomes = receive_parts(desk, parts, now)
    logger.info("processed", outcomes=outcomes)
    return outcomes
