"""Incoming SMS from customers."""

from datetime import datetime
from typing import NamedTuple


class IncomingText(NamedTuple):
    """An SMS from a customer. It holds a number and words, so it goes into no queue and no log.

    `provider_id` is the same each time the SMS is delivered. `answers` is the provider's id of the last SMS
    that was sent to the number, where it reports one.
    """

    number: str
    words: str
    provider_id: str
    answers: str | None
    received_at: datetime | None
