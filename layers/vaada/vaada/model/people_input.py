"""Inputs about agents and customers: new ones, and changes to them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, ValidationInfo, field_validator

from vaada.model.hours import Week
from vaada.model.ids import PartyId
from vaada.model.people import MOST_ADDRESSES, Channel, CheckInDays, Consent, Medium
from vaada.model.text import Email, Input, Language, Name, Phone, Prose, Tag, distinct, left_out
from vaada.model.times import GivenTime, TimeZone

Tags = Annotated[tuple[Tag, ...], Field(max_length=20), AfterValidator(distinct)]
"""Labels that the business gives a customer, such as "vip" or "wholesale"."""

OtherEmails = Annotated[tuple[Email, ...], Field(max_length=MOST_ADDRESSES - 1)]
OtherPhones = Annotated[tuple[Phone, ...], Field(max_length=MOST_ADDRESSES - 1)]


class NewAgent(Input):
    """The input for a new agent."""

    name: Name
    email: Email
    phone: Phone | None = None
    notify_by: tuple[Medium, ...] = Field(default=("email",), max_length=2)
    time_zone: TimeZone | None = None
    language: Language | None = None
    supervisor_id: PartyId | None = None
    role: Literal["agent", "manager"] = "agent"
    working_hours: Week | None = None
    away_from: GivenTime | None = None
    away_until: GivenTime | None = None
    covered_by: PartyId | None = None
    weekly_report: bool | None = None

    @field_validator("notify_by")
    @classmethod
    def _check_media(cls, media: tuple[Medium, ...], others: ValidationInfo) -> tuple[Medium, ...]:
        if not media:
            raise ValueError("must name at least one of email and sms")
        distinct(media)
        if "sms" in media and others.data.get("phone") is None:
            raise ValueError("has sms, so phone is needed")
        return media

    @field_validator("away_until")
    @classmethod
    def _check_absence(cls, until: datetime | None, others: ValidationInfo) -> datetime | None:
        begins = others.data.get("away_from")
        if until is not None and begins is not None and until <= begins:
            raise ValueError("must be after away_from; leave it out for an absence without an end")
        return until


class AgentChanges(Input):
    """The fields of an agent to change. A field left out stays; null clears an optional one."""

    name: Name = Field(default_factory=left_out)
    email: Email = Field(default_factory=left_out)
    phone: Phone | None = None
    notify_by: tuple[Medium, ...] = Field(default_factory=left_out, max_length=2)
    time_zone: TimeZone | None = None
    language: Language | None = None
    supervisor_id: PartyId | None = None
    role: Literal["agent", "manager"] = Field(default_factory=left_out)
    working_hours: Week | None = None
    away_from: GivenTime | None = None
    away_until: GivenTime | None = None
    covered_by: PartyId | None = None
    weekly_report: bool | None = None


class NewConsent(Consent):
    """What a customer agreed to, as sent by a client. Unknown fields are rejected."""

    model_config = ConfigDict(extra="forbid")


class NewCustomer(Input):
    """The input for a new customer. `referred_by` is the id of the customer through whom they came."""

    name: Name
    email: Email | None = None
    other_emails: OtherEmails = ()
    phone: Phone | None = None
    other_phones: OtherPhones = ()
    language: Language | None = None
    time_zone: TimeZone | None = None
    preferred_channel: Channel | None = None
    agent_id: PartyId | None = None
    consent: NewConsent = NewConsent()
    notes: Prose | None = None
    tags: Tags = ()
    check_in_every_days: CheckInDays | None = None
    referred_by: PartyId | None = None


class CustomerChanges(Input):
    """The fields of a customer to change. A field left out stays; null clears an optional one.

    Only managers may change `served_by`, the agents who see the customer beside their own.
    """

    name: Name = Field(default_factory=left_out)
    email: Email | None = None
    other_emails: OtherEmails | None = None
    phone: Phone | None = None
    other_phones: OtherPhones | None = None
    language: Language | None = None
    time_zone: TimeZone | None = None
    preferred_channel: Channel | None = None
    agent_id: PartyId | None = None
    consent: NewConsent | None = None
    notes: Prose | None = None
    tags: Tags | None = None
    check_in_every_days: CheckInDays | None = None
    referred_by: PartyId | None = None
    served_by: Annotated[tuple[PartyId, ...], Field(max_length=100), AfterValidator(distinct)] | None = None
