"""Text messages through Amazon SNS."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vaada.gateways.send_errors import sending

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


@dataclass(frozen=True)
class Texter:
    """Sends texts, as transactional ones: they matter more than their price."""

    client: "SNSClient"

    def send(self, text: str, *, to_phone: str) -> str:
        """Send it and return the id SNS gave it. Raises Refused or Unanswered."""
        kind = {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}}
        with sending():
            accepted = self.client.publish(PhoneNumber=to_phone, Message=text, MessageAttributes=kind)  # type: ignore[arg-type]
        return accepted["MessageId"]
