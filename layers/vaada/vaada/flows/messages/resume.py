"""Resume a message that was held, waits for a retry, or has an expired lease."""

import uuid
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.messages import recipients, recommendations
from vaada.flows.messages.address_usage import usages_of
from vaada.flows.messages.release import release
from vaada.flows.messages.reroute import reroute
from vaada.flows.messages.send import attempt, record
from vaada.flows.messages.suppression import is_suppressed
from vaada.flows.messages.tasks import obsolete_ids
from vaada.flows.optimistic_write import require
from vaada.flows.work import SUBJECTS, About, customer_of, work_of
from vaada.gateways.table import Conflict
from vaada.model.campaigns import Campaign, CampaignRecipient
from vaada.model.interactions import Interaction
from vaada.model.messages import Message
from vaada.model.people import Agent, Customer, kind_of_address
from vaada.model.rows import Row
from vaada.model.work import Survey
from vaada.rules import campaigns
from vaada.rules.messages import frequency_cap, lifecycle, personal
from vaada.rules.messages.batches import NOT_NEEDED
from vaada.rules.whatsapp import open_until


def resume(desk: Desk, message_id: str, version: int, now: datetime) -> str:
    """Send, hold, reroute or end a due message. Returns the outcome for the log."""
    message = desk.table.get(Message, message_id)
    if message is None or message.version != version or message.wake_at is None or message.wake_at > now:
        return "stale"
    if not lifecycle.may_try_again(message):
        record(desk, lifecycle.give_up(message), now=now)
        return "given up"
    if message.status == "held" and message.to != "customer":
        return release(desk, message, now)
    return _resume_waiting(desk, message, now)


def _resume_waiting(desk: Desk, message: Message, now: datetime) -> str:
    desk.links.prepare()  # it also reads the key that hashes addresses
    desk.read_ahead(
        (SUBJECTS[message.about_kind], message.about_id),
        (Customer, message.customer_id),
        (Interaction, message.interaction_id),
        (Agent, message.recipient_id),
    )
    if obsolete_ids(desk, [message], now):
        record(desk, lifecycle.withhold(message, NOT_NEEDED), now=now)
        return "withheld"
    if message.to != "customer":
        return (
            _send_again(desk, message, now) if _is_reachable(desk, message) else reroute(desk, message, now)
        )
    message = _at_working_address(desk, message)
    if (reason := _refusal(desk, message, now)) is not None:
        record(desk, lifecycle.withhold(message, reason), now=now)
        return "withheld"
    customer = customer_of(desk, work_of(desk, message))
    morning = personal.goes_out_at(customer, desk.policy, now, at_night=message.at_night)
    if morning > now:
        record(desk, message.changed(wake_at=morning), now=now)
        return "not at night"
    return _send_again(desk, message, now)


def _at_working_address(desk: Desk, message: Message) -> Message:
    """Return the message with another working address, if its own is suppressed."""
    work = work_of(desk, message)
    customer = customer_of(desk, work)
    if _is_working(desk, customer, message, work):
        return message
    failed = frozenset(address_id for address_id, _ in message.tried)
    other = recipients.next_address(desk, customer, work, message.medium, but=failed)
    if other is None:
        return message
    return message.model_copy(update={"medium": other.medium, "address_id": other.id})


def _is_working(desk: Desk, customer: Customer, message: Message, work: About) -> bool:
    address = recipients.address_of(desk, customer, message)
    survey, news = isinstance(work, Survey), isinstance(work, CampaignRecipient)
    return address is not None and not is_suppressed(
        desk, kind_of_address(message.medium), address, survey=survey, news=news
    )


def _is_reachable(desk: Desk, message: Message) -> bool:
    """Whether the reader can still be reached by the medium of the message. The owner has only one medium."""
    reader = desk.table.get(Agent, message.recipient_id) if message.recipient_id else None
    return reader is None or recipients.can_receive(desk, reader, kind_of_address(message.medium))


def _send_again(desk: Desk, message: Message, now: datetime) -> str:
    again = lifecycle.claim(message, now, uuid.uuid4().hex)
    rows: list[Row] = [again]
    customers = [found] if (found := desk.table.get(Customer, message.customer_id)) is not None else []
    if message.status == "held" and message.instead_of is None:  # a notice, which was not counted yet
        work = work_of(desk, message)
        customer = customer_of(desk, work)
        usages, policy = usages_of(desk, customer), desk.policy
        campaign_id = _campaign_id(message, work)
        reason = frequency_cap.why_not((customer, *usages), campaign_id, policy, now)
        if not message.awaited and reason is not None:
            record(desk, lifecycle.withhold(message, reason), now=now)
            return "withheld"
        rows.append(frequency_cap.count(customer, campaign_id, policy, now))
        rows += [frequency_cap.count(each, campaign_id, policy, now) for each in usages]
    try:
        desk.table.write(*rows, must_exist=customers)
    except Conflict:
        return "claimed by another"
    attempt(desk, again, now)
    return "tried again"


def _refusal(desk: Desk, message: Message, now: datetime) -> str | None:
    """Return why the message must not be sent any more. None: it may."""
    work = work_of(desk, message)
    customer = customer_of(desk, work)
    if isinstance(work, CampaignRecipient):
        reason = campaigns.why_not_now(customer, require(desk, Campaign, work.campaign_id), now)
        if reason is not None:
            return reason
    asks = message.purpose == "confirmation"  # this message asks for the consent itself
    if message.medium == "whatsapp" and (reason := _why_not_by_whatsapp(desk, message, now)) is not None:
        return reason
    allowed = asks or personal.has_consent(customer, message.medium, answers=message.answers is not None)
    if not allowed or (isinstance(work, Survey) and not customer.consent.survey):
        return "the customer said stop before it could be sent"
    if isinstance(work, Survey) and message.purpose == "recommendation":
        reason = recommendations.why_not(desk, work, customer, now)
        if reason is not None:
            return reason
    if not _is_working(desk, customer, message, work):
        return "the address was stopped before it could be sent"
    return None


def _why_not_by_whatsapp(desk: Desk, message: Message, now: datetime) -> str | None:
    """Return why WhatsApp does not accept the answer any more. None: it does."""
    answered = desk.table.get(Interaction, message.answers) if message.answers else None
    is_open = answered is not None and now < open_until(answered)
    return None if is_open else personal.WINDOW_CLOSED


def _campaign_id(message: Message, work: About) -> str | None:
    """Return the campaign that the message is counted for. A reminder of an event is counted for none."""
    if not isinstance(work, CampaignRecipient) or message.purpose == "event_reminder":
        return None
    return work.campaign_id
