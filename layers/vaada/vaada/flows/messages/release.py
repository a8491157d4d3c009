"""Release a held message to staff, batched with others for the same reader."""

import uuid
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.messages import recipients
from vaada.flows.messages.compose import is_batch_obsolete
from vaada.flows.messages.reroute import reroute
from vaada.flows.messages.send import attempt, record
from vaada.gateways.table import Conflict
from vaada.model.messages import Message
from vaada.model.people import Agent
from vaada.rules.messages import lifecycle
from vaada.rules.messages.batches import NOT_NEEDED, form_batch
from vaada.rules.time.availability import is_away


def release(desk: Desk, message: Message, now: datetime) -> str:
    """Send the message, batched with others that are due, or reroute it. Returns the outcome."""
    if not _is_reachable(desk, message, now):
        if not is_batch_obsolete(desk, message, now):
            return reroute(desk, message, now)
        record(desk, lifecycle.withhold(message, NOT_NEEDED))
        return "withheld"
    messages = (message, *_held_with(desk, message, now))
    obsolete = {one.id for one in messages if is_batch_obsolete(desk, one, now)}
    batch = form_batch(messages, obsolete, now, uuid.uuid4().hex)
    carrier = [batch.carrier] if batch.carrier else []
    try:
        desk.table.write(*batch.withheld, *carrier, *batch.carried)
    except Conflict:
        return "claimed by another"
    if batch.carrier is None:
        return "withheld"
    attempt(desk, batch.carrier, now)
    return f"released, {1 + len(batch.carried)} together"


def _is_reachable(desk: Desk, message: Message, now: datetime) -> bool:
    reader = desk.table.get(Agent, message.recipient_id) if message.recipient_id else None
    return reader is None or (
        not is_away(reader, now) and recipients.can_receive(desk, reader, message.medium)
    )


def _held_with(desk: Desk, message: Message, now: datetime) -> list[Message]:
    """Return other messages held for the same reader that are due within the batch window."""
    if message.purpose == "praise":  # it asks for no action, so it is sent alone
        return []
    held = desk.table.held_messages(message.recipient_id or message.to, message.medium, lifecycle.BATCH_SIZE)
    soon = now + lifecycle.BATCH_WINDOW
    others = [
        one
        for one in held
        if one.id != message.id and one.purpose != "praise" and one.wake_at and one.wake_at <= soon
    ]
    return others[: lifecycle.BATCH_SIZE - 1]
