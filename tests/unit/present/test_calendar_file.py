"""Files for calendars: the properties of an event, escaped and folded as RFC 5545 says."""

import re
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rows import MONDAY
from vaada.present.calendar_file import calendar_file
from vaada.present.sanitize import line


def the_file(title: str = "Repair evening", place: str = "Mill Lane 5") -> str:
    return calendar_file(
        uid="one@example.com",
        stamp=MONDAY,
        begins_at=MONDAY + timedelta(days=1),
        ends_at=MONDAY + timedelta(days=1, hours=2),
        title=title,
        place=place,
        business="Noor Cycles",
    )


def test_an_event_has_its_times_in_utc_its_title_and_its_place() -> None:
    lines = the_file(place="Mill Lane 5, York; upstairs").split("\r\n")

    assert lines[:5] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Vaada//Vaada//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
    ]
    begins = f"{MONDAY + timedelta(days=1):%Y%m%dT%H%M%SZ}"
    assert {"UID:one@example.com", f"DTSTART:{begins}", "SUMMARY:Repair evening (Noor Cycles)"} <= set(lines)
    assert "LOCATION:Mill Lane 5\\, York\\; upstairs" in lines
    assert lines[-3:] == ["END:VEVENT", "END:VCALENDAR", ""]


@given(st.text(max_size=200))
def test_each_line_has_75_octets_at_most_and_unfolds_to_what_was_typed(title: str) -> None:
    written = the_file(title)

    assert all(len(each.encode()) <= 75 for each in written.split("\r\n"))
    [summary] = re.findall("SUMMARY:(.*)", written.replace("\r\n ", ""))
    unescaped = re.sub(r"\\(.)", r"\1", summary.removesuffix("\r"))
    assert unescaped == line(f"{title} (Noor Cycles)")
