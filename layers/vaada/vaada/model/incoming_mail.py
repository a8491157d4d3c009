"""Incoming mail: the content of a mail after its MIME was read, and mail that was set aside."""

from typing import ClassVar, Literal, NamedTuple

from vaada.model.rows import Row
from vaada.model.times import Instant

Automatic = Literal["auto_reply", "bounce", "list"]
Verdict = Literal["spam", "virus"]
AsideReason = Literal[
    "spam", "virus", "auto_reply", "bounce", "list", "no_sender", "colleague", "forged", "forwarding", "flood"
]


class MailFile(NamedTuple):
    """A file of a mail, incoming or outgoing."""

    name: str
    media_type: str
    content: bytes


class IncomingMail(NamedTuple):
    """What a mail says. Addresses are in lower case; ids of mails have no angle brackets.

    `words` is what its writer wrote; `folded` the signature and the quoted mail below it. `is_genuine`: SES
    has found that the mail is from the domain of its sender. `references` are the mails before it in its
    thread, oldest first.
    """

    message_id: str
    references: tuple[str, ...]
    subject: str
    sender: str
    sender_name: str
    recipients: tuple[str, ...]
    words: str
    folded: str
    files: tuple[MailFile, ...]
    automatic: Automatic | None
    verdict: Verdict | None
    is_genuine: bool


class SetAsideMail(Row):
    """A mail that did not become a contact, and why. It is deleted together with the mail itself.

    `name` is the mail's in the bucket. `settled`: a person has looked at it, and wants it to become a contact
    or not to be shown any more. DynamoDB deletes the row some time after `expires_at` (epoch seconds).
    """

    kind_of_row: ClassVar[str] = "set_aside_mail"
    set_aside_mail_id: str
    name: str
    reason: AsideReason
    sender: str
    sender_name: str
    subject: str
    words: str
    received_at: Instant
    settled: Literal["accepted", "dismissed"] | None = None
    settled_by: str | None = None
    expires_at: int
