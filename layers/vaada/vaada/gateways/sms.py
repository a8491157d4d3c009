"""SMS through Amazon SNS."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vaada.gateways.send_errors import translate_send_errors

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


@dataclass(frozen=True)
class Texter:
    """Sends SMS as transactional messages, which SNS delivers more reliably, at a higher price."""

    client: "SNSClient"

    def send(self, text: str, *, to_phone: str) -> str:
        """Send the SMS and return SNS's id of it. Raises Refused or OutcomeUnknown.

        `to_phone` is E.164.
        """
        kind = {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}}
        with translate_send_errors():
            accepted = self.client.publish(PhoneNumber=to_phone, Message=text, MessageAttributes=kind)  # type: ignore[arg-type]
        return accepted["MessageId"]
