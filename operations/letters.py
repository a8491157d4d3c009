"""Dead letters, as Scheduler, Lambda and SQS leave them: what could not be done, and why."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from vaada.model.inbound_events import InboundEvent, MailEvent, OptOut, TextDeliveryEvent, TextedScore
from vaada.model.inbound_events import parse as parse_event


class NotALetter(ValueError):
    """Nothing that this desk leaves in a queue."""


@dataclass(frozen=True)
class Call:
    """A function was to be woken with this event. `function` is its ARN; None: the queue's own."""

    function: str | None
    event: Any
    why: str

    @property
    def names(self) -> str:
        """What it is about: ids only."""
        match self.event:
            case {"row_id": row_id}:
                return f"row {row_id}, version {self.event.get('version', 'not told')}"
        return "something unknown"


@dataclass(frozen=True)
class Piece:
    """A piece of news that could not be heard, however often. The queue's own function is to hear it."""

    news: InboundEvent
    function: None = None
    why: str = "it failed each time"

    @property
    def names(self) -> str:
        """What it is about."""
        match self.news:
            case MailEvent():
                return f"message {self.news.message_id}, {self.news.delivery}"
            case TextDeliveryEvent():
                return f"text {self.news.provider_id}, {self.news.delivery}"
            case OptOut():
                return f"{self.news.said} of {self.news.suppression_id}"
            case TextedScore():
                return f"a score in answer to text {self.news.answers}"
        return f"{self.news.source} {self.news.event_id} that could not be read ({self.news.error})"

    @property
    def event(self) -> dict[str, Any]:
        """As the queue RetryQueue brings it."""
        body = self.news.model_dump_json()
        return {"Records": [{"messageId": "letter", "eventSource": "aws:sqs", "body": body}]}


@dataclass(frozen=True)
class Batch:
    """A function could not handle these records. They are not in the letter, but in the stream.

    Sequence numbers are texts to AWS, whose zeros in front count, and numbers in their order.
    """

    function: str
    stream: str
    shard: str
    first: str
    last: str
    why: str

    @property
    def names(self) -> str:
        """What it is about."""
        return f"records {self.first} to {self.last}"


def read(body: str, attributes: Mapping[str, str]) -> Call | Piece | Batch:
    """What a letter tells. Raises NotALetter."""
    try:
        letter = json.loads(body)
    except ValueError as error:
        raise NotALetter from error
    match letter:
        case {"requestContext": {"functionArn": str(arn)} as context, "DDBStreamBatchInfo": batch}:
            try:
                return Batch(
                    function=arn,
                    stream=batch["streamArn"],
                    shard=batch["shardId"],
                    first=_number(batch["startSequenceNumber"]),
                    last=_number(batch["endSequenceNumber"]),
                    why=_why(context, letter),
                )
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                raise NotALetter from error
        case {"requestContext": {"functionArn": str(arn)} as context, "requestPayload": event}:
            return Call(arn, event, _why(context, letter))
        case {"kind": str()}:
            try:
                return Piece(parse_event(body))
            except ValidationError as error:
                raise NotALetter from error
        case {"row_id": str()}:  # Scheduler could not even call: the letter is what the schedule says
            return Call(None, letter, attributes.get("ERROR_CODE", "Scheduler could not deliver it"))
    raise NotALetter


def _number(text: str) -> str:
    if not text.isdecimal():
        raise ValueError(text)
    return text


def _why(context: Mapping[str, Any], letter: Mapping[str, Any]) -> str:
    """Never the error's message, which may quote what was said."""
    payload = letter.get("responsePayload")
    error = payload.get("errorType") if isinstance(payload, dict) else None
    reasons = (context.get("condition"), error)
    return ", ".join(str(reason) for reason in reasons if reason) or "no reason given"
