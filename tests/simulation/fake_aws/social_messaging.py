"""AWS End User Messaging Social: it takes messages for WhatsApp, and stores files that came."""

import json
from typing import Any

from tests.simulation.fake_aws.calls import Calls
from tests.simulation.fake_aws.messaging import SesAndSns
from tests.simulation.fake_aws.storage import Storage


class SocialMessaging:
    """The service for one number. To store a file again changes nothing."""

    def __init__(self, calls: Calls, providers: SesAndSns, storage: Storage) -> None:
        self._calls, self._providers, self._storage = calls, providers, storage

    def send_whatsapp_message(self, *, message: bytes, **_: object) -> dict[str, str]:
        """Accept a message."""
        told = json.loads(message)
        return self._providers.accept_whatsapp(
            told["to"], told["text"]["body"], told["biz_opaque_callback_data"]
        )

    def get_whatsapp_message_media(
        self,
        *,
        mediaId: str,  # noqa: N803 - as boto3 calls it
        destinationS3File: Any,  # noqa: N803 - as above
        **_: object,
    ) -> dict[str, Any]:
        """Store a file: its id and an ending are put behind the key."""

        def effect() -> dict[str, Any]:
            self._storage.objects[f"{destinationS3File['key']}{mediaId}.jpeg"] = b"a picture"
            return {"mimeType": "image/jpeg", "fileSize": 9}

        return self._calls.make("GetWhatsAppMessageMedia", effect, again=effect)
