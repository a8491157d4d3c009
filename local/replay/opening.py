"""Compute opening time minute by minute: a slow and simple oracle for the product's clock."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from local.errors import CloudError

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
AFTER_CLOSING = timedelta(minutes=15)  # people are still there after closing
LONGEST_BREAK = timedelta(hours=2)  # a longer gap between two openings is not working time
_SEARCH_LIMIT = 10 * 366 * DAY
_MINUTES_OF_A_DAY = 24 * 60


@dataclass(frozen=True)
class Opening:
    """The opening hours of the policy that `GET /api/policy` returns."""

    policy: dict[str, Any]
    zone: ZoneInfo
    _known: dict[date, list[tuple[int, int]]] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, policy: dict[str, Any]) -> "Opening":
        """Return the opening hours of the policy."""
        return cls(policy, ZoneInfo(policy["business"]["time_zone"]))

    def is_open(self, at: datetime) -> bool:
        """Whether the local time is within an interval of its day, or of the day before."""
        local = at.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        today = any(opens <= minute < closes for opens, closes in self.intervals(local.date()))
        minute += _MINUTES_OF_A_DAY
        return today or any(opens <= minute < closes for opens, closes in self.intervals(local.date() - DAY))

    def intervals(self, day: date) -> list[tuple[int, int]]:
        """Return the intervals that begin on this day, in minutes since its midnight."""
        if day not in self._known:
            self._known[day] = [] if self._is_closed(day) else self._weekly_intervals(day)
        return self._known[day]

    def after(self, start: datetime, open_time: timedelta) -> datetime:
        """Return the first instant at which `open_time` has passed since `start`."""
        at, left = start, open_time
        while left:
            following = min(_minute_after(at), at + left)
            left -= (following - at) * self.is_open(at)
            at = _within_limit(following, start)
        return at

    def before(self, end: datetime, open_time: timedelta) -> datetime:
        """Return the last instant from which `open_time` passes until `end`."""
        at, left = end, open_time
        while left:
            former = max(_minute_before(at), at - left)
            left -= (at - former) * self.is_open(former)
            at = _within_limit(former, end)
        return at

    def opens(self, at: datetime) -> datetime:
        """Return `at` if it is open then, else the next opening."""
        return next(minute for minute in _minutes_from(at) if self.is_open(minute))

    def closed_since(self, at: datetime) -> datetime:
        """Return the last closing before `at`, when it is closed."""
        end = at
        while not self.is_open(_minute_before(end)):
            end = _within_limit(_minute_before(end), at)
        return end

    def hour_before(self, closing: datetime) -> datetime:
        """Return one hour before `closing`, or the opening if that is later."""
        start = closing
        while self.is_open(_minute_before(start)) and closing - start < HOUR:
            start = _minute_before(start)
        return start

    def is_working_time(self, at: datetime) -> bool:
        """Whether it is open, just closed, or in a break."""
        if self.is_open(at):
            return True
        closed = self.closed_since(at)
        return at - closed < AFTER_CLOSING or self.opens(at) - closed <= LONGEST_BREAK

    def same_clock(self, at: datetime, days: int) -> datetime:
        """Return the same local time, days later: adding to an aware datetime keeps its local time."""
        return (at.astimezone(self.zone) + days * DAY).replace(fold=0).astimezone(UTC)

    def business_days_after(self, at: datetime, days: int) -> datetime:
        """Return the same local time, `days` business days later, while it is open that day.

        From closed time the count begins at the next opening; a day that begins with it counts, to its end.
        """
        if not days:
            return at
        opens = self.opens(at)
        day = opens.astimezone(self.zone).date()
        whole_days = opens > at and opens == self._at(day, min(self.intervals(day), default=(-1, -1))[0])
        left = days - whole_days
        while left:
            day += DAY
            left -= bool(self.intervals(day))
            _within_limit(self._at(day, 0), at)
        if whole_days:
            return self._at(day, max(self.intervals(day))[1])
        wanted = self.same_clock(opens, (day - opens.astimezone(self.zone).date()).days)
        for minute in _minutes_from(wanted):
            if minute.astimezone(self.zone).date() > day:
                return self.closed_since(wanted)
            if self.is_open(minute):
                return minute
        raise AssertionError("days end")

    def _at(self, day: date, minute: int) -> datetime:
        """Return when the local time is this minute after the midnight of a day."""
        midnight = datetime.combine(day, time(0), tzinfo=self.zone)
        return (midnight + minute * MINUTE).replace(fold=0).astimezone(UTC)

    def _weekly_intervals(self, day: date) -> list[tuple[int, int]]:
        intervals = []
        for interval in self.policy["opening_hours"].get(WEEKDAYS[day.weekday()], []):
            opens, closes = _minute_of(interval["opens"]), _minute_of(interval["closes"])
            intervals.append((opens, closes if closes > opens else closes + _MINUTES_OF_A_DAY))
        return intervals

    def _is_closed(self, day: date) -> bool:
        for closed in self.policy["closed_days"]:
            first = date.fromisoformat(closed["first"])
            if first <= day <= date.fromisoformat(closed.get("last") or closed["first"]):
                return True
        open_on = [part.casefold() for part in self.policy["holidays"]["open_on"]]
        names = self._holidays.get_list(day) if self._holidays is not None else []
        return any(not any(part in name.casefold() for part in open_on) for name in names)

    @cached_property
    def _holidays(self) -> holidays.HolidayBase | None:
        if not self.policy["holidays"]["observed"]:
            return None
        country, region = self.policy["business"]["country"], self.policy["holidays"].get("region")
        try:
            return holidays.country_holidays(country, subdiv=region, language="en_US")
        except NotImplementedError:
            return None


def _minute_of(clock: str) -> int:
    hour, minute = clock.split(":")[:2]
    return int(hour) * 60 + int(minute)


def _minute_after(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0) + MINUTE


def _minute_before(at: datetime) -> datetime:
    """Return the start of the minute that ends at `at` or contains it."""
    whole = at.replace(second=0, microsecond=0)
    return whole if whole < at else at - MINUTE


def _minutes_from(at: datetime) -> Iterator[datetime]:
    minute = at
    while True:
        yield minute
        minute = _within_limit(_minute_after(minute), at)


def _within_limit(at: datetime, start: datetime) -> datetime:
    if abs(at - start) > _SEARCH_LIMIT:
        raise CloudError("By the policy of /api/policy nothing opens for years; the replay needs it to.")
    return at
