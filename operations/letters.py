"""Parse dead letters of Scheduler, Lambda and SQS: what failed, and why."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from vaada.model.inbound_events import InboundEvent, MailEvent, OptOut, TextDeliveryEvent, TextedScore
from vaada.model.inbound_events import parse as parse_event


class UnknownLetter(ValueError):
    """It is not a dead letter of this stack."""


@dataclass(frozen=True)
class FailedCall:
    """A function failed with this event. `function` is its ARN; None: the function of the queue."""

    function: str | None
    event: Any
    why: str

    @property
    def names(self) -> str:
        """What the letter is about, as ids only."""
        match self.event:
            case {"detail": {"object": {"key": key}}}:
                return f"mail {key}"
            case {"row_id": row_id}:
                return f"row {row_id}, version {self.event.get('version', 'unknown')}"
        return "something unknown"


@dataclass(frozen=True)
class FailedEvent:
    """An inbound event that failed at each retry. The function of the queue processes it."""

    inbound: InboundEvent
    function: None = None
    why: str = "it failed each time"

    @property
    def names(self) -> str:
        """What the letter is about, as ids only."""
        match self.inbound:
            case MailEvent():
                return f"message {self.inbound.message_id}, {self.inbound.delivery}"
            case TextDeliveryEvent():
                return f"text {self.inbound.provider_id}, {self.inbound.delivery}"
            case OptOut():
                return f"{self.inbound.said} of {self.inbound.suppression_id}"
            case TextedScore():
                return f"a score in answer to text {self.inbound.answers}"
        return f"{self.inbound.source} {self.inbound.event_id} that could not be read ({self.inbound.error})"

    @property
    def event(self) -> dict[str, Any]:
        """The Lambda event, as RetryQueue delivers it."""
        body = self.inbound.model_dump_json()
        return {"Records": [{"messageId": "letter", "eventSource": "aws:sqs", "body": body}]}


@dataclass(frozen=True)
class FailedBatch:
    """A function failed with these records. The letter has only their position in the stream.

    AWS compares sequence numbers as numbers, but needs them as text with their leading zeros.
    """

    function: str
    stream: str
    shard: str
    first: str
    last: str
    why: str

    @property
    def names(self) -> str:
        """What the letter is about, as ids only."""
        return f"records {self.first} to {self.last}"


def parse_letter(body: str, attributes: Mapping[str, str]) -> FailedCall | FailedEvent | FailedBatch:
    """Parse a dead letter. Raises UnknownLetter."""
    try:
        letter = json.loads(body)
    except ValueError as error:
        raise UnknownLetter from error
    match letter:
        case {"requestContext": {"functionArn": str(arn)} as context, "DDBStreamBatchInfo": batch}:
            try:
                return FailedBatch(
                    function=arn,
                    stream=batch["streamArn"],
                    shard=batch["shardId"],
                    first=_sequence_number(batch["startSequenceNumber"]),
                    last=_sequence_number(batch["endSequenceNumber"]),
                    why=_why(context, letter),
                )
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                raise UnknownLetter from error
        case {"requestContext": {"functionArn": str(arn)} as context, "requestPayload": event}:
            return FailedCall(arn, event, _why(context, letter))
        case {"kind": str()}:
            try:
                return FailedEvent(parse_event(body))
            except ValidationError as error:
                raise UnknownLetter from error
        case {"row_id": str()}:  # Scheduler could not invoke it: the letter is the schedule's payload
            return FailedCall(None, letter, attributes.get("ERROR_CODE", "Scheduler could not deliver it"))
    raise UnknownLetter


def _sequence_number(text: str) -> str:
    if not text.isdecimal():
        raise ValueError(text)
    return text


def _why(context: Mapping[str, Any], letter: Mapping[str, Any]) -> str:
    """Return why it failed: never the error's message, which may contain personal data."""
    payload = letter.get("responsePayload")
    error = payload.get("errorType") if isinstance(payload, dict) else None
    reasons = (context.get("condition"), error)
    return ", ".join(str(reason) for reason in reasons if reason) or "no reason given"
