"""When a business is open, as its policy says it: a week of local times, holidays and closed days."""

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
_MIDNIGHT = time(0)
_MINUTES_OF_A_DAY = 24 * 60
_LONGEST_CLOSURE = timedelta(days=366)


class Part(BaseModel):
    """A part of the policy. A misspelt rule is refused, not ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _plain(clock: time) -> time:
    if clock.tzinfo:
        raise ValueError("must be a local time without an offset")
    if clock.second or clock.microsecond:
        raise ValueError("must be a whole minute")
    return clock


def _end_of_day(closes: object) -> object:
    return _MIDNIGHT if closes in ("24:00", "24:00:00") else closes


# OpenAPI's own format "time" is one with an offset.
_HOUR_AND_MINUTE = "([01][0-9]|2[0-3]):[0-5][0-9]"
Clock = Annotated[
    time,
    AfterValidator(_plain),
    WithJsonSchema({"type": "string", "pattern": f"^{_HOUR_AND_MINUTE}(:00)?$"}),
]
Closing = Annotated[
    Clock,
    BeforeValidator(_end_of_day),
    WithJsonSchema({"type": "string", "pattern": f"^({_HOUR_AND_MINUTE}|24:00)(:00)?$"}),
]


class Interval(Part):
    """Opening time in local time. What closes no later than it opens closes on the next day."""

    opens: Clock
    closes: Closing

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.opens == self.closes != _MIDNIGHT:
            raise ValueError(
                f"opens and closes at {self.opens:%H:%M}: for the whole day, give 00:00 and 24:00"
            )
        return self

    @property
    def minutes(self) -> tuple[int, int]:
        """From when until when, in minutes since the midnight of the day on which it opens."""
        opens = self.opens.hour * 60 + self.opens.minute
        closes = self.closes.hour * 60 + self.closes.minute
        return opens, closes if closes > opens else closes + _MINUTES_OF_A_DAY

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"


def _apart(week: dict[Weekday, tuple[Interval, ...]]) -> dict[Weekday, tuple[Interval, ...]]:
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
    AfterValidator(_apart),
]
"""Opening times of a week. A day that is left out is closed."""


class ClosedDays(Part):
    """Days on which the business is closed although the week says otherwise, both ends included."""

    first: date
    last: date | None = None
    name: Name

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.last and self.last < self.first:
            raise ValueError(f"the last day, {self.last}, is before the first, {self.first}")
        if self.last and self.last - self.first >= _LONGEST_CLOSURE:
            raise ValueError(f"{self.first} to {self.last} is longer than {_LONGEST_CLOSURE.days} days")
        return self

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= (self.last or self.first)


class Holidays(Part):
    """Whether the public holidays of the business's country are closed days."""

    observed: bool = True
    region: str | None = Field(default=None, description="ISO 3166-2 code within the country, such as SCT")
    open_on: tuple[Name, ...] = Field(
        default=(), description="names of holidays, or parts of names, that are no closed days"
    )
