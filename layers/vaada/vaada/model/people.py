"""Agents and customers."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from vaada.model.hours import Week
from vaada.model.ids import PartyId
from vaada.model.rows import DueRow, Row, StoredModel
from vaada.model.text import Whole
from vaada.model.times import Instant

MOST_ADDRESSES = 10
"""E-mail addresses of one customer, and phone numbers: each is a row of a transaction, which has 100."""

Medium = Literal["email", "sms"]
"""How the desk sends a message, and the kind of the address: a phone number is one of `sms`."""

MessageMedium = Literal["email", "sms", "whatsapp"]
"""How any message is sent. By WhatsApp go only the answers that agents write."""


def kind_of_address(medium: MessageMedium) -> Medium:
    """Return the kind of address that a message by this medium goes to."""
    return "email" if medium == "email" else "sms"


Channel = Literal["phone", "email", "sms", "whatsapp", "chat", "social", "web", "in_person"]
"""Where an interaction takes place."""


CheckInDays = Annotated[Whole, Field(ge=1, le=3650)]


class Agent(Row):
    """Somebody who serves customers. Away from `away_from` (from now, if empty) until `away_until`.

    Without `away_until` an absence that has begun lasts until further notice. `left_at` is when they left the
    business, and `left_to` the colleague who has their work since. `working_hours` are in the agent's own
    time zone; without them the business's opening hours count. `weekly_report` is whether they want the
    weekly report; without it only the owner does. It goes to managers and the owner alone.
    """

    kind_of_row: ClassVar[str] = "agent"
    agent_id: PartyId
    name: str
    email: str
    phone: str | None = None
    notify_by: tuple[Medium, ...] = ("email",)
    time_zone: str | None = None
    language: str | None = None
    supervisor_id: str | None = None
    role: Literal["agent", "manager"] = "agent"
    working_hours: Week | None = None
    away_from: Instant | None = None
    away_until: Instant | None = None
    covered_by: str | None = None
    weekly_report: bool | None = None
    left_at: Instant | None = None
    left_to: str | None = None
    created_at: Instant

    @property
    def emails(self) -> tuple[str, ...]:
        """The one e-mail address, in the form that customers have."""
        return (self.email,)

    @property
    def phones(self) -> tuple[str, ...]:
        """The phone number, if any, in the form that customers have."""
        return (self.phone,) if self.phone else ()


Subscription = Literal["survey", "news"]
"""What a customer can unsubscribe from by a link, each on its own: surveys, or tips and invitations."""


class Consent(StoredModel):
    """What a customer agreed to: e-mails, texts, surveys, tips and invitations. The default is no consent."""

    email: bool = False
    sms: bool = False
    survey: bool = False
    news: bool = False


class SearchIndex(StoredModel):
    """What is stored of a customer's search terms: how many there are, and a hash of their sources."""

    terms: int
    fingerprint: str


class MergedRecord(StoredModel):
    """Another record of the same person, which became part of the customer: its id, when, and by whom."""

    customer_id: PartyId
    at: Instant
    by: str


class BeforeMerge(StoredModel):
    """Two records as they were before one was merged into the other."""

    customer: "Customer"
    into: "Customer"


class Customer(DueRow):
    """A person or company served. `served_by` are the ids of the agents who may see them.

    They are written to at `email` and `phone`; at `other_emails` and `other_phones` where that does not work.
    `merged` are other records of the person whose rows, in partitions of their own, belong to this customer
    now; `other_names` are the names they had. Such a record has the id of this one in `merged_into`, and in
    `before_merge` what is needed to undo the merge.
    `anchor` is the time of the last contact, from which check-ins are counted; `wake_at` is the time of the
    next check-in and `check_in_id` the last one. `nps_id` is the planned survey about the whole business.
    `asked_at` maps each kind of survey to when they were last asked; `written_at` are the times of recent
    messages to them, and `news_at` maps each recent campaign to when they were sent it. `unsubscribed_at` is
    when an unsubscribe link withdrew the consent to surveys, `news_unsubscribed_at` to tips and invitations;
    the same link can restore it. `parted_at` is when the business parted with them: they are not asked nor
    checked in with any more, and whoever decided hears when they are in touch. `referred_by` is the id of the
    customer through whom they came, and `recommendation_asked_at` when they were last asked to recommend us.
    """

    kind_of_row: ClassVar[str] = "customer"
    customer_id: PartyId
    name: str
    email: str | None = None
    other_emails: tuple[str, ...] = ()
    phone: str | None = None
    other_phones: tuple[str, ...] = ()
    language: str | None = None
    time_zone: str | None = None
    preferred_channel: Channel | None = None
    agent_id: str | None = None
    consent: Consent = Consent()
    notes: str | None = None
    tags: tuple[str, ...] = ()
    check_in_every_days: int | None = None
    referred_by: str | None = None
    anchor: Instant | None = None
    check_in_id: str | None = None
    nps_id: str | None = None
    asked_at: dict[str, Instant] = Field(default_factory=dict)
    written_at: tuple[Instant, ...] = ()
    news_at: dict[str, Instant] = Field(default_factory=dict)
    served_by: tuple[str, ...] = ()
    unsubscribed_at: Instant | None = None
    news_unsubscribed_at: Instant | None = None
    recommendation_asked_at: Instant | None = None
    parted_at: Instant | None = None
    other_names: tuple[str, ...] = ()
    merged: tuple[MergedRecord, ...] = ()
    merged_into: str | None = None
    before_merge: BeforeMerge | None = None
    search_index: SkipJsonSchema[SearchIndex | None] = Field(default=None, exclude=True)
    created_at: Instant

    @property
    def emails(self) -> tuple[str, ...]:
        """All e-mail addresses, in the order in which they are tried."""
        return (self.email, *self.other_emails) if self.email else self.other_emails

    @property
    def phones(self) -> tuple[str, ...]:
        """All phone numbers, in the order in which they are tried."""
        return (self.phone, *self.other_phones) if self.phone else self.other_phones

    @property
    def record_ids(self) -> tuple[str, ...]:
        """The ids of all records of the person: this one, then those that were merged into it."""
        return (self.customer_id, *(record.customer_id for record in self.merged))

    @property
    def readers(self) -> tuple[str, ...]:
        """The ids of the agents who may see the customer, in order."""
        return tuple(sorted({*self.served_by, *([self.agent_id] if self.agent_id else [])}))
