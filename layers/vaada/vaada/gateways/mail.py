"""E-mail through Amazon SES, as raw MIME: it takes headers of our own for threads and unsubscribing."""

import secrets
from binascii import b2a_qp
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING

from vaada.gateways.send_errors import translate_send_errors
from vaada.model.incoming_mail import MailFile
from vaada.present.email import Mail
from vaada.present.sanitize import line, shorten_to

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

# RFC 2047, 2: an encoded word has at most 75 characters, a line with one at most 76.
_LINE_LENGTH = 76
# Headers set as raw text are written as they are. Python would fold long ones once more, and make encoded
# words of a link or an id that is longer than a line: no mail program finds the link then.
_POLICY = SMTP.clone(max_line_length=_LINE_LENGTH, refold_source="none")
_MAX_LINE_LENGTH = 998
_NAME_LENGTH = 60  # characters
_FILE_KINDS = frozenset({"application", "audio", "font", "image", "text", "video"})


@dataclass(frozen=True)
class Mailer:
    """Send mail from the business's own address."""

    client: "SESV2Client"
    sender_email: str
    configuration_set: str

    def send(
        self,
        mail: Mail,
        *,
        business: str,
        to_name: str,
        to_email: str,
        message_id: str,
        thread: tuple[str, ...] = (),
        reply_to: str | None = None,
        unsubscribe_url: str | None,
        answers: tuple[str, ...] = (),
        by_person: bool = False,
        files: tuple[MailFile, ...] = (),
    ) -> str:
        """Send the mail and return SES's id of it. Raises Refused or OutcomeUnknown.

        Mail programs group the mails that name the same ids in `thread`, and return them with an answer. A
        mail that `answers` another one stands in the thread of that one instead: it names the ids of its
        mails, the answered one last. One that is written `by_person` may be answered by a machine: whoever
        wrote it wants to know who is away.
        """
        mime = _to_mime(mail, files)
        domain = self.sender_email.rpartition("@")[2]
        if not by_person:
            _refuse_automatic_replies(mime)
        _set_structured(mime, "Date", format_datetime(datetime.now(UTC)))
        _set_structured(mime, "Message-ID", f"<{message_id}@{domain}>")  # SES replaces it with its own
        _set_thread(mime, answers, [f"<{each}@{domain}>" for each in thread])
        _set_address(mime, "From", _display_name(business), self.sender_email)
        _set_address(mime, "To", _display_name(to_name), to_email)
        if reply_to is not None:
            _set_address(mime, "Reply-To", _display_name(business), reply_to)
        if unsubscribe_url:  # RFC 8058: a button in the mail program, which sends a POST
            _set_structured(mime, "List-Unsubscribe", f"<{unsubscribe_url}>")
            _set_structured(mime, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
        with translate_send_errors():
            accepted = self.client.send_email(
                FromEmailAddress=self.sender_email,
                Destination={"ToAddresses": [to_email]},
                Content={"Raw": {"Data": mime.as_bytes()}},
                ConfigurationSetName=self.configuration_set,
                EmailTags=[{"Name": "message_id", "Value": message_id}],
            )
        return accepted["MessageId"]


def _display_name(name: str) -> str:
    """Return the name for an address header. It fits one line, because folding could lose its quotes."""
    plain = line(name).translate({ord('"'): "'", ord("\\"): "/"})
    return shorten_to(_without_encoded_words(plain), _NAME_LENGTH)


def _without_encoded_words(words: str) -> str:
    """Break up encoded words (RFC 2047): decoded, one could contain another header."""
    return words.replace("=?", "= ?")


class _Mime:
    """A mail that is written at once. Python's EmailMessage, which can be changed, takes long."""

    def __init__(self) -> None:
        self._headers: list[str] = []
        self.body = b""

    def set_raw(self, name: str, value: str) -> None:
        """Add a header, which is written as it is."""
        self._headers.append(f"{name}: {value}{_POLICY.linesep}")

    def as_bytes(self) -> bytes:
        """Return the mail. Raises ValueError if a header is not ASCII."""
        return "".join((*self._headers, _POLICY.linesep)).encode("ascii") + self.body


def _to_mime(mail: Mail, files: tuple[MailFile, ...]) -> _Mime:
    mime = _Mime()
    _set_subject(mime, _without_encoded_words(mail.subject))
    kind, body = _multipart("alternative", [_text_part("plain", mail.text), _text_part("html", mail.html)])
    attached = [_attachment(file) for file in files]
    if mail.calendar is not None:
        attached.insert(0, _calendar(mail.calendar))
    if attached:
        kind, body = _multipart("mixed", [_part(kind, body), *attached])
    mime.set_raw("MIME-Version", "1.0")
    mime.set_raw("Content-Type", kind)
    mime.body = body
    return mime


def _multipart(subtype: str, parts: Sequence[bytes]) -> tuple[str, bytes]:
    """Return the type and the body of the parts together (RFC 2046, 5.1)."""
    # No part has a line that begins so: "=_" occurs neither in Base64 nor in quoted-printable text.
    boundary = f"=_{subtype}_{secrets.token_hex(8)}"
    between, end = f"--{boundary}\r\n".encode(), f"--{boundary}--\r\n".encode()
    return f'multipart/{subtype}; boundary="{boundary}"', b"".join((*(between + part for part in parts), end))


def _part(kind: str, body: bytes, encoding: str = "") -> bytes:
    """Return a part, with the line break that belongs to the boundary after it."""
    how = f"Content-Transfer-Encoding: {encoding}\r\n" if encoding else ""
    return f"Content-Type: {kind}\r\n{how}\r\n".encode() + body + b"\r\n"


def _text_part(subtype: str, text: str) -> bytes:
    """Return a part with this text, in lines that end in CRLF and that no server has to break."""
    lines = b"".join(one + b"\r\n" for one in text.encode().splitlines())
    return _part(f'text/{subtype}; charset="utf-8"', b2a_qp(lines), "quoted-printable")


def _calendar(calendar: str) -> bytes:
    part = EmailMessage(policy=_POLICY)
    part.set_content(
        calendar.encode(),
        maintype="text",
        subtype="calendar",
        disposition="attachment",
        filename="event.ics",
        params={"method": "PUBLISH", "charset": "utf-8"},
    )
    return part.as_bytes() + b"\r\n"


def _attachment(file: MailFile) -> bytes:
    kind, _, subtype = file.media_type.partition("/")
    if kind not in _FILE_KINDS:  # files of these types would become parts of this mail
        kind, subtype = "application", "octet-stream"
    part = EmailMessage(policy=_POLICY)
    part.set_content(
        file.content, maintype=kind, subtype=subtype, disposition="attachment", filename=file.name
    )
    return part.as_bytes() + b"\r\n"


def _refuse_automatic_replies(mime: _Mime) -> None:
    """Ask other programs not to answer: no absence notes, and no loops."""
    _set_structured(mime, "Auto-Submitted", "auto-generated")  # RFC 3834
    # The same for Exchange, which does not support the RFC.
    _set_structured(mime, "X-Auto-Response-Suppress", "All")


def _set_thread(mime: _Mime, answers: Sequence[str], thread: Sequence[str]) -> None:
    """Name the ids of the mails that it answers, else those of its own thread (RFC 5322, 3.6.4)."""
    if answers:
        _set_structured(mime, "In-Reply-To", answers[-1])
        _set_structured(mime, "References", " ".join(answers))
    elif thread:
        _set_structured(mime, "References", " ".join(thread))


def _set_structured(mime: _Mime, header: str, value: str) -> None:
    """Set a header that programs read: one line, never folded, never encoded words (RFC 2047, 5).

    Raises ValueError if it does not fit into the 998 characters of a line (RFC 5322, 2.1.1).
    """
    whole = f"{header}: {value}"
    if not (whole.isascii() and whole.isprintable() and len(whole) <= _MAX_LINE_LENGTH):
        raise ValueError(f"{header} is not one line of ASCII")
    mime.set_raw(header, value)


def _set_subject(mime: _Mime, subject: str) -> None:
    """Set the subject. EmailMessage would begin a new line before a long one, which leaves the first empty.

    Raises ValueError if it is not one line.
    """
    if "\r" in subject or "\n" in subject:
        raise ValueError("the subject is not one line")
    charset = "us-ascii" if subject.isascii() else "utf-8"
    mime.set_raw("Subject", _encode_words("Subject", subject, charset))


def _set_address(mime: _Mime, header: str, name: str, email: str) -> None:
    """Set the header to one address. The name and the address are never broken, only parted by a new line."""
    address = Address(name, addr_spec=email)
    if not name:
        mime.set_raw(header, address.addr_spec)
        return
    words = str(Address(name)).removesuffix(" <>") if name.isascii() else _encode_words(header, name)
    mime.set_raw(header, f"{words}{_POLICY.linesep} <{address.addr_spec}>")


def _encode_words(header: str, text: str, charset: str = "utf-8") -> str:
    """Return the text as encoded words (RFC 2047), or as it is in `us-ascii`, folded.

    EmailMessage would do that itself, but Python 3.12.5 to 3.13.12 leave out the blank between some encoded
    words, which makes the header invalid, and older ones lose a blank of the text.
    """
    folded = Header(text, charset, maxlinelen=_LINE_LENGTH, header_name=header)
    return folded.encode(linesep=_POLICY.linesep)
