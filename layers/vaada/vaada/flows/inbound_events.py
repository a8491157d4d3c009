"""Hearing news, one piece at a time; what cannot be heard now waits."""

from datetime import datetime

from vaada.desk import Desk
from vaada.flows.messages.delivery_status import record_mail_event, record_text_event
from vaada.flows.messages.suppression import apply_opt_out
from vaada.flows.surveys import receive_texted_score
from vaada.log import logger
from vaada.model.inbound_events import InboundEvent, MailEvent, OptOut, TextDeliveryEvent, TextedScore


class UnreadableEvent(Exception):
    """The event could not be read. It is for a person to look at."""


def handle(desk: Desk, news: InboundEvent, now: datetime) -> str:
    """Do what the news ask for; twice is no error. Says what came of it, for the log.

    Raises NotUnderstood, Busy.
    """
    match news:
        case MailEvent():
            return record_mail_event(desk, news, now)
        case TextDeliveryEvent():
            return record_text_event(desk, news, now)
        case OptOut():
            return apply_opt_out(desk, news, now)
        case TextedScore():
            return receive_texted_score(desk, news, now)
    raise UnreadableEvent(f"{news.source} {news.event_id}: {news.error}")


def handle_or_queue(desk: Desk, news: InboundEvent, now: datetime) -> str:
    """Hear it, or let it wait in the queue, whatever is wrong. Says what came of it.

    Raises where it cannot even wait.
    """
    try:
        return handle(desk, news, now)
    except Exception:  # noqa: BLE001 - whatever it is, it must neither be lost nor hold up other news
        logger.exception("event failed", event=news.model_dump(mode="json"))
        desk.retry_queue.put(news)
        return "waits"
