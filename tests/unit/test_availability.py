"""Reach: who is there to hear, when to write to them, and by what."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit import businesses
from tests.unit.rows import MONDAY, agent, customer, policy, working
from vaada.model.people import Consent, Medium
from vaada.model.policy import PolicyDocument
from vaada.rules import interactions
from vaada.rules.messages import media as media_rules
from vaada.rules.time import availability
from vaada.rules.time.deadlines import working_hours

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


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
def test_who_is_at_work(now: str, at_work: bool) -> None:
    assert availability.is_at_work(working(), at(now)) is at_work


@pytest.mark.parametrize(("begins_again", "at_work"), [("12:00", True), ("12:01", False), ("16:00", False)])
def test_a_break_of_up_to_two_hours_is_part_of_the_day(begins_again: str, at_work: bool) -> None:
    day = [{"opens": "08:00", "closes": "10:00"}, {"opens": begins_again, "closes": "18:00"}]

    assert availability.is_at_work(working(working_hours={"monday": day}), at("2026-03-02T10:30")) is at_work


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
def test_staff_hear_when_they_are_at_work_again(now: str, heard: str) -> None:
    assert availability.staff_reachable_at(working(), at(now)) == at(heard)


def test_staff_abroad_hear_in_their_own_morning() -> None:
    hours = working(time_zone="Asia/Karachi")

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
def test_what_would_be_of_no_use_in_the_morning_is_said_at_night(useless_from: str, heard: str) -> None:
    assert availability.staff_reachable_at(working(), at("2026-03-02T22:00"), at(useless_from)) == at(heard)


@settings(deadline=None)
@given(rules=businesses.policies, week=businesses.weeks, zone=businesses.zones, now=businesses.moments)
def test_staff_never_hear_early_and_always_at_work(
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
        ({"away_from": MONDAY - DAY}, False),  # nobody is away for good
    ],
)
def test_who_is_away(absence: dict[str, object], away: bool) -> None:
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
def test_customers_are_written_to_by_day_where_they_are(now: str, heard: str) -> None:
    there = customer(time_zone="America/New_York")

    found = availability.customer_reachable_at(there, policy(), at(now, "America/New_York"))

    assert found == at(heard, "America/New_York")


def test_a_customer_without_a_zone_is_where_the_business_is() -> None:
    night = at("2026-03-02T23:00")

    found = availability.customer_reachable_at(customer(), policy("Asia/Karachi"), night)

    assert found == at("2026-03-03T09:00", "Asia/Karachi")


def test_an_hour_that_the_night_repeats_is_not_looked_for_in_the_past() -> None:
    by_day = policy(customers={"write_from": "01:30"})
    second_time_round = at("2026-11-01T06:15")  # a quarter past one once more in New York

    heard = availability.customer_reachable_at(
        customer(time_zone="America/New_York"), by_day, second_time_round
    )

    assert heard == second_time_round


@given(
    zone=businesses.zones,
    now=businesses.moments,
    opens=st.integers(0, 22),
    length=st.integers(1, 23),
)
def test_a_customer_never_hears_early_and_never_waits_for_more_than_a_day(
    zone: str, now: datetime, opens: int, length: int
) -> None:
    by_day = {"write_from": f"{opens:02}:00", "write_until": f"{min(23, opens + length):02}:00"}

    heard = availability.customer_reachable_at(customer(time_zone=zone), policy(customers=by_day), now)

    assert now <= heard <= now + 26 * HOUR  # Apia once skipped a day, but before these years


# ---------------------------------------------------------------- by what


@pytest.mark.parametrize(
    ("notify_by", "by", "media"),
    [
        (("email",), None, ("email",)),
        (("sms", "email"), None, ("sms", "email")),
        (("email",), ("sms",), ("sms",)),  # the policy wants a text
        (("sms",), ("email", "sms"), ("email", "sms")),
    ],
)
def test_an_agent_is_told_as_the_policy_says_else_as_they_wish(
    notify_by: tuple[Medium, ...], by: tuple[Medium, ...] | None, media: tuple[Medium, ...]
) -> None:
    amina = agent(notify_by=notify_by, phone="+923001234567")

    assert media_rules.media_for_agent(amina, by, texts=True) == media


@pytest.mark.parametrize("by", [None, ("sms",)])
def test_no_setting_loses_a_reminder(by: tuple[Medium, ...] | None) -> None:
    assert media_rules.media_for_agent(agent(notify_by=("sms",)), by, texts=True) == ("email",)
    assert media_rules.media_for_agent(agent(notify_by=("sms",), phone="+923001234567"), by, texts=False) == (
        "email",
    )


@pytest.mark.parametrize(
    ("facts", "medium"),
    [
        ({}, "email"),
        ({"preferred_channel": "sms"}, "sms"),
        ({"preferred_channel": "sms", "phone": None}, "email"),
        ({"email": None}, "sms"),
        ({"consent": Consent(sms=True)}, "sms"),
        ({"consent": Consent()}, None),
    ],
)
def test_a_customer_is_written_to_by_what_they_agreed_to(
    facts: dict[str, object], medium: Medium | None
) -> None:
    assert media_rules.medium_for_customer(customer(**facts), texts=True) == medium


def test_where_texts_are_off_a_customer_gets_none() -> None:
    assert media_rules.medium_for_customer(customer(email=None), texts=False) is None


# ---------------------------------------------------------------- whose customer


def test_the_first_to_serve_a_customer_becomes_their_agent_and_later_ones_join() -> None:
    once = interactions.mark_served(customer(), "amina")
    twice = interactions.mark_served(once, "omar")

    assert (twice.agent_id, twice.served_by) == ("amina", ("amina", "omar"))
    assert interactions.mark_served(twice, "omar") is twice


@pytest.mark.parametrize(
    ("facts", "texts", "other"),
    [
        ({"phone": "+447700900123"}, True, ("sms",)),
        ({"phone": "+447700900123"}, False, ()),
        ({}, True, ()),
        ({"phone": "+447700900123", "notify_by": ["sms"]}, True, ("email",)),
        ({"phone": "+447700900123", "notify_by": ["email", "sms"]}, True, ()),
    ],
)
def test_how_else_an_agent_can_be_told(
    facts: dict[str, object], texts: bool, other: tuple[Medium, ...]
) -> None:
    amina = agent(**facts)

    wanted = media_rules.media_for_agent(amina, texts=texts)

    assert media_rules.other_media(amina, wanted, texts=texts) == other
