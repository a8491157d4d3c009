"""Agents, who serve, and customers, who are served."""

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from vaada.model.hours import Week
from vaada.model.ids import PartyId
from vaada.model.rows import DueRow, Fact, Row
from vaada.model.text import Email, Input, Language, Name, Phone, Prose, Tag
from vaada.model.times import Instant, TimeZone

Medium = Literal["email", "sms"]
"""What a message goes out by."""

Channel = Literal["phone", "email", "sms", "chat", "social", "web", "in_person"]
"""Where a contact takes place."""


Tags = Annotated[tuple[Tag, ...], Field(max_length=20)]
"""What a business calls a customer: "vip", "wholesale"."""

CheckInDays = Annotated[int, Field(ge=1, le=3650)]


class NewAgent(Input):
    """What is asked of a new agent."""

    name: Name
    email: Email
    phone: Phone | None = None
    notify_by: tuple[Medium, ...] = Field(default=("email",), max_length=2)
    time_zone: TimeZone | None = None
    supervisor_id: PartyId | None = None
    role: Literal["agent", "manager"] = "agent"
    working_hours: Week | None = None
    away_from: Instant | None = None
    away_until: Instant | None = None
    covered_by: PartyId | None = None

    @field_validator("notify_by")
    @classmethod
    def _reachable(cls, media: tuple[Medium, ...], others: ValidationInfo) -> tuple[Medium, ...]:
        if not media:
            raise ValueError("must name at least one of email and sms")
        if len(set(media)) < len(media):
            raise ValueError("names a medium twice")
        if "sms" in media and others.data.get("phone") is None:
            raise ValueError("has sms, so phone is needed")
        return media


class AgentChanges(Input):
    """The fields of an agent to change. What is left out stays; null clears what may be empty."""

    name: Name | None = None
    email: Email | None = None
    phone: Phone | None = None
    notify_by: tuple[Medium, ...] | None = Field(default=None, max_length=2)
    time_zone: TimeZone | None = None
    supervisor_id: PartyId | None = None
    role: Literal["agent", "manager"] | None = None
    working_hours: Week | None = None
    away_from: Instant | None = None
    away_until: Instant | None = None
    covered_by: PartyId | None = None


class Agent(Row):
    """Who serves. Absent from `away_from`, or from now where that is not given, until `away_until`.

    `working_hours` are in the agent's own zone; without them the business's opening hours count.
    """

    kind_of_row: ClassVar[str] = "agent"
    agent_id: PartyId
    name: str
    email: str
    phone: str | None = None
    notify_by: tuple[Medium, ...] = ("email",)
    time_zone: str | None = None
    supervisor_id: str | None = None
    role: Literal["agent", "manager"] = "agent"
    working_hours: Week | None = None
    away_from: Instant | None = None
    away_until: Instant | None = None
    covered_by: str | None = None
    created_at: Instant


class Consent(Fact):
    """What a customer agreed to. Nothing is presumed."""

    email: bool = False
    sms: bool = False
    survey: bool = False


class NewConsent(Consent):
    """What is asked of a consent: the same, and nothing that is unknown here."""

    model_config = ConfigDict(extra="forbid")


class NewCustomer(Input):
    """What is asked of a new customer."""

    name: Name
    email: Email | None = None
    phone: Phone | None = None
    language: Language | None = None
    time_zone: TimeZone | None = None
    preferred_channel: Channel | None = None
    agent_id: PartyId | None = None
    consent: NewConsent = NewConsent()
    notes: Prose | None = None
    tags: Tags = ()
    check_in_every_days: CheckInDays | None = None


class CustomerChanges(Input):
    """The fields of a customer to change. What is left out stays; null clears what may be empty."""

    name: Name | None = None
    email: Email | None = None
    phone: Phone | None = None
    language: Language | None = None
    time_zone: TimeZone | None = None
    preferred_channel: Channel | None = None
    agent_id: PartyId | None = None
    consent: NewConsent | None = None
    notes: Prose | None = None
    tags: Tags | None = None
    check_in_every_days: CheckInDays | None = None


class Customer(DueRow):
    """Who is served. `served_by` are the agents who may see them.

    `anchor` is the last contact, from which check-ins are counted; `wake_at` is the next of them and
    `check_in_id` the last. `nps_id` is the survey about the business as a whole that is still to come;
    `asked_at` is when they were last asked each kind, `written_at` when messages went out to them of late.
    `unsubscribed_at` is when a link of theirs took back the consent to surveys, which the same link may undo.
    """

    kind_of_row: ClassVar[str] = "customer"
    customer_id: PartyId
    name: str
    email: str | None = None
    phone: str | None = None
    language: str | None = None
    time_zone: str | None = None
    preferred_channel: Channel | None = None
    agent_id: str | None = None
    consent: Consent = Consent()
    notes: str | None = None
    tags: tuple[str, ...] = ()
    check_in_every_days: int | None = None
    anchor: Instant | None = None
    check_in_id: str | None = None
    nps_id: str | None = None
    asked_at: dict[str, Instant] = Field(default_factory=dict)
    written_at: tuple[Instant, ...] = ()
    served_by: tuple[str, ...] = ()
    unsubscribed_at: Instant | None = None
    created_at: Instant
