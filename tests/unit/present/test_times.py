"""Times as staff read them."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from local.cldr import cldr
from vaada.present.cldr import FILE, formats
from vaada.present.i18n import CATALOGUES, words
from vaada.present.times import Times

NOW = datetime(2026, 11, 26, 6, 40, tzinfo=UTC)  # Thursday, 11:40 in Karachi


def times(language: str = "en", zone: str = "Asia/Karachi") -> Times:
    return Times(words(language), ZoneInfo(zone), NOW)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (NOW + timedelta(hours=5), "16:40"),
        (NOW + timedelta(days=1), "Fri 11:40"),
        (NOW - timedelta(days=2), "Tue 11:40"),
        (NOW - timedelta(days=14), "12 Nov 11:40"),
        (NOW - timedelta(days=400), "22 Oct 2025 11:40"),
    ],
)
def test_a_time_has_its_day_unless_that_is_today(at: datetime, said: str) -> None:
    assert times().when(at) == said


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "1 min"),
        (12, "12 min"),
        (60, "1 h"),
        (100, "1 h 40 min"),
        (24 * 60, "1 day"),
        (49 * 60, "2 days"),
    ],
)
def test_a_length_of_time_is_short(minutes: int, said: str) -> None:
    assert times().length(timedelta(minutes=minutes)) == said


def test_late_and_left_are_said_in_words() -> None:
    assert times().late(NOW - timedelta(minutes=100)) == "1 h 40 min late"
    assert times().left(NOW + timedelta(minutes=12)) == "12 min left"
    assert times("de").late(NOW - timedelta(minutes=100)) == "1 Std. 40 Min. zu spät"


def test_days_near_today_have_names() -> None:
    today = times().today
    assert [times().day(today + timedelta(days=days)) for days in (-1, 0, 1, 4)] == [
        "Yesterday",
        "Today",
        "Tomorrow",
        "Mon 30 Nov",
    ]


def test_dates_and_numbers_follow_cldr() -> None:
    on = NOW.date()
    assert {language: formats(language).short_date(on) for language in ("en", "de", "es", "ur", "pt")} == {
        "en": "26 Nov",
        "de": "26. Nov.",
        "es": "26 nov",
        "ur": "26 نومبر",
        "pt": "26 de nov.",
    }
    assert [formats(language).number(11000, 2) for language in ("en", "de", "fr")] == [
        "11,000.00",
        "11.000,00",
        "11\u202f000,00",
    ]
    assert formats("en").in_percent(0.753) == "75%"
    assert formats("de").in_percent(0.753) == "75\xa0%"


def test_the_file_is_what_babel_has() -> None:
    assert set(cldr()) == set(CATALOGUES)
    assert json.loads(FILE.read_text(encoding="utf-8")) == cldr(), "run `make messages`"


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=20), "1 minute"),
        (timedelta(minutes=45), "45 minutes"),
        (timedelta(minutes=59, seconds=40), "1 hour"),
        (timedelta(hours=2, minutes=5), "2 hours"),
        (timedelta(hours=23, minutes=40), "1 day"),
        (timedelta(days=3, hours=2), "3 days"),
    ],
)
def test_a_span_is_rounded_to_its_largest_unit(span: timedelta, said: str) -> None:
    assert times().duration(span) == said


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (NOW, "today at 11:40"),
        (NOW + timedelta(hours=17), "tomorrow at 04:40"),
        (NOW - timedelta(hours=20), "yesterday at 15:40"),
        (NOW + timedelta(days=3), "Sun 29 Nov at 11:40"),
        (NOW + timedelta(days=60), "25 Jan 2027 at 11:40"),
    ],
)
def test_nearby_days_have_names(at: datetime, said: str) -> None:
    assert times().moment(at) == said


def test_a_day_is_named_in_the_readers_zone() -> None:
    late = datetime(2026, 11, 26, 20, 0, tzinfo=UTC)
    assert [times(zone=zone).moment(late) for zone in ("Asia/Karachi", "Europe/Berlin")] == [
        "tomorrow at 01:00",
        "today at 21:00",
    ]


def test_a_due_time_is_called_overdue_only_after_15_minutes() -> None:
    assert times().due(NOW - timedelta(minutes=14)) == "Due at 11:26"
    assert times().due(NOW - timedelta(minutes=15)) == "Overdue by 15 minutes"
    assert times().due(NOW + timedelta(days=1)) == "Due tomorrow at 11:40"
    assert times().overdue(NOW) == "Overdue since 11:40"


def test_lateness_is_elapsed_time_over_a_clock_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    after = Times(words("en"), berlin, datetime(2026, 10, 25, 4, 0, tzinfo=berlin))
    assert after.due(datetime(2026, 10, 25, 1, 0, tzinfo=berlin)) == "Overdue by 4 hours"


@pytest.mark.parametrize(
    ("parts", "english", "arabic"),
    [
        (["a"], "a", "a"),
        (["a", "b"], "a and b", "a وb"),
        (["a", "b", "c", "d"], "a, b, c and d", "a وb وc وd"),
    ],
)
def test_a_list_is_joined_as_in_the_language(parts: list[str], english: str, arabic: str) -> None:
    assert [formats(language).join(parts) for language in ("en", "ar")] == [english, arabic]
