"""SES and SNS: they accept e-mails and texts, or refuse them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from tests.simulation.fake_aws.calls import Calls
from tests.simulation.fake_aws.errors import error
from vaada.model.incoming_mail import MailFile
from vaada.present.email import Mail

BROKEN = 500  # from this status on it is unknown whether the call was executed
OVER_QUOTA = {
    "SendEmail": "LimitExceededException",
    "Publish": "ThrottledException",
    "SendWhatsAppMessage": "ThrottledRequestException",
}
"""The error codes of SES, SNS and WhatsApp when a quota is used up."""


class UnpackedMail(dict[str, Any]):
    """A mail that is not encoded as MIME, which would be slow and is tested elsewhere. It names its files."""

    def __init__(self, mail: Mail, files: tuple[MailFile, ...]) -> None:
        super().__init__()
        named = "".join(f"\n[{file.name}: {len(file.content)} bytes]" for file in files)
        self.mail = mail._replace(text=mail.text + named)

    def set_raw(self, name: str, value: str) -> None:
        """Set a header."""
        self[name] = value

    def as_bytes(self) -> "UnpackedMail":
        """Return it as it is, instead of bytes."""
        return self


@dataclass(frozen=True)
class Sent:
    """What was really sent, whatever the product recorded. A text has no message id."""

    at: datetime
    to: str
    text: str
    message_id: str | None
    provider_id: str

    @property
    def by_whatsapp(self) -> bool:
        """Whether it went to a phone by WhatsApp."""
        return self.provider_id.startswith("SendWhatsAppMessage")


@dataclass
class SesAndSns:
    """SES and SNS."""

    calls: Calls
    sent: list[Sent] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)  # ids of mails whose call got a response
    mails: int = 0  # how many were sent

    def send_email(self, *, Destination: Any, Content: Any, EmailTags: Any, **_: object) -> dict[str, str]:  # noqa: N803
        """Accept a mail."""
        content: UnpackedMail = Content["Raw"]["Data"]
        to, message_id = Destination["ToAddresses"][0], EmailTags[0]["Value"]
        return self._accept("SendEmail", to, content.mail.text, message_id)

    def publish(self, *, PhoneNumber: str, Message: str, **_: object) -> dict[str, str]:  # noqa: N803
        """Accept a text."""
        return self._accept("Publish", PhoneNumber, Message, None)

    def accept_whatsapp(self, to: str, text: str, message_id: str) -> dict[str, str]:
        """Accept a message for WhatsApp."""
        return {"messageId": self._accept("SendWhatsAppMessage", to, text, message_id)["MessageId"]}

    def _accept(self, name: str, to: str, text: str, message_id: str | None) -> dict[str, str]:
        def effect() -> dict[str, str]:
            if self.calls.faults.strikes("send refused"):
                self.calls.log(f"{name} refused")
                raise error("TooManyRequestsException", status=429)
            if self.calls.faults.lasts("quota exhausted"):
                self.calls.log(f"no quota for {name}")
                raise error(OVER_QUOTA[name])
            provider_id = f"{name}-{len(self.sent) + 1}"
            self.sent.append(Sent(datetime.now(UTC), to, text, message_id, provider_id))
            self.mails += name == "SendEmail"
            if self.calls.faults.strikes("send unanswered"):
                self.calls.log(f"no answer to {name}")
                raise ReadTimeoutError(endpoint_url="https://provider")
            return {"MessageId": provider_id}

        known = [message_id] if message_id else []
        try:
            answer = self.calls.make(name, effect)
        except ClientError as refusal:
            if refusal.response["ResponseMetadata"]["HTTPStatusCode"] < BROKEN:
                self.answered += known
            raise
        self.answered += known
        return answer
