"""E-mail through Amazon SES, as raw MIME."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING

from vaada.gateways.send_errors import sending
from vaada.present.email import Mail
from vaada.present.sanitize import line, shorten_to

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

# RFC 2047, 2: an encoded word has at most 75 characters, a line with one at most 76.
_POLICY = SMTP.clone(max_line_length=76)
_NAME_IN_HEADER = 60  # characters


@dataclass(frozen=True)
class Mailer:
    """Sends mail from the business's own address."""

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
        """Send it and return the id SES gave it. Raises Refused or Unanswered.

        Mails of one `thread` stand together in mail programs.
        """
        mime = _mime(mail)
        domain = self.sender_email.rpartition("@")[2]
        mime["Date"] = format_datetime(datetime.now(UTC))
        mime["Message-ID"] = f"<{message_id}@{domain}>"  # SES puts its own in its place
        if thread is not None:
            mime["References"] = f"<{thread}@{domain}>"
        mime["From"] = Address(_named(business), addr_spec=self.sender_email)
        mime["To"] = Address(_named(to_name), addr_spec=to_email)
        if unsubscribe_url:  # RFC 8058: the mail program's own button, which posts
            mime["List-Unsubscribe"] = f"<{unsubscribe_url}>"
            mime["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        with sending():
            accepted = self.client.send_email(
                FromEmailAddress=self.sender_email,
                Destination={"ToAddresses": [to_email]},
                Content={"Raw": {"Data": mime.as_bytes()}},
                ConfigurationSetName=self.configuration_set,
                EmailTags=[{"Name": "message_id", "Value": message_id}],
            )
        return accepted["MessageId"]


def _named(name: str) -> str:
    """The name beside an address: short enough to stand on one line, for folding it could lose its quotes."""
    plain = line(name).translate({ord('"'): "'", ord("\\"): "/"})
    return shorten_to(_in_header(plain), _NAME_IN_HEADER)


def _in_header(words: str) -> str:
    """The words, never taken for an encoded word (RFC 2047): decoded, that may hold another header."""
    return words.replace("=?", "= ?")


def _mime(mail: Mail) -> EmailMessage:
    mime = EmailMessage(policy=_POLICY)
    mime["Subject"] = _in_header(mail.subject)
    mime["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation replies, no loops
    mime["X-Auto-Response-Suppress"] = "All"  # the same for Exchange, which does not know the RFC
    mime.set_content(mail.text, cte="quoted-printable")
    mime.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return mime
