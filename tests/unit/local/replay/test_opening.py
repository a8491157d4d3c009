"""Opening time as the replay counts it.

In 2024, 29 March is Good Friday; the clocks of London go forward on 31 March and back on 27 October.
"""

from typing import Any

import pytest

from local.errors import CloudError
from local.replay import opening
from local.replay.opening import Opening
from tests.times import DAY, HOUR
from tests.unit.local.replay.builders import FRIDAY, policy, utc


def opening_of(**changes: Any) -> Opening:
    return Opening.of(policy(**changes))


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2024-03-08 15:00", 2, "2024-03-08 17:00"),
        ("2024-03-08 15:00", 3, "2024-03-08 18:00"),  # closing time, not the next opening
        ("2024-03-08 15:00", 4, "2024-03-11 10:00"),
        ("2024-03-08 12:30:20", 1, "2024-03-08 14:30:20"),
        ("2024-03-09 04:00", 1, "2024-03-11 10:00"),
        ("2024-03-28 17:00", 2, "2024-04-01 09:00"),  # Good Friday, and summer time
        ("2024-03-08 03:00", 0, "2024-03-08 03:00"),
    ],
)
def test_opening_time_is_counted_forwards(start: str, hours: int, end: str) -> None:
    assert opening_of().after(utc(start), hours * HOUR) == utc(end)


@pytest.mark.parametrize(
    ("end", "hours", "start"),
    [
        ("2024-03-08 15:00", 2, "2024-03-08 12:00"),
        ("2024-03-11 10:00", 2, "2024-03-08 17:00"),
        ("2024-03-08 14:00", 4, "2024-03-08 09:00"),
    ],
)
def test_opening_time_is_counted_backwards(end: str, hours: int, start: str) -> None:
    assert opening_of().before(utc(end), hours * HOUR) == utc(start)


def test_opening_hours_past_midnight_belong_to_the_day_they_begin_on() -> None:
    bar = opening_of(opening_hours={"saturday": [{"opens": "22:00", "closes": "04:00"}]})

    assert bar.is_open(utc("2024-03-10 03:59"))
    assert not bar.is_open(utc("2024-03-10 04:00"))
    assert not bar.is_open(utc("2024-03-09 03:59"))
    # One of its hours is skipped in March, and comes twice in October.
    assert bar.after(utc("2024-03-30 22:00"), 5 * HOUR) == utc("2024-03-31 03:00")
    assert bar.after(utc("2024-10-26 21:00"), 7 * HOUR) == utc("2024-10-27 04:00")


def test_closed_days_and_holidays_are_closed_unless_the_policy_opens_them() -> None:
    good_friday = utc("2024-03-29 10:00")
    known = policy()["holidays"]

    assert not opening_of().is_open(good_friday)
    assert opening_of(holidays={**known, "observed": False}).is_open(good_friday)
    assert opening_of(holidays={**known, "open_on": ["good friday"]}).is_open(good_friday)
    closed = [{"first": "2024-03-07", "last": "2024-03-08", "name": "Moving"}]
    assert not opening_of(closed_days=closed).is_open(FRIDAY)


@pytest.mark.parametrize(
    ("at", "at_work"),
    [
        ("2024-03-08 13:30", True),  # lunch
        ("2024-03-08 18:14", True),  # has just closed
        ("2024-03-08 18:15", False),
        ("2024-03-08 08:59", False),
        ("2024-03-09 12:00", False),
    ],
)
def test_working_time_includes_breaks_and_no_nights(at: str, at_work: bool) -> None:
    assert opening_of().is_working_time(utc(at)) is at_work


def test_business_days_are_days_with_opening_hours() -> None:
    opening = opening_of()

    assert opening.business_days_after(utc("2024-03-28 16:30"), 1) == utc("2024-04-01 15:30")
    assert opening.business_days_after(FRIDAY, 0) == FRIDAY


@pytest.mark.parametrize(
    ("start", "days", "ends"),
    [
        ("2024-03-08 18:00", 1, "2024-03-11 18:00"),
        ("2024-03-09 13:00", 1, "2024-03-11 18:00"),
        ("2024-03-09 13:00", 3, "2024-03-13 18:00"),
        ("2024-03-11 13:30", 1, "2024-03-12 14:00"),
    ],
)
def test_business_days_are_counted_from_the_next_opening(start: str, days: int, ends: str) -> None:
    assert opening_of().business_days_after(utc(start), days) == utc(ends)


def test_business_days_end_while_it_is_open_that_day() -> None:
    week = {day: [{"opens": "09:00", "closes": "18:00"}] for day in ("thursday", "friday")}
    opening = opening_of(opening_hours=week | {"saturday": [{"opens": "10:00", "closes": "14:00"}]})

    assert opening.business_days_after(utc("2024-03-08 09:30"), 1) == utc("2024-03-09 10:00")
    assert opening.business_days_after(utc("2024-03-08 16:00"), 1) == utc("2024-03-09 14:00")


def test_a_business_that_never_opens_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_SEARCH_LIMIT", 30 * DAY)  # minute by minute, ten years take seconds
    with pytest.raises(CloudError, match="nothing opens for years"):
        opening_of(opening_hours={}).business_days_after(FRIDAY, 1)
