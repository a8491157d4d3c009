"""Delivering one message: claim, send, record. The claim stands before the send, the record after it."""

import uuid
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.briefing import agent_of, customer_of, recipient
from vaada.flows.compose import carried, composed, no_longer_true, work_of
from vaada.flows.pacing import may_text
from vaada.flows.suppressing import stopped_media
from vaada.gateways.sending import Refused, Unanswered
from vaada.gateways.table import Conflict
from vaada.log import logger
from vaada.model.messages import Message
from vaada.model.people import Agent
from vaada.model.rows import Row
from vaada.model.work import Survey
from vaada.rules import budgets, messages, surveys
from vaada.rules.deadlines import working_hours
from vaada.rules.reach import customer_hears_at, is_away, media_for_agent, staff_hear_at

_NOT_NEEDED = "no longer needed when it could be sent"
_SAID_ALREADY = "another message that goes out at the same time says the same"


def attempt(desk: Desk, message: Message, now: datetime) -> None:
    """Send a message that is claimed, and record what came of it.

    Where no answer came nothing is recorded: the claim runs out, and `resume` decides. An error before
    the provider was asked means that nothing was sent: it is recorded as refused, and raised again.
    """
    try:
        send = composed(desk, message, now)
        if message.medium == "sms":
            may_text(desk, send.keywords["to_phone"], now)
        provider_id = send()
    except Unanswered as error:
        logger.warning("no answer from the provider", message_id=message.id, error=str(error))
    except Refused as refusal:
        logger.warning("message refused", message_id=message.id, reason=refusal.reason)
        again = messages.throttled if refusal.throttled else messages.refused
        _record(desk, again(message, refusal.reason, now, for_good=refusal.for_good))
    except Exception:
        _record(desk, messages.refused(message, "it could not be written", now, for_good=False))
        raise
    else:
        _record(desk, messages.sent(message, provider_id, now))


def resume(desk: Desk, message_id: str, version: int, now: datetime) -> str:
    """Take up a message that was held, whose claim ran out or whose pause is over. Says what came of it."""
    message = desk.table.get(Message, message_id)
    if message is None or message.version != version or message.wake_at is None or message.wake_at > now:
        return "stale"
    if not messages.may_try_again(message):
        _record(desk, messages.given_up(message))
        return "given up"
    if message.status == "held" and message.to != "customer":
        return _release(desk, message, now)
    if (reason := _unwanted(desk, message, now)) is not None:
        _record(desk, messages.withheld(message, reason))
        return "withheld"
    if message.to == "customer":
        morning = customer_hears_at(customer_of(desk, work_of(desk, message)), desk.policy, now)
        if morning > now:
            _record(desk, message.changed(wake_at=morning))
            return "not at night"
    return _send_again(desk, message, now)


def _send_again(desk: Desk, message: Message, now: datetime) -> str:
    again = messages.claimed(message, now, uuid.uuid4().hex)
    rows: list[Row] = [again]
    if message.status == "held":  # a notice to a customer: it has not been counted yet
        customer = customer_of(desk, work_of(desk, message))
        if not budgets.has_room(customer, desk.policy, now):
            _record(desk, messages.withheld(message, "the customer was written to often enough lately"))
            return "withheld"
        rows.append(budgets.written_to(customer, desk.policy, now))
    try:
        desk.table.write(*rows)
    except Conflict:
        return "claimed by another"
    attempt(desk, again, now)
    return "tried again"


def _release(desk: Desk, message: Message, now: datetime) -> str:
    """Send a held message to staff, together with all others that wait for the same reader."""
    reader = desk.table.get(Agent, message.recipient_id) if message.recipient_id else None
    if reader is not None and is_away(reader, now):
        return _reroute(desk, message, now)
    waiting: tuple[Message, ...] = ()
    if message.purpose != "praise":  # which is nothing to act on, and goes out by itself
        waiting = desk.table.held(message.recipient_id or message.to, message.medium, messages.TOGETHER)
    soon = now + messages.GATHERING
    others = [
        one
        for one in waiting
        if one.id != message.id and one.purpose != "praise" and one.wake_at and one.wake_at <= soon
    ]
    wanted: list[Message] = []
    changed: list[Message] = []
    said: set[tuple[str, str]] = set()
    for one in (message, *others[: messages.TOGETHER - 1]):
        says = (one.about_id, one.purpose)
        if no_longer_true(desk, one, now):
            changed.append(messages.withheld(one, _NOT_NEEDED))
        elif says in said:
            changed.append(messages.withheld(one, _SAID_ALREADY))
        else:
            said.add(says)
            wanted.append(one)
    if wanted:
        first, *rest = wanted
        carrier = messages.claimed(first, now, uuid.uuid4().hex, tuple(one.id for one in rest))
        changed += [carrier, *(messages.grouped(one, carrier) for one in rest)]
    try:
        desk.table.write(*changed)
    except Conflict:
        return "claimed by another"
    if not wanted:
        return "withheld"
    attempt(desk, carrier, now)
    return f"released, {len(wanted)} together"


def _reroute(desk: Desk, message: Message, now: datetime) -> str:
    """Its reader has left meanwhile: it waits for whoever stands in for them."""
    agent = agent_of(desk, work_of(desk, message))
    reader = recipient(desk, message.to, agent, now)
    changes: dict[str, object] = {"to": "owner", "recipient_id": None, "medium": "email", "wake_at": now}
    if reader is not None:
        media = media_for_agent(reader, texts=desk.settings.sms_enabled)
        changes = {
            "recipient_id": reader.agent_id,
            "medium": message.medium if message.medium in media else media[0],
            "wake_at": staff_hear_at(working_hours(reader, desk.policy), now),
        }
    try:
        desk.table.write(message.changed(**changes))
    except Conflict:
        return "claimed by another"
    return "rerouted"


def _unwanted(desk: Desk, message: Message, now: datetime) -> str | None:
    """Why neither the message nor any that goes out with it should be sent any more, if so."""
    if all(no_longer_true(desk, one, now) for one in carried(desk, message)):
        return _NOT_NEEDED
    if message.to == "customer":
        work = work_of(desk, message)
        consent = customer_of(desk, work).consent
        allowed = consent.email if message.medium == "email" else consent.sms
        survey = isinstance(work, Survey)
        if not allowed or (survey and not consent.survey):
            return "the customer said stop before it could be sent"
        if message.medium in stopped_media(desk, customer_of(desk, work), survey=survey):
            return "the address was stopped before it could be sent"
    return None


def _record(desk: Desk, message: Message) -> None:
    rows: list[Row] = [message]
    if message.status in {"failed", "unknown"}:
        logger.error("message not sent", message_id=message.id, status=message.status, reason=message.why_not)
    if message.purpose == "survey" and message.status == "failed":
        survey = work_of(desk, message)
        if isinstance(survey, Survey) and survey.status == "sent":
            rows.append(surveys.undelivered(survey, message.why_not))
    try:
        desk.table.write(*rows)
    except Conflict:
        # The claim ran out meanwhile and another took the message up: what it finds is the record.
        logger.warning("somebody else recorded this message", message_id=message.id, status=message.status)
