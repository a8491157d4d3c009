"""The business clock: whether it is open at an instant; add, subtract and measure opening time.

It is open at an instant if the local time is within an interval of that day, or within one of the day before
that runs past midnight. Opening time is elapsed time: an hour that a clock change skips is not counted, an
hour that it repeats is counted twice. An interval belongs to the day on which it begins, so a holiday on that
day removes all of it.
"""

import warnings
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from vaada.model.hours import WEEKDAYS, ClosedDays, Holidays, Interval, Weekday
from vaada.model.times import to_utc

if TYPE_CHECKING:
    from holidays import HolidayBase

CLOSED = "closed"
_SEARCH_YEARS = 3
# Internally instants are seconds since 1970 and days are numbers since 1970-01-01: much faster than
# datetimes.
_DAY = 24 * 60 * 60
_SEARCH_LIMIT = _SEARCH_YEARS * 366 * _DAY
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = _EPOCH.toordinal()
_EPOCH_WEEKDAY = _EPOCH.weekday()


class NeverOpens(ValueError):
    """There is no opening time in the next three years."""


class OpenSpan(NamedTuple):
    """A span of opening time."""

    start: datetime
    end: datetime


class SkippedSpan(NamedTuple):
    """A span that is not opening time. `why` is "closed", or the name of the holiday or closed day."""

    start: datetime
    end: datetime
    why: str


class TimeCount(NamedTuple):
    """An instant, with the counted and the skipped spans from which it was computed."""

    at: datetime
    counted: tuple[OpenSpan, ...] = ()
    skipped: tuple[SkippedSpan, ...] = ()


class Hours(NamedTuple):
    """Opening hours: a week of intervals in a time zone, minus holidays and closed days."""

    zone: str
    week: Mapping[Weekday, tuple[Interval, ...]]
    country: str
    holidays: Holidays
    closed_days: tuple[ClosedDays, ...]

    def is_open(self, at: datetime) -> bool:
        """Whether it is open at this instant. At closing time it is closed."""
        second = _seconds(at)
        return any(not span.why for span in self._spans_between(second, second + 1))

    def opens(self, at: datetime) -> datetime:
        """Return `at` if it is open then, else the next opening. Raises NeverOpens."""
        return _instant(next(span.start for span in self._spans_after(_seconds(at)) if not span.why))

    def closed_before(self, at: datetime) -> OpenSpan:
        """Return the last span of opening time before `at`, or up to `at`. At most three years long."""
        spans = self._spans_before(_seconds(at))
        last = next(span for span in spans if not span.why)
        start = last.start
        for span in spans:
            if span.why or last.end - start > _SEARCH_LIMIT:
                break
            start = span.start
        return OpenSpan(_instant(start), _instant(last.end))

    def after(self, start: datetime, open_time: timedelta) -> TimeCount:
        """Return the first instant at which `open_time` has passed since `start`. Raises NeverOpens."""
        at = _seconds(start)
        spans = _take_open_time(self._spans_after(at), _whole_seconds(open_time))
        return _to_time_count(spans[-1].end if spans else at, spans)

    def before(self, end: datetime, open_time: timedelta) -> TimeCount:
        """Return the last instant from which `open_time` passes until `end`. Raises NeverOpens."""
        at = _seconds(end)
        spans = _take_open_time(self._spans_before(at), _whole_seconds(open_time), backwards=True)
        return _to_time_count(spans[-1].start if spans else at, spans[::-1])

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the opening time between two instants."""
        spans = self._spans_between(_seconds(start), _seconds(end))
        return timedelta(seconds=sum(span.end - span.start for span in spans if not span.why))

    def business_days_after(self, start: datetime, days: int) -> TimeCount:
        """Return the same local time, `days` business days later, moved into the opening time of that day.

        On a business day an interval begins. From closed time it is counted from the next opening. If a
        business day begins with that opening, it is the first one, and the last one passes when it closes.
        Raises NeverOpens.
        """
        if not days:
            return TimeCount(to_utc(start))
        at, opens = _seconds(start), _seconds(self.opens(start))
        local = _local(_instant(opens), self.zone)
        day = _day_number(local.date())
        from_opening = opens > at and opens == self._first_opening(day)
        gaps = list(self._spans_between(at, opens))
        for _ in range(days - from_opening):
            day, _, closed = self._open_day_after(day)
            gaps += self._closed_days(closed)
        ends = self._closing(day) if from_opening else self._open_on(day, local.time())
        return _to_time_count(ends, gaps)

    def next_morning(self, after: datetime) -> TimeCount:
        """Return the first opening on a local day later than that of `after`. Raises NeverOpens."""
        _, opens, closed = self._open_day_after(_day_number(_local(after, self.zone).date()))
        return _to_time_count(opens, self._closed_days(closed))

    def days_after(self, start: datetime, days: int) -> datetime:
        """Return the same local time, `days` calendar days later."""
        local = _local(start, self.zone)
        return at_local(local.date() + timedelta(days=days), local.time(), self.zone)

    def _spans_after(self, start: int) -> Iterator["_Span"]:
        spans = (span for piece in _offset_spans_after(self.zone, start) for span in self._split(piece))
        return _raise_if_never_open(spans, start)

    def _spans_before(self, end: int) -> Iterator["_Span"]:
        spans = (
            span for piece in _offset_spans_before(self.zone, end) for span in reversed(self._split(piece))
        )
        return _raise_if_never_open(spans, end)

    def _spans_between(self, start: int, end: int) -> Iterator["_Span"]:
        for piece in _offset_spans_after(self.zone, start):
            if piece.start >= end:
                break
            yield from self._split(piece._replace(end=min(piece.end, end)))

    def _split(self, piece: "_OffsetSpan") -> list["_Span"]:
        """Split a piece of time into open and closed spans, in order."""
        why = self._closure_name(piece.day) or CLOSED
        spans = []
        at = piece.start
        for opens, closes in self._open_on_day(piece.day):
            start, end = max(opens - piece.offset, at), min(closes - piece.offset, piece.end)
            if start < end:
                if at < start:
                    spans.append(_Span(at, start, why))
                spans.append(_Span(start, end, ""))
                at = end
        if at < piece.end:
            spans.append(_Span(at, piece.end, why))
        return spans

    def _open_on_day(self, day: int) -> list[tuple[int, int]]:
        """Return the intervals that are open on a local day, in seconds of local time since 1970."""
        late = [(day * _DAY, closes) for _, closes in self._intervals(day - 1) if closes > day * _DAY]
        return late + self._intervals(day)

    def _intervals(self, day: int) -> list[tuple[int, int]]:
        """Return the intervals that begin on a local day, in seconds of local time since 1970."""
        intervals = self.week.get(WEEKDAYS[(day + _EPOCH_WEEKDAY) % 7], ())
        if not intervals or self._closure_name(day):
            return []
        minutes = sorted(interval.minutes for interval in intervals)
        return [(day * _DAY + opens * 60, day * _DAY + closes * 60) for opens, closes in minutes]

    def _closure_name(self, day: int) -> str:
        """Return the name of the closed day or holiday on this local day, or an empty string."""
        today = _date(day)
        for closure in self.closed_days:
            if today in closure:
                return closure.name
        if not self.holidays.observed:
            return ""
        names = _public_holidays(self.country, self.holidays.region, today.year).get(today, ())
        return "; ".join(name for name in names if not self._is_open_on_holiday(name))

    def _is_open_on_holiday(self, holiday: str) -> bool:
        return any(part.casefold() in holiday.casefold() for part in self.holidays.open_on)

    def _open_day_after(self, day: int) -> tuple[int, int, list[int]]:
        """Return the next local day with an opening, when it opens, and the days in between."""
        closed: list[int] = []
        for later in range(day + 1, day + 1 + _SEARCH_LIMIT // _DAY):
            opens = self._first_opening(later)
            if opens is not None:
                return later, opens, closed
            closed.append(later)
        raise _never_opens(_date(day))

    def _closed_days(self, days: Iterable[int]) -> list["_Span"]:
        return [
            _Span(_midnight(day, self.zone), _midnight(day + 1, self.zone), self._closure_name(day) or CLOSED)
            for day in days
        ]

    def _closing(self, day: int) -> int:
        """Return when the last interval that begins on this local day, a business day, ends."""
        return max(span.end for span in self._spans_of_day(day))

    def _open_on(self, day: int, clock: time) -> int:
        """Return when the local time is `clock` on this business day.

        If it is closed then, return the next opening of the day, or without one the last closing.
        """
        at = _seconds(at_local(_date(day), clock, self.zone))
        for span in self._spans_between(at, _midnight(day + 1, self.zone)):
            if not span.why:
                return span.start
        return next(span.end for span in self._spans_before(at) if not span.why)

    def _first_opening(self, day: int) -> int | None:
        return min((span.start for span in self._spans_of_day(day)), default=None)

    def _spans_of_day(self, day: int) -> Iterator["_Span"]:
        """Yield the open spans of the intervals that begin on this day. Clock changes may remove some."""
        intervals = self._intervals(day)
        # A local day lies within three days of UTC: the same day, the one before and the one after.
        for piece in _offset_spans_after(self.zone, (day - 1) * _DAY) if intervals else ():
            if piece.start >= (day + 3) * _DAY:
                break
            if piece.day in {day, day + 1}:
                for opens, closes in intervals:
                    start, end = max(opens - piece.offset, piece.start), min(closes - piece.offset, piece.end)
                    if start < end:
                        yield _Span(start, end, "")


def at_local(day: date, clock: time, zone: str) -> datetime:
    """Return the instant at which the local time in `zone` is `clock` on `day`.

    A time that a clock change skips moves forward by the gap; of a repeated time the first one is taken.
    """
    return to_utc(datetime.combine(day, clock.replace(fold=0), tzinfo=ZoneInfo(zone)))


def subdivisions(country: str) -> tuple[str, ...]:
    """Return the codes of the country's regions that have holidays of their own."""
    calendar = _calendar(country)
    return tuple(sorted(calendar.subdivisions)) if calendar else ()


def holidays_known(country: str, region: str | None = None) -> bool:
    """Whether the holidays of a country or of its region are known."""
    return _calendar(country) is not None and (region is None or region in subdivisions(country))


@cache
def _calendar(country: str) -> "type[HolidayBase] | None":
    # The import is slow, so it is done only when holidays are needed.
    import holidays
    from holidays.registry import EntityLoader

    if country not in EntityLoader.get_country_codes():
        return None
    found: type[HolidayBase] = getattr(holidays, country).get_entity()
    return found


@lru_cache(maxsize=256)
def _public_holidays(country: str, region: str | None, year: int) -> dict[date, tuple[str, ...]]:
    """Return the names of the holidays of a year by day, in English if the library has them."""
    calendar = _calendar(country)
    if calendar is None:
        return {}
    languages = (calendar.default_language or "", "en_US", *calendar.supported_languages)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library warns of years whose movable holidays it does not know
        found = calendar(
            years=year,
            expand=False,
            # A newer library may have dropped the region. Then the country's holidays are used.
            subdiv=region if region in calendar.subdivisions else None,
            # Never None: the library would read the environment.
            language=next((language for language in languages if language.startswith("en")), "en_US"),
        )
    return {day: tuple(found.get_list(day)) for day in found}


class _OffsetSpan(NamedTuple):
    """A span within one local day and with one offset from UTC."""

    start: int
    end: int
    day: int
    offset: int


class _Span(NamedTuple):
    """A span that is open, if `why` is empty, or closed."""

    start: int
    end: int
    why: str


def _offset_spans_after(zone: str, at: int) -> Iterator[_OffsetSpan]:
    while True:
        _, until, offset = _offset_span(zone, at)
        while at < until:
            day = (at + offset) // _DAY
            end = min(until, (day + 1) * _DAY - offset)
            yield _OffsetSpan(at, end, day, offset)
            at = end


def _offset_spans_before(zone: str, at: int) -> Iterator[_OffsetSpan]:
    while True:
        since, _, offset = _offset_span(zone, at - 1)
        while at > since:
            day = (at - 1 + offset) // _DAY
            start = max(since, day * _DAY - offset)
            yield _OffsetSpan(start, at, day, offset)
            at = start


def _offset_span(zone: str, at: int) -> tuple[int, int, int]:
    """Return the span around an instant in which the offset is the same: start, end and offset."""
    spans = _offset_spans(zone, _instant(at).year)
    return spans[bisect_right(spans, at, key=lambda span: span[0]) - 1]


@lru_cache(maxsize=256)
def _offset_spans(zone: str, year: int) -> tuple[tuple[int, int, int], ...]:
    """Return (start, end, offset) for each span of the year, in UTC, with one offset of the zone."""
    info = ZoneInfo(zone)

    def offset(at: int) -> int:
        return (_instant(at).astimezone(info).utcoffset() or timedelta()) // timedelta(seconds=1)

    start, end = (_day_number(date(y, 1, 1)) * _DAY for y in (year, year + 1))
    changes = [start]
    # No zone changes its offset twice on one day.
    for day in range(start, end, _DAY):
        low, high = day, day + _DAY
        if offset(low) != offset(high):
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == offset(low) else (low, middle)
            changes.append(high)
    return tuple((a, b, offset(a)) for a, b in zip(changes, [*changes[1:], end], strict=True) if a < b)


def _raise_if_never_open(spans: Iterable[_Span], asked: int) -> Iterator[_Span]:
    closed = 0
    for span in spans:
        closed = closed + span.end - span.start if span.why else 0
        if closed > _SEARCH_LIMIT:
            raise _never_opens(_instant(asked).date())
        yield span


def _take_open_time(spans: Iterator[_Span], left: int, *, backwards: bool = False) -> list[_Span]:
    """Return the first spans with this much opening time in total. The last one is cut."""
    found = []
    while left:
        span = next(spans)
        if not span.why:
            length = min(left, span.end - span.start)
            span = (
                span._replace(start=span.end - length)
                if backwards
                else span._replace(end=span.start + length)
            )
            left -= length
        found.append(span)
    return found


def _never_opens(day: date) -> NeverOpens:
    return NeverOpens(
        f"nothing opens within {_SEARCH_YEARS} years of {day}: see the opening hours and closed days"
    )


def _to_time_count(at: int, spans: Iterable[_Span]) -> TimeCount:
    """Return the result, with adjacent spans of the same `why` merged."""
    merged: list[_Span] = []
    for span in spans:
        if merged and merged[-1].end == span.start and merged[-1].why == span.why:
            merged[-1] = merged[-1]._replace(end=span.end)
        else:
            merged.append(span)
    return TimeCount(
        _instant(at),
        tuple(OpenSpan(_instant(span.start), _instant(span.end)) for span in merged if not span.why),
        tuple(SkippedSpan(_instant(span.start), _instant(span.end), span.why) for span in merged if span.why),
    )


def _whole_seconds(open_time: timedelta) -> int:
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


def _day_number(day: date) -> int:
    return day.toordinal() - _EPOCH_DAY


def _date(number: int) -> date:
    return date.fromordinal(number + _EPOCH_DAY)
