"""Inbound events from SES, SNS and customers' phones, reduced to ids: no address, number or words."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints, TypeAdapter

from vaada.model.ids import RowId
from vaada.model.messages import Delivery
from vaada.model.rows import StoredModel
from vaada.model.times import Instant

Source = Literal["mail", "text delivery", "incoming text", "whatsapp"]

ProviderId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,200}$")]
"""The id that SES or SNS gave a message."""

SuppressionId = Annotated[str, StringConstraints(pattern=r"^(email|sms)-[0-9a-f]{32}$")]
"""A keyed hash of an address."""


class MailEvent(StoredModel):
    """The delivery status of an e-mail. `permanent`: a hard bounce.

    `stops`: the addresses to suppress, as SES reports them. The message knows better where it was sent.
    """

    kind: Literal["mail"] = "mail"
    message_id: RowId
    provider_id: ProviderId
    delivery: Delivery
    at: Instant
    permanent: bool
    stops: tuple[SuppressionId, ...] = ()


class TextDeliveryEvent(StoredModel):
    """The delivery status of an SMS. `stops`: the number, if it is on AWS's own opt-out list."""

    kind: Literal["text"] = "text"
    provider_id: ProviderId
    delivery: Delivery
    at: Instant
    stops: tuple[SuppressionId, ...] = ()


class OptOut(StoredModel):
    """A customer texted STOP or START."""

    kind: Literal["opt_out"] = "opt_out"
    suppression_id: SuppressionId
    said: Literal["stop", "start"]


class TextedScore(StoredModel):
    """A customer texted the answer to a survey. `answers` is the provider's id of the SMS that asked."""

    kind: Literal["score"] = "score"
    answers: ProviderId | None = None
    survey_id: RowId | None = None
    score: int


class Unreadable(StoredModel):
    """An event that could not be parsed: its source, its id there, and the type of the error."""

    kind: Literal["unreadable"] = "unreadable"
    source: Source
    event_id: str
    error: str


InboundEvent = Annotated[
    MailEvent | TextDeliveryEvent | OptOut | TextedScore | Unreadable, Field(discriminator="kind")
]
"""Any inbound event."""

_ADAPTER: TypeAdapter[InboundEvent] = TypeAdapter(
    InboundEvent, config=ConfigDict(hide_input_in_errors=True, defer_build=True)
)


def parse(text: str) -> InboundEvent:
    """Parse an event from JSON. Raises ValidationError."""
    return _ADAPTER.validate_json(text)
