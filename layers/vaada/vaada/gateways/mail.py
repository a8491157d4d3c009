"""E-mail through Amazon SES, as raw MIME: it takes headers of our own for threads and unsubscribing."""

import secrets
from binascii import b2a_qp
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.encoders import encode_base64
from email.header import Header
from email.headerregistry import Address
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import Compat32
from email.utils import format_datetime
from typing import TYPE_CHECKING

from vaada.gateways.send_errors import translate_send_errors
from vaada.model.incoming_mail import MailFile
from vaada.present.email import Mail
from vaada.present.sanitize import line, shorten, shorten_to

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

# RFC 2047, 2: an encoded word has at most 75 characters, a line with one at most 76.
_LINE_LENGTH = 76
_MAX_LINE_LENGTH = 998
_NAME_LENGTH = 60  # characters
_FILE_NAME_BYTES = 240  # file systems take 255; in a header each may become three characters
_ENDING_LENGTH = 12  # characters
_FILE_KINDS = frozenset({"application", "audio", "font", "image", "text", "video"})


class _HeadersAsSet(Compat32):
    """Writes headers as they were set.

    Python would fold them once more, and make encoded words of a link or an id that is longer than a line: no
    mail program finds the link then. The policies of EmailMessage also parse each header, which takes long.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return the lines of a header. Raises ValueError if it is not ASCII."""
        return f"{name}: {value}{self.linesep}".encode("ascii")


_POLICY = _HeadersAsSet(linesep="\r\n")


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


def _to_mime(mail: Mail, files: tuple[MailFile, ...]) -> Message:
    texts = [_text_part("plain", mail.text), _text_part("html", mail.html)]
    mime = _multipart("alternative", texts)
    attached = [_attachment(file) for file in files]
    if mail.calendar is not None:
        attached.insert(0, _calendar(mail.calendar))
    if attached:
        mime = _multipart("mixed", [mime, *attached])
    _set_subject(mime, _without_encoded_words(mail.subject))
    return mime


def _multipart(subtype: str, parts: Sequence[Message]) -> Message:
    # Python would look through all parts for a boundary that is in none. "=_" is in neither encoding.
    boundary = f"=_{secrets.token_hex(8)}"
    return MIMEMultipart(subtype, boundary=boundary, _subparts=parts, policy=_POLICY)


def _text_part(subtype: str, text: str) -> Message:
    """Return a part with this text, in lines that end in CRLF and that no server has to break."""
    lines = b"".join(one + b"\r\n" for one in text.encode().splitlines())
    part = MIMENonMultipart("text", subtype, policy=_POLICY, charset="utf-8")
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(b2a_qp(lines).decode("ascii"))
    return part


def _calendar(calendar: str) -> Message:
    return _file_part("text", "calendar", calendar.encode(), "event.ics", method="PUBLISH", charset="utf-8")


def _attachment(file: MailFile) -> Message:
    kind, _, subtype = file.media_type.partition("/")
    if kind not in _FILE_KINDS:  # files of these types would become parts of this mail
        kind, subtype = "application", "octet-stream"
    return _file_part(kind, subtype, file.content, file.name)


def _file_part(kind: str, subtype: str, content: bytes, name: str, **params: str) -> Message:
    part = MIMENonMultipart(kind, subtype, policy=_POLICY, **params)
    part.set_payload(content)
    encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=_file_name(name))
    return part


def _file_name(name: str) -> str:
    """Return the name on one line, and short enough for file systems and for a header. Its ending stays."""
    stem, dot, ending = line(name).rpartition(".")
    ending = shorten_to(ending, _ENDING_LENGTH if dot else _FILE_NAME_BYTES // 4)
    room = _FILE_NAME_BYTES - len(f"{dot}{ending}".encode())
    return f"{shorten(stem, lambda beginning: len(beginning.encode()) <= room)}{dot}{ending}"


def _refuse_automatic_replies(mime: Message) -> None:
    """Ask other programs not to answer: no absence notes, and no loops."""
    _set_structured(mime, "Auto-Submitted", "auto-generated")  # RFC 3834
    # The same for Exchange, which does not support the RFC.
    _set_structured(mime, "X-Auto-Response-Suppress", "All")


def _set_thread(mime: Message, answers: Sequence[str], thread: Sequence[str]) -> None:
    """Name the ids of the mails that it answers, else those of its own thread (RFC 5322, 3.6.4)."""
    if answers:
        _set_structured(mime, "In-Reply-To", answers[-1])
        _set_structured(mime, "References", " ".join(answers))
    elif thread:
        _set_structured(mime, "References", " ".join(thread))


def _set_structured(mime: Message, header: str, value: str) -> None:
    """Set a header that programs read: one line, never folded, never encoded words (RFC 2047, 5).

    Raises ValueError if it does not fit into the 998 characters of a line (RFC 5322, 2.1.1).
    """
    whole = f"{header}: {value}"
    if not (whole.isascii() and whole.isprintable() and len(whole) <= _MAX_LINE_LENGTH):
        raise ValueError(f"{header} is not one line of ASCII")
    mime.set_raw(header, value)


def _set_subject(mime: Message, subject: str) -> None:
    """Set the subject. EmailMessage would begin a new line before a long one, which leaves the first empty.

    Raises ValueError if it is not one line.
    """
    if "\r" in subject or "\n" in subject:
        raise ValueError("the subject is not one line")
    charset = "us-ascii" if subject.isascii() else "utf-8"
    mime.set_raw("Subject", _encode_words("Subject", subject, charset))


def _set_address(mime: Message, header: str, name: str, email: str) -> None:
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
