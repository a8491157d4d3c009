"""The format of mails: strict parsers find no mistake, whatever people typed."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from fast_mail_parser import parse_email
from hypothesis import example, given, settings
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from tests.integration.scripted_desk import REGION, ScriptedDesk
from tests.integration.shop import Shop, words_of
from tests.times import DAY, HOUR
from tests.unit.present.hostile_text import EVERYTHING, WORDS
from tests.unit.present.samples import every_mail
from vaada.gateways.mail import Mailer
from vaada.model.incoming_mail import MailFile
from vaada.present.email import Mail
from vaada.present.sanitize import line

NAMES = {"en": "O'Neil, Ann", "ur": "عائشہ خان", "hi": "आयशा ख़ान", "de": "Jörg Müßiggang", "fr": "Éloïse Ça"}


def raw_mails() -> list[bytes]:
    """The raw mails that SES got."""
    sent = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
    return [mail.raw_data if isinstance(mail.raw_data, bytes) else mail.raw_data.encode() for mail in sent]


def parsed(raw: bytes) -> EmailMessage:
    """The mail, by the standard library's parser; by then another has found it in order too."""
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998  # RFC 5322, 2.1.1
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    other = parse_email(raw, strict=True)
    assert (other.warnings, len(other.text_plain), len(other.text_html)) == ([], 1, 1)
    for value in (value for values in other.headers.values() for value in values):
        assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", value)
    for word in re.findall(rb"=\?[^\r\n ]*", raw.partition(b"\r\n\r\n")[0]):  # RFC 2047, 2
        assert re.fullmatch(rb"=\?utf-8\?[bq]\?[!->@-~]+\?=[,;>]?", word), word
        assert len(word.rstrip(b",;>")) <= 75
    mail: EmailMessage = message_from_bytes(raw, policy=policy.SMTP.clone(raise_on_defect=True))
    assert unblanked(str(mail["subject"])) == unblanked(other.subject)
    return mail


def unblanked(text: str) -> str:
    """The text without spaces: the standard library's parser adds some between encoded words."""
    return re.sub(r"\s", "", text)


def in_header(text: str) -> str:
    """The header's text. Checks that no typed text is taken for an encoded word."""
    return text.replace("=?", "= ?")


class Post:
    """A fake of SES that accepts every mail."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def send_email(self, **asked: Any) -> dict[str, str]:
        self.sent.append(asked["Content"]["Raw"]["Data"])
        return {"MessageId": "1"}


HEADERS = [
    *("content-type", "mime-version", "subject", "auto-submitted", "x-auto-response-suppress", "date"),
    *("message-id", "references", "from", "to", "list-unsubscribe", "list-unsubscribe-post"),
]


# As long as they are on AWS: the host of an HTTP API, and a token of 57 characters.
UNSUBSCRIBE_URL = (
    f"https://a1b2c3d4e5.execute-api.ap-southeast-1.amazonaws.com/u/{'k' * 27}.aSPoTw.{'-_' * 11}"
)
MESSAGE_ID = "bilal0khan00000001kqakcg00000006"
THREAD = "bilal0khan000000"


def sent(
    mail: Mail,
    name: str,
    *,
    sender: str = "desk@example.com",
    to_email: str = "bilal@example.com",
    unsubscribe_url: str = UNSUBSCRIBE_URL,
    files: tuple[MailFile, ...] = (),
) -> bytes:
    """The mail as SES gets it, from and to somebody of this name."""
    post = Post()
    mailer = Mailer(post, sender, "vaada")  # type: ignore[arg-type]  # all of SES that is asked
    mailer.send(
        mail,
        business=name,
        to_name=name,
        to_email=to_email,
        message_id=MESSAGE_ID,
        thread=(THREAD,),
        unsubscribe_url=unsubscribe_url,
        files=files,
    )
    return post.sent[0]


def header_lines(raw: bytes) -> dict[str, list[bytes]]:
    """The lines of each header as they are sent, the first without its name."""
    lines: dict[str, list[bytes]] = {}
    for one in re.split(rb"\r\n(?![ \t])", raw.partition(b"\r\n\r\n")[0]):
        name, _, value = one.partition(b": ")
        lines[name.decode().lower()] = value.split(b"\r\n")
    return lines


@settings(max_examples=2)
@example(words=EVERYTHING)
@example(words="Zq1=?utf-8?q?=0d=0aBcc:_all@example.com?=2qZ")
@example(words="Zq1<script>alert(1)</script>' onmouseover='x()<script>alert(1)</script>2qZ")
@given(words=WORDS)
def test_hostile_text_stays_in_its_header_and_its_part(words: str) -> None:
    for mail in every_mail(words)[::9]:
        raw = sent(mail, words[:200])
        found = parsed(raw)

        assert [name.lower() for name in found] == HEADERS
        assert parse_email(raw, strict=True).subject == in_header(mail.subject)
        for field in ("from", "to"):
            (address,) = found[field].addresses
            name = line(words[:200]).replace('"', "'").replace("\\", "/")
            assert unblanked(in_header(name)).startswith(unblanked(address.display_name).removesuffix("…"))
            whole_words = (
                in_header(name)[:40].rpartition(" ")[0].rstrip(" ,;:.-")
            )  # a name is cut between words
            assert len(address.display_name) >= min(len(name), len(whole_words))
        assert found["from"].addresses[0].addr_spec == "desk@example.com"
        assert found["to"].addresses[0].addr_spec == "bilal@example.com"
        text, html = (part.get_content().replace("\r\n", "\n") for part in found.iter_parts())
        assert (text.rstrip("\n"), html.rstrip("\n")) == (mail.text.rstrip("\n"), mail.html.rstrip("\n"))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (f"Bilal Khan {'x' * 60}", "Bilal Khan…"),
        ("x" * 60, "x" * 60),
        ("x" * 61, f"{'x' * 59}…"),
        (f"{'Bilal ' * 9}Khan", f"{'Bilal ' * 9}Khan"),
        (f"{'Bilal ' * 12}Khan", f"{('Bilal ' * 10).rstrip()}…"),
    ],
)
def test_a_name_of_over_sixty_characters_is_cut_between_words(name: str, shown: str) -> None:
    found = parsed(sent(Mail("Hello", "Hello", "<p>Hello</p>"), name))

    assert unblanked(found["to"].addresses[0].display_name) == unblanked(shown)


def test_a_long_subject_begins_on_the_line_of_its_name() -> None:
    subject = "A short reminder from Oliver-Grant-and-his-daughters-2026: how did we do?"

    assert header_lines(sent(Mail(subject, "Hello", "<p>Hello</p>"), "Bilal"))["subject"] == [
        b"A short reminder from Oliver-Grant-and-his-daughters-2026: how did",
        b" we do?",
    ]


@pytest.mark.parametrize("subject", ["Hello\nBcc: all@example.com", "Hello\r\nhello", "سلام\rسلام"])
def test_a_subject_of_several_lines_is_refused(subject: str) -> None:
    with pytest.raises(ValueError, match="one line"):
        sent(Mail(subject, "Hello", "<p>Hello</p>"), "Bilal")


LONG_DOMAIN = f"{'follow-up-desk-of-the-bakery.' * 6}example.com"


@pytest.mark.parametrize("sender", ["desk@example.com", f"desk@{LONG_DOMAIN}"])
@pytest.mark.parametrize("to_email", ["bilal@example.com", f"{'bilal.khan.' * 5}x@{LONG_DOMAIN}"])
@pytest.mark.parametrize("url", [UNSUBSCRIBE_URL, f"https://desk.{LONG_DOMAIN}/u/{'x' * 700}"])
@pytest.mark.parametrize("name", ["", "Bilal Khan", "O'Neil, Ann " * 5, "عائشہ خان " * 5])
def test_headers_that_programs_read_stand_on_one_line_and_are_never_encoded(
    sender: str, to_email: str, url: str, name: str
) -> None:
    raw = sent(
        Mail("Hello", "Hello", "<p>Hello</p>"), name, sender=sender, to_email=to_email, unsubscribe_url=url
    )
    parsed(raw)

    domain = sender.partition("@")[2]
    lines = header_lines(raw)
    assert lines["list-unsubscribe"] == [f"<{url}>".encode()]
    assert lines["list-unsubscribe-post"] == [b"List-Unsubscribe=One-Click"]
    assert lines["message-id"] == [f"<{MESSAGE_ID}@{domain}>".encode()]
    assert lines["references"] == [f"<{THREAD}@{domain}>".encode()]
    assert lines["from"][-1].endswith(f"<{sender}>".encode() if name else sender.encode())
    assert lines["to"][-1].endswith(f"<{to_email}>".encode() if name else to_email.encode())
    for header in ("date", "auto-submitted", "x-auto-response-suppress", "mime-version"):
        assert len(lines[header]) == 1
    other = parse_email(raw, strict=True)
    assert other.headers["List-Unsubscribe"] == [f"<{url}>"]


@pytest.mark.parametrize(
    "url", ["https://example.com/u/x\r\nBcc: all@example.com", f"https://e.com/{'x' * 990}"]
)
def test_a_link_that_is_not_one_line_is_never_put_into_a_header(url: str) -> None:
    with pytest.raises(ValueError, match="List-Unsubscribe is not one line of ASCII"):
        sent(Mail("Hello", "Hello", "<p>Hello</p>"), "Bilal", unsubscribe_url=url)


def test_each_language_keeps_its_blanks_and_its_encoded_words_stand_apart() -> None:
    business = "सेवा Müller"
    for mail in every_mail("naïve था 東京 : the بیکری & Ω सेवा कैसी रही?"):
        raw = sent(mail, business)

        parsed(raw)
        found = parse_email(raw, strict=True)
        assert found.subject == mail.subject
        assert found.headers["From"] == [f"{business} <desk@example.com>"]


@pytest.mark.parametrize("language", NAMES)
def test_a_mail_has_no_defect_and_threads_with_others_of_its_customer(
    desk: ScriptedDesk, language: str
) -> None:
    shop = Shop.opened(desk, name=NAMES[language], language=language)
    shop.contact(resolved=True)
    desk.pass_time(5 * DAY)

    raws = raw_mails()
    assert len(raws) == 2  # the survey and its reminder
    threads = set()
    for raw in raws:
        mail = parsed(raw)
        assert mail["to"].addresses[0].display_name == NAMES[language]
        assert parsedate_to_datetime(mail["date"]).tzinfo is not None
        assert mail["message-id"].endswith("@example.com>")
        assert mail["auto-submitted"] == "auto-generated"
        assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
        threads.add(mail["references"])
    assert len(threads) == 1


def test_a_mail_is_multipart_has_the_facts_and_is_marked_as_automatic(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk)
    shop.promise(shop.desk.now + HOUR)
    mail = shop.desk.mails[0]

    assert mail.get_content_type() == "multipart/alternative"
    for fact in ("Bilal Khan", "Wants a cake for Saturday", "Call back with a price"):
        assert fact in words_of(mail)
    assert mail["auto-submitted"] == "auto-generated"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Rechnung für März.pdf", "Rechnung für März.pdf"),
        ("رسید ۲۰۲۶.pdf", "رسید ۲۰۲۶.pdf"),
        ('a "quoted"; name.png', 'a "quoted"; name.png'),
        ("invoice.pdf\r\nBcc: all@example.com", "invoice.pdf Bcc: all@example.com"),
        ("README", "README"),
        ("🧾" * 300 + ".pdf", "🧾" * 58 + "….pdf"),
        ("x" * 300, "x" * 59 + "…"),
    ],
)
def test_a_file_arrives_with_its_name_on_one_line(name: str, shown: str) -> None:
    content = bytes(range(256))

    raw = sent(every_mail("Hello")[0], "Bilal", files=(MailFile(name, "application/pdf", content),))
    [file] = parsed(raw).iter_attachments()

    assert (file.get_filename(), file.get_content()) == (shown, content)
    assert max(map(len, raw.split(b"\r\n"))) <= 998
