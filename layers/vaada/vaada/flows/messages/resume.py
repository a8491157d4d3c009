"""Delivering one message: claim, send, record. The claim stands before the send, the record after it."""

import uuid
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.messages import fallback, recipients
from vaada.flows.messages.address_usage import usages_of
from vaada.flows.messages.compose import batch_members, is_obsolete
from vaada.flows.messages.send import attempt, record
from vaada.flows.messages.suppression import is_stopped
from vaada.flows.work import agent_of, customer_of, work_of
from vaada.gateways.table import Conflict
from vaada.model.messages import Message
from vaada.model.people import Agent, Customer
from vaada.model.rows import Row
from vaada.model.work import Survey
from vaada.rules.messages import frequency_cap, lifecycle
from vaada.rules.time.availability import customer_reachable_at, is_away, staff_reachable_at
from vaada.rules.time.deadlines import working_hours

_NOT_NEEDED = "no longer needed when it could be sent"
_SAID_OTHERWISE = "the address was stopped, and the same goes out by another medium"
_NOT_REACHED = "it is for one reader alone, whose address was stopped"
_SAID_ALREADY = "another message that goes out at the same time says the same"


def resume(desk: Desk, message_id: str, version: int, now: datetime) -> str:
    """Take up a message that was held, whose claim ran out or whose pause is over. Says what came of it."""
    message = desk.table.get(Message, message_id)
    if message is None or message.version != version or message.wake_at is None or message.wake_at > now:
        return "stale"
    if not lifecycle.may_try_again(message):
        record(desk, lifecycle.give_up(message))
        return "given up"
    if message.status == "held" and message.to != "customer":
        return _release(desk, message, now)
    return _resume_waiting(desk, message, now)


def _resume_waiting(desk: Desk, message: Message, now: datetime) -> str:
    if _is_obsolete(desk, message, now):
        record(desk, lifecycle.withhold(message, _NOT_NEEDED))
        return "withheld"
    if message.to != "customer":
        return (
            _send_again(desk, message, now) if _is_reachable(desk, message) else _reroute(desk, message, now)
        )
    message = _at_working_address(desk, message)
    if (reason := _refusal(desk, message)) is not None:
        record(desk, lifecycle.withhold(message, reason))
        return "withheld"
    morning = customer_reachable_at(customer_of(desk, work_of(desk, message)), desk.policy, now)
    if morning > now:
        record(desk, message.changed(wake_at=morning))
        return "not at night"
    return _send_again(desk, message, now)


def _at_working_address(desk: Desk, message: Message) -> Message:
    """The message to a customer, to another address if its own was suppressed and there is one that works."""
    work = work_of(desk, message)
    customer, survey = customer_of(desk, work), isinstance(work, Survey)
    if _is_working(desk, customer, message, survey=survey):
        return message
    failed = frozenset(address_id for address_id, _ in message.tried)
    other = recipients.customer_address(desk, customer, survey=survey, but=failed)
    if other is None:
        return message
    return message.model_copy(update={"medium": other.medium, "address_id": other.id})


def _is_working(desk: Desk, customer: Customer, message: Message, *, survey: bool) -> bool:
    address = recipients.address_of(desk, customer, message)
    return address is not None and not is_stopped(desk, message.medium, address, survey=survey)


def _is_reachable(desk: Desk, message: Message) -> bool:
    """Whether its reader can still be reached by it. To the owner there is no other way."""
    reader = desk.table.get(Agent, message.recipient_id) if message.recipient_id else None
    return reader is None or recipients.can_receive(desk, reader, message.medium)


def _send_again(desk: Desk, message: Message, now: datetime) -> str:
    again = lifecycle.claim(message, now, uuid.uuid4().hex)
    rows: list[Row] = [again]
    if message.status == "held" and message.instead_of is None:  # a notice: it has not been counted yet
        customer = customer_of(desk, work_of(desk, message))
        usages = usages_of(desk, customer)
        if not frequency_cap.has_room((customer, *usages), desk.policy, now):
            record(desk, lifecycle.withhold(message, "the customer was written to often enough lately"))
            return "withheld"
        rows.append(frequency_cap.count_message(customer, desk.policy, now))
        rows += [frequency_cap.count_message(each, desk.policy, now) for each in usages]
    try:
        desk.table.write(*rows)
    except Conflict:
        return "claimed by another"
    attempt(desk, again, now)
    return "tried again"


def _release(desk: Desk, message: Message, now: datetime) -> str:
    """Send a held message to staff, together with all others that wait for the same reader."""
    reader = desk.table.get(Agent, message.recipient_id) if message.recipient_id else None
    if reader is not None and (
        is_away(reader, now) or not recipients.can_receive(desk, reader, message.medium)
    ):
        if not _is_obsolete(desk, message, now):
            return _reroute(desk, message, now)
        record(desk, lifecycle.withhold(message, _NOT_NEEDED))
        return "withheld"
    waiting: tuple[Message, ...] = ()
    if message.purpose != "praise":  # which is nothing to act on, and goes out by itself
        waiting = desk.table.held_messages(
            message.recipient_id or message.to, message.medium, lifecycle.BATCH_SIZE
        )
    soon = now + lifecycle.BATCH_WINDOW
    others = [
        one
        for one in waiting
        if one.id != message.id and one.purpose != "praise" and one.wake_at and one.wake_at <= soon
    ]
    wanted: list[Message] = []
    changed: list[Message] = []
    said: set[tuple[str, str]] = set()
    for one in (message, *others[: lifecycle.BATCH_SIZE - 1]):
        says = (one.about_id, one.purpose)
        if _is_obsolete(desk, one, now):
            changed.append(lifecycle.withhold(one, _NOT_NEEDED))
        elif says in said and not one.carries:
            changed.append(lifecycle.withhold(one, _SAID_ALREADY))
        else:
            said.add(says)
            wanted.append(one)
    if wanted:
        first, *rest = wanted
        others_of = (other for one in rest for other in (one.id, *one.carries))
        carrier = lifecycle.claim(first, now, uuid.uuid4().hex, (*first.carries, *others_of))
        changed += [carrier, *(lifecycle.join_batch(one, carrier) for one in rest)]
    try:
        desk.table.write(*changed)
    except Conflict:
        return "claimed by another"
    if not wanted:
        return "withheld"
    attempt(desk, carrier, now)
    return f"released, {len(wanted)} together"


def _reroute(desk: Desk, message: Message, now: datetime) -> str:
    """Its reader has left or cannot be reached: it waits for whoever stands in for them."""
    before = desk.table.get(Agent, message.recipient_id) if message.recipient_id else None
    if before and not is_away(before, now) and fallback.is_sent_otherwise(desk, message):
        record(desk, lifecycle.withhold(message, _SAID_OTHERWISE))
        return "withheld"
    work = work_of(desk, message)
    reader = recipients.staff_recipient(
        desk, message.to, agent_of(desk, work), now, failing=frozenset(message.tried)
    )
    if message.purpose == "praise" and (reader.agent is None or reader.agent.id != message.recipient_id):
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


def _keep_for_reader(desk: Desk, message: Message, reader: Agent | None, now: datetime) -> str:
    """Praise is for its reader alone: it waits until they are back."""
    if reader is None or reader.away_until is None or not is_away(reader, now):
        record(desk, lifecycle.withhold(message, _NOT_REACHED))
        return "withheld"
    back = staff_reachable_at(working_hours(reader, desk.policy), reader.away_until)
    record(desk, message.changed(wake_at=back))
    return "kept until they are back"


def _refusal(desk: Desk, message: Message) -> str | None:
    """Why the customer does not want the message any more, if so."""
    work = work_of(desk, message)
    customer, survey = customer_of(desk, work), isinstance(work, Survey)
    consent = customer.consent
    allowed = consent.email if message.medium == "email" else consent.sms
    if not allowed or (survey and not consent.survey):
        return "the customer said stop before it could be sent"
    if not _is_working(desk, customer, message, survey=survey):
        return "the address was stopped before it could be sent"
    return None


def _is_obsolete(desk: Desk, message: Message, now: datetime) -> bool:
    """Whether neither it nor what it carries says anything true any more."""
    return all(is_obsolete(desk, one, now) for one in batch_members(desk, message))
