"""A customer texts back: stop, start, or the number that answers a survey."""

from datetime import UTC, datetime
from typing import Any

from vaada.desk import open_desk
from vaada.flows.texted import take
from vaada.gateways.news import incoming_texts
from vaada.log import logger


def handler(event: dict[str, Any], _context: object) -> int:
    """Take each text; answers with how many there were."""
    desk, now = open_desk(), datetime.now(UTC).replace(microsecond=0)
    outcomes = [take(desk, text, now) for text in incoming_texts(event)]
    logger.info("texted", outcomes=outcomes)
    return len(outcomes)
