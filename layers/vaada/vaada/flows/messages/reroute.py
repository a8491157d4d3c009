"""Reroute a message whose reader is away, cannot be reached, or has not to do with it any more."""

from datetime import datetime, timedelta
from typing import get_args

from vaada.desk import Desk
from vaada.flows.messages import fallback, recipients
from vaada.flows.messages.send import record
from vaada.flows.work import agent_of, work_of
from vaada.gateways.table import Conflict
from vaada.model.messages import Message
from vaada.model.people import Agent, Medium, kind_of_address
from vaada.rules.messages import lifecycle
from vaada.rules.time.availability import is_away, staff_reachable_at
from vaada.rules.time.deadlines import working_hours

_SENT_OTHERWISE = "the address was stopped, and the same goes out by another medium"
_NOT_REACHABLE = "it is for one reader alone, who cannot be reached"
_LOOK_AGAIN = timedelta(days=7)  # when to try again if the reader's absence has no end
_PAGE = 100


def reroute_all(desk: Desk, agent_id: str, now: datetime) -> int:
    """Reroute the messages that are held for an agent who has left. Returns their number."""
    count = 0
    for medium in get_args(Medium):
        messages, _ = desk.table.held_messages(agent_id, medium, _PAGE)  # the next run takes the rest
        for message in messages:
            reroute(desk, message, now)
            count += 1
    return count


def reroute(desk: Desk, message: Message, now: datetime) -> str:
    """Hold the message for whoever is to be told now: who stands in for its reader, or who is back.

    Returns the outcome for the log.
    """
    before = desk.table.get(Agent, message.recipient_id) if message.recipient_id else None
    if before and _is_address_dead(desk, before, message, now) and fallback.is_sent_otherwise(desk, message):
        record(desk, lifecycle.withhold(message, _SENT_OTHERWISE), now=now)
        return "withheld"
    if message.purpose in lifecycle.BY_MAIL_ALONE:
        return _keep_for_reader(desk, message, before, now)
    work = work_of(desk, message)
    reader = recipients.staff_recipient(
        desk, message.to, agent_of(desk, work), now, failing=frozenset(message.tried)
    )
    other = reader.agent is None or reader.agent.id != message.recipient_id
    if message.purpose in lifecycle.FOR_ITS_READER_ALONE and other:
        return _keep_for_reader(desk, message, before, now)
    rerouted = message.changed(
        to=message.to if reader.agent else "owner",
        recipient_id=reader.agent.id if reader.agent else None,
        medium=message.medium if message.medium in reader.media else reader.media[0],
        wake_at=fallback.notify_at(desk, work, reader.agent, now),
    )
    try:
        desk.table.write(rerouted)
    except Conflict:
        return "claimed by another"
    return "rerouted"


def _is_address_dead(desk: Desk, reader: Agent, message: Message, now: datetime) -> bool:
    """Whether the reader is there, but gets nothing by this medium."""
    kind = kind_of_address(message.medium)
    return not is_away(reader, now) and not recipients.can_receive(desk, reader, kind)


def _keep_for_reader(desk: Desk, message: Message, reader: Agent | None, now: datetime) -> str:
    """Hold a message that is for its reader alone until they are back."""
    if reader is None or reader.left_at is not None or not is_away(reader, now):
        record(desk, lifecycle.withhold(message, _NOT_REACHABLE), now=now)
        return "withheld"
    until = reader.away_until or now + _LOOK_AGAIN
    back = staff_reachable_at(working_hours(reader, desk.policy), until)
    record(desk, message.changed(wake_at=back), now=now)
    return "kept until they are back"
