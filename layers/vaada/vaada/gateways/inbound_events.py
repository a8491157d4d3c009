"""Parse events from SES, SNS and customers' phones. Shapes as AWS documents them.

No address leaves this module but that of an SMS from a customer. An event that cannot be parsed becomes
`Unreadable`, so that it does not hold back the others. `request_id` is Lambda's, for events without an id of
their own. Raises only KeyUnavailable.
"""

import base64
import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Any, TypeVar

from vaada.gateways.addresses import Addresses
from vaada.model.inbound_events import (
    InboundEvent,
    MailEvent,
    Source,
    TextDeliveryEvent,
    Unreadable,
)
from vaada.model.incoming_texts import IncomingText
from vaada.model.messages import Delivery

T = TypeVar("T")
Event = Mapping[str, Any]

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
_OPTED_OUT = "Phone number is opted out"
"""What SNS's delivery log says of a number that is on AWS's own list of those that said STOP."""

_PERMANENT_REPLY = re.compile(r"(?<![0-9.])55[0-9](?![0-9.])")  # of a mail server: RFC 5321, 4.2.1
# Of a mailbox that is full, or a mail that is too large: some servers call that permanent (RFC 3463, 3.3).
_LACK_OF_ROOM = frozenset({"5.2.2", "5.2.3", "5.3.4", "552"})
_AWS_ID = re.compile(r"[0-9A-Fa-f-]{20,64}")  # an id from AWS, never an address, number or name


def mail_events(event: Event, request_id: str, addresses: Addresses) -> Iterator[InboundEvent]:
    """Yield the mail events in an EventBridge event, or in the records of an SNS event."""
    for record in records_of(event):
        parsed = parse_or_unreadable(
            "mail", record, request_id, lambda each: _parse_mail_event(_mail_event_detail(each), addresses)
        )
        if parsed is not None:
            yield parsed


def text_delivery_events(event: Event, request_id: str, addresses: Addresses) -> Iterator[InboundEvent]:
    """Yield the delivery statuses of SMS in a CloudWatch event with SNS's delivery log."""
    entries = parse_or_unreadable("text delivery", event, request_id, _log_entries)
    if isinstance(entries, Unreadable):
        yield entries
        return
    for entry in entries:
        yield parse_or_unreadable(
            "text delivery", entry, request_id, lambda each: _parse_text_delivery(each, addresses)
        )


def incoming_texts(event: Event, request_id: str) -> Iterator[IncomingText | Unreadable]:
    """Yield each SMS from a customer."""
    for record in records_of(event):
        yield parse_or_unreadable(
            "incoming text", record, request_id, lambda each: _parse_incoming_text(each, request_id)
        )


def parse_or_unreadable(
    source: Source, record: Any, request_id: str, read: Callable[[Any], T]
) -> T | Unreadable:
    """Return what `read` makes of a record, or `Unreadable`."""
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


def records_of(event: Event) -> list[Any]:
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
    details = detail.get(field) or {}
    if _is_automatic_reply(details) or details.get("complaintFeedbackType") == "not-spam":
        return None
    permanent = delivery == "bounced" and _is_permanent(details)
    unwanted = permanent or delivery == "complained"
    return MailEvent(
        message_id=ours[0],
        provider_id=mail["messageId"],
        delivery=delivery,
        at=_time(details.get("timestamp") or mail["timestamp"]),
        permanent=permanent,
        stops=tuple(_destinations(mail, addresses)) if unwanted else (),
    )


def _destinations(mail: Mapping[str, Any], addresses: Addresses) -> Iterator[str]:
    """Yield the hash of the address that we wrote to. A bounce or a complaint may name another, or none."""
    for one in mail.get("destination") or ():
        address = parseaddr(one)[1].rstrip(".")
        if address:
            yield addresses.hash_address("email", address)


def _is_permanent(bounce: Mapping[str, Any]) -> bool:
    """Whether the address will never work. A code of the receiving server counts more than SES's summary."""
    if str(bounce.get("bounceType")).casefold() == "permanent":
        return True
    codes = {_permanent_code(one) for one in _bounced_recipients(bounce)} - {None}
    if bounce.get("bounceSubType") in {"MailboxFull", "MessageTooLarge"}:
        codes -= _LACK_OF_ROOM
    return bool(codes)


def _permanent_code(recipient: Mapping[str, Any]) -> str | None:
    """Return the code of a permanent error: a status such as 5.1.1, else a reply such as 550, or None."""
    if status := str(recipient.get("status") or "").strip():
        return status if status.startswith("5.") else None
    found = _PERMANENT_REPLY.search(str(recipient.get("diagnosticCode") or ""))
    return found[0] if found else None


def _bounced_recipients(bounce: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in bounce.get("bouncedRecipients") or () if isinstance(one, Mapping)]


def _log_entries(event: Any) -> list[Any]:
    log = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    # Other types are CloudWatch's checks that the function can be reached.
    return list(log["logEvents"]) if log["messageType"] == "DATA_MESSAGE" else []


def _parse_text_delivery(entry: Any, addresses: Addresses) -> TextDeliveryEvent:
    entry_message = json.loads(entry["message"])
    delivery = entry_message.get("delivery", {})
    opted_out = delivery.get("providerResponse") == _OPTED_OUT
    return TextDeliveryEvent(
        provider_id=entry_message["notification"]["messageId"],
        delivery="delivered" if entry_message.get("status") == "SUCCESS" else "bounced",
        at=datetime.fromtimestamp(entry["timestamp"] / 1000, UTC),
        stops=(addresses.hash_address("sms", delivery["destination"]),) if opted_out else (),
    )


def _parse_incoming_text(record: Any, request_id: str) -> IncomingText:
    text = json.loads(record["Sns"]["Message"])
    received_at = record["Sns"].get("Timestamp")
    return IncomingText(
        number=str.strip(text["originationNumber"]),
        words=str.strip(text.get("messageBody") or ""),
        provider_id=str(text.get("inboundMessageId") or record["Sns"].get("MessageId") or request_id),
        answers=text.get("previousPublishedMessageId") or None,
        received_at=_time(received_at) if received_at else None,
    )


def _is_automatic_reply(details: Mapping[str, Any]) -> bool:
    """Whether a bounce is an automatic reply, such as an absence note. SES reports them as soft bounces.

    The mail did arrive then. A real bounce has a delivery status per recipient, or a specific reason such as
    MailboxFull.
    """
    if details.get("bounceType") not in {"Transient", "Undetermined"}:
        return False
    if details.get("bounceSubType", "General") not in {"General", "Undetermined"}:
        return False
    return not any(
        one.get("status") or one.get("action") or _permanent_code(one) for one in _bounced_recipients(details)
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC).replace(microsecond=0)
