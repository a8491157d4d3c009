import hashlib
import re
from base64 import b64encode
from typing import Any

import pytest

from tests.unit.presenting import BIDI_CONTROLS, HOSTILE, URDU, Html, a_brief
from vaada.present import pages
from vaada.present.briefs import ActionName

LANGUAGES = (("en", "ltr"), ("ur", "rtl"), ("es", "ltr"), ("ar", "rtl"))


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
        "follow_up": True,
    }
    return Html(pages.action_form(**{**values, **changes}))


def every_page(words: str = "Nadeem", language: str = "en") -> list[str]:
    """Each page, with these words wherever somebody typed them."""
    brief = a_brief(business=words, agent_name=words, customer_name=words, owed=words, said=words * 20)
    named: dict[str, Any] = {"business": words, "language": language}
    return [
        pages.survey_form(**named, agent_name=words, path="/s/t", score=4, comment=words),
        pages.survey_form(**named, agent_name=words, path="/s/t", score=None, problem="score"),
        pages.survey_thanks(**named, score=1, followed_up=True),
        pages.survey_thanks(**named, score=5, followed_up=False),
        pages.survey_over(**named, because="answered"),
        pages.survey_over(**named, because="expired"),
        pages.unsubscribe_form(**named, path="/u/t"),
        pages.unsubscribed(**named),
        pages.link_problem(**named),
        pages.action_form(business=words, brief=brief, path="/a/t", chosen=None, follow_up=True),
        pages.action_done(business=words, message=words),
        pages.action_over(business=words, because="closed", status=words),
        pages.action_over(business=words, because="expired", status=None),
    ]


def test_the_tapped_face_is_chosen_and_all_five_have_words() -> None:
    page = survey()
    radios = page.all("input", type="radio", name="score")
    assert [radio["value"] for radio in radios] == ["1", "2", "3", "4", "5"]
    assert [radio["value"] for radio in radios if "checked" in radio] == ["4"]
    for words in ("Very unhappy", "Unhappy", "Neutral", "Happy", "Very happy"):
        assert words in page.words


def test_without_a_tapped_face_none_is_chosen() -> None:
    assert not [radio for radio in survey(score=None).all("input", type="radio") if "checked" in radio]


def test_the_survey_posts_what_the_server_needs() -> None:
    page = survey(comment="All fine")
    assert page.all("form", method="post", action="/s/token")
    assert page.all("textarea", name="comment", maxlength="2000")
    assert "All fine" in page.words


def test_a_mistake_is_said_in_the_title_and_tied_to_its_field() -> None:
    page = survey(score=None, problem="score")
    assert page.title.startswith("Error: Please choose one of the five faces.")
    assert page.all("p", id="problem", role="alert")
    assert page.all("fieldset", **{"aria-describedby": "problem"})
    long = survey(problem="comment")
    assert long.all("textarea", **{"aria-describedby": "problem", "aria-invalid": "true"})


def test_thanks_for_a_bad_score_are_an_apology() -> None:
    unhappy = pages.survey_thanks(business="N", language="en", score=2, followed_up=True)
    happy = pages.survey_thanks(business="N", language="en", score=4, followed_up=False)
    assert "We are sorry" in unhappy
    assert "We are sorry" not in happy


def test_a_follow_up_is_done_moved_to_tomorrow_or_to_a_date() -> None:
    page = action()
    assert [field["value"] for field in page.all("input", name="do")] == ["done", "tomorrow", "pick_date"]
    assert len(page.all("form", method="post", action="/a/token")) == 3
    assert page.all("input", type="date", name="date", min="2026-11-24")
    assert page.all("input", type="time", name="time")
    assert not page.all("textarea", name="reason")


def test_a_promise_is_kept_or_gets_a_new_date_and_a_reason() -> None:
    page = action(brief=a_brief(actions=("kept", "new_date")), follow_up=False)
    assert [field["value"] for field in page.all("input", name="do")] == ["kept", "new_date"]
    assert page.all("input", type="date", name="date")
    assert page.all("textarea", name="reason", maxlength="500")


@pytest.mark.parametrize("chosen", ["done", "tomorrow", "pick_date"])
def test_the_chosen_action_comes_first_and_stands_out(chosen: ActionName) -> None:
    page = action(chosen=chosen)
    assert page.all("input", name="do")[0]["value"] == chosen
    assert ["class" in button for button in page.all("button")] == [False, True, True]


def test_a_wrong_date_costs_no_typing() -> None:
    page = action(
        brief=a_brief(actions=("kept", "new_date")),
        follow_up=False,
        chosen="new_date",
        problem="past",
        entered={"date": "2026-11-20", "time": "10:00", "reason": "The part is late"},
    )
    assert page.title.startswith("Error: Choose a date and a time still to come.")
    assert page.all("input", name="date", value="2026-11-20", **{"aria-describedby": "problem"})
    assert page.all("input", name="time", value="10:00")
    assert "The part is late" in page.words


def test_the_time_promised_is_proposed_until_another_is_entered() -> None:
    assert action(entered={"date": "", "time": "", "reason": ""}).all("input", name="time", value="16:00")


def test_the_brief_is_on_the_page() -> None:
    page = action()
    for fact in (
        "Due at 16:00",
        "Bilal Khan",
        "yesterday at 15:42, by phone",
        "exams on Friday",
        "Asia/Karachi",
    ):
        assert fact in page.words
    assert page.all("a", href="tel:+923001234567")


def test_a_closed_matter_says_how_it_ended() -> None:
    assert "it is kept" in pages.action_over(business="N", because="closed", status="kept")


@pytest.mark.parametrize(("language", "direction"), LANGUAGES)
def test_pages_for_customers_speak_their_language(language: str, direction: str) -> None:
    for page in every_page(language=language)[:9]:
        assert Html(page).all("html", lang=language, dir=direction)


def test_each_word_for_customers_is_translated() -> None:
    # Words that stayed English would stand on the Urdu page in Latin letters.
    for page in every_page("نام", "ur")[:9]:
        assert not re.findall("[A-Za-z]", Html(page).words + Html(page).title)


def test_the_policy_allows_the_pages_own_style_and_nothing_else() -> None:
    for document in every_page():
        page = Html(document)
        digest = b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
        assert f"style-src 'sha256-{digest}'" in pages.CONTENT_SECURITY_POLICY
        assert not page.values("style")
        assert not page.all("script")
        assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
        assert not page.values("src")
    assert pages.CONTENT_SECURITY_POLICY.startswith("default-src 'none'; ")


def test_pages_are_neither_indexed_nor_named_to_others() -> None:
    for document in every_page():
        assert Html(document).all("meta", name="robots", content="noindex, nofollow")
        assert Html(document).all("meta", name="referrer", content="no-referrer")


def test_every_field_has_a_label_and_every_page_one_heading() -> None:
    for document in every_page():
        page = Html(document)
        labelled = {label["for"] for label in page.all("label") if "for" in label}
        fields = [*page.all("textarea"), *page.all("input", type="date"), *page.all("input", type="time")]
        assert {field["id"] for field in fields} == labelled
        assert len(page.all("h1")) == 1
        assert page.title


def test_nothing_typed_becomes_markup() -> None:
    for document in every_page(HOSTILE):
        page = Html(document)
        assert not page.all("script")
        assert "\n" not in page.title.strip()
    assert not Html(pages.link_problem(business="</title><script>", language='"><script>')).all("script")
    assert survey(path='"><script>').all("form", action='"><script>')


@pytest.mark.parametrize("name", [HOSTILE, URDU])
def test_no_name_reorders_what_surrounds_it(name: str) -> None:
    for document in every_page(name):
        assert not BIDI_CONTROLS & set(re.sub("(?s)<textarea.*?</textarea>", "", document))


def test_every_broken_link_gets_the_same_answer() -> None:
    page = pages.link_problem(business="Nadeem Computers")
    assert page == pages.link_problem(business="Nadeem Computers", language="xx")
    assert "answer our message or call us" in page
