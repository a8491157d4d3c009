"""SES or SNS tells what became of a message: write it down, and stop addresses that do not work."""

from datetime import UTC, datetime
from typing import Any

from vaada.desk import open_desk
from vaada.flows.deliveries import record_mail_news, record_text_news
from vaada.gateways.news import mail_news, text_news
from vaada.log import logger


def handler(event: dict[str, Any], _context: object) -> int:
    """Record all that the event tells; answers with how many pieces of news it was."""
    desk, now = open_desk(), datetime.now(UTC).replace(microsecond=0)
    outcomes = []
    if "awslogs" in event:
        outcomes = [record_text_news(desk, news, now) for news in text_news(event)]
    else:
        outcomes = [record_mail_news(desk, news, now) for news in mail_news(event)]
    logger.info("heard", outcomes=outcomes)
    return len(outcomes)
