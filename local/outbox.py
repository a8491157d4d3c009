"""The messages that the local cloud caught instead of sending them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from local.cloud import Cloud


@dataclass(frozen=True)
class Message:
    """One mail or SMS. An SMS has no subject and no HTML. `provider_id` is the id that the sender got."""

    number: int
    provider_id: str
    medium: Literal["email", "sms"]
    at: datetime
    to: str
    subject: str
    text: str
    html: str | None = None

    @property
    def headline(self) -> str:
        """The subject, or the text of an SMS on one line."""
        return self.subject or " ".join(self.text.split())


class Outbox:
    """All messages so far, in the order in which they were fetched."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._seen: set[str] = set()
        self.messages: list[Message] = []

    def fetch(self) -> list[Message]:
        """Return the messages since the last call."""
        known = len(self.messages)
        self._fetch_mails()
        self.fetch_texts()
        return self.messages[known:]

    def _fetch_mails(self) -> None:
        for account in self._cloud.read_page("ses/messages")["messages"].values():
            for mail in account:
                if self._is_new(mail["MessageId"]):
                    self.messages.append(
                        Message(
                            number=len(self.messages) + 1,
                            provider_id=mail["MessageId"],
                            medium="email",
                            at=datetime.fromtimestamp(mail["Timestamp"], UTC),
                            to=", ".join(mail["To"]),
                            subject=mail["Subject"],
                            text=mail["BodyText"],
                            html=mail["BodyHtml"],
                        )
                    )

    def fetch_texts(self) -> None:
        """Store the new SMS. MiniStack keeps no times of SMS, so the time of this call is used."""
        for phone, texts in self._cloud.read_page("sns/sms-messages")["sms_messages"].items():
            for text in texts:
                if self._is_new(text["MessageId"]):
                    self.messages.append(
                        Message(
                            number=len(self.messages) + 1,
                            provider_id=text["MessageId"],
                            medium="sms",
                            at=self._cloud.clock.now(),
                            to=phone,
                            subject="",
                            text=text["Message"],
                        )
                    )

    def _is_new(self, message_id: str) -> bool:
        new = message_id not in self._seen
        self._seen.add(message_id)
        return new
