"""SES or SNS tells what became of a message, or the queue brings news that could not be heard at once."""

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
    """Hear all that the event tells; answers with how many pieces it was, or with those that failed again."""
    match event:
        case {"Records": [{"eventSource": "aws:sqs"}, *_] as records}:
            return _hear_again(records)
    desk, now = open_desk(), datetime.now(UTC).replace(microsecond=0)
    if "awslogs" in event:
        told = text_delivery_events(event, context.aws_request_id)
    else:
        told = mail_events(event, context.aws_request_id, desk.addresses)
    outcomes = [handle_or_queue(desk, news, now) for news in told]
    logger.info("heard", outcomes=outcomes)
    return len(outcomes)


def _hear_again(records: list[dict[str, Any]]) -> dict[str, Any]:
    """Hear each piece of a batch of the queue; answers with those that failed, which come again."""
    desk, now = open_desk(), datetime.now(UTC).replace(microsecond=0)
    outcomes, failures = [], []
    for record in records:
        try:
            outcomes.append(handle(desk, parse(record["body"]), now))
        except Exception:  # noqa: BLE001 - whatever it is, the others must be heard
            logger.exception("news failed again", news=record["messageId"])
            failures.append({"itemIdentifier": record["messageId"]})
    logger.info("heard at last", outcomes=outcomes, failed=len(failures))
    return {"batchItemFailures": failures}
