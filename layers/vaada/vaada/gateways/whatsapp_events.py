"""Parse events from AWS End User Messaging Social. Shapes as AWS and Meta document them.

An event has what Meta reports as a JSON text in `whatsAppWebhookEntry`: messages and delivery statuses.
https://docs.aws.amazon.com/social-messaging/latest/userguide/managing-event-destination-dlrs.html
"""

import json
import mimetypes
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from vaada.gateways.inbound_events import parse_or_unreadable, records_of
from vaada.model.ids import RowId
from vaada.model.inbound_events import Unreadable
from vaada.model.messages import UNKNOWN_TYPE, Delivery
from vaada.model.whatsapp import IncomingWhatsApp, WhatsAppFile, WhatsAppKind, WhatsAppStatus

Part = IncomingWhatsApp | WhatsAppStatus | Unreadable
"""A message, a delivery status, or what could not be read."""

_DELIVERIES: dict[str, Delivery] = {
    "sent": "accepted",
    "delivered": "delivered",
    "read": "delivered",
    "played": "delivered",
    "failed": "rejected",
}
_FILES = ("image", "video", "audio", "document", "sticker")
_EXTENSIONS = {"audio/ogg": ".ogg", "image/webp": ".webp"}  # Python's own list of types may lack these
_OURS: TypeAdapter[str] = TypeAdapter(RowId)


def whatsapp_parts(event: Mapping[str, Any], request_id: str, phone_number_id: str) -> Iterator[Part]:
    """Yield each message and each status in an SNS event that is about our number.

    What cannot be read is `Unreadable`, and holds back nothing else.
    """
    for record in records_of(event):
        found = parse_or_unreadable(
            "whatsapp", record, request_id, lambda each: tuple(_changes(each, phone_number_id))
        )
        if isinstance(found, Unreadable):
            yield found
            continue
        event_id = str(record["Sns"].get("MessageId") or request_id)
        for change in found:
            read = partial(_message, names=change.names)
            for message in change.messages:
                yield parse_or_unreadable("whatsapp", message, event_id, read)
            for status in change.statuses:
                parsed = parse_or_unreadable("whatsapp", status, event_id, _status)
                if parsed is not None:
                    yield parsed


class _Change(NamedTuple):
    """What Meta reports at once, unread, and the names of the customers by their numbers."""

    messages: tuple[Any, ...]
    statuses: tuple[Any, ...]
    names: dict[str, str]


def _changes(record: Any, phone_number_id: str) -> Iterator[_Change]:
    """Yield what Meta reports, if it is about our number. All numbers of an account report to one topic."""
    told = json.loads(record["Sns"]["Message"])
    ours = phone_number_id.removeprefix("phone-number-id-")
    numbers = {str(one["arn"]).rpartition("/")[2] for one in told["context"].get("MetaPhoneNumberIds") or ()}
    if ours not in numbers:
        return
    for change in json.loads(told["whatsAppWebhookEntry"])["changes"]:
        value = change["value"]
        if change.get("field", "messages") == "messages":
            yield _Change(
                tuple(value.get("messages") or ()), tuple(value.get("statuses") or ()), _names(value)
            )


def _names(value: Mapping[str, Any]) -> dict[str, str]:
    return {
        str(one.get("wa_id")): str((one.get("profile") or {}).get("name") or "")
        for one in value.get("contacts") or ()
    }


def _message(message: Any, names: Mapping[str, str]) -> IncomingWhatsApp:
    kind, number = str(message["type"]), str(message["from"])
    sort, words = _words(kind, message)
    return IncomingWhatsApp(
        number=number,
        name=(names.get(number) or next(iter(names.values()), "")).strip(),
        words=words.strip(),
        message_id=str(message["id"]),
        answers=(message.get("context") or {}).get("id"),
        sent_at=_time(message["timestamp"]),
        kind=sort,
        file=_file(kind, message[kind]) if kind in _FILES else None,
    )


def _words(kind: str, message: Mapping[str, Any]) -> tuple[WhatsAppKind, str]:
    """Return what sort of message it is, and its words."""
    match kind, message.get(kind) or {}:
        case (
            ("text", {"body": str(words)})
            | ("button", {"text": str(words)})
            | ("interactive", {"button_reply": {"title": str(words)}} | {"list_reply": {"title": str(words)}})
        ):
            return "message", words
        case "location", {"latitude": latitude, "longitude": longitude} as place:
            named = [str(place[name]) for name in ("name", "address") if place.get(name)]
            return "message", "\n".join((*named, f"geo:{latitude},{longitude}"))
        case "contacts", [*people]:
            return "message", "\n".join(map(_person, people))
        case _, {"id": _, **details} if kind in _FILES:
            return "message", str(details.get("caption") or "")
        case "reaction" | "system", _:
            return "notice", ""
    return "unreadable", ""


def _person(person: Mapping[str, Any]) -> str:
    numbers = [str(one.get("phone") or "") for one in person.get("phones") or ()]
    return " ".join((str(person["name"]["formatted_name"]), *numbers))


def _file(kind: str, details: Mapping[str, Any]) -> WhatsAppFile:
    media_type = str(details.get("mime_type") or UNKNOWN_TYPE).partition(";")[0].strip()
    extension = _EXTENSIONS.get(media_type) or mimetypes.guess_extension(media_type) or ""
    return WhatsAppFile(
        media_id=str(details["id"]),
        name=str(details.get("filename") or f"{kind}{extension}"),
        media_type=media_type,
    )


def _status(status: Any) -> WhatsAppStatus | None:
    """Return the status. None: it is of a message that the desk has not sent, or tells nothing new."""
    delivery, ours = _DELIVERIES.get(str(status["status"])), status.get("biz_opaque_callback_data")
    if delivery is None or not ours:
        return None
    return WhatsAppStatus(
        message_id=_OURS.validate_python(ours),
        whatsapp_id=str(status["id"]),
        delivery=delivery,
        at=_time(status["timestamp"]),
    )


def _time(seconds: Any) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
