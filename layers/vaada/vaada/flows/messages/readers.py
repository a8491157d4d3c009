"""Find who reads a message to staff, and acts by its links, with their language and time zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from vaada.desk import Desk
from vaada.flows.work import require_agent
from vaada.model.messages import Message
from vaada.model.people import Agent
from vaada.present.i18n import readable, words
from vaada.present.times import Times
from vaada.rules.time.zones import zone_of

_MOST_HOPS = 20  # a message is never batched and replaced so often; it ends a loop


def reader_of(desk: Desk, message: Message) -> Agent | None:
    """Return the agent who got the message, or None for the owner. Raises MissingRow.

    A message that was sent as part of another, or was replaced, went to the reader of that one.
    """
    for _ in range(_MOST_HOPS):
        next_id = message.replaced_by or message.carried_by
        sent = desk.table.get(Message, next_id) if next_id else None
        if sent is None:
            break
        message = sent
    return require_agent(desk, message.recipient_id) if message.recipient_id else None


def language_of(desk: Desk, reader: Agent | None) -> str:
    """Return the language of a reader among staff: their own, or the business's. None is the owner."""
    return readable(reader.language if reader else None, desk.policy.business.language)


def times_of(desk: Desk, reader: Agent | None, now: datetime) -> Times:
    """Return the words for times in the language and the time zone of a reader among staff."""
    zone = ZoneInfo(zone_of(reader, desk.policy))
    return Times(words(language_of(desk, reader)), zone, now)


def actor_id(reader: Agent | None) -> str:
    """Return how the reader is named in histories."""
    return reader.agent_id if reader else "owner"
