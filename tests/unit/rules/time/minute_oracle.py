"""A slow and simple oracle for the business clock: it looks at a wall clock every minute."""

from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import groupby
from zoneinfo import ZoneInfo

from tests.times import DAY, MINUTE
from tests.unit.rules.time.random_calendars import PLACES, public_holidays
from vaada.model.hours import WEEKDAYS
from vaada.rules.time.clock import (
    Hours,
    OpenSpan,
    SkippedSpan,
)

MINUTES_OF_A_QUARTER = [n * MINUTE for n in range(15)]


class MinuteOracle:
    """Computes hours minute by minute, from the time that a wall clock shows.

    It is asked every quarter of an hour, and every minute of a quarter in which it is moved or the day ends:
    asking costs more than all the rest.
    """

    def __init__(self, shop: Hours, around: datetime, days: int) -> None:
        self.shop = shop
        self.first = around - days * DAY
        self.walls: list[datetime] = []
        self.whys: list[str] = []
        self.opening: list[bool] = []
        """Whether an interval of that very local day is open."""
        self.night: list[bool] = []
        """Whether an interval of the day before is still open."""
        self._days: dict[date, tuple[list[bool], list[bool], list[str]]] = {}
        now = self._wall(0)
        for n in range(0, 2 * days * 24 * 60, 15):
            soon = self._wall(n + 15)
            if soon - now == 15 * MINUTE and soon.date() == now.date():
                self._add([now + step for step in MINUTES_OF_A_QUARTER])
            else:
                for minute in range(n, n + 15):
                    self._add([self._wall(minute)])
            now = soon

    def _wall(self, n: int) -> datetime:
        """The time that the wall clock shows at this minute."""
        return self.instant(n).astimezone(ZoneInfo(self.shop.zone)).replace(tzinfo=None)

    def _add(self, walls: list[datetime]) -> None:
        """Add minutes that follow each other on one local day."""
        day, first = walls[0].date(), walls[0].hour * 60 + walls[0].minute
        if day not in self._days:
            minutes, why = self._open(day), self._closed(day) or "closed"
            whys = ["" if own or night else why for own, night in minutes]
            self._days[day] = [own for own, _ in minutes], [night for _, night in minutes], whys
        opening, night, whys = self._days[day]
        self.walls += walls
        self.opening += opening[first : first + len(walls)]
        self.night += night[first : first + len(walls)]
        self.whys += whys[first : first + len(walls)]

    def _closed(self, day: date) -> str | None:
        for closure in self.shop.closed_days:
            if closure.first <= day and (closure.last is None or day <= closure.last):
                return closure.name
        rules = self.shop.holidays
        place = next(p for p in PLACES if p[:2] == (self.shop.country, rules.region))
        names = public_holidays(*place).get(day, "").split("; ") if rules.observed else []
        left = [name for name in names if not any(part.lower() in name.lower() for part in rules.open_on)]
        return "; ".join(left) or None

    def _open(self, day: date) -> list[tuple[bool, bool]]:
        """Whether an interval of the day is open at each of its minutes, and one of the day before."""
        own, night = [False] * 1440, [False] * 1440
        eve = day - DAY
        for i in () if self._closed(day) else self.shop.week.get(WEEKDAYS[day.weekday()], ()):
            opens, closes = i.opens.hour * 60 + i.opens.minute, i.closes.hour * 60 + i.closes.minute
            for minute in range(1440):
                own[minute] |= opens <= minute and (minute < closes or closes <= opens)
        for i in () if self._closed(eve) else self.shop.week.get(WEEKDAYS[eve.weekday()], ()):
            for minute in range(i.closes.hour * 60 + i.closes.minute if i.closes <= i.opens else 0):
                night[minute] = True
        return list(zip(own, night, strict=True))

    def minute(self, at: datetime) -> int:
        return (at - self.first) // MINUTE

    def instant(self, n: int) -> datetime:
        return self.first + n * MINUTE

    def stretches(self, start: int, end: int) -> tuple[list[OpenSpan], list[SkippedSpan]]:
        counted, skipped = [], []
        for why, group in groupby(range(start, end), key=lambda n: self.whys[n]):
            minutes = list(group)
            edges = self.instant(minutes[0]), self.instant(minutes[-1] + 1)
            if why:
                skipped.append(SkippedSpan(*edges, why))
            else:
                counted.append(OpenSpan(*edges))
        return counted, skipped

    def spent(self, minutes: Iterator[int], length: int) -> int | None:
        """The minute in which the last of so many minutes of opening time passes, if it is among these."""
        for n in minutes:
            length -= not self.whys[n]
            if not length:
                return n
        return None

    def on(self, day: date, clock: time) -> datetime | None:
        """When the wall clock first shows this time, even if the clock change skips it."""
        wanted = datetime.combine(day, clock)
        if wanted in self.walls:
            return self.instant(self.walls.index(wanted))
        before = [n for n in range(len(self.walls) - 1) if self.walls[n] < wanted < self.walls[n + 1]]
        return self.instant(before[0]) + (wanted - self.walls[before[0]]) if before else None
