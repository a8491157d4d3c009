"""Events of AWS End User Messaging Social: what is read of each; nothing odd holds back the others."""

import json
from pathlib import Path
from typing import Any

import pytest

from vaada.gateways.whatsapp_events import Part, whatsapp_parts
from vaada.model.inbound_events import Unreadable
from vaada.model.whatsapp import IncomingWhatsApp, WhatsAppStatus

SAMPLES = sorted((Path(__file__).parents[3] / "events" / "receive_whatsapp").glob("*.json"))
NUMBER = "phone-number-id-976c72a700aac43eaf573ae050example"
OURS = "bilal0khan00000001kqakcg00000006"


def parts_of(event: dict[str, Any]) -> list[Part]:
    return list(whatsapp_parts(event, "request", NUMBER))


def reported(**value: Any) -> list[Part]:
    """What is read if Meta reports this."""
    told = {
        "context": {
            "MetaPhoneNumberIds": [{"arn": f"arn:aws:social-messaging:x:1:phone-number-id/{NUMBER[16:]}"}]
        },
        "whatsAppWebhookEntry": json.dumps({"changes": [{"value": value, "field": "messages"}]}),
    }
    return parts_of({"Records": [{"Sns": {"MessageId": "0a1b2c3d", "Message": json.dumps(told)}}]})


def message(**fields: Any) -> dict[str, Any]:
    return {"from": "923001234567", "id": "wamid.1", "timestamp": "1772442000", **fields}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_each_sample_is_one_message_or_one_status(path: Path) -> None:
    (part,) = parts_of(json.loads(path.read_text()))

    assert isinstance(part, WhatsAppStatus if path.stem.startswith("status") else IncomingWhatsApp)


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "text", "text": {}},
        {"type": "poll", "poll": {"name": "Which?"}},
        {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"body": "Sent"}}},
        {"type": "contacts", "contacts": []},
        {"type": "location", "location": {"latitude": 1}},
        {"type": "unsupported", "errors": [{"code": 131051}]},
    ],
    ids=lambda fields: str(fields["type"]),
)
def test_a_kind_without_words_is_one_that_cannot_be_read(fields: dict[str, Any]) -> None:
    (part,) = reported(messages=[message(**fields)])

    assert isinstance(part, IncomingWhatsApp)
    assert (part.kind, part.words) == ("unreadable", "")


@pytest.mark.parametrize(
    "spoilt",
    [
        {"type": "text", "timestamp": "yesterday"},
        {"type": "text", "from": None, "id": None, "timestamp": None},
        {"type": "image", "image": {"mime_type": "image/jpeg"}},
        {"type": "contacts", "contacts": [{"phones": []}]},
        {"type": "text", "context": "wamid.0"},
    ],
)
def test_a_malformed_message_holds_back_no_other(spoilt: dict[str, Any]) -> None:
    good = message(type="text", text={"body": "Hello"})

    first, second = reported(messages=[message(**spoilt), good], contacts=[])

    assert first == Unreadable(source="whatsapp", event_id="0a1b2c3d", error=first.error)  # type: ignore[union-attr]  # it is one
    assert isinstance(second, IncomingWhatsApp)


@pytest.mark.parametrize("value", [{"messages": 5}, {"contacts": ["x"]}, {"statuses": {"a": 1}}])
def test_a_report_in_another_shape_is_unreadable(value: dict[str, Any]) -> None:
    assert [type(part) for part in reported(**value)] == [Unreadable]


def test_a_status_of_a_message_that_another_program_sent_is_left_alone() -> None:
    status = {"id": "wamid.2", "status": "delivered", "timestamp": "1772442000"}

    (ours,) = reported(statuses=[status, {**status, "biz_opaque_callback_data": OURS}])

    assert isinstance(ours, WhatsAppStatus)
    assert (ours.message_id, ours.delivery) == (OURS, "delivered")


@pytest.mark.parametrize(
    ("media_type", "name"),
    [
        ("audio/ogg; codecs=opus", "audio.ogg"),
        ("audio/aac", "audio.aac"),
        ("application/x-unheard-of", "audio"),
    ],
)
def test_a_file_without_a_name_is_called_by_its_kind(media_type: str, name: str) -> None:
    (part,) = reported(messages=[message(type="audio", audio={"id": "1", "mime_type": media_type})])

    assert isinstance(part, IncomingWhatsApp)
    assert part.file is not None
    assert (part.file.name, part.file.media_type) == (name, media_type.partition(";")[0])
