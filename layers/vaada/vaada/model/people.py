"""Agents, who serve, and customers, who are served."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from vaada.model.ids import PartyId
from vaada.model.rows import Row
from vaada.model.text import Email, Input, Language, Name, Phone, Prose
from vaada.model.times import Instant, TimeZone

Medium = Literal["email", "sms"]
"""What a message goes out by."""

Channel = Literal["phone", "email", "sms", "chat", "social", "web", "in_person"]
"""Where a contact takes place."""


class NewAgent(Input):
    """What is asked of a new agent."""

    name: Name
    email: Email
    phone: Phone | None = None
    notify_by: tuple[Medium, ...] = Field(default=("email",), max_length=2)
    time_zone: TimeZone | None = None
    supervisor_id: PartyId | None = None
    role: Literal["agent", "manager"] = "agent"
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
    away_until: Instant | None = None
    covered_by: PartyId | None = None


class Agent(Row):
    """Who serves."""

    kind_of_row: ClassVar[str] = "agent"
    agent_id: PartyId
    name: str
    email: str
    phone: str | None = None
    notify_by: tuple[Medium, ...] = ("email",)
    time_zone: str | None = None
    supervisor_id: str | None = None
    role: Literal["agent", "manager"] = "agent"
    away_until: Instant | None = None
    covered_by: str | None = None
    created_at: Instant


class Consent(BaseModel):
    """What a customer agreed to. Nothing is presumed."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    email: bool = False
    sms: bool = False
    survey: bool = False


class NewCustomer(Input):
    """What is asked of a new customer."""

    name: Name
    email: Email | None = None
    phone: Phone | None = None
    language: Language | None = None
    time_zone: TimeZone | None = None
    preferred_channel: Channel | None = None
    agent_id: PartyId | None = None
    consent: Consent = Consent()
    notes: Prose | None = None


class CustomerChanges(Input):
    """The fields of a customer to change. What is left out stays; null clears what may be empty."""

    name: Name | None = None
    email: Email | None = None
    phone: Phone | None = None
    language: Language | None = None
    time_zone: TimeZone | None = None
    preferred_channel: Channel | None = None
    agent_id: PartyId | None = None
    consent: Consent | None = None
    notes: Prose | None = None


class Customer(Row):
    """Who is served. `served_by` are the agents who may see them."""

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
    served_by: tuple[str, ...] = ()
    created_at: Instant
