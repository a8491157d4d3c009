"""Campaigns: from a draft to sent, to whom they go, and in which language.

States: draft → scheduled → sending → sent; each of them → cancelled.
"""

from collections.abc import Collection
from datetime import datetime

from vaada.model.campaigns import Campaign, CampaignRecipient, CampaignText, NewCampaign, primary
from vaada.model.ids import derived_row_id, new_party_id
from vaada.model.messages import Message
from vaada.model.people import Customer
from vaada.model.policy import PolicyDocument
from vaada.rules.errors import NotPossible
from vaada.rules.messages.lifecycle import new_message
from vaada.rules.time.availability import customer_reachable_at

CANCELLED = "the campaign was cancelled"
NOT_AGREED = "the customer did not agree to tips and invitations"
PARTED = "the business parted with the customer"
NO_ADDRESS = "there is no address that the customer agreed to and that works"

_WHY = "they agreed to tips and invitations"
_BEFORE_SENDING = frozenset({"draft", "scheduled"})


def draft(new: NewCampaign, now: datetime, by: str) -> Campaign:
    """Return a new campaign, which is not sent yet."""
    return Campaign(campaign_id=new_party_id(), texts=_texts(new), tag=new.tag, created_by=by, created_at=now)


def edit(row: Campaign, new: NewCampaign) -> Campaign:
    """Return the draft with other words. Raises NotPossible for any other campaign."""
    if row.status != "draft":
        raise NotPossible("campaign", row.status, "edited")
    return row.changed(texts=_texts(new), tag=new.tag)


def schedule(row: Campaign, send_at: datetime) -> Campaign:
    """Let it be sent at this time. Raises NotPossible once it is being sent."""
    if row.status not in _BEFORE_SENDING:
        raise NotPossible("campaign", row.status, "scheduled")
    return row.changed(status="scheduled", send_at=send_at).waiting(send_at)


def cancel(row: Campaign, now: datetime) -> Campaign:
    """Stop it, and what is held of it; whoever has it already keeps it. Raises NotPossible if it is."""
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
    """Return the campaign after a step that listed so many recipients. No cursor: they were the last."""
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
    to: CampaignRecipient, customer: Customer, address_id: str | None, policy: PolicyDocument, now: datetime
) -> Message:
    """Return the mail to a recipient, held until the end of their quiet hours, or withheld with the reason.

    No address: there is none that they agreed to and that works.
    """
    found = new_message(
        to,
        message_id(to),
        "tip",
        "customer",
        customer.id,
        "email",
        _WHY,
        customer_reachable_at(customer, policy, now),
        now,
    )
    reason = why_not(customer) or (NO_ADDRESS if address_id is None else None)
    if reason is not None:
        return found.model_copy(update={"status": "withheld", "why_not": reason, "wake_at": None})
    return found.model_copy(update={"address_id": address_id})


def message_id(to: CampaignRecipient) -> str:
    """Return the id of the mail to a recipient."""
    return derived_row_id(to.id, "message", to.created_at)


def why_not(customer: Customer, campaign: Campaign | None = None) -> str | None:
    """Return why a tip must not be sent to the customer, whatever their addresses. None: it may."""
    if campaign is not None and campaign.status == "cancelled":
        return CANCELLED
    if not customer.consent.news:
        return NOT_AGREED
    if customer.parted_at is not None:
        return PARTED
    return None if customer.consent.email else NO_ADDRESS


def text_for(texts: Collection[CampaignText], language: str, business_language: str) -> CampaignText:
    """Return the text for a reader of this language: in it, else in the business's, else the first one."""
    by_language = {primary(one.language): one for one in reversed(tuple(texts))}
    first = next(iter(texts))
    return by_language.get(primary(language)) or by_language.get(primary(business_language)) or first


def _texts(new: NewCampaign) -> tuple[CampaignText, ...]:
    return tuple(CampaignText(**one.model_dump()) for one in new.texts)
