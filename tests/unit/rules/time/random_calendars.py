"""Random weeks, holidays, closed days and zones, and instants at which something happens to them."""

from datetime import UTC, date, datetime, time
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

import holidays
from pydantic import TypeAdapter

from tests.times import DAY, MINUTE
from tests.unit.hours import every
from vaada.model.hours import WEEKDAYS, ClosedDays, Holidays, Interval, Week, Weekday
from vaada.rules.time.clock import (
    Hours,
)

ZONES = (
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Havana",
    "America/New_York",
    "America/Santiago",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Karachi",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Europe/London",
    "Pacific/Apia",
    "Pacific/Chatham",
    "UTC",
)
PLACES = (("GB", None, "en_GB"), ("GB", "SCT", "en_GB"), ("US", None, "en_US"), ("PK", None, "en_PK"))


def random_week(random: Random) -> dict[Weekday, tuple[Interval, ...]]:
    """Intervals cut out of the week from a random minute on, so that none overlap."""
    week: dict[Weekday, list[Interval]] = {day: [] for day in WEEKDAYS}
    minute = begin = random.choice((0, 0, random.randrange(24 * 60)))
    step = random.choice((1, 15, 60))
    while True:
        opens = minute + random.choice((0, 1, 2, 6, 15, 40)) * random.randint(1, 60) // step * step
        length = random.choice((1, 4, 8, 23)) * random.randint(1, 60) // step * step or 60
        if random.random() < 0.1:
            opens, length = -(-opens // 1440) * 1440, 1440
        if opens + length > begin + 7 * 1440:
            break
        day = week[WEEKDAYS[opens // 1440 % 7]]
        if len(day) < 10:
            day.append(
                Interval(
                    opens=time(opens // 60 % 24, opens % 60),
                    closes=time((opens + length) // 60 % 24, (opens + length) % 60),
                )
            )
        minute = opens + length
    if not any(week.values()):
        return every(*("22:00-02:00",))
    return TypeAdapter(Week).validate_python(week)


@cache
def public_holidays(country: str, region: str | None, language: str) -> dict[date, str]:
    return dict(holidays.country_holidays(country, subdiv=region, language=language, years=range(2003, 2037)))


def near_a_clock_change(random: Random, zone: str, day: datetime) -> datetime:
    info = ZoneInfo(zone)
    for n in range(400):
        if (day + n * DAY).astimezone(info).utcoffset() != (day + (n + 1) * DAY).astimezone(info).utcoffset():
            return day + n * DAY
    return day + random.randrange(400) * DAY


def random_calendar(random: Random) -> tuple[Hours, datetime]:
    """Somebody's hours, and an instant at which something may well happen to them."""
    zone = random.choice(ZONES)
    country, region, language = random.choice(PLACES)
    start = datetime(2005, 1, 1, tzinfo=UTC) + random.randrange(365 * 25) * DAY
    whim = random.random()
    if whim < 0.5:
        start = near_a_clock_change(random, zone, start)
    elif whim < 0.8:
        days = [day for day in public_holidays(country, region, language) if 2005 <= day.year < 2035]
        start = datetime.combine(random.choice(days), time(0), tzinfo=UTC)
    start += random.randrange(-30 * 60, 54 * 60) * MINUTE
    closures = []
    for n in range(random.choice((0, 0, 1, 2))):
        first = start.date() + random.randint(-3, 3) * DAY
        closures.append(ClosedDays(first=first, last=first + random.randint(0, 2) * DAY, name=f"Closure {n}"))
    return (
        Hours(
            zone=zone,
            week=random_week(random),
            country=country,
            holidays=Holidays(
                observed=random.random() < 0.8,
                region=region,
                open_on=random.choice(((), (), ("christmas",), ("new year", "EID"), ("holiday",))),
            ),
            closed_days=tuple(closures),
        ),
        start,
    )
