"""Reading the MIME of a mail: nothing is lost that can be shown or kept, however wrong it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mail_samples import BILAL, ODD, OURS, WITHOUT_SENDER, a_mail, raw
from vaada.rules.mail.reading import MOST_FOLDED, MOST_WORDS, WHOLE_TEXT, read


@pytest.mark.parametrize("what", ODD)
def test_an_odd_mail_is_read_without_loss(what: str) -> None:
    mail = read(ODD[what], OURS)

    assert mail.sender == ("" if what in WITHOUT_SENDER else BILAL)
    assert mail.message_id
    assert mail.words or mail.files or what in {"no body", "an empty body", "multipart without parts"}
    shown = f"{mail.words}{mail.subject}{mail.sender_name}{''.join(file.name for file in mail.files)}"
    assert not set(shown) & {"\0", "\r", "\ud800"}
    assert "\n" not in mail.subject
    assert len(mail.words) <= MOST_WORDS
    assert all(file.name and "/" not in file.name for file in mail.files)


def test_there_are_a_hundred_odd_mails() -> None:
    assert len(ODD) >= 100


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("declared us-ascii, written in utf-8", "Grüße, wo bleibt meine Bestellung?"),
        ("declared iso-8859-1, written in cp1252", "Grüße, wo bleibt meine Bestellung?"),
        ("declared no-such-charset, written in cp1252", "Grüße, wo bleibt meine Bestellung?"),
        ("declared utf-8, written in cp1252", "Grüße, wo bleibt meine Bestellung?"),
        ("windows-1256", "أين طلبي؟"),
        ("gb2312 with characters of gb18030", "我的訂單在哪裡?"),
        ("format=flowed", "Hello, where is my order?"),
        ("format=flowed with delsp", "Hello, where is my order?"),
        ("base64 without padding", "Hello, where is my order?"),
        ("only HTML", "Hello, where is my order?"),
        ("HTML called plain text", "Hello, where is my order?"),
        ("HTML with scripts", "Hello, where?"),
        ("plain text that is empty, beside HTML", "Hello, where is my order?"),
        ("alternative within mixed", "Hello, where is my order?"),
        ("multipart whose boundary is never there", "Hello, where is my order?"),
        ("multipart that never ends", "Hello, where is my order?"),
    ],
)
def test_the_words_are_found(what: str, words: str) -> None:
    assert read(ODD[what], OURS).words == words


@pytest.mark.parametrize(
    ("what", "names"),
    [
        ("alternative within mixed", ["attachment-1.png"]),
        ("related within alternative", ["attachment-1.png"]),
        ("an attached mail", ["attachment-1.eml"]),
        ("winmail.dat", ["winmail.dat"]),
        ("a file with a path", ["pass wd"]),
        ("a file named in RFC 2231", ["Rechnung für.pdf"]),
        ("a file named in RFC 2047", ["Rechnung.pdf"]),
        ("a file without a name", ["attachment-1.jpg"]),
        ("a calendar", ["attachment-1.ics"]),
        ("three thousand levels", ["mail.eml"]),
    ],
)
def test_files_get_a_plain_name(what: str, names: list[str]) -> None:
    assert [file.name for file in read(ODD[what], OURS).files] == names


@pytest.mark.parametrize(
    ("what", "subject"),
    [
        ("subject: RFC 2047", "Grüße"),
        ("subject: RFC 2047 with an unknown charset", "Grüße"),
        ("subject: RFC 2047 with a line break", "one Bcc: x"),
        ("subject: raw bytes", "Grüße"),
        ("subject: raw UTF-8", "Grüße"),
    ],
)
def test_the_subject_is_decoded(what: str, subject: str) -> None:
    assert read(ODD[what], OURS).subject == subject


def test_the_sender_header_decides_among_many_senders() -> None:
    assert read(ODD["many addresses in From"], OURS).sender == BILAL


def test_a_mail_without_an_id_gets_one_of_its_content() -> None:
    first, again = (read(a_mail("Hello", message_id=None), OURS) for _ in range(2))

    assert first.message_id == again.message_id
    assert first.message_id != read(a_mail("Other", message_id=None), OURS).message_id


def test_the_mail_that_is_answered_comes_last_among_the_references() -> None:
    headers = {"References": "<a@x.example> <b@x.example>", "In-Reply-To": "<a@x.example>"}

    assert read(a_mail(headers=headers), OURS).references == ("b@x.example", "a@x.example")


def test_all_of_a_long_text_is_kept_as_a_file() -> None:
    mail = read(a_mail("word " * 2000), OURS)

    assert len(mail.words) == MOST_WORDS
    assert mail.words.endswith("…")
    (whole,) = mail.files
    assert whole.name == WHOLE_TEXT
    assert whole.content.decode().split() == ["word"] * 2000


def test_a_long_quote_is_shortened_and_kept_as_a_file() -> None:
    mail = read(a_mail("Yes.\n\n" + "> word\n" * 5000), OURS)

    assert (mail.words, len(mail.folded)) == ("Yes.", MOST_FOLDED)
    assert [file.name for file in mail.files] == [WHOLE_TEXT]


@given(st.binary(max_size=400))
def test_any_bytes_can_be_read(body: bytes) -> None:
    read(body, OURS)
    read(raw("From: Bilal <bilal@example.org>", "Content-Type: multipart/mixed; boundary=b", body=body), OURS)
