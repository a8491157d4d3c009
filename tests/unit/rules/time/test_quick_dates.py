"""Dates that are offered with one tap lie in working time."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.unit import rows
from vaada.rules.time.clock import Hours
from vaada.rules.time.deadlines import business_hours
from vaada.rules.time.quick_dates import quick_dates

HOURS: Hours = business_hours(rows.policy())


def texts(now: datetime) -> list[str]:
    return [f"{at:%a %H:%M}" for at in quick_dates(HOURS, now)]


def test_today_tomorrow_and_next_week_are_offered_on_a_monday_morning() -> None:
    assert texts(rows.MONDAY.replace(hour=9)) == ["Mon 12:00", "Mon 17:00", "Tue 12:00", "Mon 12:00"]


def test_no_time_of_today_is_offered_in_the_evening() -> None:
    assert texts(rows.MONDAY.replace(hour=17)) == ["Tue 12:00", "Tue 17:00", "Wed 12:00", "Mon 12:00"]


def test_a_business_that_never_opens_is_offered_nothing() -> None:
    never = HOURS.__class__(zone="UTC", week={}, country="GB", holidays=HOURS.holidays, closed_days=())

    assert quick_dates(never, rows.MONDAY) == ()


@given(st.integers(0, 60 * 24 * 60))
def test_every_date_is_ahead_in_order_and_within_the_hours(minutes: int) -> None:
    now = rows.MONDAY + timedelta(minutes=minutes)
    offered = quick_dates(HOURS, now)

    assert list(offered) == sorted(set(offered))
    assert all(at >= now + timedelta(hours=1) and HOURS.is_open(at) for at in offered)
    assert len(offered) == 4
