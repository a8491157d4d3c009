"""A week of hours as a form: a line for each day, such as "09:00-13:00, 14:00-18:00"."""

import re
from collections.abc import Mapping

from vaada.console.http import Fields
from vaada.model.hours import WEEKDAYS, Interval, Weekday

_INTERVAL = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d{2}))?")
_BETWEEN = re.compile(r"[,;،]")


class UnreadableHours(Exception):
    """The line of this day has no times like "09:00-13:00"."""

    def __init__(self, day: Weekday) -> None:
        super().__init__(day)
        self.day = day


def lines_of(week: Mapping[Weekday, tuple[Interval, ...]] | None) -> dict[str, str]:
    """Return the lines of a week, by day. A closed day is empty."""
    return {day: ", ".join(map(_text, (week or {}).get(day, ()))) for day in WEEKDAYS}


def sent_week(form: Fields) -> dict[Weekday, list[dict[str, str]]]:
    """Return the week that was entered, as a policy or an agent is given it. Raises UnreadableHours."""
    return {day: _intervals(day, form[day]) for day in WEEKDAYS if form[day]}


def _text(interval: Interval) -> str:
    closes = f"{interval.closes:%H:%M}"
    return f"{interval.opens:%H:%M}-{'24:00' if closes == '00:00' else closes}"


def _intervals(day: Weekday, line: str) -> list[dict[str, str]]:
    found = [_INTERVAL.fullmatch(part.strip()) for part in _BETWEEN.split(line) if part.strip()]
    return [_interval(one) if one else _unreadable(day) for one in found]


def _interval(found: re.Match[str]) -> dict[str, str]:
    opens, minute, closes, last = (int(part or 0) for part in found.groups())
    return {"opens": f"{opens:02}:{minute:02}", "closes": f"{closes:02}:{last:02}"}


def _unreadable(day: Weekday) -> dict[str, str]:
    raise UnreadableHours(day)
