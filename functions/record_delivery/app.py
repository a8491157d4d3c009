"""Record delivery statuses from SES and SNS, and retry inbound events from the retry queue."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from vaada.desk import open_desk, prepare
from vaada.flows.inbound_events import handle, handle_or_queue
from vaada.gateways.inbound_events import mail_events, text_delivery_events
from vaada.log import logger
from vaada.model.inbound_events import parse

prepare("table")


def handler(event: dict[str, Any], context: LambdaContext) -> int | dict[str, Any]:
    """Process an event. Returns the number of statuses in it, or for the queue, those that failed again."""
    match event:
        case {"Records": [{"eventSource": "aws:sqs"}, *_] as records}:
            return _retry(records)
    desk, now = open_desk(), datetime.now(UTC).replace(microsecond=0)
    if "awslogs" in event:
        parsed_events = text_delivery_events(event, context.aws_request_id, desk.addresses)
    else:
        parsed_events = mail_events(event, context.aws_request_id, desk.addresses)
    outcomes = [handle_or_queue(desk, each, now) for each in parsed_events]
    logger.info("processed", outcomes=outcomes)
    return len(outcomes)


def _retry(records: list[dict[str, Any]]) -> dict[str, Any]:
    """Process a batch of the retry queue. Returns those that failed, which SQS brings again."""
    desk, now = open_desk(), datetime.now(UTC).replace(microsecond=0)
    outcomes, failures = [], []
    for record in records:
        try:
            outcomes.append(handle(desk, parse(record["body"]), now))
        except Exception:  # noqa: BLE001 - the others must be processed, whatever the error
            logger.exception("event failed again", message_id=record["messageId"])
            failures.append({"itemIdentifier": record["messageId"]})
    logger.info("retried", outcomes=outcomes, failed=len(failures))
    return {"batchItemFailures": failures}
