"""Who is greeted by name."""

import pytest

from tests.unit.present.builders import LANGUAGES, a_brief, a_late_notice, a_note, an_invitation
from tests.unit.present.html import Html
from vaada.present import email
from vaada.present.greetings import is_greetable

NO_NAMES = [
    *("-", "...", "???", "—", "·", "🙂", "\u200b", "\u2060\u200d", "12345", "+92 300 1234567", "ً"),
    *("null", "NULL", "(null)", "None", "undefined", "N/A", "n.a.", "Unknown", "anonymous", "no name"),
    *("Test", "TEST", "test test", "Testing", "Test User", "{{first_name}}", "%FIRSTNAME%", "[Name]", "Mr."),
]
NAMES = ["Bilal Khan", "عائشہ خان", "आयशा ख़ान", "李", "O'Neil", "Testa", "Nulla", "J.", "Na Li", "Ünal", "3M"]


@pytest.mark.parametrize("name", NO_NAMES)
def test_marks_and_placeholders_are_no_names(name: str) -> None:
    assert not is_greetable(name)


@pytest.mark.parametrize("name", NAMES)
def test_names_in_any_script_are_greeted(name: str) -> None:
    assert is_greetable(name)


@pytest.mark.parametrize("name", ["-", "null", "Test"])
def test_no_mail_greets_marks_or_a_placeholder(name: str) -> None:
    brief = a_brief(reader_name=name)
    staff = [
        email.for_staff("follow_up_reminder", "agent", brief),
        email.for_staff_batch([a_note(reader_name=name)] * 2),
    ]
    assert not any("Hello" in mail.text or "Hello" in Html(mail.html).words for mail in staff)
    greetings = set()
    for language in LANGUAGES:
        for mail in (
            email.for_customer("survey", an_invitation(customer_name=name, language=language)),
            email.for_late(a_late_notice(customer_name=name, language=language)),
        ):
            first = mail.text.splitlines()[0]
            assert first in Html(mail.html).words
            greetings.add(first)
    assert greetings == {
        *("Hello,", "Guten Tag,", "Bonjour,", "Hola:", "Olá:", "नमस्ते,", "مرحبًا،", "السلام علیکم،"),
    }
