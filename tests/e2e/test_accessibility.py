"""The pages, checked by axe in Chromium at 320 pixels: no violation in any language or direction."""

from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from tests.e2e.small_screen import small_screen
from tests.unit.present.builders import a_promise, a_reply, a_request
from tests.unit.rows import policy
from vaada.model.work import SurveyKind
from vaada.present import contact_form, pages
from vaada.present.view_models import CallBack, Review

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
RUN = "const [rules, told] = arguments; axe.run({runOnly: rules}).then(found => told(found.violations))"
KINDS: tuple[SurveyKind, ...] = ("csat", "nps", "ces", "promise")


@pytest.fixture(scope="module")
def screen() -> Iterator[Chrome]:
    """A small screen whose browser runs axe."""
    with small_screen(scripts=True) as screen:
        yield screen


def findings(screen: Chrome, page: str, folder: Path, rules: Sequence[str] = RULES) -> list[str]:
    """The violations of these rules that axe finds on a page."""
    file = folder / "page.html"
    file.write_text(page, encoding="utf-8")
    screen.get(file.as_uri())
    screen.execute_script(AXE)
    found = screen.execute_async_script(RUN, rules)
    return [f"{one['id']}: {one['help']} {[node['html'] for node in one['nodes']][:2]}" for one in found]


@pytest.mark.parametrize("language", ["en", "ur", "ar", "es", "fr", "de", "hi", "pt"])
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_on_any_survey_form(
    screen: Chrome, tmp_path: Path, kind: SurveyKind, language: str
) -> None:
    page = pages.survey_form(
        business="Noor Cycles",
        language=language,
        agent_name="Sana Iqbal",
        path="/s/token",
        score=1,
        problem="comment",
        comment="Why not",
        kind=kind,
        what="Bring the wheel" if kind == "promise" else None,
        nonce="nonce",
    )

    assert findings(screen, page, tmp_path) == []


@pytest.mark.parametrize("language", ["en", "ur", "hi"])
def test_axe_finds_nothing_on_the_pages_of_the_contact_form(
    screen: Chrome, tmp_path: Path, language: str
) -> None:
    rules, due_at = policy(), a_promise().due_at
    for page in (
        contact_form.form(
            policy=rules, language=language, entered={}, problem=None, nonce="n", kept=(0.94, 212)
        ),
        contact_form.form(
            policy=rules,
            language=language,
            entered={"name": "Dana", "reach": "dana", "text": "A tandem", "agreed": "on"},
            problem="reach",
            nonce="n",
            kept=None,
        ),
        contact_form.thanks(
            business=rules.business, language=language, by_mail=True, due_at=due_at, now=due_at
        ),
        contact_form.confirm_form(
            business="Noor Cycles", language=language, path="/c/t", nonce="n", again=True
        ),
        contact_form.confirmed(business="Noor Cycles", language=language),
    ):
        assert findings(screen, page, tmp_path) == []


@pytest.mark.parametrize("language", ["en", "ur"])
def test_axe_finds_nothing_on_pages_after_an_answer(screen: Chrome, tmp_path: Path, language: str) -> None:
    due = a_promise().due_at
    for page in (
        pages.survey_confirm(
            business="Noor Cycles",
            language=language,
            kind="nps",
            score=3,
            comment="Slow",
            path="/s/t",
            nonce="n",
        ),
        pages.survey_thanks(
            business="Noor Cycles",
            language=language,
            score=1,
            followed_up=True,
            next_step=CallBack("Maryam Siddiqui", due, due),
        ),
        pages.survey_thanks(
            business="Noor Cycles",
            language=language,
            score=5,
            next_step=Review("https://reviews.example/noor"),
        ),
        pages.survey_over(business="Noor Cycles", language=language, because="withdrawn"),
        pages.unsubscribe_form(business="Noor Cycles", language=language, subscription="survey", path="/u/t"),
    ):
        assert findings(screen, page, tmp_path) == []


@pytest.mark.parametrize("language", ["en", "ur", "ar", "es", "fr", "de", "hi", "pt"])
def test_axe_finds_nothing_on_staff_pages(screen: Chrome, tmp_path: Path, language: str) -> None:
    for brief in (a_promise(language=language), a_reply(language=language), a_request(language=language)):
        page = pages.action_form(
            business="Noor Cycles", brief=brief, path="/a/t", chosen=brief.actions[-1], problem="do"
        )
        assert findings(screen, page, tmp_path) == []


def test_axe_finds_problems_on_a_bad_page(screen: Chrome, tmp_path: Path) -> None:
    assert findings(screen, "<html><body><img src='x'><input></body></html>", tmp_path) != []


def test_axe_finds_buttons_that_are_too_small(screen: Chrome, tmp_path: Path) -> None:
    small = "<button style='width:10px;height:10px;padding:0;border:0'>x</button>"
    page = f"<html lang='en'><title>Small</title><main><h1>Small</h1>{small * 2}</main></html>"

    assert "target-size" in " ".join(findings(screen, page, tmp_path))
