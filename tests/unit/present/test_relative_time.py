"""Times and spans as staff read them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.unit.present.builders import KARACHI
from vaada.present.relative_time import due, duration, moment, overdue

NOW = datetime(2026, 11, 24, 16, 0, tzinfo=KARACHI)


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (timedelta(seconds=20), "1 minute"),
        (timedelta(minutes=45), "45 minutes"),
        (timedelta(minutes=59, seconds=40), "1 hour"),
        (timedelta(hours=2, minutes=5), "2 hours"),
        (timedelta(hours=23, minutes=40), "1 day"),
        (timedelta(days=3, hours=2), "3 days"),
    ],
)
def test_a_span_is_rounded_to_its_largest_unit(time: timedelta, expected: str) -> None:
    assert duration(time) == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (NOW, "today at 16:00"),
        (NOW + timedelta(hours=17), "tomorrow at 09:00"),
        (NOW - timedelta(hours=20), "yesterday at 20:00"),
        (NOW + timedelta(days=3), "on Fri 27 Nov at 16:00"),
        (NOW + timedelta(days=60), "on Sat 23 Jan 2027 at 16:00"),
    ],
)
def test_nearby_days_have_names(at: datetime, expected: str) -> None:
    assert moment(at, NOW) == expected


def test_a_day_is_named_in_the_time_zone_of_the_moment() -> None:
    assert moment(datetime(2026, 11, 25, 1, 0, tzinfo=KARACHI), NOW.astimezone(UTC)) == "tomorrow at 01:00"


def test_a_due_time_is_called_overdue_only_after_15_minutes() -> None:
    assert due(NOW, NOW + timedelta(minutes=14)) == "due at 16:00"
    assert due(NOW, NOW + timedelta(minutes=15)) == "overdue by 15 minutes"
    assert overdue(NOW, NOW) == "overdue since 16:00"


def test_lateness_is_elapsed_time_over_a_clock_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    due_at = datetime(2026, 10, 25, 1, 0, tzinfo=berlin)
    assert due(due_at, datetime(2026, 10, 25, 4, 0, tzinfo=berlin)) == "overdue by 4 hours"
