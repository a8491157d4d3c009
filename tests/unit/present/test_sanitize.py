"""Text is made safe for one line, and isolated or cut where necessary."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.present.builders import HOSTILE
from vaada.present.sanitize import isolate, line, lines, shorten_to


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
