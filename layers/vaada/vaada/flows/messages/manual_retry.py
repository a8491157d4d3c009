"""Send a failed message again because a person asks for it."""

from datetime import datetime

from vaada.desk import Desk
from vaada.flows.optimistic_write import NotFound, change, require
from vaada.flows.work import SUBJECTS
from vaada.model.messages import Message
from vaada.rules.errors import NotPossible
from vaada.rules.messages import lifecycle


def retry(desk: Desk, message_id: str, now: datetime, by: str) -> Message:
    """Let the next sweep send a failed message. Raises NotFound, Busy, and NotPossible.

    It is not possible for a message that did not fail, or that is no longer true about its row.
    """

    def decide(message: Message) -> Message:
        try:
            about = require(desk, SUBJECTS[message.about_kind], message.about_id)
        except NotFound:
            raise NotPossible("message", "about something erased", "tried again") from None
        if message.status == "failed" and not lifecycle.is_still_true(message, about, now):
            raise NotPossible("message", "no longer true", "tried again")
        return lifecycle.retry(message, now, by)

    return change(desk, Message, message_id, decide)
