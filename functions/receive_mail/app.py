"""Turn mails that SES has stored into contacts, or set them aside."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from vaada.desk import open_desk, prepare
from vaada.flows.incoming_mail import receive_mail
from vaada.log import logger

prepare("table", "addresses", "mail_store")


def handler(event: dict[str, Any], _: LambdaContext) -> str:
    """Process the mail that S3's event names. Returns the outcome."""
    now = datetime.now(UTC).replace(microsecond=0)
    received_at = datetime.fromisoformat(event["time"]).replace(microsecond=0)
    outcome = receive_mail(open_desk().remembering(), event["detail"]["object"]["key"], received_at, now)
    logger.info("processed", outcome=outcome)
    return outcome
