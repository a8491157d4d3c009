"""Delivering one message: claim, send, record. The claim stands before the send, the record after it."""

import uuid
from collections.abc import Iterator
from datetime import datetime

from vaada.desk import Desk
from vaada.flows import reaching, replacing
from vaada.flows.briefing import agent_of, customer_of
from vaada.flows.compose import carried, composed, no_longer_true, work_of
from vaada.flows.letting_go import held_again
from vaada.flows.pacing import Counted, count_mail, count_text, give_back
from vaada.flows.suppressing import stopped_media
from vaada.flows.writing import Busy, NotThere
from vaada.gateways.sending import Refused, Unanswered
from vaada.gateways.table import Conflict
from vaada.log import logger
from vaada.model.messages import Message
from vaada.model.people import Agent
from vaada.model.rows import Row
from vaada.model.work import Survey
from vaada.present.texts import segments
from vaada.rules import budgets, messages, surveys
from vaada.rules.deadlines import working_hours
from vaada.rules.reach import customer_hears_at, is_away, staff_hear_at

_TRIES = 4
_NOT_NEEDED = "no longer needed when it could be sent"
_SAID_OTHERWISE = "the address was stopped, and the same goes out by another medium"
_NOT_REACHED = "it is for one reader alone, whose address was stopped"
_SAID_ALREADY = "another message that goes out at the same time says the same"


def attempt(desk: Desk, message: Message, now: datetime) -> None:
    """Send a message that is claimed, and record what came of it.

    Where no answer came nothing is recorded: the claim runs out, and `resume` decides. An error before
    the provider was asked means that nothing was sent: it is recorded as refused, and raised again.
    """
    counted: Counted = {}
    try:
        send = composed(desk, message, now)
        if message.medium == "sms":
            counted = count_text(desk, send.keywords["to_phone"], segments(send.args[0]), now)
        else:
            counted = count_mail(desk, now)
        provider_id = send()
    except Unanswered as error:
        logger.warning("no answer from the provider", message_id=message.id, error=str(error))
    except Refused as refusal:
        logger.warning("message refused", message_id=message.id, reason=refusal.reason)
        _record(desk, *_refused(desk, message, refusal, now))
        give_back(desk, counted)
    except NotThere:
        others = held_again(desk, message.id, message.carries, now)
        _record(desk, messages.withheld(message, "its customer was erased"), *others)
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
    return _take_up(desk, message, now)


def _take_up(desk: Desk, message: Message, now: datetime) -> str:
    if _is_over(desk, message, now):
        _record(desk, messages.withheld(message, _NOT_NEEDED))
        return "withheld"
    if message.to != "customer":
        return _send_again(desk, message, now) if _reaches(desk, message) else _reroute(desk, message, now)
    message = _by_what_works(desk, message)
    if (reason := _unwanted(desk, message)) is not None:
        _record(desk, messages.withheld(message, reason))
        return "withheld"
    morning = customer_hears_at(customer_of(desk, work_of(desk, message)), desk.policy, now)
    if morning > now:
        _record(desk, message.changed(wake_at=morning))
        return "not at night"
    return _send_again(desk, message, now)


def _by_what_works(desk: Desk, message: Message) -> Message:
    """The message to a customer, by the other way if its address was stopped and there is one."""
    work = work_of(desk, message)
    customer, survey = customer_of(desk, work), isinstance(work, Survey)
    if message.medium not in stopped_media(desk, customer, survey=survey):
        return message
    medium = reaching.customer_medium(desk, customer, survey=survey)
    return message.model_copy(update={"medium": medium}) if medium else message


def _refused(desk: Desk, message: Message, refusal: Refused, now: datetime) -> tuple[Message, ...]:
    """The message that was refused, and what goes out in its place if it was for good."""
    if refusal.throttled:
        return (messages.throttled(message, refusal.reason, now, for_now=refusal.for_now),)
    if refusal.for_good:
        if replacing.is_told_otherwise(desk, message):
            return (messages.withheld(message, refusal.reason),)
        why = f"the first one could not be sent: {refusal.reason}"
        if (other := replacing.instead(desk, message, now, why)) is not None:
            return messages.withheld(message, refusal.reason), other
    return (messages.refused(message, refusal.reason, now, for_good=refusal.for_good),)


def _reaches(desk: Desk, message: Message) -> bool:
    """Whether its reader can still be reached by it. To the owner there is no other way."""
    reader = desk.table.get(Agent, message.recipient_id) if message.recipient_id else None
    return reader is None or reaching.works(desk, reader, message.medium)


def _send_again(desk: Desk, message: Message, now: datetime) -> str:
    again = messages.claimed(message, now, uuid.uuid4().hex)
    rows: list[Row] = [again]
    if message.status == "held" and message.instead_of is None:  # a notice: it has not been counted yet
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
    if reader is not None and (is_away(reader, now) or not reaching.works(desk, reader, message.medium)):
        if not _is_over(desk, message, now):
            return _reroute(desk, message, now)
        _record(desk, messages.withheld(message, _NOT_NEEDED))
        return "withheld"
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
        if _is_over(desk, one, now):
            changed.append(messages.withheld(one, _NOT_NEEDED))
        elif says in said and not one.carries:
            changed.append(messages.withheld(one, _SAID_ALREADY))
        else:
            said.add(says)
            wanted.append(one)
    if wanted:
        first, *rest = wanted
        others_of = (other for one in rest for other in (one.id, *one.carries))
        carrier = messages.claimed(first, now, uuid.uuid4().hex, (*first.carries, *others_of))
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
    """Its reader has left or cannot be reached: it waits for whoever stands in for them."""
    before = desk.table.get(Agent, message.recipient_id) if message.recipient_id else None
    if before and not is_away(before, now) and replacing.is_told_otherwise(desk, message):
        _record(desk, messages.withheld(message, _SAID_OTHERWISE))
        return "withheld"
    work = work_of(desk, message)
    reader = reaching.staff(desk, message.to, agent_of(desk, work), now, failing=frozenset(message.tried))
    if message.purpose == "praise" and (reader.agent is None or reader.agent.id != message.recipient_id):
        return _keep(desk, message, before, now)
    rerouted = message.changed(
        to=message.to if reader.agent else "owner",
        recipient_id=reader.agent.id if reader.agent else None,
        medium=message.medium if message.medium in reader.media else reader.media[0],
        wake_at=replacing.hears_at(desk, work, reader.agent, now),
    )
    try:
        desk.table.write(rerouted)
    except Conflict:
        return "claimed by another"
    return "rerouted"


def _keep(desk: Desk, message: Message, reader: Agent | None, now: datetime) -> str:
    """Praise is for its reader alone: it waits until they are back."""
    if reader is None or reader.away_until is None or not is_away(reader, now):
        _record(desk, messages.withheld(message, _NOT_REACHED))
        return "withheld"
    back = staff_hear_at(working_hours(reader, desk.policy), reader.away_until)
    _record(desk, message.changed(wake_at=back))
    return "kept until they are back"


def _unwanted(desk: Desk, message: Message) -> str | None:
    """Why the customer does not want the message any more, if so."""
    work = work_of(desk, message)
    customer, survey = customer_of(desk, work), isinstance(work, Survey)
    consent = customer.consent
    allowed = consent.email if message.medium == "email" else consent.sms
    if not allowed or (survey and not consent.survey):
        return "the customer said stop before it could be sent"
    if message.medium in stopped_media(desk, customer, survey=survey):
        return "the address was stopped before it could be sent"
    return None


def _is_over(desk: Desk, message: Message, now: datetime) -> bool:
    """Whether neither it nor what it carries says anything true any more."""
    return all(no_longer_true(desk, one, now) for one in carried(desk, message))


def _record(desk: Desk, message: Message, *instead: Message) -> None:
    if message.status in {"failed", "unknown"}:
        logger.error("message not sent", message_id=message.id, status=message.status, reason=message.why_not)
    for _ in range(_TRIES):
        rows: list[Row] = [message, *instead, *_not_asked(desk, message, instead)]
        try:
            desk.table.write(*rows)
        except Conflict as conflict:
            if message not in conflict.rows:
                continue  # the survey was written to meanwhile, or a transaction was under way
            # The claim ran out meanwhile and another took the message up: what it finds is the record.
            logger.warning(
                "somebody else recorded this message", message_id=message.id, status=message.status
            )
        return
    raise Busy(message.id)


def _not_asked(desk: Desk, message: Message, instead: tuple[Message, ...]) -> Iterator[Survey]:
    """The survey that this message was to ask, where nothing asks it any more."""
    if message.purpose == "survey" and message.status in {"failed", "withheld"} and not instead:
        survey = desk.table.get(Survey, message.about_id)
        if survey is not None and survey.status == "sent":
            yield surveys.undelivered(survey, message.why_not)
