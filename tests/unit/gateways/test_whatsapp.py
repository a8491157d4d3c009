"""WhatsApp through AWS End User Messaging Social: the calls that are made, and what each error means."""

import json
from typing import Any

import pytest
from botocore.session import Session
from botocore.stub import Stubber

from vaada.gateways.send_errors import OutcomeUnknown, Refused
from vaada.gateways.whatsapp import WhatsApp

NUMBER = "phone-number-id-976c72a700aac43eaf573ae050example"


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    return Session().create_client("socialmessaging", region_name="eu-west-1")


def send(client: Any) -> str:
    return WhatsApp(client, NUMBER).send("Yes, at five", to_phone="+923001234567", message_id="m1")


def store(client: Any) -> bool:
    return WhatsApp(client, NUMBER).store_file("530339869524171", "a-bucket", "attachments/x/y/1-")


def test_a_message_is_a_text_of_meta_that_carries_our_id(client: Any) -> None:
    message = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+923001234567",
        "type": "text",
        "text": {"preview_url": False, "body": "Yes, at five"},
        "biz_opaque_callback_data": "m1",
    }
    asked = {
        "originationPhoneNumberId": NUMBER,
        "message": json.dumps(message).encode(),
        "metaApiVersion": "v20.0",
    }
    with Stubber(client) as stub:
        stub.add_response("send_whatsapp_message", {"messageId": "id-of-aws"}, asked)

        assert send(client) == "id-of-aws"


@pytest.mark.parametrize(
    ("code", "status", "for_good", "throttled"),
    [
        ("ValidationException", 400, True, False),
        ("InvalidParametersException", 400, True, False),
        ("ThrottledRequestException", 429, False, True),
        ("AccessDeniedException", 403, False, False),
        ("ResourceNotFoundException", 404, False, False),
    ],
)
def test_a_refusal_says_whether_another_attempt_helps(
    client: Any, code: str, status: int, *, for_good: bool, throttled: bool
) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("send_whatsapp_message", code, http_status_code=status)
        with pytest.raises(Refused) as refused:
            send(client)

    assert (refused.value.for_good, refused.value.throttled) == (for_good, throttled)


@pytest.mark.parametrize(
    ("code", "status"), [("InternalServiceException", 500), ("DependencyException", 502)]
)
def test_an_error_of_the_service_leaves_open_whether_it_was_sent(client: Any, code: str, status: int) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("send_whatsapp_message", code, http_status_code=status)
        with pytest.raises(OutcomeUnknown):
            send(client)


def test_a_file_is_stored_below_a_prefix(client: Any) -> None:
    asked = {
        "mediaId": "530339869524171",
        "originationPhoneNumberId": NUMBER,
        "destinationS3File": {"bucketName": "a-bucket", "key": "attachments/x/y/1-"},
    }
    with Stubber(client) as stub:
        stub.add_response("get_whatsapp_message_media", {"mimeType": "image/jpeg", "fileSize": 78}, asked)

        assert store(client)


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "AccessDeniedByMetaException"])
def test_a_file_that_whatsapp_has_no_more_is_gone(client: Any, code: str) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("get_whatsapp_message_media", code, http_status_code=404)

        assert not store(client)


@pytest.mark.parametrize(
    ("code", "status"), [("ThrottledRequestException", 429), ("AccessDeniedException", 403)]
)
def test_a_file_that_is_refused_for_now_is_not_given_up(client: Any, code: str, status: int) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("get_whatsapp_message_media", code, http_status_code=status)
        with pytest.raises(Refused):
            store(client)
