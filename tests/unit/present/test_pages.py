"""Pages for customers and staff."""

import hashlib
import re
from base64 import b64encode
from datetime import datetime, timedelta
from typing import Any, get_args

import pytest

from tests.unit.present.builders import (
    BIDI_CONTROLS,
    DIRECTIONS,
    HOSTILE,
    KARACHI,
    KINDS,
    LANGUAGES,
    LINK,
    URDU,
    a_brief,
    a_notice,
    a_promise,
    a_reply,
    a_request,
    an_explanation,
)
from tests.unit.present.html import Html
from tests.unit.present.samples import FOLLOW_UP_ACTIONS, customer_pages, every_page
from vaada.model.work import SCALES, CommitmentStatus, FollowUpStatus, GoodwillStatus, ReplyStatus, SurveyKind
from vaada.present import pages
from vaada.present.i18n import words as words_in
from vaada.present.view_models import ActionName, CallBack, Referral, Review

ENGLISH = words_in("en")
FRIDAY = datetime(2026, 11, 27, 9, 0, tzinfo=KARACHI)


def survey(**changes: Any) -> Html:
    """The survey, as it opens when the fourth face was tapped."""
    values: dict[str, Any] = {
        "business": "Nadeem Computers",
        "language": "en",
        "agent_name": "Sana Malik",
        "path": "/s/token",
        "score": 4,
    }
    return Html(pages.survey_form(**{**values, **changes}))


def action(**changes: Any) -> Html:
    """The page behind a reminder's link."""
    values: dict[str, Any] = {
        "business": "Nadeem Computers",
        "brief": a_brief(),
        "path": "/a/token",
        "chosen": None,
    }
    return Html(pages.action_form(**{**values, **changes}))


def thanks(**changes: Any) -> Html:
    """What is read after an answer."""
    values: dict[str, Any] = {"business": "Nadeem Computers", "language": "en", "score": 5}
    return Html(pages.survey_thanks(**{**values, **changes}))


def test_the_tapped_face_is_checked_and_all_five_have_labels() -> None:
    page = survey()
    radios = page.all("input", type="radio", name="score")
    assert [radio["value"] for radio in radios] == ["1", "2", "3", "4", "5"]
    assert [radio["value"] for radio in radios if "checked" in radio] == ["4"]
    for words in ("Very unhappy", "Unhappy", "Neutral", "Happy", "Very happy"):
        assert words in page.words


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_score_can_be_chosen_and_the_tapped_one_is_checked(kind: SurveyKind, language: str) -> None:
    for tapped in SCALES[kind]:
        radios = survey(kind=kind, language=language, score=tapped).all("input", type="radio", name="score")
        assert sorted(int(radio["value"]) for radio in radios) == list(SCALES[kind])
        assert [radio["value"] for radio in radios if "checked" in radio] == [str(tapped)]
        assert all("required" in radio for radio in radios)


@pytest.mark.parametrize("kind", KINDS)
def test_every_score_has_a_label_and_the_question_is_the_legend(kind: SurveyKind) -> None:
    document = pages.survey_form(
        business="N", language="en", agent_name="S", path="/s/t", score=None, kind=kind, what="Call"
    )
    labels = re.findall(
        r'<label class="face"><input type="radio" [^>]*value="(\d+)"[^>]*>(.+)</label>', document
    )
    assert len(labels) == len(SCALES[kind])
    for score, label in labels:
        words = re.findall(r"<span>(.+)</span>", label)
        assert words == ([score] if kind in {"nps", "ces"} else [ENGLISH.meanings(kind)[int(score)]])
    assert re.search(r"(?s)<fieldset[^>]*>\s*<legend><h1>.+\?</h1></legend>", document)


@pytest.mark.parametrize(("kind", "ends"), [("nps", (0, 10)), ("ces", (1, 7))])
def test_a_number_is_read_out_with_its_scale_and_meaning(kind: SurveyKind, ends: tuple[int, int]) -> None:
    page = survey(kind=kind, score=None)
    assert page.values("aria-label") == [ENGLISH.answer(kind, score) for score in SCALES[kind]]
    for end in ends:
        assert f"{end} = {ENGLISH.meanings(kind)[end]}" in page.words


def test_each_kind_of_survey_asks_its_own_question() -> None:
    for kind, question in {
        "csat": "How happy are you with the service from Sana Malik?",
        "nps": "How likely are you to recommend Nadeem Computers to people you know?",
        "ces": "How easy did we make it to settle this?",
        "promise": "Did we keep our word?",
    }.items():
        assert question in survey(kind=kind).words


def test_a_promise_survey_quotes_the_promise_before_the_question() -> None:
    page = survey(kind="promise", score=1, what="Replace the fan")
    assert page.words.index("We promised you:") < page.words.index("Replace the fan")
    assert page.words.index("Replace the fan") < page.words.index("Did we keep our word?")
    assert page.all("fieldset", **{"aria-describedby": "what"})
    assert page.all("p", id="what", dir="auto")
    assert [radio["value"] for radio in page.all("input", type="radio")] == ["1", "0"]
    assert "We promised you" not in survey(kind="promise", score=1).words


def test_people_neither_see_nor_reach_the_honeypot_field() -> None:
    page = survey()
    [trap] = page.all("input", name="website")
    assert (trap["tabindex"], trap["autocomplete"]) == ("-1", "off")
    assert page.all("div", **{"class": "trap", "aria-hidden": "true"})
    [rule] = re.findall(r"\.trap \{(.+?)\}", page.style)
    assert "clip-path: inset(50%)" in rule
    assert "display: none" not in rule


def test_a_nonce_is_in_every_form_of_the_page() -> None:
    assert survey(nonce="n1").all("input", type="hidden", name="nonce", value="n1")
    assert not survey().all("input", name="nonce")
    page = action(nonce="n2", brief=a_promise())
    assert len(page.all("input", type="hidden", name="nonce", value="n2")) == len(page.all("form")) == 4
    assert not action().all("input", name="nonce")


@pytest.mark.parametrize(
    ("kind", "score", "answer"),
    [
        ("csat", 4, "Happy"),
        ("nps", 7, "7 out of 10"),
        ("ces", 7, "7 out of 7 (Very easy)"),
        ("promise", 0, "No"),
    ],
)
def test_the_confirmation_sends_the_same_answer(kind: SurveyKind, score: int, answer: str) -> None:
    said = 'All "fine",\nthank you'
    document = pages.survey_confirm(
        business="N", language="en", kind=kind, score=score, comment=said, path="/s/token", nonce="n1"
    )
    page = Html(document)
    assert f"Your answer: {answer}\n" in page.words
    assert page.title.startswith("One more tap, so that we know you are a person")
    assert page.all("form", method="post", action="/s/token")
    sent = {field["name"]: field["value"] for field in page.all("input", type="hidden")}
    assert sent == {"score": str(score), "comment": said, "nonce": "n1", "confirm": "1"}
    assert len(page.all("button")) == 1


def test_no_face_is_checked_if_none_was_tapped() -> None:
    assert not [radio for radio in survey(score=None).all("input", type="radio") if "checked" in radio]


def test_the_survey_form_posts_to_its_path_and_keeps_the_comment() -> None:
    page = survey(comment="All fine")
    assert page.all("form", method="post", action="/s/token")
    assert page.all("textarea", name="comment", maxlength="2000")
    assert "All fine" in page.words


def test_an_error_is_in_the_title_and_tied_to_its_field() -> None:
    page = survey(score=None, problem="score")
    assert page.title.startswith("Error: Please choose one of the five faces.")
    assert page.all("p", id="problem", role="alert")
    assert page.all("fieldset", **{"aria-describedby": "problem"})
    assert "Please choose one of the answers." in survey(kind="nps", score=None, problem="score").words
    long = survey(problem="comment")
    assert long.all("textarea", **{"aria-describedby": "problem", "aria-invalid": "true"})


def test_a_low_score_is_answered_with_an_apology() -> None:
    unhappy = pages.survey_thanks(business="N", language="en", score=2, followed_up=True)
    happy = pages.survey_thanks(business="N", language="en", score=4, followed_up=False)
    assert "We are sorry" in unhappy
    assert "We are sorry" not in happy


def test_a_stale_page_asks_to_send_the_answer_once_more() -> None:
    page = survey(comment="All fine", problem="again", nonce="n1")
    assert page.all("p", id="problem", role="alert")
    assert "Please send it once more." in page.words
    assert "All fine" in page.words
    assert page.all("input", type="radio", value="4", checked="")


@pytest.mark.parametrize("kind", KINDS)
def test_only_a_csat_answer_is_shown_again_as_a_face(kind: SurveyKind) -> None:
    assert bool(thanks(kind=kind, score=1).all("svg")) == (kind == "csat")


def test_a_happy_customer_may_be_asked_for_a_review() -> None:
    page = thanks(next_step=Review("https://example.com/?a=1&b=2"))
    assert page.all("a", href="https://example.com/?a=1&b=2", rel="noreferrer")
    assert "Write a review" in page.words
    assert not thanks().all("a")


def test_a_happy_customer_may_read_the_owners_referral() -> None:
    page = thanks(kind="nps", score=10, next_step=Referral("Bring a friend:\n10% off for both."))
    assert "Bring a friend:" in page.words
    assert "10% off for both." in page.words
    assert page.all("div", dir="auto")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Maryam Siddiqui will call you by Tuesday 24 November at 13:00."),
        ("de", "Maryam Siddiqui ruft Sie bis spätestens Dienstag, 24. November, 13:00 Uhr an."),
        ("fr", "Maryam Siddiqui vous appellera au plus tard le mardi 24 novembre à 13:00."),
        ("es", "Maryam Siddiqui le llamará a más tardar el martes 24 de noviembre a las 13:00."),
        ("pt", "Receberá uma chamada de Maryam Siddiqui até terça-feira, 24 de novembro, às 13:00."),
        ("hi", "मंगलवार, 24 नवंबर, 13:00 बजे तक Maryam Siddiqui की ओर से आपको फ़ोन आएगा।"),
        ("ur", "منگل 24 نومبر، 13:00 بجے تک Maryam Siddiqui کی طرف سے آپ کو فون آئے گا۔"),
        ("ar", "سيصلكم اتصال من Maryam Siddiqui في موعد أقصاه الثلاثاء 24 نوفمبر الساعة 13:00."),
    ],
)
def test_an_unhappy_customer_reads_who_will_call_and_by_when(language: str, words: str) -> None:
    by = datetime(2026, 11, 24, 13, 0, tzinfo=KARACHI)
    page = thanks(language=language, score=1, next_step=CallBack("Maryam Siddiqui", by, FRIDAY))
    assert words in page.words
    assert not page.all("svg")


def test_a_withdrawn_survey_says_that_another_will_follow() -> None:
    assert "We are working on your matter again. Once it is settled, we will ask you anew." in (
        pages.survey_over(business="N", language="en", because="withdrawn")
    )


def test_a_follow_up_page_offers_done_tomorrow_and_a_date() -> None:
    page = action()
    assert [field["value"] for field in page.all("input", name="do")] == ["done", "tomorrow", "pick_date"]
    assert len(page.all("form", method="post", action="/a/token")) == 3
    assert page.all("input", type="date", name="date", min="2026-11-24")
    assert page.all("input", type="time", name="time")
    assert not page.all("textarea", name="reason")


def test_a_promise_page_offers_kept_and_a_new_date_with_a_reason() -> None:
    page = action(brief=a_promise(actions=("kept", "new_date")))
    assert [field["value"] for field in page.all("input", name="do")] == ["kept", "new_date"]
    assert page.all("input", type="date", name="date")
    assert page.all("textarea", name="reason", maxlength="500")


@pytest.mark.parametrize("chosen", ["done", "tomorrow", "pick_date"])
def test_the_chosen_action_comes_first_and_stands_out(chosen: ActionName) -> None:
    page = action(chosen=chosen)
    assert page.all("input", name="do")[0]["value"] == chosen
    assert ["class" in button for button in page.all("button")] == [False, True, True]


def test_an_invalid_date_keeps_what_was_entered() -> None:
    page = action(
        brief=a_promise(actions=("kept", "new_date")),
        chosen="new_date",
        problem="past",
        entered={"date": "2026-11-20", "time": "10:00", "reason": "The part is late"},
    )
    assert page.title.startswith("Error: Choose a date and a time still to come.")
    assert page.all("input", name="date", value="2026-11-20", **{"aria-describedby": "problem"})
    assert page.all("input", name="time", value="10:00")
    assert "The part is late" in page.words


def test_the_promised_time_is_the_default_of_the_time_field() -> None:
    assert action(entered={"date": "", "time": "", "reason": ""}).all("input", name="time", value="16:00")


def test_the_page_shows_the_brief() -> None:
    page = action()
    for fact in (
        "Due at 16:00",
        "Bilal Khan",
        "yesterday at 15:42, on the phone",
        "exams on Friday",
        "Asia/Karachi",
    ):
        assert fact in page.words
    assert page.all("a", href="tel:+923001234567")


def test_a_follow_up_page_explains_each_action() -> None:
    page = action(brief=a_brief(actions=FOLLOW_UP_ACTIONS, old_date=FRIDAY))
    assert [field["value"] for field in page.all("input", name="do")] == list(FOLLOW_UP_ACTIONS)
    for words in (
        "Bilal Khan has been in touch since this was put off until Fri 27 Nov at 09:00.",
        "Remind me tomorrow morning",
        "Remind me next week",
        "I could not reach them",
        "You will be reminded again in a few opening hours.",
        "Keep the old date, Fri 27 Nov at 09:00",
        "Stop trying",
        "The follow-up is cancelled: nobody is reminded of it again.",
    ):
        assert words in page.words


def test_a_form_with_fields_is_folded_until_it_is_chosen() -> None:
    assert len(action(brief=a_promise()).all("details")) == 2
    chosen = action(brief=a_promise(), chosen="new_date")
    assert len(chosen.all("details")) == 1
    assert len(action(brief=a_promise(actions=("kept", "unreachable"))).all("details")) == 0


def test_a_hint_is_tied_to_its_button() -> None:
    page = action(brief=a_promise(unreached=2))
    assert page.all("button", **{"aria-describedby": "unreachable-hint"})
    assert page.all("p", id="unreachable-hint")
    assert "Not reached 2 times. The promise stays due." in page.words


def test_the_page_asks_what_now_after_three_failed_attempts() -> None:
    brief = a_brief(unreached=3, actions=("next_week", "pick_date", "give_up"))
    page = action(brief=brief, asking=True)
    assert "You could not reach them 3 times. What now?" in page.words
    assert "Say when the fan is replaced" in page.words
    assert [field["value"] for field in page.all("input", name="do")] == ["next_week", "pick_date", "give_up"]
    assert "You could not reach them 5 times." in action(brief=brief._replace(unreached=5), asking=True).words
    assert "What now?" not in action(brief=brief).words


@pytest.mark.parametrize(("medium", "told"), [("email", "by e-mail"), ("sms", "by text message")])
def test_the_running_late_form_asks_for_a_date_and_names_the_medium(medium: str, told: str) -> None:
    page = action(brief=a_promise(late_notice_medium=medium), chosen="running_late")
    assert page.all("input", name="do")[0]["value"] == "running_late"
    assert "Running late: tell Bilal Khan a new date" in page.words
    assert f"Bilal Khan is told {told}, in their language:" in page.words
    assert "Why (for your own record)" in page.words
    for field in ("running_late-date", "running_late-time"):
        assert page.all("input", id=field)
    assert page.all("textarea", id="running_late-reason", name="reason")


def test_a_customer_who_cannot_be_written_to_is_to_be_called() -> None:
    page = action(brief=a_promise(late_notice_medium=None), chosen="running_late")
    assert [field["value"] for field in page.all("input", name="do")] == ["new_date", "kept", "unreachable"]
    assert "New date agreed with Bilal Khan" in page.words
    assert "There is no address that Bilal Khan agreed to be written to. Please call them" in page.words
    assert "There is no address" not in action(brief=a_promise()).words


def test_an_error_is_tied_to_the_chosen_form_only() -> None:
    page = action(brief=a_promise(), chosen="running_late", problem="reason")
    assert page.all("textarea", **{"aria-invalid": "true"}) == page.all("textarea", id="running_late-reason")


def test_a_reply_page_offers_answered_and_waiting() -> None:
    page = action(brief=a_reply())
    assert [field["value"] for field in page.all("input", name="do")] == ["answered", "waiting"]
    assert "They have their answer" in page.words
    assert "The clock stops until Bilal Khan is in touch again." in page.words
    assert "Answer of Sana Malik, due today at 16:00." in page.words


def test_a_goodwill_page_offers_approve_and_decline_with_a_reason() -> None:
    page = action(brief=a_request())
    assert [field["value"] for field in page.all("input", name="do")] == ["approve", "decline"]
    assert "USD 40.00: Two visits for the same fault" in page.words
    assert "Approve USD 40.00" in page.words
    assert page.all("textarea", id="decline-reason", name="reason", required="")
    assert "Sana Malik asked for this; to be decided: today at 16:00." in page.words


def test_a_page_without_a_contact_quotes_nothing() -> None:
    page = action(brief=a_brief(summary=None, interaction_at=None, channel=None))
    assert "What was said" not in page.words
    assert "None" not in page.words


def test_the_small_print_says_why_the_reminder_comes_now() -> None:
    assert (
        "Why now: 4 opening hours after it was due"
        in action(brief=a_brief(explanation=an_explanation())).words
    )
    assert "Why now" not in action().words


def test_a_batch_is_listed_with_the_most_urgent_first() -> None:
    late = a_notice(what="Replace the fan")
    page = Html(
        pages.action_list(
            business="N",
            language="en",
            tasks=[
                a_brief(what="Order the part", due_at=late.now + timedelta(hours=1), action_url=f"{LINK}1"),
                a_reply(now=late.now, action_url=f"{LINK}2"),
                late,
            ],
        )
    )
    assert page.title.startswith("3 reminders")
    assert [link["href"] for link in page.all("a")] == [f"{LINK}2", f"{LINK}1"]  # the notice has none
    for words in ("Overdue by 2 hours", "Replace the fan", "Answer Bilal Khan", "For Bilal Khan"):
        assert words in page.words


def test_an_empty_list_says_that_all_is_answered() -> None:
    assert "All of it has been answered." in pages.action_list(business="N", language="en", tasks=[])


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("done", "It was already done."),
        ("kept", "The promise was already kept."),
        ("given", "The customer already had an answer."),
        ("declined", "It was already declined."),
    ],
)
def test_a_closed_row_says_how_and_when_it_ended(status: str, words: str) -> None:
    page = Html(
        pages.action_over(
            business="N", language="en", because="closed", status=status, when="yesterday at 10:12"
        )
    )
    assert f"{words} Nothing has been changed.\nYesterday at 10:12" in page.words


@pytest.mark.parametrize(
    "statuses",
    [CommitmentStatus, FollowUpStatus, ReplyStatus, GoodwillStatus],
    ids=["promise", "follow-up", "reply", "goodwill"],
)
def test_every_status_has_a_sentence(statuses: object) -> None:
    for status in get_args(statuses):
        page = Html(pages.action_over(business="N", language="en", because="closed", status=status))
        assert re.search(r"\n(It|The|This) [a-z ,]+\. Nothing has been changed", page.words)


def test_an_expired_link_offers_a_new_one() -> None:
    page = Html(
        pages.action_over(business="N", language="en", because="expired", status=None, path="/a/token")
    )
    assert page.all("form", method="post", action="/a/token")
    assert [field["value"] for field in page.all("input", name="do")] == ["new_link"]
    assert "Send me a new link" in page.words
    assert "the address that we have for you" in page.words
    assert "Links last 30 days" in page.words


def test_an_expired_link_without_a_recipient_offers_no_new_one() -> None:
    page = Html(pages.action_over(business="N", language="en", because="expired", status=None))
    assert not page.all("form")
    assert "ask your supervisor" in page.words


def test_the_page_says_where_a_new_link_goes() -> None:
    assert "A new link is on its way to the address we have for you." in pages.action_sent(
        business="N", language="en"
    )


@pytest.mark.parametrize(("language", "direction"), DIRECTIONS.items())
def test_customer_pages_have_the_customers_language_and_direction(language: str, direction: str) -> None:
    for page in customer_pages(language=language):
        assert Html(page).all("html", lang=language, dir=direction)


def test_customer_pages_in_urdu_have_no_english_words() -> None:
    # Words that stayed English would stand on the Urdu page in Latin letters.
    for page in customer_pages("نام", "ur"):
        assert not re.findall("[A-Za-z]", Html(page).words + Html(page).title)


def test_the_content_security_policy_allows_only_the_pages_own_style() -> None:
    for document in every_page():
        page = Html(document)
        digest = b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
        assert f"style-src 'sha256-{digest}'" in pages.CONTENT_SECURITY_POLICY
        assert not page.values("style")
        assert not page.all("script")
        assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
        assert not page.values("src")
    assert pages.CONTENT_SECURITY_POLICY.startswith("default-src 'none'; ")


def test_every_colour_has_a_dark_one() -> None:
    style = survey().style
    light, dark = (
        set(re.findall(r"(--[\w-]+):", rule)) for rule in re.findall(r"(?s):root \{(.+?)\}", style)
    )
    assert light == dark
    assert set(re.findall(r"var\((--[\w-]+)\)", style)) <= light
    assert "@media (prefers-color-scheme: dark)" in style


def test_pages_forbid_indexing_and_send_no_referrer() -> None:
    for document in every_page():
        assert Html(document).all("meta", name="robots", content="noindex, nofollow")
        assert Html(document).all("meta", name="referrer", content="no-referrer")


def test_every_field_has_a_label_and_every_page_one_heading() -> None:
    for document in every_page():
        page = Html(document)
        labelled = {label["for"] for label in page.all("label") if "for" in label}
        inputs = [field for kind in ("date", "time", "text") for field in page.all("input", type=kind)]
        fields = [*page.all("textarea"), *inputs]
        assert {field["id"] for field in fields} == labelled
        assert len(page.all("h1")) == 1
        assert page.title


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_text_becomes_no_markup(language: str) -> None:
    for document in every_page(HOSTILE, language):
        page = Html(document)
        assert not page.all("script")
        assert "\n" not in page.title.strip()
    assert not Html(pages.link_problem(business="</title><script>", language='"><script>')).all("script")
    assert survey(path='"><script>').all("form", action='"><script>')


@pytest.mark.parametrize("name", [HOSTILE, URDU])
def test_a_name_cannot_reorder_the_text_around_it(name: str) -> None:
    for document in every_page(name):
        # What was typed before stays as it was, where it surrounds nothing.
        kept = '(?s)<textarea.*?</textarea>|<input type="hidden" name="comment".*?>'
        assert not BIDI_CONTROLS & set(re.sub(kept, "", document))


def test_every_broken_link_gets_the_same_page() -> None:
    page = pages.link_problem(business="Nadeem Computers")
    assert page == pages.link_problem(business="Nadeem Computers", language="xx")
    assert "answer our message or call us" in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_unsubscribed_page_has_one_button_to_undo(language: str) -> None:
    page = Html(
        pages.unsubscribed(
            business="Nadeem Computers", language=language, subscription="news", path="/u/token", nonce="n1"
        )
    )
    assert page.all("form", method="post", action="/u/token")
    sent = {field["name"]: field["value"] for field in page.all("input", type="hidden")}
    assert sent == {"do": "undo", "nonce": "n1"}
    assert len(page.all("button")) == 1
    assert words_in(language).catalogue.gettext("I did not mean to") in page.words
