"""Mails as they are sent: parsers that raise at every defect find none, whatever was typed."""

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
from vaada.present.email import Mail
from vaada.present.sanitize import line

NAMES = {"en": "O'Neil, Ann", "ur": "عائشہ خان", "hi": "आयशा ख़ान", "de": "Jörg Müßiggang", "fr": "Éloïse Ça"}


def raw_mails() -> list[bytes]:
    """What SES was given."""
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
    """Without blanks: the standard library's parser adds some between encoded words of a name."""
    return re.sub(r"\s", "", text)


def in_header(text: str) -> str:
    """Nothing that was typed is taken for an encoded word."""
    return text.replace("=?", "= ?")


class Post:
    """Stands for SES: takes every mail."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def send_email(self, **asked: Any) -> dict[str, str]:
        self.sent.append(asked["Content"]["Raw"]["Data"])
        return {"MessageId": "1"}


HEADERS = [
    *("subject", "auto-submitted", "x-auto-response-suppress", "mime-version", "content-type", "date"),
    *("message-id", "references", "from", "to", "list-unsubscribe", "list-unsubscribe-post"),
]


def sent(mail: Mail, name: str) -> bytes:
    """The mail as SES gets it, from and to somebody of this name."""
    post = Post()
    mailer = Mailer(post, "desk@example.com", "vaada")  # type: ignore[arg-type]  # all of SES that is asked
    mailer.send(
        mail,
        business=name,
        to_name=name,
        to_email="bilal@example.com",
        message_id="m1",
        thread="c1",
        unsubscribe_url="https://desk.example.com/u/x",
    )
    return post.sent[0]


@settings(max_examples=2)
@example(words=EVERYTHING)
@example(words="Zq1=?utf-8?q?=0d=0aBcc:_all@example.com?=2qZ")
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
            assert len(address.display_name) >= min(len(name), 40)
        assert found["from"].addresses[0].addr_spec == "desk@example.com"
        assert found["to"].addresses[0].addr_spec == "bilal@example.com"
        text, html = (part.get_content().replace("\r\n", "\n") for part in found.iter_parts())
        assert (text.rstrip("\n"), html.rstrip("\n")) == (mail.text.rstrip("\n"), mail.html.rstrip("\n"))


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
