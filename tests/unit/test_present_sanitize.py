"""Words made safe for a line, and times as staff read them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.presenting import HOSTILE, KARACHI
from vaada.present.relative_time import due, moment, overdue, span
from vaada.present.sanitize import isolate, line, lines, shorten_to

NOW = datetime(2026, 11, 24, 16, 0, tzinfo=KARACHI)


def test_a_line_has_no_breaks_and_no_control_characters() -> None:
    assert line(HOSTILE) == "Bilal Bcc: all@example.com<script>alert('x')</script>"
    assert line(" a\u2028b\x00c\x1b ") == "a bc"


def test_joiners_needed_for_spelling_are_kept() -> None:
    assert line("می\u200cخواهم 👨\u200d👩\u200d👧") == "می\u200cخواهم 👨\u200d👩\u200d👧"


def test_lines_keep_their_breaks() -> None:
    assert lines("one\r\n\r\ntwo \u202e three\n") == ("one", "", "two three")


@pytest.mark.parametrize(
    ("text", "direction", "expected"),
    [
        ("Bilal Khán, 3", "ltr", "Bilal Khán, 3"),
        ("بلال", "ltr", "\u2068بلال\u2069"),
        ("بلال", "rtl", "بلال"),
        ("Bilal", "rtl", "\u2068Bilal\u2069"),
        ("12", "rtl", "\u206812\u2069"),
        ("بلال\u2069 x", "ltr", "\u2068بلال x\u2069"),
    ],
)
def test_only_text_in_the_other_direction_is_isolated(text: str, direction: str, expected: str) -> None:
    assert isolate(text, "rtl" if direction == "rtl" else "ltr") == expected


@pytest.mark.parametrize(
    ("text", "length", "expected"),
    [
        ("call him", 8, "call him"),
        ("call him back", 10, "call him…"),
        ("call, him", 6, "call…"),
        ("supercalifragilistic", 6, "super…"),
        ("ne\u0301e\u0301e\u0301", 3, "n…"),  # a letter keeps its accent
        ("call", 0, ""),
    ],
)
def test_long_text_is_cut_between_words(text: str, length: int, expected: str) -> None:
    assert shorten_to(text, length) == expected


@given(st.text(max_size=80), st.integers(0, 80))
def test_cut_text_is_never_too_long(text: str, length: int) -> None:
    assert len(shorten_to(text, length)) <= length


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (timedelta(seconds=20), "1 minute"),
        (timedelta(minutes=45), "45 minutes"),
        (timedelta(minutes=59, seconds=40), "1 hour"),
        (timedelta(hours=2, minutes=5), "2 hours"),
        (timedelta(hours=23, minutes=40), "1 day"),
        (timedelta(days=3, hours=2), "3 days"),
    ],
)
def test_a_span_is_rounded_to_its_largest_unit(time: timedelta, expected: str) -> None:
    assert span(time) == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (NOW, "today at 16:00"),
        (NOW + timedelta(hours=17), "tomorrow at 09:00"),
        (NOW - timedelta(hours=20), "yesterday at 20:00"),
        (NOW + timedelta(days=3), "on Fri 27 Nov at 16:00"),
        (NOW + timedelta(days=60), "on Sat 23 Jan 2027 at 16:00"),
    ],
)
def test_nearby_days_have_names(at: datetime, expected: str) -> None:
    assert moment(at, NOW) == expected


def test_a_day_is_named_in_the_time_zone_of_the_moment() -> None:
    assert moment(datetime(2026, 11, 25, 1, 0, tzinfo=KARACHI), NOW.astimezone(UTC)) == "tomorrow at 01:00"


def test_a_due_time_is_called_overdue_only_after_15_minutes() -> None:
    assert due(NOW, NOW + timedelta(minutes=14)) == "due at 16:00"
    assert due(NOW, NOW + timedelta(minutes=15)) == "overdue by 15 minutes"
    assert overdue(NOW, NOW) == "overdue since 16:00"


def test_lateness_is_elapsed_time_over_a_clock_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    due_at = datetime(2026, 10, 25, 1, 0, tzinfo=berlin)
    assert due(due_at, datetime(2026, 10, 25, 4, 0, tzinfo=berlin)) == "overdue by 4 hours"
