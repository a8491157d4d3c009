"""Each mail to staff as a picture, in German and in Urdu: on a phone, at a desk, and in the dark.

The pictures are kept in .local, below pictures/mails, to be looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome

from local.browser import browser, set_screen
from local.places import STATE
from tests.e2e.test_accessibility import RULES, findings
from tests.unit.present.builders import LANGUAGES, a_praise, a_week, an_explanation
from tests.unit.present.samples import staff_notes
from vaada.present import email
from vaada.present.email import Mail

PICTURES = STATE / "pictures" / "mails"
HEIGHT = 844
WEEK = "weekly-report"
OF_OTHER_FONTS = 1.05
"""How much taller a mail may be with the fonts of another machine."""
WCAG = [rule for rule in RULES if rule.startswith("wcag")]  # the others are about pages


@dataclass(frozen=True)
class Look:
    """How somebody looks at a mail."""

    name: str
    width: int
    dark: bool = False
    height: int = HEIGHT


LOOKS = (Look("phone", 390), Look("desk", 1280), Look("dark", 390, dark=True))
TYPED: dict[str, dict[str, str]] = {
    "de": {
        "business": "Noor Fahrräder",
        "agent_name": "Jürgen Großmann",
        "customer_name": "Anneliese Müller-Lüdenscheidt",
        "what": "Rückruf mit dem Preis für die Gabel",
        "summary": "Das Rad kam mit demselben Fehler zurück.\nFrau Müller braucht es am Freitag.",
    },
    "ur": {
        "business": "نور سائیکل",
        "agent_name": "ثنا اقبال",
        "customer_name": "بلال خان",
        "what": "پنکھا بدل کر بلال کو فون کرنا ہے",
        "summary": "لیپ ٹاپ اسی خرابی کے ساتھ واپس آیا۔\nانہیں جمعے کے امتحان کے لیے چاہیے۔",
    },
}


def mails(language: str) -> Iterator[tuple[str, Mail]]:
    """Each kind of mail to staff with its name, in time and late, alone and several in one."""
    typed: dict[str, Any] = TYPED[language]
    notes = [
        note._replace(
            brief=note.brief._replace(
                **typed,
                reader_name=note.brief.reader_name and typed["agent_name"],
                explanation=note.brief.explanation and an_explanation(),
                actions=note.brief.actions[:5],
            ),
        )
        for note in staff_notes("-", language)
    ]
    for number, note in enumerate(notes):
        mail = email.for_staff(note.purpose, note.to, note.brief)
        yield f"{note.purpose}-{note.to}-{'late' if number % 2 else 'in-time'}", mail
    yield "batch", email.for_staff_batch(notes[:5])
    praise = a_praise(language=language, reader_name=typed["agent_name"], words=typed["summary"])
    praise = praise._replace(business=typed["business"], customer_name=typed["customer_name"])
    yield "praise", email.for_praise(praise)
    said = typed["summary"].partition("\n")[0]
    yield WEEK, a_week(language, typed["customer_name"], said, typed["business"])


@pytest.fixture(scope="module")
def chrome() -> Iterator[Chrome]:
    """A browser."""
    with browser(LOOKS[0].width, HEIGHT) as chrome:
        yield chrome


def take(chrome: Chrome, page: Path, look: Look, picture: Path) -> None:
    """Show the page in this look, and take a picture of all of it."""
    show_in(chrome, look)
    chrome.get(page.as_uri())
    set_screen(chrome, look.width, int(chrome.execute_script("return document.documentElement.scrollHeight")))
    assert chrome.save_screenshot(str(picture))


def show_in(chrome: Chrome, look: Look) -> None:
    """Set the screen and its colours."""
    theme = {"name": "prefers-color-scheme", "value": "dark" if look.dark else "light"}
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [theme]})
    set_screen(chrome, look.width, look.height)


OUTSIDE = """return [...document.querySelectorAll("p, h1, h2, a, span, td, bdi")].filter(one => {
    const box = one.getBoundingClientRect();
    return box.width && (box.left < 0 || box.right > innerWidth || one.scrollWidth > one.clientWidth + 1
        && getComputedStyle(one).display != "inline");
}).map(one => one.outerHTML)"""
STARTS = """return [...document.querySelectorAll("h1, h2")].map(one => {
    const line = document.createRange(); line.selectNodeContents(one);
    const [text, box] = [line.getBoundingClientRect(), one.getBoundingClientRect()];
    return [text.left - box.left, box.right - text.right];
})"""


@pytest.mark.parametrize("look", LOOKS, ids=[look.name for look in LOOKS])
@pytest.mark.parametrize("language", TYPED)
def test_each_mail_to_staff_is_whole_in_a_picture(
    chrome: Chrome, tmp_path: Path, language: str, look: Look
) -> None:
    folder = PICTURES / language / look.name
    folder.mkdir(parents=True, exist_ok=True)
    for name, mail in mails(language):
        page = tmp_path / "mail.html"
        page.write_text(mail.html, encoding="utf-8")
        take(chrome, page, look, folder / f"{name}.png")

        assert chrome.execute_script(OUTSIDE) == [], name
        for left, right in chrome.execute_script(STARTS):
            assert (left > right) == (language == "ur") or abs(left - right) < 1, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_weekly_report_is_one_page_of_a_phone(chrome: Chrome, tmp_path: Path, language: str) -> None:
    typed = TYPED.get(language, {"customer_name": "Bilal Khan", "business": "Noor Cycles"})
    page = tmp_path / "mail.html"
    mail = a_week(language, typed["customer_name"], "The wheel came back.", typed["business"])
    page.write_text(mail.html, encoding="utf-8")
    show_in(chrome, replace(LOOKS[0], height=1))
    chrome.get(page.as_uri())

    assert chrome.execute_script("return document.documentElement.scrollHeight") <= HEIGHT * OF_OTHER_FONTS


@pytest.mark.parametrize("look", [LOOKS[0], LOOKS[2]], ids=["light", "dark"])
@pytest.mark.parametrize("language", TYPED)
def test_axe_finds_nothing_in_a_mail_to_staff(
    chrome: Chrome, tmp_path: Path, language: str, look: Look
) -> None:
    show_in(chrome, look)
    for name, mail in mails(language):
        assert findings(chrome, mail.html, tmp_path, WCAG) == [], name
