"""Hearing news, one piece at a time; what cannot be heard now waits."""

from datetime import datetime

from vaada.desk import Desk
from vaada.flows.deliveries import record_mail_news, record_text_news
from vaada.flows.texted import opt_out, take_score
from vaada.log import logger
from vaada.model.news import MailNews, News, OptOut, TextedScore, TextNews


class NotUnderstood(Exception):
    """The event could not be read. It is for a person to look at."""


def hear(desk: Desk, news: News, now: datetime) -> str:
    """Do what the news ask for; twice is no error. Says what came of it, for the log.

    Raises NotUnderstood, Busy.
    """
    match news:
        case MailNews():
            return record_mail_news(desk, news, now)
        case TextNews():
            return record_text_news(desk, news, now)
        case OptOut():
            return opt_out(desk, news, now)
        case TextedScore():
            return take_score(desk, news, now)
    raise NotUnderstood(f"{news.source} {news.event_id}: {news.error}")


def hear_or_wait(desk: Desk, news: News, now: datetime) -> str:
    """Hear it, or let it wait in the queue, whatever is wrong. Says what came of it.

    Raises where it cannot even wait.
    """
    try:
        return hear(desk, news, now)
    except Exception:  # noqa: BLE001 - whatever it is, it must neither be lost nor hold up other news
        logger.exception("news failed", news=news.model_dump(mode="json"))
        desk.waiting.put(news)
        return "waits"
