"""WhatsApp through AWS End User Messaging Social."""

import json
from dataclasses import dataclass
from typing import Any

from vaada.gateways.send_errors import Refused, translate_send_errors

META_VERSION = "v20.0"
"""The version of Meta's API that a message is written for."""

_GONE = frozenset(
    {
        "AccessDeniedByMetaException",
        "InvalidParametersException",
        "ResourceNotFoundException",
        "ValidationException",
    }
)
"""Errors of a file that no other attempt gets: WhatsApp keeps it for 30 days."""


@dataclass(frozen=True)
class WhatsApp:
    """Send messages from the business's number, and have files that came to it stored."""

    client: Any  # its stubs are not installed for two calls
    phone_number_id: str

    def send(self, text: str, *, to_phone: str, message_id: str) -> str:
        """Send the message and return AWS's id of it. Raises Refused or OutcomeUnknown.

        Delivery statuses name our id, `message_id`.
        """
        message = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": to_phone,
            "type": "text",
            "text": {"preview_url": False, "body": text},
            "biz_opaque_callback_data": message_id,
        }
        with translate_send_errors():
            accepted = self.client.send_whatsapp_message(
                originationPhoneNumberId=self.phone_number_id,
                message=json.dumps(message).encode(),
                metaApiVersion=META_VERSION,
            )
        return str(accepted["messageId"])

    def store_file(self, media_id: str, bucket: str, prefix: str) -> bool:
        """Have a file stored in the bucket, under a key that begins so. Returns whether it still exists.

        AWS puts the id of the file and an ending behind the prefix. Raises Refused or OutcomeUnknown.
        """
        try:
            with translate_send_errors():
                self.client.get_whatsapp_message_media(
                    mediaId=media_id,
                    originationPhoneNumberId=self.phone_number_id,
                    destinationS3File={"bucketName": bucket, "key": prefix},
                )
        except Refused as refusal:
            if refusal.reason in _GONE:
                return False
            raise
        return True
