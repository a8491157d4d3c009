"""Delivering one message: claim, send, record. The claim stands before the send, the record after it."""

import uuid
from collections.abc import Callable
from datetime import datetime
from functools import partial

from vaada.desk import Desk
from vaada.flows.briefing import Missing, Work, brief, customer_of
from vaada.gateways.sending import Refused, Unanswered
from vaada.gateways.table import Conflict
from vaada.log import logger
from vaada.model.messages import Message
from vaada.model.people import Agent
from vaada.model.work import Commitment, FollowUp, Survey
from vaada.present import mails, texts
from vaada.present.briefs import Invitation
from vaada.rules import messages, surveys

Send = Callable[[], str]
"""Sends one message and returns the provider's id for it."""

_KINDS: dict[str, type[Work]] = {"commitment": Commitment, "follow_up": FollowUp, "survey": Survey}


def attempt(desk: Desk, message: Message, work: Work, now: datetime) -> None:
    """Send a message that is claimed, and record what came of it.

    Where no answer came nothing is recorded: the claim runs out, and `resume` decides. An error before
    the provider was asked means that nothing was sent: it is recorded as refused, and raised again.
    """
    try:
        provider_id = _composed(desk, message, work, now)()
    except Unanswered as error:
        logger.warning("no answer from the provider", message_id=message.id, error=str(error))
    except Refused as refusal:
        logger.warning("message refused", message_id=message.id, reason=refusal.reason)
        _record(desk, messages.refused(message, refusal.reason, now, for_good=refusal.for_good), work)
    except Exception:
        _record(desk, messages.refused(message, "it could not be written", now, for_good=False), work)
        raise
    else:
        _record(desk, messages.sent(message, provider_id, now), work)


def resume(desk: Desk, message_id: str, version: int, now: datetime) -> str:
    """Take up a message whose claim ran out or whose pause is over. Says what came of it, for the log."""
    message = desk.table.get(Message, message_id)
    if message is None or message.version != version or message.wake_at is None or message.wake_at > now:
        return "stale"
    work = desk.table.get(_KINDS[message.about_kind], message.about_id)
    if work is None:
        raise Missing(f"{message.about_kind} {message.about_id} of message {message.id}")
    if not messages.may_try_again(message):
        _record(desk, messages.given_up(message), work)
        return "given up"
    if not messages.still_wanted(message, work, now):
        _record(desk, messages.withheld(message, "no longer needed when it could be sent"), work)
        return "no longer needed"
    if isinstance(work, Survey) and not customer_of(desk, work).consent.survey:
        _record(desk, messages.withheld(message, "the customer said stop before it could be sent"), work)
        return "no longer agreed to"
    again = messages.claimed_again(message, now, uuid.uuid4().hex)
    try:
        desk.table.write(again)
    except Conflict:
        return "claimed by another"
    attempt(desk, again, work, now)
    return "tried again"


def _composed(desk: Desk, message: Message, work: Work, now: datetime) -> Send:
    """The message, written and addressed, ready to be sent. Raises Refused where it has no address."""
    if isinstance(work, Survey):
        return _for_customer(desk, message, work)
    reader = desk.table.get(Agent, message.recipient_id) if message.recipient_id else None
    about = brief(desk, work, reader, message.to, now)
    if message.medium == "sms":
        if reader is None or reader.phone is None:
            raise Refused("no phone number", for_good=True)
        text = texts.for_staff(message.purpose, message.to, about)
        return partial(desk.texter.send, text, to_phone=reader.phone)
    return partial(
        desk.mailer.send,
        mails.for_staff(message.purpose, message.to, about),
        business=about.business,
        to_name=reader.name if reader else "",
        to_email=reader.email if reader else desk.settings.owner_email,
        message_id=message.id,
        unsubscribe_url=None,
    )


def _for_customer(desk: Desk, message: Message, survey: Survey) -> Send:
    customer = customer_of(desk, survey)
    address = customer.phone if message.medium == "sms" else customer.email
    if address is None:
        raise Refused("no address any more", for_good=True)
    agent = desk.table.get(Agent, survey.agent_id)
    business = desk.policy.business
    invitation = Invitation(
        business=business.name,
        language=customer.language or business.language,
        customer_name=customer.name,
        agent_name=agent.name if agent else business.name,
        survey_url=desk.links.url("survey", survey.id),
        unsubscribe_url=desk.links.url("unsubscribe", survey.id),
        closes_on=surveys.last_day(survey, customer.time_zone or business.time_zone),
    )
    if message.medium == "sms":
        text = texts.for_customer(message.purpose, invitation)
        return partial(desk.texter.send, text, to_phone=address)
    return partial(
        desk.mailer.send,
        mails.for_customer(message.purpose, invitation),
        business=business.name,
        to_name=customer.name,
        to_email=address,
        message_id=message.id,
        unsubscribe_url=invitation.unsubscribe_url,
    )


def _record(desk: Desk, message: Message, work: Work) -> None:
    if message.status in {"failed", "unknown"}:
        logger.error("message not sent", message_id=message.id, status=message.status, reason=message.why_not)
    rows: tuple[Message] | tuple[Message, Survey] = (message,)
    if isinstance(work, Survey) and message.purpose == "survey" and message.status == "failed":
        rows = (message, surveys.undelivered(work, message.why_not))
    try:
        desk.table.write(*rows)
    except Conflict:
        # The claim ran out meanwhile and another took the message up: what it finds is the record.
        logger.warning("somebody else recorded this message", message_id=message.id, status=message.status)
