"""Release a held message to staff, batched with others for the same reader."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from vaada.desk import Desk
from vaada.flows.messages import recipients
from vaada.flows.messages.compose import MOST_IN_FULL
from vaada.flows.messages.fallback import notify_at
from vaada.flows.messages.rate_limits import mail_count_id
from vaada.flows.messages.reroute import reroute
from vaada.flows.messages.send import attempt, record
from vaada.flows.messages.tasks import obsolete_ids
from vaada.flows.work import SUBJECTS, StaffWork, agent_of
from vaada.gateways.table import Conflict
from vaada.model.interactions import Interaction
from vaada.model.messages import Message
from vaada.model.people import Agent, Customer, kind_of_address
from vaada.model.rate_limits import RateCount
from vaada.model.rows import Row
from vaada.rules.messages import lifecycle
from vaada.rules.messages.batches import MOST, NOT_NEEDED, form_batch
from vaada.rules.time.availability import is_away

_PAGE = 100
_LATE = timedelta(minutes=15)  # so much later than planned only sweeps that failed release a message

_FOR_THEIR_READER = lifecycle.FOR_ITS_READER_ALONE | lifecycle.SENT_ALONE


def release(desk: Desk, message: Message, now: datetime) -> str:
    """Send the message, batched with others that are due, or reroute it. Returns the outcome."""
    desk.links.prepare()  # with the key of addresses
    desk.read_ahead(
        (Agent, message.recipient_id),
        (SUBJECTS[message.about_kind], message.about_id),
        (RateCount, mail_count_id(now)),
    )
    if not _is_reachable(desk, message, now) or _is_for_another(desk, message, now):
        if not obsolete_ids(desk, [message], now):
            return reroute(desk, message, now)
        record(desk, lifecycle.withhold(message, NOT_NEEDED), now=now)
        return "withheld"
    if (reachable_at := _reachable_at(desk, message, now)) > now:
        record(desk, message.changed(wake_at=reachable_at), now=now)
        return "held until they are at work"
    others = _held_with(desk, message, now)
    _read_ahead(desk, (message, *others))
    messages = (message, *(one for one in others if not _is_for_another(desk, one, now)))
    obsolete = obsolete_ids(desk, messages, now)
    parts = list(form_batch(messages, obsolete, now, uuid.uuid4().hex))
    try:
        for part in parts:
            desk.table.write(*part.rows, must_exist=_customers(desk, part.joined))
    except Conflict:
        return "claimed by another"
    if part.carrier is None:
        return "withheld"
    if len(parts) > 1:
        desk.table.forget_step()  # a customer may have been erased since the first part was written
    attempt(desk, part.carrier, now)
    return f"released, {1 + len(part.carrier.carries)} together"


def _read_ahead(desk: Desk, messages: Sequence[Message]) -> None:
    """Read in one call all rows that decide about the messages, and those that a batch shows in full."""
    in_full = len(messages) <= MOST_IN_FULL
    wanted: list[tuple[type[Row], str | None]] = []
    for one in messages:
        wanted += [(SUBJECTS[one.about_kind], one.about_id), (Customer, one.customer_id)]
        wanted.append((Interaction, one.interaction_id if in_full else None))
    desk.read_ahead(*wanted)


def _customers(desk: Desk, messages: Iterable[Message]) -> list[Customer]:
    """Return the customers of these messages. None of them may be erased before the batch is claimed."""
    ids = dict.fromkeys(one.customer_id for one in messages)
    return [found for customer_id in ids if (found := desk.table.get(Customer, customer_id)) is not None]


def _is_reachable(desk: Desk, message: Message, now: datetime) -> bool:
    reader = desk.table.get(Agent, message.recipient_id) if message.recipient_id else None
    return reader is None or (
        not is_away(reader, now) and recipients.can_receive(desk, reader, kind_of_address(message.medium))
    )


def _is_for_another(desk: Desk, message: Message, now: datetime) -> bool:
    """Whether another agent is to be told by now: the reader stood in for them, or had the work before."""
    if message.recipient_id is None or message.purpose in _FOR_THEIR_READER:
        return False
    work = desk.table.get(SUBJECTS[message.about_kind], message.about_id)
    if not isinstance(work, StaffWork) or (message.to == "agent" and work.agent_id == message.recipient_id):
        return False
    wanted = recipients.staff_recipient(
        desk, message.to, agent_of(desk, work), now, failing=frozenset(message.tried)
    )
    return wanted.agent is None or wanted.agent.id != message.recipient_id


def _reachable_at(desk: Desk, message: Message, now: datetime) -> datetime:
    """Return when the reader may get it: now, or later if it is late and they have stopped working."""
    if message.recipient_id is None or message.wake_at is None or now - message.wake_at <= _LATE:
        return now
    reader = desk.table.get(Agent, message.recipient_id)
    about = desk.table.get(SUBJECTS[message.about_kind], message.about_id)
    if reader is None or about is None:
        return now
    return notify_at(desk, about, reader, now)


def _held_with(desk: Desk, message: Message, now: datetime) -> list[Message]:
    """Return other messages held for the same reader that are due within the batch window."""
    if message.purpose in lifecycle.SENT_ALONE:
        return []
    soon = now + lifecycle.BATCH_WINDOW
    others: list[Message] = []
    cursor = None
    while len(others) < MOST:
        held, cursor = desk.table.held_messages(
            message.recipient_id or message.to, message.medium, _PAGE, cursor
        )
        others += [
            one
            for one in held
            if one.id != message.id
            and one.purpose not in lifecycle.SENT_ALONE
            and one.wake_at
            and one.wake_at <= soon
        ]
        if cursor is None:
            break
    return others
