"""News: what SES, SNS and customers' phones tell, reduced to ids. No address, no number and no words."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints, TypeAdapter

from vaada.model.ids import RowId
from vaada.model.messages import Delivery
from vaada.model.rows import Fact
from vaada.model.times import Instant

Source = Literal["mail", "text delivery", "incoming text"]

ProviderId = Annotated[str, StringConstraints(pattern=r"^[\w.-]{1,200}$")]
"""What SES or SNS calls a message."""

SuppressionId = Annotated[str, StringConstraints(pattern=r"^(email|sms)-[0-9a-f]{32}$")]
"""A keyed hash of an address."""


class MailEvent(Fact):
    """What became of a mail. `permanent`: the address does not work at all; `stops` are to be stopped."""

    kind: Literal["mail"] = "mail"
    message_id: RowId
    provider_id: ProviderId
    delivery: Delivery
    at: Instant
    permanent: bool
    stops: tuple[SuppressionId, ...] = ()


class TextDeliveryEvent(Fact):
    """What became of a text."""

    kind: Literal["text"] = "text"
    provider_id: ProviderId
    delivery: Delivery
    at: Instant


class OptOut(Fact):
    """A customer texted STOP, or START."""

    kind: Literal["opt_out"] = "opt_out"
    suppression_id: SuppressionId
    said: Literal["stop", "start"]


class TextedScore(Fact):
    """A customer texted a number. `answers` is the provider's id of the text that it answers."""

    kind: Literal["score"] = "score"
    answers: ProviderId
    score: int


class Unreadable(Fact):
    """Something that was not understood: where it came from, its own id there, and the error's type."""

    kind: Literal["unreadable"] = "unreadable"
    source: Source
    event_id: str
    error: str


InboundEvent = Annotated[
    MailEvent | TextDeliveryEvent | OptOut | TextedScore | Unreadable, Field(discriminator="kind")
]
"""One piece of news."""

_ANY: TypeAdapter[InboundEvent] = TypeAdapter(InboundEvent, config=ConfigDict(hide_input_in_errors=True))


def parse(text: str) -> InboundEvent:
    """The piece of news that was written as JSON. Raises ValidationError."""
    return _ANY.validate_json(text)
