"""Replace a message that cannot arrive: by another medium or address, or for the reader's stand-in."""

from collections.abc import Iterable
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.messages import recipients
from vaada.flows.messages.tasks import members_of
from vaada.flows.work import About, agent_of, customer_of, work_of
from vaada.model.messages import Message
from vaada.model.people import Agent, kind_of_address
from vaada.model.rows import Row
from vaada.model.work import Commitment, FollowUp, Reply
from vaada.rules.messages import lifecycle
from vaada.rules.time.availability import staff_reachable_at
from vaada.rules.time.deadlines import working_hours

_NOT_SENT = frozenset({"failed", "unknown", "withheld"})
_NOT_DELIVERED = frozenset({"bounced", "rejected"})


def fallback_message(
    desk: Desk, message: Message, now: datetime, why: str = lifecycle.NOT_ARRIVED
) -> Message | None:
    """Return the replacement, or None if there is no other way or it exists already. Raises NotFound."""
    if message.purpose in lifecycle.BY_MAIL_ALONE:
        return None  # for its reader alone, and there is no short version for SMS
    work = work_of(desk, message)
    new = (
        _to_customer(desk, message, work, now, why)
        if message.to == "customer"
        else _to_staff(desk, message, work, now, why)
    )
    return new if new is not None and desk.table.get_any(new.id) is None else None


def is_sent_otherwise(desk: Desk, message: Message) -> bool:
    """Whether the reader gets the message, and all that is batched in it, by another medium anyway."""
    members = members_of(desk, [message])[message.id]
    if not all(one.twins for one in members):
        return False
    arriving = _sent_or_pending(desk, (twin for one in members for twin in one.twins))
    return all(arriving.intersection(one.twins) for one in members)


def notify_at(desk: Desk, work: Row, reader: Agent | None, now: datetime) -> datetime:
    """Return when to tell a stand-in, or a reader who is told late: in working hours, or now if urgent."""
    if reader is None or (isinstance(work, FollowUp) and work.urgent):
        return now
    warned_of = work.due_at if isinstance(work, Commitment | Reply) and now < work.due_at else None
    return staff_reachable_at(working_hours(reader, desk.policy), now, warned_of)


def _to_customer(desk: Desk, message: Message, work: About, now: datetime, why: str) -> Message | None:
    """Return the replacement for the customer's next working address, or None."""
    customer = customer_of(desk, work)
    address = recipients.address_of(desk, customer, message)
    address_id = message.address_id or (
        address and desk.addresses.hash_address(kind_of_address(message.medium), address)
    )
    tried = (*message.tried, (address_id, message.medium)) if address_id else message.tried
    failed = frozenset(address_id for address_id, _ in tried)
    other = recipients.next_address(desk, customer, work, message.medium, but=failed)
    if other is None:
        return None
    return lifecycle.replacement(message, other.medium, now, why, address_id=other.id, tried=tried)


def _to_staff(desk: Desk, message: Message, work: About, now: datetime, why: str) -> Message | None:
    if message.recipient_id is None:
        return None
    tried = (*message.tried, (message.recipient_id, message.medium))
    arriving = _sent_or_pending(desk, message.twins)
    twins = desk.table.work_rows(message.twins).values()
    tried += tuple(
        (message.recipient_id, twin.medium)
        for twin in twins
        if isinstance(twin, Message) and twin.id not in arriving
    )
    reader = recipients.staff_recipient(desk, message.to, agent_of(desk, work), now, failing=frozenset(tried))
    other = reader.agent is None or reader.agent.id != message.recipient_id
    if message.purpose in lifecycle.FOR_ITS_READER_ALONE and other:
        return None
    return lifecycle.replacement(
        message,
        reader.media[0],
        notify_at(desk, work, reader.agent, now),
        why,
        to=message.to if reader.agent else "owner",
        recipient_id=reader.agent.id if reader.agent else None,
        tried=tried,
    )


def _sent_or_pending(desk: Desk, message_ids: Iterable[str]) -> frozenset[str]:
    """Return the ids of messages that were sent or will be, alone or batched in another one."""
    messages = {row.id: row for row in desk.table.work_rows(message_ids).values() if isinstance(row, Message)}
    carriers = dict(messages)
    while carried := {key: row.carried_by for key, row in carriers.items() if row.carried_by is not None}:
        rows = desk.table.work_rows(carried.values())
        found = {key: rows.get(carrier_id) for key, carrier_id in carried.items()}
        carriers = {key: row for key, row in {**carriers, **found}.items() if isinstance(row, Message)}
    return frozenset(
        key
        for key, row in carriers.items()
        if not (row.status in _NOT_SENT or row.delivery in _NOT_DELIVERED)
    )
