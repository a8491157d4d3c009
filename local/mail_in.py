"""Mail to the demo's desk, from the outbox's form or by SMTP. It is stored where SES would store it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid, parseaddr
from secrets import token_hex
from types import MappingProxyType
from typing import TYPE_CHECKING

from aiosmtpd import smtp
from aiosmtpd.controller import Controller

from local.cloud import SENDER, Cloud
from local.errors import CloudError, PortInUse

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LARGEST = 40 * 1024 * 1024
"""The size in bytes of the largest mail that SES accepts."""

_ABOVE = (
    "Return-Path: <{sender}>\r\n"
    "Received: from this-machine (localhost [127.0.0.1]) by inbound-smtp.us-east-1.amazonaws.com; {now}\r\n"
    "X-SES-Spam-Verdict: PASS\r\n"
    "X-SES-Virus-Verdict: PASS\r\n"
    "Received-SPF: pass (spfCheck: the demo believes everybody)\r\n"
    "Authentication-Results: amazonses.com; spf=pass; dkim=pass header.i=@{domain};"
    " dmarc=pass header.from={domain};\r\n"
)


class MailIn:
    """Receives mail for the desk, like SES's receipt rule."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def write(
        self, sender: str, subject: str, words: str, headers: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """Send the content of the form. Raises ValueError if there is no address."""
        if "@" not in parseaddr(sender)[1]:
            raise ValueError("The sender needs an address, such as Zara <zara@customer.example>.")
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"], mail["Subject"] = sender, SENDER, subject
        mail["Date"] = formatdate(self._cloud.clock.now().timestamp())
        mail["Message-ID"] = make_msgid(domain="customer.example")
        for name, value in headers.items():
            mail[name] = value
        mail.set_content(words)
        self.take(mail.as_bytes(), parseaddr(sender)[1])

    def take(self, mime: bytes, sender: str) -> None:
        """Put a mail into the bucket, with SES's headers. Raises CloudError if there is no bucket yet."""
        if "InboundMailBucket" not in self._cloud.outputs:
            raise CloudError("The desk is not deployed yet.")
        now = formatdate(self._cloud.clock.now().timestamp())
        above = _ABOVE.format(sender=sender, domain=sender.rpartition("@")[2], now=now)
        store: S3Client = self._cloud.client("s3")
        store.put_object(
            Bucket=self._cloud.outputs["InboundMailBucket"],
            Key=f"raw/{token_hex(20)}",
            Body=above.encode() + mime,
        )

    async def handle_DATA(self, _server: smtp.SMTP, _session: smtp.Session, envelope: smtp.Envelope) -> str:  # noqa: N802
        """Receive a mail by SMTP. The name is given by aiosmtpd."""
        content = envelope.content
        self.take(content if isinstance(content, bytes) else str(content).encode(), envelope.mail_from or "")
        return "250 The desk has it"


@contextmanager
def smtp_port(mail_in: MailIn, port: int) -> Iterator[int]:
    """Receive mail by SMTP on this machine during the block. Raises PortInUse."""
    controller = Controller(
        mail_in, hostname="127.0.0.1", port=port, data_size_limit=LARGEST, enable_SMTPUTF8=True
    )
    try:
        controller.start()
    except OSError:
        raise PortInUse(port) from None
    try:
        yield port
    finally:
        controller.stop()
