"""How each language writes dates and numbers, from Unicode's CLDR. All use European digits."""

import json
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).parent / "cldr.json"
"""`make messages` takes it from Babel."""

_PART = re.compile(r"'(?P<text>[^']*)'|(?P<field>([A-Za-z])\3*)|(?P<other>.)")


class Formats(NamedTuple):
    """The formats of one language. Days begin with Monday; `lists` are the patterns of lists."""

    days: tuple[str, ...]
    months: tuple[str, ...]
    patterns: dict[str, str]
    lists: dict[str, str]
    decimal: str
    group: str
    percent: str

    def short_date(self, on: date) -> str:
        """Return day and month: "26 Nov"."""
        return self._date("day", on)

    def weekday_date(self, on: date) -> str:
        """Return weekday, day and month: "Thu, 26 Nov"."""
        return self._date("weekday", on)

    def year_date(self, on: date) -> str:
        """Return day, month and year: "26 Nov 2026"."""
        return self._date("year", on)

    def number(self, value: int | Decimal, places: int = 0) -> str:
        """Return the number with its thousands grouped: "11,000"."""
        plain = f"{value:,.{places}f}"
        return plain.translate({ord(","): self.group, ord("."): self.decimal})

    def join(self, parts: Sequence[str]) -> str:
        """Return the parts, at least one, as a list: "one, two and three"."""
        *others, last = parts
        if not others:
            return last
        joined = others[0]
        for number, part in enumerate(others[1:]):
            joined = self.lists["middle" if number else "start"].format(joined, part)
        return self.lists["end" if others[1:] else "2"].format(joined, last)

    def in_percent(self, share: float) -> str:
        """Return a share of one in whole percent: "75%"."""
        return self.percent.replace("#,##0", str(round(share * 100))).replace(
            "#,##,##0", str(round(share * 100))
        )

    def _date(self, pattern: str, on: date) -> str:
        values = {"E": self.days[on.weekday()], "d": str(on.day), "y": str(on.year)}

        def write(part: re.Match[str]) -> str:
            if (field := part["field"]) is None:
                return part["text"] if part["text"] is not None else part["other"]
            if field in {"M", "L"}:
                return str(on.month)
            if field[0] in "ML":
                return f"{on.month:02}" if len(field) == len("MM") else self.months[on.month - 1]
            return values.get(field[0], field)

        return _PART.sub(write, self.patterns[pattern])


def formats(language: str) -> Formats:
    """Return the formats of a language that has a catalogue."""
    return _all()[language]


@cache
def _all() -> dict[str, Formats]:
    stored = json.loads(FILE.read_text(encoding="utf-8"))
    return {
        language: Formats(**{**one, "days": tuple(one["days"]), "months": tuple(one["months"])})
        for language, one in stored.items()
    }
