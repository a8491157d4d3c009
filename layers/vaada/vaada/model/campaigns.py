"""Campaigns: a tip or an invitation that is written once and sent to many customers."""

from typing import ClassVar, Literal

from vaada.model.ids import PartyId, RowId
from vaada.model.rows import DueRow, StoredModel
from vaada.model.times import Instant

CampaignStatus = Literal["draft", "scheduled", "sending", "sent", "cancelled"]

EventAnswer = Literal["yes", "no"]
Turnout = Literal["yes", "no", "came", "none"]
"""How an invited customer is listed: by the answer, or as one who came."""

MOST_LANGUAGES = 8


class CampaignText(StoredModel):
    """What a campaign says in one language."""

    language: str
    subject: str
    text: str


def primary(language: str) -> str:
    """Return the language of a tag without its region and script: "pt" of "pt-BR"."""
    return language.partition("-")[0].lower()


class Event(StoredModel):
    """An event: when it is and where."""

    begins_at: Instant
    ends_at: Instant
    place: str


class Campaign(DueRow):
    """A tip, or with an `event` an invitation, sent to many customers, some at each step, from `send_at` on.

    `reached` is the cursor of the next customers, and `recipients` the number of those listed so far; each
    has a `CampaignRecipient`. `created_by` is the manager who wrote it.
    """

    kind_of_row: ClassVar[str] = "campaign"
    campaign_id: PartyId
    status: CampaignStatus = "draft"
    texts: tuple[CampaignText, ...]
    tag: str | None = None
    event: Event | None = None
    send_at: Instant | None = None
    reached: str | None = None
    recipients: int = 0
    sent_at: Instant | None = None
    cancelled_at: Instant | None = None
    created_by: str
    created_at: Instant


class CampaignRecipient(DueRow):
    """A customer to whom a campaign is sent. Their message says whether it was sent, and if not, why.

    `answer` is the latest one to an invitation; after a yes the customer is reminded at `wake_at`. `came`:
    somebody marked that they came. `agent_id` is the customer's agent, or whoever wrote the campaign.
    """

    kind_of_row: ClassVar[str] = "campaign_recipient"
    campaign_recipient_id: RowId
    customer_id: str
    campaign_id: PartyId
    agent_id: str
    interaction_id: None = None
    case_id: None = None
    answer: EventAnswer | None = None
    answered_at: Instant | None = None
    came: bool = False
    created_at: Instant

    @property
    def turnout(self) -> Turnout:
        """How the customer is listed."""
        return "came" if self.came else self.answer or "none"
