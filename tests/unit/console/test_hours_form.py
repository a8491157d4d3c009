"""A week of hours as lines becomes the stored week, and the other way round."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from vaada.console import hours_form
from vaada.console.http import Fields
from vaada.model.hours import WEEKDAYS, Week

WEEK: TypeAdapter[Week] = TypeAdapter(Week)
LINES = st.sampled_from(["", "00:00-24:00", "09:00-17:30", "08:15-12:00, 13:00-24:00", "20:00-23:00"])
WEEKS = st.fixed_dictionaries(dict.fromkeys(WEEKDAYS, LINES)).filter(lambda lines: any(lines.values()))


@given(WEEKS)
def test_a_week_reads_back_as_it_was_stored(lines: dict[str, str]) -> None:
    week = WEEK.validate_python(hours_form.sent_week(Fields(tuple(lines.items()))))

    assert hours_form.lines_of(week) == lines


@pytest.mark.parametrize(
    "line",
    ["9-13, 14-18", "09:00–13:00; 14:00–18:00", " 09.00 - 13.00 ، 14.00 - 18.00 "],
)
def test_hours_are_read_as_people_write_them(line: str) -> None:
    sent = hours_form.sent_week(Fields((("monday", line), ("sunday", ""))))

    assert sent == {"monday": [{"opens": "09:00", "closes": "13:00"}, {"opens": "14:00", "closes": "18:00"}]}


@given(st.sampled_from(["noon", "9", "9-", "-", "9-13-18", "nine to five", "9 13"]))
def test_an_invalid_line_of_hours_names_its_day(line: str) -> None:
    with pytest.raises(hours_form.UnreadableHours) as unreadable:
        hours_form.sent_week(Fields((("tuesday", line),)))

    assert unreadable.value.day == "tuesday"
