"""AWS End User Messaging Social, which moto lacks: takes messages, and stores files in the bucket of mail."""

import json
from collections import Counter
from functools import cache
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from tests.integration.scripted_desk import client
from vaada.gateways import aws

_ENDINGS = {"530339869524171": ("image/jpeg", ".jpeg"), "530339869524172": ("application/pdf", ".pdf")}
_OTHERS = ("audio/ogg", ".ogg")


@cache
def _service() -> ServiceModel:
    return aws.session().get_service_model("socialmessaging")


class FakeWhatsApp:
    """The service. `sent` are Meta's messages as JSON; `fails` maps an operation to the error it meets."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.calls: Counter[str] = Counter()
        self.fails: dict[str, tuple[str, int]] = {}
        self.content = b"a picture"

    @classmethod
    def installed(cls, monkeypatch: pytest.MonkeyPatch) -> "FakeWhatsApp":
        """A service that the product uses instead of AWS's."""
        fake = cls()
        monkeypatch.setattr(aws, "social_messaging", lambda: fake)
        return fake

    def send_whatsapp_message(self, **asked: Any) -> dict[str, str]:
        """Accept a message."""
        self._called("SendWhatsAppMessage", asked)
        self.sent.append(json.loads(asked["message"]))
        return {"messageId": f"d5a4c1f2-0000-0000-0000-{len(self.sent):012}"}

    def get_whatsapp_message_media(self, **asked: Any) -> dict[str, Any]:
        """Store a file: its id and an ending are put behind the key."""
        self._called("GetWhatsAppMessageMedia", asked)
        media_type, ending = _ENDINGS.get(asked["mediaId"], _OTHERS)
        to = asked["destinationS3File"]
        key = f"{to['key']}{asked['mediaId']}{ending}"
        client("s3").put_object(Bucket=to["bucketName"], Key=key, Body=self.content)
        return {"mimeType": media_type, "fileSize": len(self.content)}

    def _called(self, operation: str, asked: dict[str, Any]) -> None:
        model = _service().operation_model(operation)
        assert model.input_shape
        found = ParamValidator().validate(asked, model.input_shape)
        assert not found.has_errors(), found.generate_report()
        self.calls[operation] += 1
        if operation in self.fails:
            code, status = self.fails[operation]
            told: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
            raise ClientError(told, operation)
