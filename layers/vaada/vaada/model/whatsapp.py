"""What comes in by WhatsApp: messages from customers, and the delivery statuses of ours."""

from datetime import datetime
from typing import Literal, NamedTuple

from vaada.model.messages import Delivery

WhatsAppKind = Literal["message", "unreadable", "notice"]


class WhatsAppFile(NamedTuple):
    """A file that WhatsApp keeps for 30 days, under `media_id`."""

    media_id: str
    name: str
    media_type: str


class IncomingWhatsApp(NamedTuple):
    """A message from a customer. It holds a number and words, so it goes into no queue and no log.

    `message_id` is WhatsApp's, which holds the number, too. `name` is what the customer calls themselves
    there. `answers` is the id of the message that they quote. `unreadable`: of a kind that WhatsApp does not
    pass on. `notice`: a reaction, or news of WhatsApp itself, to which nobody expects an answer.
    """

    number: str
    name: str
    words: str
    message_id: str
    answers: str | None
    sent_at: datetime
    kind: WhatsAppKind = "message"
    file: WhatsAppFile | None = None


class WhatsAppStatus(NamedTuple):
    """The delivery status of a message of ours: its id here, and WhatsApp's."""

    message_id: str
    whatsapp_id: str
    delivery: Delivery
    at: datetime
