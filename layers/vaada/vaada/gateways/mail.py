"""E-mail through Amazon SES, as raw MIME."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING

from vaada.gateways.send_errors import translate_send_errors
from vaada.present.email import Mail
from vaada.present.sanitize import line, shorten_to

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

# RFC 2047, 2: an encoded word has at most 75 characters, a line with one at most 76.
_LINE_LENGTH = 76
_POLICY = SMTP.clone(max_line_length=_LINE_LENGTH)
_NAME_LENGTH = 60  # characters


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
        thread: str | None,
        unsubscribe_url: str | None,
    ) -> str:
        """Send the mail and return SES's id of it. Raises Refused or OutcomeUnknown.

        Mail programs group the mails of one `thread`.
        """
        mime = _to_mime(mail)
        domain = self.sender_email.rpartition("@")[2]
        mime["Date"] = format_datetime(datetime.now(UTC))
        mime["Message-ID"] = f"<{message_id}@{domain}>"  # SES replaces it with its own
        if thread is not None:
            mime["References"] = f"<{thread}@{domain}>"
        _set_address(mime, "From", _display_name(business), self.sender_email)
        _set_address(mime, "To", _display_name(to_name), to_email)
        if unsubscribe_url:  # RFC 8058: a button in the mail program, which sends a POST
            mime["List-Unsubscribe"] = f"<{unsubscribe_url}>"
            mime["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
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


def _to_mime(mail: Mail) -> EmailMessage:
    mime = EmailMessage(policy=_POLICY)
    _set_subject(mime, _without_encoded_words(mail.subject))
    mime["Auto-Submitted"] = "auto-generated"  # RFC 3834: prevents absence notes and loops
    mime["X-Auto-Response-Suppress"] = "All"  # the same for Exchange, which does not support the RFC
    mime.set_content(mail.text, cte="quoted-printable")
    mime.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return mime


def _set_subject(mime: EmailMessage, subject: str) -> None:
    if subject.isascii():
        mime["Subject"] = subject
    else:
        mime.set_raw("Subject", _encode_words("Subject", subject))


def _set_address(mime: EmailMessage, header: str, name: str, email: str) -> None:
    address = Address(name, addr_spec=email)
    if address.display_name.isascii():
        mime[header] = address
        return
    words = _encode_words(header, address.display_name)
    mime.set_raw(header, f"{words}{_POLICY.linesep} <{address.addr_spec}>")


def _encode_words(header: str, text: str) -> str:
    """Return the text as encoded words (RFC 2047), folded.

    EmailMessage would do that itself, but Python 3.12.5 to 3.13.12 leave out the blank between some encoded
    words, which makes the header invalid, and older ones lose a blank of the text.
    """
    folded = Header(text, "utf-8", maxlinelen=_LINE_LENGTH, header_name=header)
    return folded.encode(linesep=_POLICY.linesep)
