"""Availability: when staff and customers can be reached."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.times import DAY, HOUR, MINUTE, at
from tests.unit import strategies
from tests.unit.rows import MONDAY, agent, agent_hours, customer, policy
from vaada.model.policy import PolicyDocument
from vaada.rules.time import availability
from vaada.rules.time.deadlines import working_hours

# ---------------------------------------------------------------- the working day


@pytest.mark.parametrize(
    ("now", "at_work"),
    [
        ("2026-03-02T08:59", False),
        ("2026-03-02T09:00", True),
        ("2026-03-02T13:30", True),  # lunch is part of the day
        ("2026-03-02T18:00", True),  # a deadline often is the closing time
        ("2026-03-02T18:14", True),
        ("2026-03-02T18:15", False),
        ("2026-03-03T00:00", False),
        ("2026-03-07T11:00", False),  # Saturday
        ("2026-04-03T11:00", False),  # Good Friday
    ],
)
def test_an_agent_is_at_work_from_opening_until_15_minutes_after_closing(now: str, at_work: bool) -> None:
    assert availability.is_at_work(agent_hours(), at(now)) is at_work


@pytest.mark.parametrize(("begins_again", "at_work"), [("12:00", True), ("12:01", False), ("16:00", False)])
def test_a_break_of_up_to_two_hours_is_part_of_the_working_day(begins_again: str, at_work: bool) -> None:
    day = [{"opens": "08:00", "closes": "10:00"}, {"opens": begins_again, "closes": "18:00"}]

    assert (
        availability.is_at_work(agent_hours(working_hours={"monday": day}), at("2026-03-02T10:30")) is at_work
    )


@pytest.mark.parametrize(
    ("now", "heard"),
    [
        ("2026-03-02T10:00", "2026-03-02T10:00"),
        ("2026-03-02T13:30", "2026-03-02T13:30"),
        ("2026-03-03T00:00", "2026-03-03T09:00"),  # no reminder at midnight
        ("2026-03-06T18:20", "2026-03-09T09:00"),  # nor at the weekend
        ("2026-04-02T20:00", "2026-04-06T09:00"),  # nor on a holiday
    ],
)
def test_staff_are_reachable_when_they_are_at_work_again(now: str, heard: str) -> None:
    assert availability.staff_reachable_at(agent_hours(), at(now)) == at(heard)


def test_staff_abroad_are_reachable_in_their_own_morning() -> None:
    hours = agent_hours(time_zone="Asia/Karachi")

    assert availability.staff_reachable_at(hours, at("2026-03-02T15:00")) == at(
        "2026-03-03T09:00", "Asia/Karachi"
    )


@pytest.mark.parametrize(
    ("useless_from", "heard"),
    [
        ("2026-03-03T08:00", "2026-03-02T22:00"),
        ("2026-03-03T09:00", "2026-03-02T22:00"),
        ("2026-03-03T09:01", "2026-03-03T09:00"),
    ],
)
def test_staff_are_reachable_at_night_if_the_morning_is_too_late(useless_from: str, heard: str) -> None:
    assert availability.staff_reachable_at(agent_hours(), at("2026-03-02T22:00"), at(useless_from)) == at(
        heard
    )


@given(rules=strategies.policies, week=strategies.weeks, zone=strategies.zones, now=strategies.moments)
def test_staff_are_reachable_only_at_work_and_never_in_the_past(
    rules: PolicyDocument, week: object, zone: str, now: datetime
) -> None:
    hours = working_hours(agent(working_hours=week, time_zone=zone), rules)

    heard = availability.staff_reachable_at(hours, now)

    assert heard >= now
    assert availability.is_at_work(hours, heard)
    assert availability.staff_reachable_at(hours, heard) == heard


# ---------------------------------------------------------------- absence


@pytest.mark.parametrize(
    ("absence", "away"),
    [
        ({}, False),
        ({"away_until": MONDAY + DAY}, True),
        ({"away_until": MONDAY}, False),  # back from that second on
        ({"away_from": MONDAY, "away_until": MONDAY + DAY}, True),
        ({"away_from": MONDAY + MINUTE, "away_until": MONDAY + DAY}, False),
        ({"away_from": MONDAY - DAY}, True),  # until further notice
        ({"away_from": MONDAY + DAY}, False),
        ({"left_at": MONDAY}, True),
    ],
)
def test_an_agent_is_away_between_the_two_times_of_the_absence(
    absence: dict[str, object], away: bool
) -> None:
    assert availability.is_away(agent(**absence), MONDAY) is away


# ---------------------------------------------------------------- the customer's day


@pytest.mark.parametrize(
    ("now", "heard"),
    [
        ("2026-03-02T09:00", "2026-03-02T09:00"),
        ("2026-03-02T19:59", "2026-03-02T19:59"),
        ("2026-03-02T20:00", "2026-03-03T09:00"),
        ("2026-03-03T02:00", "2026-03-03T09:00"),
        ("2026-03-07T12:00", "2026-03-07T12:00"),  # they may be at home on a Saturday
        ("2026-03-08T01:30", "2026-03-08T09:00"),  # the night when clocks go forward
        ("2026-03-07T22:00", "2026-03-08T09:00"),
        ("2026-11-01T01:30", "2026-11-01T09:00"),  # and back
    ],
)
def test_a_customer_is_reachable_by_day_in_their_own_time_zone(now: str, heard: str) -> None:
    there = customer(time_zone="America/New_York")

    found = availability.customer_reachable_at(there, policy(), at(now, "America/New_York"))

    assert found == at(heard, "America/New_York")


def test_a_customer_without_a_time_zone_has_that_of_the_business() -> None:
    night = at("2026-03-02T23:00")

    found = availability.customer_reachable_at(customer(), policy("Asia/Karachi"), night)

    assert found == at("2026-03-03T09:00", "Asia/Karachi")


def test_a_customer_is_reachable_at_once_in_a_repeated_hour() -> None:
    by_day = policy(customers={"write_from": "01:30"})
    second_time_round = at("2026-11-01T06:15")  # a quarter past one once more in New York

    heard = availability.customer_reachable_at(
        customer(time_zone="America/New_York"), by_day, second_time_round
    )

    assert heard == second_time_round


@given(
    zone=strategies.zones,
    now=strategies.moments,
    opens=st.integers(0, 22),
    length=st.integers(1, 23),
)
def test_a_customer_is_reachable_within_26_hours_and_never_in_the_past(
    zone: str, now: datetime, opens: int, length: int
) -> None:
    by_day = {"write_from": f"{opens:02}:00", "write_until": f"{min(23, opens + length):02}:00"}

    heard = availability.customer_reachable_at(customer(time_zone=zone), policy(customers=by_day), now)

    assert now <= heard <= now + 26 * HOUR  # Apia once skipped a day, but before these years
