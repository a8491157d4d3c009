"""E-mail through Amazon SES, as raw MIME."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING

from vaada.gateways.sending import sending
from vaada.present.mails import Mail

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client


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
        mime["From"] = Address(business, addr_spec=self.sender_email)
        mime["To"] = Address(to_name, addr_spec=to_email)
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


def _mime(mail: Mail) -> EmailMessage:
    mime = EmailMessage(policy=SMTP)
    mime["Subject"] = mail.subject
    mime["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation replies, no loops
    mime["X-Auto-Response-Suppress"] = "All"  # the same for Exchange, which does not know the RFC
    mime.set_content(mail.text, cte="quoted-printable")
    mime.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return mime
