"""Compose a message from its rows, ready to send."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from vaada.desk import Desk
from vaada.flows.messages.brief import brief, is_actionable
from vaada.flows.messages.recipients import address_of
from vaada.flows.messages.suppression import is_suppressed
from vaada.flows.optimistic_write import NotFound
from vaada.flows.work import MissingRow, Work, customer_of, work_of
from vaada.gateways.send_errors import Refused
from vaada.model.messages import Message
from vaada.model.people import Agent, Customer
from vaada.model.work import SCALES, Commitment, Survey
from vaada.present import email, sms
from vaada.present.email import Mail
from vaada.present.view_models import Invitation, LateNotice, Note, Praise
from vaada.rules import surveys
from vaada.rules.messages import lifecycle
from vaada.rules.time.zones import zone_of

Send = partial[str]
"""Sends one message. Returns the provider's id of it."""


def compose(desk: Desk, message: Message, now: datetime) -> Send:
    """Compose the message. Returns a function that sends it.

    Raises Refused if there is no address, NotFound if its customer is erased.
    """
    work = work_of(desk, message)
    if message.to == "customer":
        return _compose_for_customer(desk, message, work, now)
    reader = desk.table.get(Agent, message.recipient_id) if message.recipient_id else None
    if isinstance(work, Survey):
        return _compose_for_staff(desk, message, reader, *_praise(desk, work, reader, now))
    members = list(batch_members(desk, message))
    if message.carries:
        members = [one for one in members if not is_obsolete(desk, one, now)] or [message]
    notes = list(_notes(desk, members, reader, now))
    if not notes:
        raise NotFound(Customer, message.customer_id)
    if len(notes) > 1:
        link = partial(desk.links.url, "action", message.id)
        mail = partial(email.for_staff_batch, notes)
        return _compose_for_staff(desk, message, reader, mail, lambda: sms.for_staff_batch(notes, link()))
    note = (notes[0].purpose, notes[0].to, notes[0].brief)
    return _compose_for_staff(
        desk, message, reader, partial(email.for_staff, *note), partial(sms.for_staff, *note)
    )


def _compose_for_staff(
    desk: Desk, message: Message, reader: Agent | None, mail: Callable[[], Mail], text: Callable[[], str]
) -> Send:
    if message.medium == "sms":
        if reader is None or reader.phone is None:
            raise Refused("no phone number", for_good=True)
        return partial(desk.texter.send, text(), to_phone=reader.phone)
    if reader is None and is_suppressed(desk, "email", desk.settings.owner_email, survey=False):
        raise Refused("the owner's address is stopped", for_good=True)
    return partial(
        desk.mailer.send,
        mail(),
        business=desk.policy.business.name,
        to_name=reader.name if reader else "",
        to_email=reader.email if reader else desk.settings.owner_email,
        message_id=message.id,
        thread=None,
        unsubscribe_url=None,
    )


def _praise(
    desk: Desk, survey: Survey, reader: Agent | None, now: datetime
) -> tuple[Callable[[], Mail], Callable[[], str]]:
    zone = ZoneInfo(zone_of(reader, desk.policy))
    praise = Praise(
        business=desk.policy.business.name,
        reader_name=reader.name if reader else "",
        customer_name=customer_of(desk, survey).name,
        score=survey.score or 0,
        top=SCALES[survey.kind][-1],
        words=survey.comment or "",
        now=now.astimezone(zone),
    )
    return partial(email.for_praise, praise), partial(sms.for_praise, praise)


def _notes(desk: Desk, members: list[Message], reader: Agent | None, now: datetime) -> Iterator[Note]:
    for one in members:
        try:
            yield _note(desk, one, reader, now)
        except NotFound:
            continue  # its customer was erased


def _note(desk: Desk, message: Message, reader: Agent | None, now: datetime) -> Note:
    work = work_of(desk, message)
    if isinstance(work, Survey):
        raise MissingRow(f"message {message.id} to staff is about a survey")
    about = brief(
        desk,
        work,
        reader,
        now,
        answerable=is_actionable(message.purpose),
        explanation=message.explain.due_at,
    )
    return Note(message.purpose, message.to, about)


def _compose_for_customer(desk: Desk, message: Message, work: Work, now: datetime) -> Send:
    customer = customer_of(desk, work)
    address = address_of(desk, customer, message)
    if address is None:
        raise Refused("no address any more", for_good=True)
    agent = desk.table.get(Agent, work.agent_id)
    business = desk.policy.business
    agent_name = agent.name if agent else business.name
    unsubscribe_url = None
    mail: Callable[[], Mail]
    text: Callable[[], str]
    if isinstance(work, Survey):
        invitation = _invitation(desk, work, customer, agent_name)
        unsubscribe_url = invitation.unsubscribe_url
        mail = partial(email.for_customer, message.purpose, invitation)
        text = partial(sms.for_customer, message.purpose, invitation)
    elif isinstance(work, Commitment):
        notice = _late_notice(work, customer, agent_name, desk, now)
        mail, text = partial(email.for_late, notice), partial(sms.for_late, notice)
    else:
        raise MissingRow(f"message {message.id} to a customer is about a {work.kind_of_row}")
    if message.medium == "sms":
        return partial(desk.texter.send, text(), to_phone=address)
    return partial(
        desk.mailer.send,
        mail(),
        business=business.name,
        to_name=customer.name,
        to_email=address,
        message_id=message.id,
        thread=customer.id,
        unsubscribe_url=unsubscribe_url,
    )


def _invitation(desk: Desk, survey: Survey, customer: Customer, agent_name: str) -> Invitation:
    business = desk.policy.business
    promise = desk.table.get(Commitment, survey.commitment_id) if survey.commitment_id else None
    return Invitation(
        business=business.name,
        language=customer.language or business.language,
        customer_name=customer.name,
        agent_name=agent_name,
        survey_url=desk.links.url("survey", survey.id),
        unsubscribe_url=desk.links.url("unsubscribe", survey.id),
        closes_on=surveys.last_day(survey, zone_of(customer, desk.policy)),
        kind=survey.kind,
        what=promise.what if promise else None,
        can_reply=desk.settings.texts_answered,
    )


def _late_notice(
    promise: Commitment, customer: Customer, agent_name: str, desk: Desk, now: datetime
) -> LateNotice:
    business = desk.policy.business
    zone = ZoneInfo(zone_of(customer, desk.policy))
    return LateNotice(
        business=business.name,
        language=customer.language or business.language,
        customer_name=customer.name,
        agent_name=agent_name,
        what=promise.what,
        due_at=promise.due_at.astimezone(zone),
        now=now.astimezone(zone),
    )


def batch_members(desk: Desk, message: Message) -> Iterator[Message]:
    """Yield the message and those that it carries."""
    yield message
    for other_id in message.carries:
        other = desk.table.get(Message, other_id)
        if other is not None:
            yield other


def is_obsolete(desk: Desk, message: Message, now: datetime) -> bool:
    """Whether the message is not true any more, or its customer is erased."""
    try:
        return not lifecycle.is_still_true(message, work_of(desk, message), now)
    except NotFound:
        return True


def is_batch_obsolete(desk: Desk, message: Message, now: datetime) -> bool:
    """Whether the message and all that it carries are obsolete."""
    return all(is_obsolete(desk, one, now) for one in batch_members(desk, message))
