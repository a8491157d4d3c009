"""Process inbound events. Those that fail are queued for a retry."""

from datetime import datetime

from vaada.desk import Desk
from vaada.flows.messages.delivery_status import record_mail_event, record_text_event
from vaada.flows.messages.suppression import apply_opt_out
from vaada.flows.surveys import receive_texted_score
from vaada.log import logger
from vaada.model.inbound_events import InboundEvent, MailEvent, OptOut, TextDeliveryEvent, TextedScore


class UnreadableEvent(Exception):
    """The event could not be parsed. A person must look at it."""


def handle(desk: Desk, event: InboundEvent, now: datetime) -> str:
    """Process an event; processing it again changes nothing. Returns the outcome for the log.

    Raises UnreadableEvent, Busy.
    """
    match event:
        case MailEvent():
            return record_mail_event(desk, event, now)
        case TextDeliveryEvent():
            return record_text_event(desk, event, now)
        case OptOut():
            return apply_opt_out(desk, event, now)
        case TextedScore():
            return receive_texted_score(desk, event, now)
    raise UnreadableEvent(f"{event.source} {event.event_id}: {event.error}")


def handle_or_queue(desk: Desk, event: InboundEvent, now: datetime) -> str:
    """Process an event, or queue it for a retry after any error. Returns the outcome for the log.

    Raises if it cannot be queued.
    """
    try:
        return handle(desk, event, now)
    except Exception:  # noqa: BLE001 - whatever the error, it must not lose the event or stop others
        logger.exception("event failed", event=event.model_dump(mode="json"))
        desk.retry_queue.put(event)
        return "queued"
