"""What SES, SNS and customers send in, read into news. Shapes as AWS documents them.

No address leaves this module. What cannot be read is news too, which nobody can hear: it holds up nothing
else, and a person sees it. The `request_id` is Lambda's, for events that have no id of their own. Only NoKey
is raised: it says nothing of the event.
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
Meaning = Callable[[str], Literal["stop", "start"] | int | None]
"""What the words of a text ask for. None: nothing that is understood."""

_EVENTS: dict[str, tuple[Delivery, str]] = {
    # the event's type: what it means, and the field that holds its particulars
    "Send": ("accepted", "send"),
    "Delivery": ("delivered", "delivery"),
    "DeliveryDelay": ("delayed", "deliveryDelay"),
    "Bounce": ("bounced", "bounce"),
    "Complaint": ("complained", "complaint"),
    "Reject": ("rejected", "reject"),
}
# All that a malformed event can lead to.
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
_AN_ID = re.compile(r"[0-9A-Fa-f-]{20,64}")  # as AWS makes them: no address, number or name


def mail_events(event: Event, request_id: str, addresses: Addresses) -> Iterator[InboundEvent]:
    """What an event of EventBridge, or each record of one of SNS, tells of a mail of ours."""
    for record in _records(event):
        news = _tried("mail", record, request_id, lambda each: _mail(_detail(each), addresses))
        if news is not None:
            yield news


def text_delivery_events(event: Event, request_id: str) -> Iterator[InboundEvent]:
    """What the log of SNS's deliveries tells of texts."""
    entries = _tried("text delivery", event, request_id, _entries)
    if isinstance(entries, Unreadable):
        yield entries
        return
    for entry in entries:
        yield _tried("text delivery", entry, request_id, _text)


def incoming_texts(
    event: Event, request_id: str, addresses: Addresses, meaning: Meaning
) -> Iterator[InboundEvent | None]:
    """What each text that customers sent to our number asks for. None: nothing that is understood."""
    for record in _records(event):
        yield _tried("incoming text", record, request_id, lambda each: _said(each, addresses, meaning))


def _tried(source: Source, record: Any, request_id: str, read: Callable[[Any], T]) -> T | Unreadable:
    try:
        return read(record)
    except _MALFORMED as error:
        event_id = _id_of(record) or request_id
        return Unreadable(source=source, event_id=event_id, error=type(error).__name__)


def _id_of(record: Any) -> str | None:
    match record:
        case {"id": str(found)} | {"Sns": {"MessageId": str(found)}} if _AN_ID.fullmatch(found):
            return found
    return None


def _records(event: Event) -> list[Any]:
    """The records of an event of SNS; one of EventBridge is itself one."""
    records = event.get("Records")
    return records if isinstance(records, list) else [event]


def _detail(record: Any) -> Any:
    return record["detail"] if "detail" in record else json.loads(record["Sns"]["Message"])


def _mail(detail: Any, addresses: Addresses) -> MailEvent | None:
    found = _EVENTS.get(detail.get("eventType") or detail.get("notificationType", ""))
    mail = detail.get("mail", {})
    ours = mail.get("tags", {}).get("message_id", [])
    if found is None or not ours:
        return None
    delivery, field = found
    said = detail.get(field, {})
    if _by_a_machine(said) or said.get("complaintFeedbackType") == "not-spam":
        return None
    permanent = said.get("bounceType") == "Permanent"
    recipients = (
        *(said.get("bouncedRecipients", ()) if permanent else ()),
        *said.get("complainedRecipients", ()),
    )
    return MailEvent(
        message_id=ours[0],
        provider_id=mail["messageId"],
        delivery=delivery,
        at=_time(said.get("timestamp") or mail["timestamp"]),
        permanent=permanent,
        stops=tuple(addresses.hashed("email", parseaddr(one["emailAddress"])[1]) for one in recipients),
    )


def _entries(event: Any) -> list[Any]:
    log = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    # With any other type CloudWatch asks whether anybody is there.
    return list(log["logEvents"]) if log["messageType"] == "DATA_MESSAGE" else []


def _text(entry: Any) -> TextDeliveryEvent:
    said = json.loads(entry["message"])
    return TextDeliveryEvent(
        provider_id=said["notification"]["messageId"],
        delivery="delivered" if said.get("status") == "SUCCESS" else "bounced",
        at=datetime.fromtimestamp(entry["timestamp"] / 1000, UTC),
    )


def _said(record: Any, addresses: Addresses, meaning: Meaning) -> OptOut | TextedScore | None:
    text = json.loads(record["Sns"]["Message"])
    match meaning(text.get("messageBody", "")), text.get("previousPublishedMessageId"):
        case ("stop" | "start") as said, _:
            return OptOut(suppression_id=addresses.hashed("sms", text["originationNumber"]), said=said)
        case int(score), str(answers):
            return TextedScore(answers=answers, score=score)
    return None


def _by_a_machine(said: Mapping[str, Any]) -> bool:
    """Whether a bounce is an automatic answer, such as an absence note: SES tells of those as soft bounces.

    The mail did arrive then. What could not be delivered has a delivery status for its recipient, or a
    reason of its own, such as MailboxFull.
    """
    if said.get("bounceType") not in {"Transient", "Undetermined"}:
        return False
    if said.get("bounceSubType", "General") not in {"General", "Undetermined"}:
        return False
    return not any("status" in one or "action" in one for one in said.get("bouncedRecipients", ()))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC).replace(microsecond=0)
