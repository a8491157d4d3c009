"""Dead letters, as Scheduler and Lambda leave them: what could not be done, and why."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


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
        """What it is about: ids only, for news hold addresses."""
        match self.event:
            case {"row_id": row_id}:
                return f"row {row_id}, version {self.event.get('version', 'not told')}"
            case {"detail": {"mail": {"messageId": message_id}}}:
                return f"news of mail {message_id}"
            case {"Records": [{"Sns": {"MessageId": message_id}}, *_]}:
                return f"notification {message_id}"
            case {"awslogs": _}:
                return "news of texts"
        return "something unknown"


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


def read(body: str, attributes: Mapping[str, str]) -> Call | Batch:
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
