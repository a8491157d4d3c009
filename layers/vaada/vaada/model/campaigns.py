"""Campaigns: a tip or an invitation that is written once and sent to many customers."""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from vaada.model.ids import PartyId, RowId
from vaada.model.localities import WrittenLanguage
from vaada.model.rows import DueRow, Row, StoredModel
from vaada.model.text import Input, Line, Prose, Tag
from vaada.model.times import GivenTime, Instant

CampaignStatus = Literal["draft", "scheduled", "sending", "sent", "cancelled"]

MOST_LANGUAGES = 8


class NewCampaignText(Input):
    """The input for what a campaign says in one language."""

    language: WrittenLanguage
    subject: Annotated[Line, Field(max_length=150)]
    text: Prose


class CampaignText(StoredModel):
    """What a campaign says in one language."""

    language: str
    subject: str
    text: str


def _each_language_once(texts: tuple[NewCampaignText, ...]) -> tuple[NewCampaignText, ...]:
    if len({primary(one.language) for one in texts}) < len(texts):
        raise ValueError("has one language twice")
    return texts


def primary(language: str) -> str:
    """Return the language of a tag without its region and script: "pt" of "pt-BR"."""
    return language.partition("-")[0].lower()


class NewCampaign(Input):
    """The input for a tip: what it says, in one language or more, and whom it is for.

    It goes to the customers with this `tag`, else to all, of those who agreed to tips and invitations.
    """

    texts: Annotated[
        tuple[NewCampaignText, ...],
        Field(min_length=1, max_length=MOST_LANGUAGES),
        AfterValidator(_each_language_once),
    ]
    tag: Tag | None = None


class CampaignTime(Input):
    """The input for when a campaign is sent: now, if left out."""

    send_at: GivenTime | None = None


class Campaign(DueRow):
    """A tip that is sent to many customers, some at each step, from `send_at` on.

    `reached` is the cursor of the next customers, and `recipients` the number of those listed so far; each
    has a `CampaignRecipient`. `created_by` is the manager who wrote it.
    """

    kind_of_row: ClassVar[str] = "campaign"
    campaign_id: PartyId
    status: CampaignStatus = "draft"
    texts: tuple[CampaignText, ...]
    tag: str | None = None
    send_at: Instant | None = None
    reached: str | None = None
    recipients: int = 0
    sent_at: Instant | None = None
    cancelled_at: Instant | None = None
    created_by: str
    created_at: Instant


class CampaignRecipient(Row):
    """A customer to whom a campaign is sent. Its message says whether it went out, and if not, why.

    `agent_id` is the customer's agent, or whoever wrote the campaign.
    """

    kind_of_row: ClassVar[str] = "campaign_recipient"
    campaign_recipient_id: RowId
    customer_id: str
    campaign_id: PartyId
    agent_id: str
    interaction_id: None = None
    case_id: None = None
    created_at: Instant
