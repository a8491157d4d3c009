"""The weekly report as a mail: one page, each line a link, bars that every mail program shows."""

import re
from zoneinfo import ZoneInfo

import pytest

from tests.unit import rows
from tests.unit.present.builders import HOSTILE, LANGUAGES, a_week, a_weekly_report
from tests.unit.present.html import Html
from vaada.model.weekly_reports import KeptPromises
from vaada.present.i18n import words
from vaada.present.times import Times
from vaada.present.weekly_report import WEEKS, Named, WeekPage, week_page

NOBODY = Named({}, {}, {}, {}, {})


def page(**figures: object) -> WeekPage:
    """The page of a report with these figures, of which all customers were erased."""
    row = a_weekly_report()
    assert row.figures is not None
    changed = row.model_copy(update={"figures": row.figures.model_copy(update=figures)})
    times = Times(words("en"), ZoneInfo("UTC"), rows.MONDAY)
    found = week_page(changed, NOBODY, times, business="Bakery", zone="UTC")
    assert found is not None
    return found


def test_each_line_leads_into_the_console() -> None:
    mail = a_week()
    hrefs = Html(mail.html).values("href")

    assert len(hrefs) == mail.text.count("https://") == 22
    assert all(href.startswith("https://desk.example.com/desk/") for href in hrefs)


def test_the_year_is_bars_of_table_cells_without_any_picture() -> None:
    mail = Html(a_week().html)
    bars = [cell for cell in mail.all("td") if cell.get("class") in {"v-week", "v-now"}]

    assert len(bars) == WEEKS - 1  # in one of the weeks no promise fell due
    assert all(cell["bgcolor"].startswith("#") and cell["height"].isdecimal() for cell in bars)
    assert [cell["class"] for cell in bars].index("v-now") == WEEKS - 2
    assert not [tag for tag, _ in mail.tags if tag in {"svg", "img", "picture"}]
    assert "85% kept in time" in mail.values("aria-label")[1]


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_sentence_is_in_the_language_of_the_reader(language: str) -> None:
    english, said = (a_week(one, "7", "7", "7").text.split("\n") for one in ("en", language))

    same = {line for line in {*english} & {*said} if re.search("[A-Za-z]", line) and "https://" not in line}
    assert same == set()


def test_hostile_words_are_text_and_stay_on_their_line() -> None:
    mail = a_week("en", HOSTILE, HOSTILE, HOSTILE)

    assert "<script" not in mail.html
    assert "\n" not in mail.subject
    assert "\r" not in mail.subject
    assert "\nBcc:" not in mail.text


def test_nothing_of_customers_who_were_erased_is_left() -> None:
    found = page()
    titles = {part.title: [line.words for line in (part.beside, *part.lines) if line] for part in found.parts}

    assert titles["Who waited too long"] == ["7 customers."]
    assert titles["What customers said"] == ["9 answers in all."]
    assert "Whom to call, and why" not in titles
    assert "What broke promises most often" not in titles


def test_a_week_without_promises_says_so() -> None:
    found = page(promises={}, waited=0, waited_longest=())

    assert found.title.words == "No promise fell due last week."
    assert found.before.words == "The week before: none fell due"
    assert found.year.words == "A year: none fell due"
    assert found.subject == "Bakery, 2 Mar – 8 Mar"
    assert {bar.height for bar in found.bars} == {0}
    assert found.parts[0].beside is not None
    assert found.parts[0].beside.words == "Nobody."


def test_a_week_in_which_no_promise_was_kept_has_a_bar() -> None:
    found = page(promises={"2026-W10": KeptPromises(kept=0, settled=4)})

    assert [bar.height for bar in found.bars if bar.height] == [2]
