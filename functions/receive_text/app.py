"""A customer texts back: stop, start, or the number that answers a survey."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from vaada.desk import open_desk
from vaada.flows.hearing import hear_or_wait
from vaada.gateways.news import incoming_texts
from vaada.log import logger
from vaada.rules.opt_outs import meaning


def handler(event: dict[str, Any], context: LambdaContext) -> int:
    """Hear each text; answers with how many there were."""
    desk, now = open_desk(), datetime.now(UTC).replace(microsecond=0)
    outcomes = [
        "not understood" if news is None else hear_or_wait(desk, news, now)
        for news in incoming_texts(event, context.aws_request_id, desk.addresses, meaning)
    ]
    logger.info("texted", outcomes=outcomes)
    return len(outcomes)
