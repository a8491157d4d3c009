"""Opening hours in the policy: a week of local times, public holidays and closed days."""

import re
from datetime import date, time, timedelta
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from vaada.model.text import Name

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_DAY, _CLOCK = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII), re.compile(r"\d\d:\d\d", re.ASCII)
_MIDNIGHT = time(0)
_MINUTES_OF_A_DAY = 24 * 60
_LONGEST_CLOSURE = timedelta(days=366)


class PolicyPart(BaseModel):
    """Base class for the sections of the policy. Unknown fields are rejected."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)


def _whole_minute(clock: time) -> time:
    if clock.tzinfo:
        raise ValueError("must be a local time without an offset")
    if clock.second or clock.microsecond:
        raise ValueError("must be a whole minute")
    return clock


def _as_day(value: object) -> object:
    """Return the value. Raises ValueError unless it is a date as people write it, no number and no week."""
    if not isinstance(value, date) and not (isinstance(value, str) and _DAY.fullmatch(value)):
        raise ValueError("must be a day, such as 2026-03-31")
    return value


def _as_clock(value: object) -> object:
    """Return the value. Raises ValueError unless it is a time of day: a number would mean seconds."""
    if not isinstance(value, time) and not (isinstance(value, str) and _CLOCK.match(value)):
        raise ValueError("must be a time of day, such as 09:00")
    return value


def _midnight_as_zero(closes: object) -> object:
    return _MIDNIGHT if closes in ("24:00", "24:00:00") else closes


# OpenAPI's own format "time" is one with an offset.
_HOUR_AND_MINUTE = "([01][0-9]|2[0-3]):[0-5][0-9]"
LocalTime = Annotated[
    time,
    BeforeValidator(_as_clock),
    AfterValidator(_whole_minute),
    WithJsonSchema({"type": "string", "pattern": f"^{_HOUR_AND_MINUTE}(:00)?$"}),
]
ClosingTime = Annotated[
    LocalTime,
    BeforeValidator(_midnight_as_zero),
    WithJsonSchema({"type": "string", "pattern": f"^({_HOUR_AND_MINUTE}|24:00)(:00)?$"}),
]
Day = Annotated[date, BeforeValidator(_as_day)]
"""A day of the calendar."""


class Interval(PolicyPart):
    """Opening time in local time. If `closes` is not after `opens`, it is on the next day."""

    opens: LocalTime
    closes: ClosingTime

    @model_validator(mode="after")
    def _check_length(self) -> Self:
        if self.opens == self.closes != _MIDNIGHT:
            raise ValueError(
                f"opens and closes at {self.opens:%H:%M}: for the whole day, give 00:00 and 24:00"
            )
        return self

    @property
    def minutes(self) -> tuple[int, int]:
        """Start and end, in minutes since midnight of the day on which it opens."""
        opens = self.opens.hour * 60 + self.opens.minute
        closes = self.closes.hour * 60 + self.closes.minute
        return opens, closes if closes > opens else closes + _MINUTES_OF_A_DAY

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"


def _check_week(week: dict[Weekday, tuple[Interval, ...]]) -> dict[Weekday, tuple[Interval, ...]]:
    if not any(week.values()):
        raise ValueError("never opens: give at least one day an interval")
    days = [sorted(week.get(day, ()), key=lambda interval: interval.minutes) for day in WEEKDAYS]
    for day, intervals in zip(WEEKDAYS, days, strict=True):
        for one, other in pairwise(intervals):
            if other.minutes[0] < one.minutes[1]:
                raise ValueError(f"{day}: {one} and {other} overlap")
    for n, day in enumerate(WEEKDAYS):
        following = (n + 1) % len(WEEKDAYS)
        if days[n] and days[following]:
            last, first = days[n][-1], days[following][0]
            if first.minutes[0] < last.minutes[1] - _MINUTES_OF_A_DAY:
                raise ValueError(f"{day}: {last} runs into {first} on {WEEKDAYS[following]}")
    return week


Week = Annotated[
    dict[Weekday, Annotated[tuple[Interval, ...], Field(max_length=10)]],
    AfterValidator(_check_week),
]
"""Opening times per weekday. A day that is left out is closed."""


class ClosedDays(PolicyPart):
    """Days on which the business is closed although the week says open. First and last day are included."""

    first: Day
    last: Day | None = None
    name: Name

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.last and self.last < self.first:
            raise ValueError(f"the last day, {self.last}, is before the first, {self.first}")
        if self.last and self.last - self.first >= _LONGEST_CLOSURE:
            raise ValueError(f"{self.first} to {self.last} is longer than {_LONGEST_CLOSURE.days} days")
        return self

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= (self.last or self.first)


class Holidays(PolicyPart):
    """Whether the business is closed on the public holidays of its country."""

    observed: bool = True
    region: str | None = Field(default=None, description="ISO 3166-2 code within the country, such as SCT")
    open_on: tuple[Name, ...] = Field(
        default=(), description="names of holidays, or parts of names, on which the business is open"
    )
