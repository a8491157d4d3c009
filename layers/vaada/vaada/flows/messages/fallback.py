"""Replace a message that cannot arrive: by another medium or address, or for whoever stands in."""

from datetime import datetime
from functools import partial

from vaada.desk import Desk
from vaada.flows.messages import recipients
from vaada.flows.messages.compose import batch_members
from vaada.flows.work import Work, agent_of, customer_of, work_of
from vaada.model.messages import Message
from vaada.model.people import Agent
from vaada.model.work import Commitment, FollowUp, Reply, Survey
from vaada.rules.messages import lifecycle
from vaada.rules.time.availability import staff_reachable_at
from vaada.rules.time.deadlines import working_hours

_NOT_SENT = frozenset({"failed", "unknown", "withheld"})
_NOT_DELIVERED = frozenset({"bounced", "rejected"})


def fallback_message(
    desk: Desk, message: Message, now: datetime, why: str = lifecycle.NOT_ARRIVED
) -> Message | None:
    """Return the replacement, or None if there is no other way or it exists already. Raises NotFound."""
    work = work_of(desk, message)
    new = (
        _to_customer(desk, message, work, now, why)
        if message.to == "customer"
        else _to_staff(desk, message, work, now, why)
    )
    return new if new is not None and desk.table.get_any(new.id) is None else None


def is_sent_otherwise(desk: Desk, message: Message) -> bool:
    """Whether the reader gets the message, and all that it carries, by another medium anyway."""
    return all(
        any(_is_sent_or_pending(desk, twin) for twin in one.twins) for one in batch_members(desk, message)
    )


def notify_at(desk: Desk, work: Work, reader: Agent | None, now: datetime) -> datetime:
    """Return when to tell a reader who stands in: at work, or now if it is urgent."""
    if reader is None or (isinstance(work, FollowUp) and work.urgent):
        return now
    warned_of = work.due_at if isinstance(work, Commitment | Reply) and now < work.due_at else None
    return staff_reachable_at(working_hours(reader, desk.policy), now, warned_of)


def _to_customer(desk: Desk, message: Message, work: Work, now: datetime, why: str) -> Message | None:
    """Return the replacement for the customer's next working address, or None."""
    customer = customer_of(desk, work)
    address = recipients.address_of(desk, customer, message)
    address_id = message.address_id or (address and desk.addresses.hash_address(message.medium, address))
    tried = (*message.tried, (address_id, message.medium)) if address_id else message.tried
    failed = frozenset(address_id for address_id, _ in tried)
    other = recipients.customer_address(desk, customer, survey=isinstance(work, Survey), but=failed)
    if other is None:
        return None
    return lifecycle.replacement(message, other.medium, now, why, address_id=other.id, tried=tried)


def _to_staff(desk: Desk, message: Message, work: Work, now: datetime, why: str) -> Message | None:
    if message.recipient_id is None:
        return None
    tried = (*message.tried, (message.recipient_id, message.medium))
    twins = [twin for twin in map(partial(desk.table.get, Message), message.twins) if twin is not None]
    tried += tuple(
        (message.recipient_id, twin.medium) for twin in twins if not _is_sent_or_pending(desk, twin.id)
    )
    reader = recipients.staff_recipient(desk, message.to, agent_of(desk, work), now, failing=frozenset(tried))
    if message.purpose == "praise" and (reader.agent is None or reader.agent.id != message.recipient_id):
        return None  # praise is only for its reader
    return lifecycle.replacement(
        message,
        reader.media[0],
        notify_at(desk, work, reader.agent, now),
        why,
        to=message.to if reader.agent else "owner",
        recipient_id=reader.agent.id if reader.agent else None,
        tried=tried,
    )


def _is_sent_or_pending(desk: Desk, message_id: str) -> bool:
    """Whether the message, or the one that carries it, was sent or will be."""
    message = desk.table.get(Message, message_id)
    if message is not None and message.carried_by is not None:
        message = desk.table.get(Message, message.carried_by)
    return message is not None and not (message.status in _NOT_SENT or message.delivery in _NOT_DELIVERED)
