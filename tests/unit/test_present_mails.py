from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from tests.unit.presenting import (
    BIDI_CONTROLS,
    HOSTILE,
    KARACHI,
    LINK,
    URDU,
    Html,
    a_brief,
    a_notice,
    an_invitation,
)
from vaada.model.messages import Party, Purpose
from vaada.present import mails
from vaada.present.mails import Mail

STAFF: tuple[tuple[Purpose, Party], ...] = (
    ("follow_up_reminder", "agent"),
    ("follow_up_unanswered", "supervisor"),
    ("promise_warning", "agent"),
    ("promise_overdue", "agent"),
    ("promise_escalation", "supervisor"),
    ("promise_escalation", "owner"),
)
CUSTOMERS: tuple[Purpose, ...] = ("survey", "survey_reminder")
LANGUAGES = ("en", "ur", "es", "ar")


def every_mail(name: str) -> list[Mail]:
    """Each kind of mail, with this name and these words wherever somebody typed them."""
    brief = a_brief(
        business=name, reader_name=name, agent_name=name, customer_name=name, owed=name, said=name * 20
    )
    invitation = an_invitation(business=name, customer_name=name, agent_name=name)
    return [mails.for_staff(purpose, to, brief) for purpose, to in STAFF] + [
        mails.for_customer(purpose, replace(invitation, language=language))
        for purpose in CUSTOMERS
        for language in LANGUAGES
    ]


def test_the_subject_says_when_and_what() -> None:
    mail = mails.for_staff("follow_up_reminder", "agent", a_brief(owed="Call Bilal Khan back"))
    assert mail.subject == "Due at 16:00: Call Bilal Khan back"


def test_the_subject_names_the_customer_if_the_words_do_not() -> None:
    mail = mails.for_staff("promise_warning", "agent", a_brief())
    assert mail.subject == "Promise due at 16:00: Bilal Khan · Say when the fan is replaced"


@pytest.mark.parametrize(
    ("purpose", "to", "subject"),
    [
        ("follow_up_reminder", "agent", "Overdue by 2 hours: "),
        ("follow_up_unanswered", "supervisor", "No answer from Sana Malik: "),
        ("promise_overdue", "agent", "Promise overdue by 2 hours: "),
        ("promise_escalation", "supervisor", "Sana Malik's promise is overdue by 2 hours: "),
        ("promise_escalation", "owner", "Sana Malik's promise is overdue by 2 hours: "),
    ],
)
def test_lateness_is_said_plainly(purpose: Purpose, to: Party, subject: str) -> None:
    mail = mails.for_staff(purpose, to, a_notice())
    assert mail.subject == f"{subject}Bilal Khan · Say when the fan is replaced"
    assert "Overdue by 2 hours" in mail.text
    assert "Overdue by 2 hours" in Html(mail.html).words


def test_a_promise_is_overdue_from_its_first_minute() -> None:
    assert mails.for_staff("promise_overdue", "agent", a_brief()).subject.startswith(
        "Promise overdue since 16:00"
    )


@pytest.mark.parametrize(("purpose", "to"), STAFF)
def test_nobody_has_to_ask_for_anything(purpose: Purpose, to: Party) -> None:
    mail = mails.for_staff(purpose, to, a_brief())
    page = Html(mail.html)
    for fact in (
        "Bilal Khan",
        "+923001234567",
        "bilal.khan@example.com",
        "yesterday at 15:42, by phone",
        "He needs it for his exams on Friday.",
        "Say when the fan is replaced",
        "Today at 16:00",
        "Asia/Karachi",
    ):
        assert fact in mail.text
        assert fact in page.words
    assert page.all("a", href="tel:+923001234567")
    assert page.all("a", href="mailto:bilal.khan@example.com")


def test_a_customer_without_addresses_has_no_links() -> None:
    mail = mails.for_staff("promise_overdue", "agent", a_notice(customer_phone=None, customer_email=None))
    assert not Html(mail.html).all("a")
    assert "None" not in mail.text + mail.html


def test_each_answer_is_a_button_and_a_plain_link() -> None:
    mail = mails.for_staff("promise_warning", "agent", a_brief(actions=("kept", "new_date")))
    for action in ("kept", "new_date"):
        assert f"\n{LINK}?do={action}\n" in mail.text
        [button] = Html(mail.html).all("a", href=f"{LINK}?do={action}")
        assert "padding:12px 16px;min-height:24px" in button["style"]  # 52 px with its border


def test_a_notice_has_nothing_to_press() -> None:
    mail = mails.for_staff("promise_escalation", "supervisor", a_notice())
    assert all(link.startswith(("tel:", "mailto:")) for link in Html(mail.html).values("href"))
    assert "http" not in mail.text


def test_who_stands_in_for_somebody_is_told_so() -> None:
    mail = mails.for_staff("follow_up_reminder", "agent", a_brief(reader_name="Omar Farooq"))
    assert "Hello Omar Farooq. You stand in for Sana Malik" in mail.text
    assert "Today at 16:00, by Sana Malik" in mail.text


def test_a_repeated_reminder_says_how_to_end_it() -> None:
    assert (
        "reminder 3; it stops when you answer"
        in mails.for_staff("follow_up_reminder", "agent", a_brief(times=3)).text
    )


def test_the_owner_may_have_no_name() -> None:
    mail = mails.for_staff("promise_escalation", "owner", a_notice(reader_name=""))
    assert "Hello" not in mail.text
    assert "Hello" not in mail.html


def test_a_purpose_for_customers_is_refused() -> None:
    with pytest.raises(ValueError, match="survey"):
        mails.for_staff("survey", "agent", a_brief())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("purpose", CUSTOMERS)
def test_five_faces_each_with_its_words_and_link(purpose: Purpose, language: str) -> None:
    mail = mails.for_customer(purpose, an_invitation(language=language))
    for score in range(1, 6):
        assert Html(mail.html).all("a", href=f"{LINK}?score={score}")
        assert f"\n{LINK}?score={score}\n" in mail.text
    assert mail.text.endswith("\nhttps://example.com/u/token")
    assert Html(mail.html).all("a", href="https://example.com/u/token")


def test_the_reminder_says_that_it_is_one() -> None:
    first, second = (mails.for_customer(purpose, an_invitation()) for purpose in CUSTOMERS)
    assert first.subject == "Nadeem Computers: how did we do?"
    assert second.subject == "A short reminder from Nadeem Computers: how did we do?"
    assert "the only reminder" in second.text
    assert "the only reminder" not in first.text
    assert "until 8 December" in first.text


@pytest.mark.parametrize(
    ("language", "direction"), [("en", "ltr"), ("ur", "rtl"), ("es", "ltr"), ("ar", "rtl")]
)
def test_the_direction_survives_programs_that_drop_the_head(language: str, direction: str) -> None:
    page = Html(mails.for_customer("survey", an_invitation(language=language)).html)
    for tag in ("html", "div"):
        assert page.all(tag, lang=language, dir=direction)


def test_a_name_that_runs_the_other_way_is_isolated() -> None:
    mail = mails.for_customer("survey", an_invitation(language="ur"))
    assert "\u2068Bilal Khan\u2069" in mail.text
    assert "<bdi>Bilal Khan</bdi>" in mail.html
    assert mail.subject.startswith("\u2068Nadeem Computers\u2069: ")


def test_nothing_typed_becomes_markup_or_a_header() -> None:
    for mail in every_mail(HOSTILE):
        message = EmailMessage(policy=SMTP)
        message["Subject"] = mail.subject  # refuses line breaks
        assert not message["Bcc"]
        assert "<script" not in mail.html
        page = Html(mail.html)
        assert {tag for tag, _ in page.tags} <= {
            *("html", "head", "meta", "title", "style", "body", "div", "table", "tr", "td"),
            *("p", "h1", "span", "a", "bdi", "br"),
        }


@pytest.mark.parametrize("name", [HOSTILE, URDU])
def test_no_name_reorders_what_surrounds_it(name: str) -> None:
    for mail in every_mail(name):
        for text in (mail.subject, mail.text, mail.html):
            assert not (BIDI_CONTROLS - {"\u2068", "\u2069"}) & set(text)
            assert text.count("\u2068") == text.count("\u2069")


def test_a_long_note_is_kept_whole_and_a_long_name_leaves_room_in_the_subject() -> None:
    note = "".join(f"{number} 😀 " for number in range(600))[:4000].strip()
    mail = mails.for_staff(
        "promise_escalation", "owner", a_notice(said=note, customer_name="N" * 200, owed="w " * 250)
    )
    assert note in mail.text
    assert note in Html(mail.html).words
    assert len(mail.subject) < 180


def test_nothing_is_loaded_and_nobody_is_followed() -> None:
    for mail in every_mail("Bilal"):
        page = Html(mail.html)
        assert not page.all("img")
        assert not page.all("link")
        assert "url(" not in mail.html
        assert "@import" not in mail.html


def test_times_are_told_in_the_readers_zone() -> None:
    due_at = datetime(2026, 11, 24, 16, 0, tzinfo=KARACHI)
    mail = mails.for_staff("promise_warning", "agent", a_brief(due_at=due_at, now=due_at - timedelta(days=1)))
    assert mail.subject.startswith("Promise due tomorrow at 16:00: ")


def test_a_promise_is_called_overdue_from_its_first_minute() -> None:
    on_the_minute = a_brief(now=a_brief().due_at)
    html = mails.for_staff("promise_overdue", "agent", on_the_minute).html
    assert 'class="v-late"' in html
    assert "Overdue since" in html


def test_the_supervisor_is_told_how_many_reminders_went_unanswered() -> None:
    assert "was reminded 2 times and has not answered" in (
        mails.for_staff("follow_up_unanswered", "supervisor", a_brief(times=3)).text
    )
