"""The mails that Cognito sends to users of the console."""

import re
import unicodedata
from typing import get_args

import pytest

from tests.unit.present.builders import LANGUAGES
from tests.unit.present.html import Html
from tests.unit.present.test_staff_languages import OTHER_SCRIPTS, left_in_latin, shown
from vaada.present.account_mail import AccountMail, AccountMailKind, Gaps, account_mail
from vaada.present.i18n import words

KINDS: tuple[AccountMailKind, ...] = get_args(AccountMailKind)
CONSOLE = "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/desk/"
GAPS = Gaps("{username}", "{####}")


def mail(kind: AccountMailKind, language: str, business: str = "Noor Electronics") -> AccountMail:
    """A mail in this language."""
    return account_mail(kind, words(language), business, CONSOLE, GAPS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_cognito_takes_the_subject_and_the_message(kind: AccountMailKind, language: str) -> None:
    """As the references of InviteMessageTemplate and EmailVerificationMessage limit them."""
    longest = mail(kind, language, "نور برقی آلات کی بڑی دکان اور مرمت گاہ " * 4)

    assert len(longest.subject) <= 140
    assert len(longest.html) <= 20_000
    for text in (longest.subject, longest.html):
        assert {letter for letter in text if unicodedata.category(letter) in {"Cc", "Cf"}} <= {"\n"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_invitation_leads_to_the_console_with_a_name_and_a_password(language: str) -> None:
    invitation = mail("invitation", language)

    page = Html(invitation.html)
    assert {"{username}", "{####}"} <= set(re.findall(r"{\S+}", page.words))
    assert page.values("href") == [CONSOLE]
    assert "30" in page.words
    assert invitation.subject.startswith("Noor Electronics")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_with_a_code_has_the_code_and_no_link(language: str) -> None:
    page = Html(mail("code", language).html)

    assert re.findall(r"{\S+}", page.words) == ["{####}"]
    assert page.values("href") == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", OTHER_SCRIPTS)
def test_no_word_is_left_in_english(kind: AccountMailKind, language: str) -> None:
    written = mail(kind, language, "نور")

    for text in (written.subject, shown(written.html).replace("{username}", "")):
        assert left_in_latin(text) == set(), text


@pytest.mark.parametrize("kind", KINDS)
def test_the_name_of_a_business_is_shown_as_it_is(kind: AccountMailKind) -> None:
    name = 'Ali & <b onclick="x">Sons</b>'

    written = mail(kind, "en", f"{name}\r\nBcc: all@example.com")

    assert written.subject.startswith(f"{name} Bcc")
    assert "<b onclick" not in written.html
    assert name in Html(written.html).words
