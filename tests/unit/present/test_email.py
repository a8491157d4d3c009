"""Mails to staff and customers."""

import re
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import get_args

import pytest

from tests.unit.present.builders import (
    BIDI_CONTROLS,
    DIRECTIONS,
    END_OF_ISOLATE,
    HOSTILE,
    ISOLATES,
    KARACHI,
    KINDS,
    LANGUAGES,
    LINK,
    URDU,
    a_brief,
    a_late_notice,
    a_note,
    a_notice,
    a_praise,
    a_promise,
    a_reply,
    a_request,
    about,
    an_explanation,
    an_invitation,
)
from tests.unit.present.html import Html
from tests.unit.present.samples import CUSTOMER_PURPOSES, STAFF_PURPOSES, every_mail
from vaada.model.messages import Purpose, RecipientRole
from vaada.model.work import SCALES, SurveyKind
from vaada.present import email
from vaada.present.view_models import ActionName, Brief, Note, TaskLine


def test_the_subject_says_when_and_what() -> None:
    mail = email.for_staff("follow_up_reminder", "agent", a_brief(what="Call Bilal Khan back"))
    assert mail.subject == "Due at 16:00: Call Bilal Khan back"


def test_the_subject_names_the_customer_unless_the_promise_does() -> None:
    mail = email.for_staff("promise_warning", "agent", a_brief())
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
def test_subject_and_body_say_how_late_it_is(purpose: Purpose, to: RecipientRole, subject: str) -> None:
    mail = email.for_staff(purpose, to, a_notice())
    assert mail.subject == f"{subject}Bilal Khan · Say when the fan is replaced"
    assert "Overdue by 2 hours" in mail.text
    assert "Overdue by 2 hours" in Html(mail.html).words


def test_the_subject_says_overdue_from_the_first_minute() -> None:
    assert email.for_staff("promise_overdue", "agent", a_brief()).subject.startswith(
        "Promise overdue since 16:00"
    )


@pytest.mark.parametrize(("purpose", "to"), STAFF_PURPOSES)
def test_a_staff_mail_has_all_facts_and_contact_links(purpose: Purpose, to: RecipientRole) -> None:
    brief = about(purpose, what="Say when the fan is replaced", channel="phone")
    mail = email.for_staff(purpose, to, brief)
    page = Html(mail.html)
    for fact in (
        "Bilal Khan",
        "+923001234567",
        "bilal.khan@example.com",
        "yesterday at 15:42, on the phone",
        "He needs it for his exams on Friday.",
        "Say when the fan is replaced",
        "Today at 16:00",
        "Asia/Karachi",
    ):
        assert fact in mail.text
        assert fact in page.words
    assert page.all("a", href="tel:+923001234567")
    assert page.all("a", href="mailto:bilal.khan@example.com")


def test_a_mail_about_a_customer_without_addresses_has_no_links() -> None:
    mail = email.for_staff("promise_overdue", "agent", a_notice(customer_phone=None, customer_email=None))
    assert not Html(mail.html).all("a")
    assert "None" not in mail.text + mail.html


def test_each_action_is_a_button_and_a_plain_link() -> None:
    mail = email.for_staff("promise_warning", "agent", a_promise())
    for action in ("kept", "running_late", "new_date", "unreachable"):
        assert f"\n{LINK}?do={action}\n" in mail.text
        [button] = Html(mail.html).all("a", href=f"{LINK}?do={action}")
        assert "padding:12px" in button["style"]
        assert "min-height:24px" in button["style"]  # 52 px with padding and border


@pytest.mark.parametrize("action", get_args(ActionName))
def test_every_action_has_a_label(action: ActionName) -> None:
    mail = email.for_staff("follow_up_reminder", "agent", a_brief(actions=(action,)))
    [words] = re.findall(r"\n(.+):\nhttps", mail.text)
    assert "_" not in words


def test_the_plain_text_has_every_link() -> None:
    for mail in every_mail("Bilal"):
        links = [link for link in Html(mail.html).values("href") if link.startswith("http")]
        if LINK in mail.text.splitlines():  # one link to all the numbers of a scale
            links = [link for link in links if not link.startswith(f"{LINK}?score=")]
        assert [link for link in links if f"{link}\n" not in f"{mail.text}\n"] == []


def seen_by_outlook(html: str) -> str:
    """The mail as Outlook on the desktop sees it, with conditional comments."""
    opened = re.sub(r"<!--\[if mso\]>(.*?)<!\[endif\]-->", r"\1", html, flags=re.DOTALL)
    assert "<!--" not in opened
    return opened


def test_outlook_shows_each_button_as_a_cell_with_its_own_colours() -> None:
    for mail in every_mail("Bilal"):
        document = seen_by_outlook(mail.html)
        buttons = re.findall(r'<a class="v-(?:primary|second|face)[^>]*>', document)
        in_cells = re.findall(
            r'<td [^>]*bgcolor="(#[0-9a-f]{6})" style="padding:[^"]*px[^"]*border:[^"]*"[^>]*>\s*'
            r'<a class="v-(?:primary|second|face)[^>]*background:(#[0-9a-f]{6})[^>]*(?<!-)color:#[0-9a-f]{6}',
            document,
        )
        assert len(in_cells) == len(buttons)
        assert all(cell == link for cell, link in in_cells)


def test_the_tables_of_a_mail_are_closed_for_outlook_and_for_others() -> None:
    for mail in every_mail("Bilal"):
        for document in (mail.html, seen_by_outlook(mail.html)):
            tree = re.sub(r"<!--.*?-->", "", document, flags=re.DOTALL)
            open_tags: list[str] = []
            for closing, tag in re.findall(r"<(/?)(table|tr|td|div|p|a|h1|h2|span|bdi|b)\b", tree):
                if closing:
                    assert open_tags.pop() == tag
                else:
                    open_tags.append(tag)
            assert open_tags == []


def test_a_mail_keeps_its_colours_and_spacing_without_its_style_sheet() -> None:
    for mail in every_mail("Bilal"):
        page = Html(mail.html)
        for _, attributes in page.tags:
            if attributes.get("class"):
                assert re.search(r"(?<!-)color:#|background:#|border", attributes["style"])
        for tag in ("p", "h1", "h2"):
            assert all("margin:" in attributes["style"] for attributes in page.all(tag))
        for style in page.values("style"):
            if "padding:" in style and "border-top:1px" in style and "background" not in style:
                assert "mso-padding-alt:" in style


def test_a_notice_has_no_action_links() -> None:
    mail = email.for_staff("promise_escalation", "supervisor", a_notice())
    assert all(link.startswith(("tel:", "mailto:")) for link in Html(mail.html).values("href"))
    assert "http" not in mail.text


def test_a_stand_in_reads_for_whom_they_stand_in() -> None:
    mail = email.for_staff("follow_up_reminder", "agent", a_brief(reader_name="Omar Farooq"))
    assert "Hello Omar Farooq. You stand in for Sana Malik" in mail.text
    assert "Today at 16:00, by Sana Malik" in mail.text


def test_a_repeated_reminder_says_how_to_stop_it() -> None:
    assert (
        "reminder 3; it stops when you answer"
        in email.for_staff("follow_up_reminder", "agent", a_brief(reminder_number=3)).text
    )


def test_a_mail_to_an_owner_without_a_name_has_no_greeting() -> None:
    mail = email.for_staff("promise_escalation", "owner", a_notice(reader_name=""))
    assert "Hello" not in mail.text
    assert "Hello" not in mail.html


def test_a_staff_mail_refuses_a_purpose_for_customers() -> None:
    with pytest.raises(ValueError, match="survey"):
        email.for_staff("survey", "agent", a_brief())


def test_a_woken_follow_up_names_the_customer_and_the_old_date() -> None:
    friday = datetime(2026, 11, 27, 9, 0, tzinfo=KARACHI)
    brief = a_brief(old_date=friday, actions=("done", "old_date"))
    mail = email.for_staff("follow_up_reminder", "agent", brief)
    assert mail.subject == "In touch again: Bilal Khan · Say when the fan is replaced"
    assert "Bilal Khan has been in touch since this was put off until Fri 27 Nov at 09:00." in mail.text
    assert f"\nKeep Fri 27 Nov at 09:00:\n{LINK}?do=old_date\n" in mail.text


def test_the_owner_reads_why_a_follow_up_comes_to_them() -> None:
    mail = email.for_staff("follow_up_reminder", "owner", a_brief(reader_name=""))
    assert "It comes to you because Sana Malik has no supervisor." in mail.text
    assert "\nToday at 16:00\n" in mail.text  # by nobody else
    assert f"{LINK}?do=done" in mail.text


def test_a_reply_warning_asks_the_agent_to_reply() -> None:
    mail = email.for_staff("reply_warning", "agent", a_reply())
    assert mail.subject == "Answer due at 16:00: Answer Bilal Khan"
    assert "Bilal Khan waits for an answer from you." in mail.text
    assert f"\nThey have their answer:\n{LINK}?do=answered\n" in mail.text
    assert f"\nWe wait for them:\n{LINK}?do=waiting\n" in mail.text


def test_a_missed_reply_is_overdue_from_the_first_minute() -> None:
    mail = email.for_staff("reply_missed", "supervisor", a_reply(reader_name="Ayesha Siddiqui"))
    assert mail.subject == "Sana Malik's answer is overdue since 16:00: Answer Bilal Khan"
    assert "Bilal Khan waits for an answer from Sana Malik, and it did not come in time." in mail.text
    assert 'class="v-late"' in mail.html


def test_a_goodwill_mail_has_links_to_approve_and_decline() -> None:
    mail = email.for_staff("goodwill_approval", "supervisor", a_request())
    assert mail.subject == (
        "Sana Malik asks for approval: Bilal Khan · USD 40.00: Two visits for the same fault"
    )
    assert "Sana Malik asks to give Bilal Khan USD 40.00." in mail.text
    assert f"\nApprove USD 40.00:\n{LINK}?do=approve\n" in mail.text
    assert f"\nDecline:\n{LINK}?do=decline\n" in mail.text


@pytest.mark.parametrize("brief", [a_promise(), a_reply(), a_request()])
def test_a_mail_without_an_action_url_has_no_links(brief: Brief) -> None:
    mail = email.for_staff("reply_missed", "owner", brief._replace(action_url=None))
    assert "http" not in mail.text
    assert "http" not in mail.html


def test_a_mail_without_a_contact_quotes_nothing() -> None:
    check_in = a_brief(summary=None, interaction_at=None, channel=None)
    mail = email.for_staff("follow_up_reminder", "agent", check_in)
    for words in (mail.text.lower(), Html(mail.html).words.lower()):
        assert "what was said" not in words
        assert "none" not in words


def test_the_small_print_says_why_the_mail_comes_now() -> None:
    brief = a_promise(explanation=an_explanation())
    for mail in (
        email.for_staff("promise_escalation", "supervisor", brief),
        email.for_staff_batch([Note("promise_escalation", "supervisor", brief)] * 2),
    ):
        for words in (mail.text, Html(mail.html).words):
            assert "Why now: 4 opening hours after it was due; counted: Fri 20 Nov 16:00–18:00 and" in words
    assert "Why now" not in email.for_staff("promise_warning", "agent", a_promise()).text


def test_a_batch_is_one_mail_with_the_most_urgent_first() -> None:
    now = a_brief().now
    mail = email.for_staff_batch(
        [
            a_note(what="Order the part", due_at=now + timedelta(hours=1)),
            a_note("reply_warning", due_at=now + timedelta(minutes=10)),
            a_note("promise_overdue", what="Replace the fan", due_at=now - timedelta(hours=2)),
        ]
    )
    assert mail.subject == "3 reminders, first: Promise overdue by 2 hours: Bilal Khan · Replace the fan"
    for words in (mail.text, Html(mail.html).words):
        first, second, third = (
            words.index(what) for what in ("Replace the fan", "Answer Bilal Khan", "Order the part")
        )
        assert first < second < third
        assert words.count("+923001234567") == 3
        assert "Overdue by 2 hours" in words
        assert "Bilal Khan waits for an answer from you." in words
    for action in ("kept", "answered", "pick_date"):
        assert f"\n{LINK}?do={action}\n" in mail.text
        assert Html(mail.html).all("a", href=f"{LINK}?do={action}")


def test_a_large_batch_shows_one_line_for_each_of_the_others_and_says_how_many_more() -> None:
    now = a_brief().now
    others = [
        TaskLine("en", f"Customer {n}", f"Matter {n}", "auto", now + timedelta(hours=n), now, f"{LINK}{n}")
        for n in range(100)
    ]
    mail = email.for_staff_batch([a_note()] * 20, others[::-1], LINK)
    page = Html(mail.html)
    assert mail.subject.startswith("120 reminders, first: ")
    assert "120 reminders, the most urgent first" in mail.text
    for words in (mail.text, page.words):
        assert words.index("Matter 0 ") < words.index("Matter 79 ")
        assert "Matter 80" not in words
        assert "And 20 more" in words
    assert [link["href"] for link in page.all("a")][-1] == LINK
    assert f"All of them:\n{LINK}\n" in mail.text
    assert len(mail.html) < 102_000  # Gmail cuts off what is longer


def test_a_section_of_a_batch_without_a_link_has_no_actions() -> None:
    notes = [Note("promise_escalation", "supervisor", a_notice()), a_note("goodwill_approval", "supervisor")]
    mail = email.for_staff_batch(notes)
    assert re.findall(r"do=(\w+)\n", mail.text) == ["approve", "decline"]
    assert "For Bilal Khan, by Sana Malik" in mail.text


def test_a_late_notice_says_what_comes_later_when_and_from_whom() -> None:
    mail = email.for_late(a_late_notice())
    assert mail.subject == "Nadeem Computers: we need more time"
    for words in (mail.text, Html(mail.html).words):
        assert "Hello Bilal Khan," in words
        assert "We are sorry" in words
        assert "Replace the fan" in words
        assert "It will be done by Friday 27 November at 17:00." in words
        assert "Sana Malik takes care of it." in words
    assert not Html(mail.html).all("a")


@pytest.mark.parametrize(
    ("language", "when"),
    [
        ("ur", "جمعہ 27 نومبر، 17:00 بجے"),
        ("es", "viernes 27 de noviembre a las 17:00"),
        ("ar", "الجمعة 27 نوفمبر الساعة 17:00"),
        ("fr", "vendredi 27 novembre à 17:00"),
        ("de", "bis spätestens Freitag, 27. November, 17:00 Uhr"),
        ("hi", "शुक्रवार, 27 नवंबर, 17:00 बजे तक"),
        ("pt", "até sexta-feira, 27 de novembro, às 17:00"),
    ],
)
def test_a_late_notice_has_the_new_date_in_the_customers_language(language: str, when: str) -> None:
    mail = email.for_late(a_late_notice(language=language))
    assert when in mail.text
    assert when in Html(mail.html).words


def test_an_english_promise_is_isolated_in_an_urdu_late_notice() -> None:
    mail = email.for_late(a_late_notice(language="ur"))
    assert "\n\u2068Replace the fan\u2069\n" in mail.text
    page = Html(mail.html)
    assert page.all("div", lang="ur", dir="rtl")
    assert page.all("p", dir="auto")
    assert mail.subject.startswith("\u2068Nadeem Computers\u2069: ")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("purpose", CUSTOMER_PURPOSES)
def test_a_csat_mail_has_five_links_and_an_unsubscribe_link(purpose: Purpose, language: str) -> None:
    mail = email.for_customer(purpose, an_invitation(language=language))
    for score in range(1, 6):
        assert Html(mail.html).all("a", href=f"{LINK}?score={score}")
        assert f"\n{LINK}?score={score}\n" in mail.text
    assert mail.text.endswith("\nhttps://example.com/u/token")
    assert Html(mail.html).all("a", href="https://example.com/u/token")


def test_a_survey_reminder_says_that_it_is_one() -> None:
    first, second = (email.for_customer(purpose, an_invitation()) for purpose in CUSTOMER_PURPOSES)
    assert first.subject == "Nadeem Computers: how did we do?"
    assert second.subject == "A short reminder from Nadeem Computers: how did we do?"
    assert "the only reminder" in second.text
    assert "the only reminder" not in first.text
    assert "until 8 December" in first.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("purpose", CUSTOMER_PURPOSES)
def test_each_answer_of_a_survey_is_a_link_with_its_score(
    purpose: Purpose, kind: SurveyKind, language: str
) -> None:
    html = email.for_customer(purpose, an_invitation(language=language, kind=kind)).html
    links = [link["href"] for link in Html(html).all("a") if "score" in link["href"]]
    assert sorted(links) == sorted(f"{LINK}?score={score}" for score in SCALES[kind])


@pytest.mark.parametrize(("kind", "first", "last"), [("nps", "0", "10"), ("ces", "1", "7")])
def test_each_number_links_to_its_score_and_the_ends_have_labels(
    kind: SurveyKind, first: str, last: str
) -> None:
    mail = email.for_customer("survey", an_invitation(kind=kind))
    shown = re.findall(r'score=(\d+)"[^>]*>(\d+)</a>', mail.html)
    assert [score for score, _ in shown] == [str(score) for score in SCALES[kind]]
    assert all(score == number for score, number in shown)
    ends = {"nps": ("Not at all likely", "Very likely"), "ces": ("Very difficult", "Very easy")}[kind]
    for words in (mail.text, Html(mail.html).words):
        assert f"{first} = {ends[0]}" in words
        assert f"{last} = {ends[1]}" in words
    spoken = Html(mail.html).values("aria-label")
    assert f"{first} out of {last} ({ends[0]})" in spoken
    assert f"3 out of {last}" in spoken
    assert f"\n{LINK}\n" in mail.text
    assert "score=" not in mail.text


def test_a_promise_survey_quotes_the_promise_and_asks_yes_or_no() -> None:
    mail = email.for_customer("survey", an_invitation(kind="promise", what="Replace the fan"))
    assert mail.subject == "Nadeem Computers: did we keep our word?"
    assert "We promised you:\nReplace the fan\n\nDid we keep our word?\n" in mail.text
    assert f"\nYes\n{LINK}?score=1\n\nNo\n{LINK}?score=0\n" in mail.text
    assert re.findall(r'score=(\d)"[^>]*>(\w+)</a>', mail.html) == [("1", "Yes"), ("0", "No")]
    assert "Replace the fan" in Html(mail.html).words
    reminder = email.for_customer("survey_reminder", an_invitation(kind="promise", what="Replace the fan"))
    assert reminder.subject == "A short reminder from Nadeem Computers: did we keep our word?"


def test_a_promise_survey_without_a_quote_has_no_introduction_of_it() -> None:
    assert "We promised you" not in email.for_customer("survey", an_invitation(kind="promise")).text


def test_an_english_promise_is_isolated_in_an_urdu_survey() -> None:
    mail = email.for_customer("survey", an_invitation(kind="promise", language="ur", what="Replace the fan"))
    assert "\n\u2068Replace the fan\u2069\n" in mail.text
    assert Html(mail.html).all("p", dir="auto")


def test_every_coloured_class_has_a_dark_colour() -> None:
    for mail in every_mail("Bilal"):
        page = Html(mail.html)
        [dark] = re.findall(r"(?s)prefers-color-scheme: dark\) \{(.*?\n)\}", page.style)
        classes = {name for value in page.values("class") for name in value.split()} - {"v-nps", "v-ces"}
        assert {name for name in classes if f".{name} " not in dark} == set()
        assert all(
            attributes.get("class")
            for _, attributes in page.tags
            if "bgcolor" in attributes or "background:" in attributes.get("style", "")
        )


def test_praise_quotes_the_customer() -> None:
    mail = email.for_praise(a_praise())
    assert mail.subject == "Well done: Bilal Khan gave you 5 out of 5"
    assert "Bilal Khan gave you 5 out of 5\n\n> She called back within the hour.\n" in mail.text
    assert "Well done, Sana Malik, and thank you." in mail.text
    assert "She called back within the hour." in Html(mail.html).words
    assert not Html(mail.html).all("a")


def test_praise_may_have_no_comment() -> None:
    mail = email.for_praise(a_praise(score=1, top=1, words=None))
    assert mail.subject == "Well done: Bilal Khan says that you kept your word"
    assert "None" not in mail.text + mail.html
    assert ">" not in mail.text


@pytest.mark.parametrize(("language", "direction"), DIRECTIONS.items())
def test_language_and_direction_are_set_on_both_html_and_div(language: str, direction: str) -> None:
    page = Html(email.for_customer("survey", an_invitation(language=language)).html)
    for tag in ("html", "div"):
        assert page.all(tag, lang=language, dir=direction)


def test_a_name_in_the_other_direction_is_isolated() -> None:
    mail = email.for_customer("survey", an_invitation(language="ur"))
    assert "\u2068Bilal Khan\u2069" in mail.text
    assert "<bdi>Bilal Khan</bdi>" in mail.html
    assert mail.subject.startswith("\u2068Nadeem Computers\u2069: ")


def test_hostile_text_becomes_neither_markup_nor_a_header() -> None:
    for mail in every_mail(HOSTILE):
        message = EmailMessage(policy=SMTP)
        message["Subject"] = mail.subject  # refuses line breaks
        assert not message["Bcc"]
        assert "<script" not in mail.html
        page = Html(mail.html)
        assert {tag for tag, _ in page.tags} <= {
            *("html", "head", "meta", "title", "style", "body", "div", "table", "tr", "td"),
            *("p", "h1", "h2", "b", "span", "a", "bdi", "br"),
        }


@pytest.mark.parametrize("name", [HOSTILE, URDU])
def test_a_name_cannot_reorder_the_text_around_it(name: str) -> None:
    for mail in every_mail(name):
        for text in (mail.subject, mail.text, mail.html):
            assert not (BIDI_CONTROLS - {*ISOLATES, END_OF_ISOLATE}) & set(text)
            assert sum(text.count(one) for one in ISOLATES) == text.count(END_OF_ISOLATE)


def test_a_long_note_is_kept_whole_and_a_long_name_is_cut_in_the_subject() -> None:
    note = "".join(f"{number} 😀 " for number in range(600))[:4000].strip()
    mail = email.for_staff(
        "promise_escalation", "owner", a_notice(summary=note, customer_name="N" * 200, what="w " * 250)
    )
    assert note in mail.text
    assert note in Html(mail.html).words
    assert len(mail.subject) < 180


def test_a_mail_loads_no_images_styles_or_trackers() -> None:
    for mail in every_mail("Bilal"):
        page = Html(mail.html)
        assert not page.all("img")
        assert not page.all("link")
        assert "url(" not in mail.html
        assert "@import" not in mail.html


def test_a_due_time_of_the_next_day_is_called_tomorrow() -> None:
    due_at = datetime(2026, 11, 24, 16, 0, tzinfo=KARACHI)
    mail = email.for_staff("promise_warning", "agent", a_brief(due_at=due_at, now=due_at - timedelta(days=1)))
    assert mail.subject.startswith("Promise due tomorrow at 16:00: ")


def test_the_body_says_overdue_from_the_first_minute() -> None:
    on_the_minute = a_brief(now=a_brief().due_at)
    html = email.for_staff("promise_overdue", "agent", on_the_minute).html
    assert 'class="v-late"' in html
    assert "Overdue since" in html


def test_the_supervisor_reads_how_many_reminders_went_unanswered() -> None:
    assert "was reminded 2 times and has not answered" in (
        email.for_staff("follow_up_unanswered", "supervisor", a_brief(reminder_number=3)).text
    )
