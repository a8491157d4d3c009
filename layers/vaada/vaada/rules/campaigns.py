"""Campaigns: tips and invitations, to whom they go, in which language, and who comes.

States: draft → scheduled → sending → sent; each of them → cancelled.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from vaada.model.campaigns import Campaign, CampaignRecipient, CampaignText, Event, EventAnswer, primary
from vaada.model.ids import derived_row_id, new_party_id
from vaada.model.messages import Message, Purpose
from vaada.model.people import Customer
from vaada.model.policy import PolicyDocument
from vaada.rules.errors import NotPossible
from vaada.rules.messages.lifecycle import new_message
from vaada.rules.time.availability import customer_reachable_at
from vaada.rules.time.clock import at_local

if TYPE_CHECKING:
    from vaada.model.campaign_input import NewCampaign

Over = Literal["cancelled", "begun"]
"""Why an invitation cannot be answered any more."""

CANCELLED = "the campaign was cancelled"
BEGUN = "the event has begun"
NOT_AGREED = "the customer did not agree to tips and invitations"
PARTED = "the business parted with the customer"
NO_ADDRESS = "there is no address that the customer agreed to and that works"

_WHY = "they agreed to tips and invitations"
_THEY_COME = "they said that they come"
_BEFORE_SENDING = frozenset({"draft", "scheduled"})


def draft(new: "NewCampaign", now: datetime, by: str) -> Campaign:
    """Return a new campaign, which is not sent yet."""
    return Campaign(
        campaign_id=new_party_id(),
        texts=_texts(new),
        tag=new.tag,
        event=_event(new),
        created_by=by,
        created_at=now,
    )


def edit(row: Campaign, new: "NewCampaign") -> Campaign:
    """Return the changed draft. Raises NotPossible for any other campaign."""
    if row.status != "draft":
        raise NotPossible("campaign", row.status, "edited")
    return row.changed(texts=_texts(new), tag=new.tag, event=_event(new))


def schedule(row: Campaign, send_at: datetime) -> Campaign:
    """Let it be sent at this time. Raises NotPossible once it is being sent, or if its event has begun."""
    if row.status not in _BEFORE_SENDING:
        raise NotPossible("campaign", row.status, "scheduled")
    if has_begun(row, send_at):
        raise NotPossible("campaign", "about an event that has begun by then", "scheduled")
    return row.changed(status="scheduled", send_at=send_at).waiting(send_at)


def cancel(row: Campaign, now: datetime) -> Campaign:
    """Cancel it, and withhold its held messages. Sent ones stay sent. Raises NotPossible if all are."""
    if row.status == "cancelled":
        raise NotPossible("campaign", row.status, "cancelled")
    return row.changed(status="cancelled", cancelled_at=now).waiting(None)


def is_for(row: Campaign, customer: Customer) -> bool:
    """Whether the campaign is for this customer."""
    return (
        customer.consent.news
        and customer.merged_into is None
        and (row.tag is None or row.tag in customer.tags)
    )


def after_page(row: Campaign, listed: int, cursor: str | None, now: datetime) -> Campaign:
    """Return the campaign after a step that listed this many recipients. No cursor: it was the last step."""
    after = row.changed(recipients=row.recipients + listed, reached=cursor)
    if cursor is not None:
        return after.model_copy(update={"status": "sending"}).waiting(now)
    return after.model_copy(update={"status": "sent", "sent_at": now}).waiting(None)


def recipient(row: Campaign, customer: Customer, now: datetime) -> CampaignRecipient:
    """Return the customer as a recipient of the campaign. The id is the same each time."""
    return CampaignRecipient(
        campaign_recipient_id=derived_row_id(
            customer.id, f"campaign-{row.id}", row.send_at or row.created_at
        ),
        customer_id=customer.id,
        campaign_id=row.id,
        agent_id=customer.agent_id or row.created_by,
        created_at=now,
    )


def message(
    campaign: Campaign,
    to: CampaignRecipient,
    customer: Customer,
    address_id: str | None,
    policy: PolicyDocument,
    now: datetime,
) -> Message:
    """Return the mail to a recipient, held until the end of their quiet hours, or withheld with the reason.

    No address: there is none that they agreed to and that works.
    """
    purpose: Purpose = "tip" if campaign.event is None else "invitation"
    return _message(message_id(to), purpose, _WHY, to, customer, address_id, policy, now)


def reminder(
    to: CampaignRecipient, customer: Customer, address_id: str | None, policy: PolicyDocument, now: datetime
) -> Message:
    """Return the mail that reminds a customer of an event, held or withheld as the invitation was."""
    reminder_id = derived_row_id(to.id, f"reminder-{to.version}", now)
    return _message(reminder_id, "event_reminder", _THEY_COME, to, customer, address_id, policy, now)


def message_id(to: CampaignRecipient) -> str:
    """Return the id of the mail to a recipient."""
    return derived_row_id(to.id, "message", to.created_at)


def why_not(customer: Customer) -> str | None:
    """Return why no campaign may be sent to the customer at any address. None: it may."""
    if not customer.consent.news:
        return NOT_AGREED
    if customer.parted_at is not None:
        return PARTED
    return None if customer.consent.email else NO_ADDRESS


def why_not_now(customer: Customer, campaign: Campaign, now: datetime) -> str | None:
    """Return why a mail of the campaign must not be sent to the customer any more. None: it may."""
    if campaign.status == "cancelled":
        return CANCELLED
    return BEGUN if has_begun(campaign, now) else why_not(customer)


def has_begun(row: Campaign, now: datetime) -> bool:
    """Whether the campaign is about an event that has begun."""
    return row.event is not None and row.event.begins_at <= now


def over(campaign: Campaign, now: datetime) -> Over | None:
    """Return why an invitation cannot be answered any more. None: it can."""
    if campaign.status == "cancelled":
        return "cancelled"
    return "begun" if has_begun(campaign, now) else None


def answer(
    row: CampaignRecipient, said: EventAnswer, campaign: Campaign, policy: PolicyDocument, now: datetime
) -> CampaignRecipient:
    """Record the customer's answer to an invitation; the latest one counts. A yes plans a reminder.

    Returns the same row if they said so before. Raises NotPossible for a tip, and once it is over.
    """
    if campaign.event is None or over(campaign, now) is not None:
        raise NotPossible("invitation", "over", "answered")
    if row.answer == said:
        return row
    changed = row.changed(answer=said, answered_at=now)
    return changed.waiting(_remind_at(campaign.event, policy, now) if said == "yes" else None)


def reminded(row: CampaignRecipient) -> CampaignRecipient:
    """Return the row after its reminder."""
    return row.changed().waiting(None)


def mark(row: CampaignRecipient, campaign: Campaign, *, came: bool) -> CampaignRecipient:
    """Record whether the customer came, or return the same row if known. Raises NotPossible for a tip."""
    if campaign.event is None:
        raise NotPossible("campaign", "about no event", "attended")
    return row if row.came == came else row.changed(came=came)


def text_for(texts: Collection[CampaignText], language: str, business_language: str) -> CampaignText:
    """Return the text in this language, or else in the business's, or else the first one."""
    by_language = {primary(one.language): one for one in reversed(tuple(texts))}
    first = next(iter(texts))
    return by_language.get(primary(language)) or by_language.get(primary(business_language)) or first


def _message(
    message_id: str,
    purpose: Purpose,
    why: str,
    to: CampaignRecipient,
    customer: Customer,
    address_id: str | None,
    policy: PolicyDocument,
    now: datetime,
) -> Message:
    wake_at = customer_reachable_at(customer, policy, now)
    found = new_message(to, message_id, purpose, "customer", customer.id, "email", why, wake_at, now)
    reason = why_not(customer) or (NO_ADDRESS if address_id is None else None)
    if reason is not None:
        return found.model_copy(update={"status": "withheld", "why_not": reason, "wake_at": None})
    return found.model_copy(update={"address_id": address_id})


def _texts(new: "NewCampaign") -> tuple[CampaignText, ...]:
    return tuple(CampaignText(**one.model_dump()) for one in new.texts)


def _event(new: "NewCampaign") -> Event | None:
    return Event(**new.event.model_dump()) if new.event else None


def _remind_at(event: Event, policy: PolicyDocument, now: datetime) -> datetime | None:
    """Return when to remind customers: on the day before, outside quiet hours. None: that is past."""
    zone = policy.business.time_zone
    day = event.begins_at.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
    at = at_local(day, policy.customers.write_from, zone)
    return at if at > now else None
