"""Days of the business: local time, open days, and clock changes."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rows import MONDAY, policy
from vaada.rules.days import at_local, business_days_after, days_after, next_morning

zones = st.sampled_from(["UTC", "America/New_York", "Asia/Karachi", "Europe/London", "Australia/Lord_Howe"])
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(  # noqa: DTZ001 - made aware next
    lambda at: at.replace(tzinfo=UTC, microsecond=0)
)


@pytest.mark.parametrize(
    ("zone", "at", "morning"),
    [
        ("UTC", "2026-03-02T09:00Z", "2026-03-03T09:00Z"),
        ("UTC", "2026-03-06T23:00Z", "2026-03-09T09:00Z"),  # Friday night: Monday
        ("Asia/Karachi", "2026-03-02T20:00Z", "2026-03-04T04:00Z"),  # Tuesday already, there
        ("America/New_York", "2026-03-06T15:00Z", "2026-03-09T13:00Z"),  # the clocks went forward
        ("America/New_York", "2026-10-30T15:00Z", "2026-11-02T14:00Z"),  # and back
    ],
)
def test_the_next_working_morning_is_when_the_business_opens(zone: str, at: str, morning: str) -> None:
    assert next_morning(datetime.fromisoformat(at), policy(zone)) == datetime.fromisoformat(morning)


@given(at=moments, days=st.integers(0, 30), zone=zones)
def test_business_days_keep_the_local_time_and_land_on_open_days(at: datetime, days: int, zone: str) -> None:
    later = business_days_after(at, days, policy(zone))

    local, before = later.astimezone(ZoneInfo(zone)), at.astimezone(ZoneInfo(zone))
    assert later >= at
    assert days == 0 or local.weekday() < 5
    gap = abs(datetime.combine(MONDAY, local.time()) - datetime.combine(MONDAY, before.time()))
    assert gap <= timedelta(hours=1)  # only where clocks change


@given(at=moments, first=st.integers(0, 10), second=st.integers(1, 10), zone=zones)
def test_more_business_days_are_never_earlier(at: datetime, first: int, second: int, zone: str) -> None:
    assert business_days_after(at, first, policy(zone)) < business_days_after(
        at, first + second, policy(zone)
    )


def test_a_day_later_is_the_same_local_time_over_a_clock_change() -> None:
    saturday = datetime(2026, 3, 7, 12, 0, tzinfo=ZoneInfo("America/New_York"))

    assert days_after(saturday, 1, policy("America/New_York")) - saturday == timedelta(hours=23)


def test_a_local_time_that_a_clock_change_skips_moves_forward_by_the_gap() -> None:
    skipped = at_local(datetime(2026, 3, 8).date(), time(2, 30), "America/New_York")  # noqa: DTZ001 - a date

    assert skipped.astimezone(ZoneInfo("America/New_York")).time() == time(3, 30)


def test_a_local_time_that_comes_twice_is_taken_the_first_time() -> None:
    twice = at_local(datetime(2026, 11, 1).date(), time(1, 30), "America/New_York")  # noqa: DTZ001 - a date

    assert twice == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
