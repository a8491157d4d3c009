"""Parse events from SES, SNS and customers' phones into `InboundEvent`s. Shapes as AWS documents them.

No address leaves this module. An event that cannot be parsed becomes `Unreadable`, so that it does not hold
back the others. `request_id` is Lambda's, for events without an id of their own. Raises only KeyUnavailable.
"""

import base64
import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Any, Literal, TypeVar

from vaada.gateways.addresses import Addresses
from vaada.model.inbound_events import (
    InboundEvent,
    MailEvent,
    OptOut,
    Source,
    TextDeliveryEvent,
    TextedScore,
    Unreadable,
)
from vaada.model.messages import Delivery

T = TypeVar("T")
Event = Mapping[str, Any]
TextParser = Callable[[str], Literal["stop", "start"] | int | None]
"""Parses an SMS: a keyword, a score, or None for anything else."""

_MAIL_EVENTS: dict[str, tuple[Delivery, str]] = {
    # type of the SES event: our delivery status, and the field with its details
    "Send": ("accepted", "send"),
    "Delivery": ("delivered", "delivery"),
    "DeliveryDelay": ("delayed", "deliveryDelay"),
    "Bounce": ("bounced", "bounce"),
    "Complaint": ("complained", "complaint"),
    "Reject": ("rejected", "reject"),
}
# All errors that a malformed event can cause.
_MALFORMED = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    zlib.error,
)
_AWS_ID = re.compile(r"[0-9A-Fa-f-]{20,64}")  # an id from AWS, never an address, number or name


def mail_events(event: Event, request_id: str, addresses: Addresses) -> Iterator[InboundEvent]:
    """Yield the mail events in an EventBridge event, or in the records of an SNS event."""
    for record in _records(event):
        parsed = _parse_or_unreadable(
            "mail", record, request_id, lambda each: _parse_mail_event(_mail_event_detail(each), addresses)
        )
        if parsed is not None:
            yield parsed


def text_delivery_events(event: Event, request_id: str) -> Iterator[InboundEvent]:
    """Yield the delivery statuses of SMS in a CloudWatch event with SNS's delivery log."""
    entries = _parse_or_unreadable("text delivery", event, request_id, _log_entries)
    if isinstance(entries, Unreadable):
        yield entries
        return
    for entry in entries:
        yield _parse_or_unreadable("text delivery", entry, request_id, _parse_text_delivery)


def incoming_texts(
    event: Event, request_id: str, addresses: Addresses, parse_text: TextParser
) -> Iterator[InboundEvent | None]:
    """Yield the opt-out or the score of each SMS from a customer. None: the SMS is neither."""
    for record in _records(event):
        yield _parse_or_unreadable(
            "incoming text",
            record,
            request_id,
            lambda each: _parse_incoming_text(each, addresses, parse_text),
        )


def _parse_or_unreadable(
    source: Source, record: Any, request_id: str, read: Callable[[Any], T]
) -> T | Unreadable:
    try:
        return read(record)
    except _MALFORMED as error:
        event_id = _id_of(record) or request_id
        return Unreadable(source=source, event_id=event_id, error=type(error).__name__)


def _id_of(record: Any) -> str | None:
    match record:
        case {"id": str(event_id)} | {"Sns": {"MessageId": str(event_id)}} if _AWS_ID.fullmatch(event_id):
            return event_id
    return None


def _records(event: Event) -> list[Any]:
    """Return the records of an SNS event. An EventBridge event is one record itself."""
    records = event.get("Records")
    return records if isinstance(records, list) else [event]


def _mail_event_detail(record: Any) -> Any:
    return record["detail"] if "detail" in record else json.loads(record["Sns"]["Message"])


def _parse_mail_event(detail: Any, addresses: Addresses) -> MailEvent | None:
    known = _MAIL_EVENTS.get(detail.get("eventType") or detail.get("notificationType", ""))
    mail = detail.get("mail", {})
    ours = mail.get("tags", {}).get("message_id", [])
    if known is None or not ours:
        return None
    delivery, field = known
    details = detail.get(field, {})
    if _is_automatic_reply(details) or details.get("complaintFeedbackType") == "not-spam":
        return None
    permanent = details.get("bounceType") == "Permanent"
    recipients = (
        *(details.get("bouncedRecipients", ()) if permanent else ()),
        *details.get("complainedRecipients", ()),
    )
    return MailEvent(
        message_id=ours[0],
        provider_id=mail["messageId"],
        delivery=delivery,
        at=_time(details.get("timestamp") or mail["timestamp"]),
        permanent=permanent,
        stops=tuple(addresses.hash_address("email", parseaddr(one["emailAddress"])[1]) for one in recipients),
    )


def _log_entries(event: Any) -> list[Any]:
    log = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    # Other types are CloudWatch's checks that the function can be reached.
    return list(log["logEvents"]) if log["messageType"] == "DATA_MESSAGE" else []


def _parse_text_delivery(entry: Any) -> TextDeliveryEvent:
    entry_message = json.loads(entry["message"])
    return TextDeliveryEvent(
        provider_id=entry_message["notification"]["messageId"],
        delivery="delivered" if entry_message.get("status") == "SUCCESS" else "bounced",
        at=datetime.fromtimestamp(entry["timestamp"] / 1000, UTC),
    )


def _parse_incoming_text(
    record: Any, addresses: Addresses, parse_text: TextParser
) -> OptOut | TextedScore | None:
    text = json.loads(record["Sns"]["Message"])
    match parse_text(text.get("messageBody", "")), text.get("previousPublishedMessageId"):
        case ("stop" | "start") as keyword, _:
            return OptOut(
                suppression_id=addresses.hash_address("sms", text["originationNumber"]), said=keyword
            )
        case int(score), str(answers):
            return TextedScore(answers=answers, score=score)
    return None


def _is_automatic_reply(details: Mapping[str, Any]) -> bool:
    """Whether a bounce is an automatic reply, such as an absence note. SES reports them as soft bounces.

    The mail did arrive then. A real bounce has a delivery status per recipient, or a specific reason such as
    MailboxFull.
    """
    if details.get("bounceType") not in {"Transient", "Undetermined"}:
        return False
    if details.get("bounceSubType", "General") not in {"General", "Undetermined"}:
        return False
    return not any("status" in one or "action" in one for one in details.get("bouncedRecipients", ()))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC).replace(microsecond=0)
