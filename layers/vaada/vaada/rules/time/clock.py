"""The business clock: whether somebody is open at an instant, and opening time added, taken off and measured.

Somebody is open at an instant if the wall clock there shows a time within an interval of its day, or of the
day before that runs past midnight. So opening time is real time: what a clock change skips is not counted,
what it repeats is counted twice. An interval belongs to the day on which it begins: a holiday removes it
whole.
"""

import warnings
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from vaada.model.hours import WEEKDAYS, ClosedDays, Holidays, Interval, Weekday
from vaada.model.times import to_utc

if TYPE_CHECKING:
    from holidays import HolidayBase

CLOSED = "closed"
_YEARS_OF_PATIENCE = 3
# Inside, instants are seconds since 1970, and days are numbered from 1970-01-01: far cheaper than datetimes.
_DAY = 24 * 60 * 60
_PATIENCE = _YEARS_OF_PATIENCE * 366 * _DAY
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = _EPOCH.toordinal()
_MONDAY = _EPOCH.weekday()


class NeverOpens(ValueError):
    """Nothing opens for so long that there is no use in looking further."""


@dataclass(frozen=True)
class Stretch:
    """Opening time that was counted."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Gap:
    """Time that was skipped, and why: "closed", or the name of the holiday or closed day."""

    start: datetime
    end: datetime
    why: str


@dataclass(frozen=True)
class Counted:
    """An instant, and how it was reached."""

    at: datetime
    counted: tuple[Stretch, ...] = ()
    skipped: tuple[Gap, ...] = ()


@dataclass(frozen=True)
class Hours:
    """When somebody is open: a week of local intervals in a zone, without holidays and closed days."""

    zone: str
    week: Mapping[Weekday, tuple[Interval, ...]]
    country: str
    holidays: Holidays
    closed_days: tuple[ClosedDays, ...]

    def is_open(self, at: datetime) -> bool:
        """Whether it is open at this instant. At closing time it no longer is."""
        second = _seconds(at)
        return any(not bit.why for bit in self._bits(second, second + 1))

    def opens(self, at: datetime) -> datetime:
        """`at` itself if it is open then, else the next instant at which it opens."""
        return _instant(next(bit.start for bit in self._ahead(_seconds(at)) if not bit.why))

    def closed_before(self, at: datetime) -> Stretch:
        """The last stretch of opening time that began before `at`, cut there; three years of it at most."""
        bits = self._back(_seconds(at))
        last = next(bit for bit in bits if not bit.why)
        start = last.start
        for bit in bits:
            if bit.why or last.end - start > _PATIENCE:
                break
            start = bit.start
        return Stretch(_instant(start), _instant(last.end))

    def after(self, start: datetime, open_time: timedelta) -> Counted:
        """The first instant at which `open_time` of opening has passed since `start`."""
        at = _seconds(start)
        bits = _spend(self._ahead(at), _length(open_time))
        return _counted(bits[-1].end if bits else at, bits)

    def before(self, end: datetime, open_time: timedelta) -> Counted:
        """The last instant from which `open_time` of opening passes until `end`."""
        at = _seconds(end)
        bits = _spend(self._back(at), _length(open_time), backwards=True)
        return _counted(bits[-1].start if bits else at, bits[::-1])

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much opening time lies between two instants."""
        bits = self._bits(_seconds(start), _seconds(end))
        return timedelta(seconds=sum(bit.end - bit.start for bit in bits if not bit.why))

    def business_days_after(self, start: datetime, days: int) -> Counted:
        """The same local time, `days` open days later: days on which an interval begins."""
        if not days:
            return Counted(to_utc(start))
        local = _local(start, self.zone)
        passed: list[int] = []
        day = _number(local.date())
        for _ in range(days):
            day, _, closed = self._open_day_after(day)
            passed += closed
        gaps = [
            _Bit(
                _midnight(closed, self.zone), _midnight(closed + 1, self.zone), self._closed(closed) or CLOSED
            )
            for closed in passed
        ]
        at = at_local(_date(day), local.time(), self.zone)
        return Counted(at, skipped=_counted(0, gaps).skipped)

    def next_morning(self, after: datetime) -> datetime:
        """When it first opens on a later local day than that of `after`."""
        _, opens, _ = self._open_day_after(_number(_local(after, self.zone).date()))
        return _instant(opens)

    def days_after(self, start: datetime, days: int) -> datetime:
        """The same local time, `days` calendar days later."""
        local = _local(start, self.zone)
        return at_local(local.date() + timedelta(days=days), local.time(), self.zone)

    def _ahead(self, start: int) -> Iterator["_Bit"]:
        bits = (bit for piece in _pieces_ahead(self.zone, start) for bit in self._split(piece))
        return _patient(bits, start)

    def _back(self, end: int) -> Iterator["_Bit"]:
        bits = (bit for piece in _pieces_back(self.zone, end) for bit in reversed(self._split(piece)))
        return _patient(bits, end)

    def _bits(self, start: int, end: int) -> Iterator["_Bit"]:
        for piece in _pieces_ahead(self.zone, start):
            if piece.start >= end:
                break
            yield from self._split(piece._replace(end=min(piece.end, end)))

    def _split(self, piece: "_Piece") -> list["_Bit"]:
        """A piece of time as open and closed bits, in order."""
        why = self._closed(piece.day) or CLOSED
        bits = []
        at = piece.start
        for opens, closes in self._wall_clock(piece.day):
            start, end = max(opens - piece.offset, at), min(closes - piece.offset, piece.end)
            if start < end:
                if at < start:
                    bits.append(_Bit(at, start, why))
                bits.append(_Bit(start, end, ""))
                at = end
        if at < piece.end:
            bits.append(_Bit(at, piece.end, why))
        return bits

    def _wall_clock(self, day: int) -> list[tuple[int, int]]:
        """What the wall clock shows while it is open on a local day, in seconds as if that were UTC."""
        late = [(day * _DAY, closes) for _, closes in self._intervals(day - 1) if closes > day * _DAY]
        return late + self._intervals(day)

    def _intervals(self, day: int) -> list[tuple[int, int]]:
        """The intervals that begin on a local day, in seconds of its wall clock; they may end on the next."""
        intervals = self.week.get(WEEKDAYS[(day + _MONDAY) % 7], ())
        if not intervals or self._closed(day):
            return []
        minutes = sorted(interval.minutes for interval in intervals)
        return [(day * _DAY + opens * 60, day * _DAY + closes * 60) for opens, closes in minutes]

    def _closed(self, day: int) -> str:
        """The name of the closed day or holiday that a local day is, if it is one."""
        today = _date(day)
        for closure in self.closed_days:
            if today in closure:
                return closure.name
        if not self.holidays.observed:
            return ""
        names = _public_holidays(self.country, self.holidays.region, today.year).get(today, ())
        return "; ".join(name for name in names if not self._open_on(name))

    def _open_on(self, holiday: str) -> bool:
        return any(part.casefold() in holiday.casefold() for part in self.holidays.open_on)

    def _open_day_after(self, day: int) -> tuple[int, int, list[int]]:
        """The next local day on which an interval begins, when it does, and the days between."""
        closed: list[int] = []
        for later in range(day + 1, day + 1 + _PATIENCE // _DAY):
            opens = self._first_opening(later)
            if opens is not None:
                return later, opens, closed
            closed.append(later)
        raise _never_opens(_date(day))

    def _first_opening(self, day: int) -> int | None:
        intervals = self._intervals(day)
        if not intervals:
            return None
        # A local day lies within the same day of UTC, the one before and the one after.
        for piece in _pieces_ahead(self.zone, (day - 1) * _DAY):
            if piece.start >= (day + 2) * _DAY:
                break
            if piece.day == day:
                for opens, closes in intervals:
                    start = max(opens - piece.offset, piece.start)
                    if start < min(closes - piece.offset, piece.end):
                        return start
        return None  # a clock change swallowed the intervals


def at_local(day: date, clock: time, zone: str) -> datetime:
    """The instant at which clocks in `zone` show `clock` on `day`.

    A time that a clock change skips is moved forward by the gap, one that it repeats is taken the first time.
    """
    return to_utc(datetime.combine(day, clock.replace(fold=0), tzinfo=ZoneInfo(zone)))


def subdivisions(country: str) -> tuple[str, ...]:
    """The codes of the country's regions whose own holidays are known."""
    calendar = _calendar(country)
    return tuple(sorted(calendar.subdivisions)) if calendar else ()


def holidays_known(country: str, region: str | None = None) -> bool:
    """Whether the holidays of a country, or of a region of it, are known."""
    return _calendar(country) is not None and (region is None or region in subdivisions(country))


@cache
def _calendar(country: str) -> "type[HolidayBase] | None":
    # The import takes a while, so only who asks for holidays pays for it.
    import holidays  # noqa: PLC0415
    from holidays.registry import EntityLoader  # noqa: PLC0415

    if country not in EntityLoader.get_country_codes():
        return None
    found: type[HolidayBase] = getattr(holidays, country).get_entity()
    return found


@lru_cache(maxsize=256)
def _public_holidays(country: str, region: str | None, year: int) -> dict[date, tuple[str, ...]]:
    """The names of a year's holidays, in English where the library has it."""
    calendar = _calendar(country)
    if calendar is None:
        return {}
    languages = (calendar.default_language or "", "en_US", *calendar.supported_languages)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of years whose movable feasts it does not know
        found = calendar(
            years=year,
            expand=False,
            # The library may have dropped a region since the policy was written: the country's remain.
            subdiv=region if region in calendar.subdivisions else None,
            # Never none: the library would ask the environment.
            language=next((language for language in languages if language.startswith("en")), "en_US"),
        )
    return {day: tuple(found.get_list(day)) for day in found}


class _Piece(NamedTuple):
    """Time of one local day with one offset from UTC."""

    start: int
    end: int
    day: int
    offset: int


class _Bit(NamedTuple):
    """Time that is open, when there is no why, or closed."""

    start: int
    end: int
    why: str


def _pieces_ahead(zone: str, at: int) -> Iterator[_Piece]:
    while True:
        _, until, offset = _steady(zone, at)
        while at < until:
            day = (at + offset) // _DAY
            end = min(until, (day + 1) * _DAY - offset)
            yield _Piece(at, end, day, offset)
            at = end


def _pieces_back(zone: str, at: int) -> Iterator[_Piece]:
    while True:
        since, _, offset = _steady(zone, at - 1)
        while at > since:
            day = (at - 1 + offset) // _DAY
            start = max(since, day * _DAY - offset)
            yield _Piece(start, at, day, offset)
            at = start


def _steady(zone: str, at: int) -> tuple[int, int, int]:
    """Time around an instant in which the zone keeps one offset: since when, until when, which."""
    spans = _offsets(zone, _instant(at).year)
    return spans[bisect_right(spans, at, key=lambda span: span[0]) - 1]


@lru_cache(maxsize=256)
def _offsets(zone: str, year: int) -> tuple[tuple[int, int, int], ...]:
    """A year of UTC, cut where the offset of the zone changes."""
    info = ZoneInfo(zone)

    def offset(at: int) -> int:
        return (_instant(at).astimezone(info).utcoffset() or timedelta()) // timedelta(seconds=1)

    start, end = (_number(date(y, 1, 1)) * _DAY for y in (year, year + 1))
    changes = [start]
    # No zone changes its clocks twice on a day.
    for day in range(start, end, _DAY):
        low, high = day, day + _DAY
        if offset(low) != offset(high):
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == offset(low) else (low, middle)
            changes.append(high)
    return tuple((a, b, offset(a)) for a, b in zip(changes, [*changes[1:], end], strict=True) if a < b)


def _patient(bits: Iterable[_Bit], asked: int) -> Iterator[_Bit]:
    closed = 0
    for bit in bits:
        closed = closed + bit.end - bit.start if bit.why else 0
        if closed > _PATIENCE:
            raise _never_opens(_instant(asked).date())
        yield bit


def _spend(bits: Iterator[_Bit], left: int, *, backwards: bool = False) -> list[_Bit]:
    """As many bits as it takes to hold so much opening time, the last of them cut."""
    found = []
    while left:
        bit = next(bits)
        if not bit.why:
            length = min(left, bit.end - bit.start)
            bit = bit._replace(start=bit.end - length) if backwards else bit._replace(end=bit.start + length)
            left -= length
        found.append(bit)
    return found


def _never_opens(day: date) -> NeverOpens:
    return NeverOpens(
        f"nothing opens within {_YEARS_OF_PATIENCE} years of {day}: see the opening hours and closed days"
    )


def _counted(at: int, bits: Iterable[_Bit]) -> Counted:
    """Bits in order, those that touch and say the same as one."""
    merged: list[_Bit] = []
    for bit in bits:
        if merged and merged[-1].end == bit.start and merged[-1].why == bit.why:
            merged[-1] = merged[-1]._replace(end=bit.end)
        else:
            merged.append(bit)
    return Counted(
        _instant(at),
        tuple(Stretch(_instant(bit.start), _instant(bit.end)) for bit in merged if not bit.why),
        tuple(Gap(_instant(bit.start), _instant(bit.end), bit.why) for bit in merged if bit.why),
    )


def _length(open_time: timedelta) -> int:
    if open_time < timedelta(0):
        raise ValueError("opening time cannot be negative")
    return open_time // timedelta(seconds=1)


def _local(at: datetime, zone: str) -> datetime:
    return to_utc(at).astimezone(ZoneInfo(zone))


def _midnight(day: int, zone: str) -> int:
    return _seconds(at_local(_date(day), time(0), zone))


def _seconds(at: datetime) -> int:
    since = at.astimezone(UTC) - _EPOCH
    return since.days * _DAY + since.seconds


def _instant(seconds: int) -> datetime:
    return _EPOCH + timedelta(seconds=seconds)


def _number(day: date) -> int:
    return day.toordinal() - _EPOCH_DAY


def _date(number: int) -> date:
    return date.fromordinal(number + _EPOCH_DAY)
