"""Opening hours, closed days and holidays, as a policy may state them."""

from datetime import time

import pytest
from pydantic import TypeAdapter, ValidationError

from tests.unit.hours import every, interval
from vaada.model.hours import ClosedDays, Holidays, Interval, Week


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"opens": "09:00", "closes": "09:00"}, "opens and closes at 09:00"),
        ({"opens": "09:00:30", "closes": "10:00"}, "must be a whole minute"),
        ({"opens": "09:00Z", "closes": "10:00"}, "must be a local time without an offset"),
        ({"opens": "24:00", "closes": "10:00"}, "time"),
    ],
)
def test_an_invalid_interval_is_refused(fields: dict[str, str], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        Interval.model_validate(fields)


def test_midnight_may_be_written_as_24_00() -> None:
    assert Interval.model_validate({"opens": "09:00", "closes": "24:00"}).closes == time(0)
    assert Interval.model_validate_json('{"opens": "00:00", "closes": "24:00"}').minutes == (0, 1440)


@pytest.mark.parametrize(
    ("week", "reason"),
    [
        ({}, "never opens: give at least one day an interval"),
        ({"monday": []}, "never opens: give at least one day an interval"),
        ({"monday": ["09:00-13:00", "12:00-15:00"]}, "monday: 09:00-13:00 and 12:00-15:00 overlap"),
        ({"monday": ["00:00-24:00", "23:00-01:00"]}, "monday: 00:00-00:00 and 23:00-01:00 overlap"),
        ({"sunday": ["22:00-02:00"], "monday": ["01:00-05:00"]}, "sunday: 22:00-02:00 runs into 01:00-05:00"),
        ({"monday": [f"{hour:02}:00-{hour:02}:30" for hour in range(11)]}, "at most 10"),
        ({"someday": ["09:00-17:00"]}, "monday"),
    ],
)
def test_an_invalid_week_is_refused(week: dict[str, list[str]], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        TypeAdapter(Week).validate_python({day: [interval(i) for i in is_] for day, is_ in week.items()})


def test_intervals_may_touch() -> None:
    week = every("00:00-12:00", "12:00-24:00")

    assert TypeAdapter(Week).validate_python(week) == week


@pytest.mark.parametrize(
    ("first", "last", "reason"),
    [
        ("2026-08-03", "2026-08-02", "is before the first"),
        ("2026-01-01", "2027-01-02", "longer than 366 days"),
    ],
)
def test_invalid_closed_days_are_refused(first: str, last: str, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        ClosedDays.model_validate({"first": first, "last": last, "name": "Away"})


def test_an_empty_holiday_name_is_refused_since_it_matches_all() -> None:
    with pytest.raises(ValidationError):
        Holidays(open_on=("",))
