"""An event as a calendar file (iCalendar, RFC 5545)."""

from datetime import UTC, datetime

from vaada.present.sanitize import line

_OCTETS = 75  # octets of a line, without its end (RFC 5545, 3.1)
_ESCAPED = {"\\": "\\\\", ";": "\\;", ",": "\\,"}


def calendar_file(
    *,
    uid: str,
    stamp: datetime,
    begins_at: datetime,
    ends_at: datetime,
    title: str,
    place: str,
    business: str,
) -> str:
    """Return the file. Its times are in UTC; calendars show them in their own zone."""
    properties = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Vaada//Vaada//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{_time(stamp)}",
        f"DTSTART:{_time(begins_at)}",
        f"DTEND:{_time(ends_at)}",
        f"SUMMARY:{_text(f'{title} ({business})')}",
        f"LOCATION:{_text(place)}",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(f"{_folded(each)}\r\n" for each in properties)


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    return "".join(_ESCAPED.get(character, character) for character in line(words))


def _folded(content: str) -> str:
    """Return the line in parts of 75 octets, without splitting a character."""
    parts: list[str] = []
    part = ""
    for character in content:
        room = _OCTETS - (1 if parts else 0)  # the blank with which a part begins
        if len((part + character).encode()) > room:
            parts.append(part)
            part = ""
        part += character
    return "\r\n ".join([*parts, part])
