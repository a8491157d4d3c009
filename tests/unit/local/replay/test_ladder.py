"""The ladder: when each step of a promise is due, and when its recipient is told."""

from datetime import datetime, timedelta

import pytest

from local.errors import CloudError
from local.replay.ladder import Ladder
from tests.times import DAY, HOUR
from tests.unit.local.replay.builders import (
    FRIDAY,
    ladder_with,
    notify_times,
    policy,
    request,
    step_times,
    utc,
)


def test_the_ladder_is_read_from_the_policy() -> None:
    ladder = ladder_with(
        warn_before={"opening_minutes": 90},
        ladder=[
            {"tell": to, "after": {"days": n}, "by": ["sms"]}
            for n, to in enumerate(["agent", "supervisor", "supervisor"])
        ],
    )

    assert [rung.name for rung in ladder.rungs] == ["warn", "flag", "agent", "supervisor", "supervisor 2"]
    assert [(rung.purpose, rung.nth, rung.last) for rung in ladder.rungs[1:4]] == [
        ("promise_overdue", 0, False),
        ("promise_overdue", 1, True),
        ("promise_escalation", 0, False),
    ]
    assert ladder.batch_within == timedelta(minutes=5)


def test_a_policy_without_the_rules_of_a_ladder_is_refused() -> None:
    with pytest.raises(CloudError, match="has no 'warn_before'"):
        Ladder.of(policy(commitments={}))


def test_a_promise_that_is_never_kept_takes_every_step() -> None:
    assert step_times(request()) == {
        "warn": FRIDAY - 4 * HOUR,
        "flag": FRIDAY,
        "supervisor": FRIDAY + 2 * DAY + 19 * HOUR,  # three hours on Friday, one on Monday
        "owner": FRIDAY + 3 * DAY,  # Monday
        "give up": FRIDAY + 30 * DAY - HOUR,  # the clocks went forward: the same hour in London
    }


@pytest.mark.parametrize(
    ("before", "due", "warned"),
    [
        ({"hours": 4}, "2024-03-08 12:00", "2024-03-08 09:00"),  # not at 08:00
        ({"hours": 4}, "2024-03-08 08:30", "2024-03-07 17:00"),  # in the last hour before
        ({"hours": 4}, "2024-03-08 17:30", "2024-03-08 13:30"),  # in the lunch break
        ({"minutes": 30}, "2024-03-08 12:00", "2024-03-08 11:30"),
        ({"opening_hours": 4}, "2024-03-08 10:00", "2024-03-07 15:00"),
        ({"opening_minutes": 30}, "2024-03-08 14:10", "2024-03-08 12:40"),
        ({"days": 1}, "2024-03-11 10:00", "2024-03-11 09:00"),  # not on Sunday
        ({"business_days": 1}, "2024-03-08 10:00", "2024-03-07 10:00"),
    ],
)
def test_the_warning_is_in_working_time(before: dict[str, int], due: str, warned: str) -> None:
    promised = request(utc(due), opened=utc("2024-03-04 09:00"))

    assert step_times(promised, ladder_with(warn_before=before))["warn"] == utc(warned)


def test_a_warning_zero_hours_before_is_left_out() -> None:
    assert "warn" not in step_times(request(), ladder_with(warn_before={"hours": 0}))


@pytest.mark.parametrize(
    ("after", "at"),
    [
        ({"minutes": 30}, "2024-03-08 15:30"),
        ({"hours": 5}, "2024-03-08 20:00"),
        ({"opening_minutes": 200}, "2024-03-11 09:20"),
        ({"days": 1}, "2024-03-09 15:00"),
        ({"business_days": 2}, "2024-03-12 15:00"),
    ],
)
def test_a_rung_comes_as_late_as_the_policy_says(after: dict[str, int], at: str) -> None:
    ladder = ladder_with(ladder=[{"tell": "owner", "after": after}])

    assert step_times(request(), ladder)["owner"] == utc(at)


def test_a_rung_never_comes_before_the_one_below() -> None:
    rungs = [{"tell": "supervisor", "after": {"days": 2}}, {"tell": "owner", "after": {"days": 1}}]

    assert step_times(request(), ladder_with(ladder=rungs))["owner"] == FRIDAY + 2 * DAY


def test_staff_are_told_in_working_time_and_the_owner_at_once() -> None:
    night = utc("2024-03-08 22:00")
    rungs = [{"tell": to, "after": {"hours": 1}} for to in ("supervisor", "owner")]

    found = notify_times(request(night), ladder_with(ladder=rungs))

    monday = utc("2024-03-11 09:00")
    assert found["warn"] == utc("2024-03-08 18:00")
    assert (found["flag"], found["supervisor"], found["owner"]) == (monday, monday, night + HOUR)


def test_a_warning_that_cannot_wait_is_sent_at_once() -> None:
    opened = utc("2024-03-08 20:00")

    assert notify_times(request(opened + HOUR, opened=opened))["warn"] == opened
    assert notify_times(request(opened + 3 * DAY, opened=opened + 2 * DAY))["warn"] == utc("2024-03-11 16:00")


@pytest.mark.parametrize(
    ("kept", "taken"),
    [
        (FRIDAY - DAY, []),
        (FRIDAY - 4 * HOUR, []),
        (FRIDAY - HOUR, ["warn"]),
        (FRIDAY, ["warn"]),
        (FRIDAY + HOUR, ["warn", "flag"]),
        (FRIDAY + DAY, ["warn", "flag"]),
        (FRIDAY + 2 * DAY + 20 * HOUR, ["warn", "flag", "supervisor"]),
    ],
)
def test_a_kept_promise_takes_no_further_steps(kept: datetime, taken: list[str]) -> None:
    assert list(step_times(request(kept=kept))) == taken


def test_a_promise_that_is_due_soon_gets_its_warning_at_once() -> None:
    assert step_times(request(opened=FRIDAY - HOUR))["warn"] == FRIDAY - HOUR


def test_a_promise_recorded_late_takes_its_past_steps_at_once() -> None:
    late = FRIDAY + 2 * DAY + 20 * HOUR

    found = step_times(request(opened=late))

    assert list(found) == ["flag", "supervisor", "owner", "give up"]
    assert found["flag"] == found["supervisor"] == late
    assert found["owner"] == FRIDAY + 3 * DAY


def test_a_request_without_a_promise_has_no_steps() -> None:
    assert step_times(request(promised=None)) == {}
