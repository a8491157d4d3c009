"""Delivering one message: claim, send, record. The claim stands before the send, the record after it."""

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from vaada.desk import Desk
from vaada.flows.briefing import (
    WORK,
    Missing,
    Work,
    agent_of,
    brief,
    customer_of,
    is_answerable,
    recipient,
)
from vaada.gateways.sending import Refused, Unanswered
from vaada.gateways.table import Conflict
from vaada.log import logger
from vaada.model.messages import Message
from vaada.model.people import Agent, Customer
from vaada.model.rows import Row
from vaada.model.work import Commitment, Survey
from vaada.present import mails, texts
from vaada.present.briefs import Invitation, LateNotice, Note
from vaada.rules import messages, surveys
from vaada.rules.deadlines import working_hours
from vaada.rules.reach import is_away, media_for_agent, staff_hear_at

Send = Callable[[], str]
"""Sends one message and returns the provider's id for it."""

_NOT_NEEDED = "no longer needed when it could be sent"
_SAID_ALREADY = "another message that goes out at the same time says the same"


def attempt(desk: Desk, message: Message, now: datetime) -> None:
    """Send a message that is claimed, and record what came of it.

    Where no answer came nothing is recorded: the claim runs out, and `resume` decides. An error before
    the provider was asked means that nothing was sent: it is recorded as refused, and raised again.
    """
    try:
        provider_id = _composed(desk, message, now)()
    except Unanswered as error:
        logger.warning("no answer from the provider", message_id=message.id, error=str(error))
    except Refused as refusal:
        logger.warning("message refused", message_id=message.id, reason=refusal.reason)
        _record(desk, messages.refused(message, refusal.reason, now, for_good=refusal.for_good))
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
    again = messages.claimed(message, now, uuid.uuid4().hex)
    try:
        desk.table.write(again)
    except Conflict:
        return "claimed by another"
    attempt(desk, again, now)
    return "tried again"


def carried(desk: Desk, message: Message) -> Iterator[Message]:
    """The message itself, and those that go out with it."""
    yield message
    for other_id in message.carries:
        other = desk.table.get(Message, other_id)
        if other is not None:
            yield other


def work_of(desk: Desk, message: Message) -> Work:
    """The row that the message is about. Raises Missing."""
    work = desk.table.get(WORK[message.about_kind], message.about_id)
    if work is None:
        raise Missing(f"{message.about_kind} {message.about_id} of message {message.id}")
    return work


def _release(desk: Desk, message: Message, now: datetime) -> str:
    """Send a held message to staff, together with all others that wait for the same reader."""
    reader = desk.table.get(Agent, message.recipient_id) if message.recipient_id else None
    if reader is not None and is_away(reader, now):
        return _reroute(desk, message, now)
    waiting = desk.table.held(message.recipient_id or message.to, message.medium, messages.TOGETHER)
    soon = now + messages.GATHERING
    others = [one for one in waiting if one.id != message.id and one.wake_at and one.wake_at <= soon]
    wanted: list[Message] = []
    changed: list[Message] = []
    said: set[tuple[str, str]] = set()
    for one in (message, *others[: messages.TOGETHER - 1]):
        says = (one.about_id, one.purpose)
        if _no_longer_true(desk, one, now):
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
    if all(_no_longer_true(desk, one, now) for one in carried(desk, message)):
        return _NOT_NEEDED
    if message.to == "customer":
        work = work_of(desk, message)
        consent = customer_of(desk, work).consent
        allowed = consent.email if message.medium == "email" else consent.sms
        if not allowed or (isinstance(work, Survey) and not consent.survey):
            return "the customer said stop before it could be sent"
    return None


def _no_longer_true(desk: Desk, message: Message, now: datetime) -> bool:
    return not messages.still_wanted(message, work_of(desk, message), now)


def _composed(desk: Desk, message: Message, now: datetime) -> Send:
    """The message, written and addressed, ready to be sent. Raises Refused where it has no address."""
    work = work_of(desk, message)
    if message.to == "customer":
        return _for_customer(desk, message, work, now)
    reader = desk.table.get(Agent, message.recipient_id) if message.recipient_id else None
    together = list(carried(desk, message))
    if message.carries:
        together = [one for one in together if not _no_longer_true(desk, one, now)] or [message]
    notes = [_note(desk, one, reader, now) for one in together]
    if message.medium == "sms":
        if reader is None or reader.phone is None:
            raise Refused("no phone number", for_good=True)
        if len(notes) > 1:
            text = texts.for_staff_together(notes, desk.links.url("action", message.id))
        else:
            text = texts.for_staff(notes[0].purpose, notes[0].to, notes[0].brief)
        return partial(desk.texter.send, text, to_phone=reader.phone)
    return partial(
        desk.mailer.send,
        mails.for_staff_together(notes)
        if len(notes) > 1
        else mails.for_staff(notes[0].purpose, notes[0].to, notes[0].brief),
        business=desk.policy.business.name,
        to_name=reader.name if reader else "",
        to_email=reader.email if reader else desk.settings.owner_email,
        message_id=message.id,
        unsubscribe_url=None,
    )


def _note(desk: Desk, message: Message, reader: Agent | None, now: datetime) -> Note:
    work = work_of(desk, message)
    if isinstance(work, Survey):
        raise Missing(f"message {message.id} to staff is about a survey")
    about = brief(
        desk,
        work,
        reader,
        now,
        answerable=is_answerable(message.purpose),
        reckoning=message.explain.due_at,
    )
    return Note(message.purpose, message.to, about)


def _for_customer(desk: Desk, message: Message, work: Work, now: datetime) -> Send:
    customer = customer_of(desk, work)
    address = customer.phone if message.medium == "sms" else customer.email
    if address is None:
        raise Refused("no address any more", for_good=True)
    agent = desk.table.get(Agent, work.agent_id)
    business = desk.policy.business
    agent_name = agent.name if agent else business.name
    unsubscribe_url = None
    if isinstance(work, Survey):
        unsubscribe_url = desk.links.url("unsubscribe", work.id)
        invitation = Invitation(
            business=business.name,
            language=customer.language or business.language,
            customer_name=customer.name,
            agent_name=agent_name,
            survey_url=desk.links.url("survey", work.id),
            unsubscribe_url=unsubscribe_url,
            closes_on=surveys.last_day(work, customer.time_zone or business.time_zone),
        )
        mail = partial(mails.for_customer, message.purpose, invitation)
        text = partial(texts.for_customer, message.purpose, invitation)
    elif isinstance(work, Commitment):
        notice = _late_notice(work, customer, agent_name, desk, now)
        mail, text = partial(mails.for_late, notice), partial(texts.for_late, notice)
    else:
        raise Missing(f"message {message.id} to a customer is about a {work.kind_of_row}")
    if message.medium == "sms":
        return partial(desk.texter.send, text(), to_phone=address)
    return partial(
        desk.mailer.send,
        mail(),
        business=business.name,
        to_name=customer.name,
        to_email=address,
        message_id=message.id,
        unsubscribe_url=unsubscribe_url,
    )


def _late_notice(
    promise: Commitment, customer: Customer, agent_name: str, desk: Desk, now: datetime
) -> LateNotice:
    business = desk.policy.business
    zone = ZoneInfo(customer.time_zone or business.time_zone)
    return LateNotice(
        business=business.name,
        language=customer.language or business.language,
        customer_name=customer.name,
        agent_name=agent_name,
        what=promise.what,
        due_at=promise.due_at.astimezone(zone),
        now=now.astimezone(zone),
    )


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
