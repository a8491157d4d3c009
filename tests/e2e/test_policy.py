"""The policy: it is read and written as a whole, invalid fields are named, and it takes effect."""

import copy
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest

from tests.e2e.desk import Desk, eventually, wrong_fields
from tests.times import HOUR, MINUTE


@pytest.fixture
def policy(desk: Desk) -> Iterator[dict[str, Any]]:
    """The policy in force. It is restored afterwards, for all functions."""
    policy = desk.manager.get("/api/policy")
    yield copy.deepcopy(policy)
    desk.manager.put("/api/policy", policy)
    desk.cloud.travel(2 * MINUTE)  # then no function caches the other one


def test_an_invalid_policy_is_refused_and_the_field_named(desk: Desk, policy: dict[str, Any]) -> None:
    half_day = {"opens": "09:00", "closes": "13:00"}
    for part, rule, value, wrong in (
        ("commitments", "warn_before", {"hours": -1}, "commitments.warn_before.hours"),
        ("commitments", "warn_before", {"hours": 1, "days": 1}, "commitments.warn_before"),
        ("commitments", "warn_hours_before", 1, "commitments.warn_hours_before"),
        ("holidays", "region", "Atlantis", "holidays.region"),
        ("follow_ups", "reminders_at_most", 0, "follow_ups.reminders_at_most"),
        ("surveys", "close_after_days", "soon", "surveys.close_after_days"),
        ("business", "time_zone", "Mars/Base", "business.time_zone"),
        ("business", "country", "Britain", "business.country"),
        ("opening_hours", "moonday", [half_day], "opening_hours.moonday"),
        ("opening_hours", "monday", [{"opens": "13:00", "closes": "13:00"}], "opening_hours.monday.0"),
        ("opening_hours", "monday", [{"opens": "nine", "closes": "13:00"}], "opening_hours.monday.0.opens"),
    ):
        bad = copy.deepcopy(policy)
        bad[part][rule] = value
        answer = desk.call("PUT", "/api/policy", json=bad)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, wrong
        assert any(field.startswith(wrong) for field in wrong_fields(answer)), (wrong, answer.text)
    assert desk.manager.get("/api/policy") == policy


def test_a_changed_policy_moves_the_warning(desk: Desk, policy: dict[str, Any]) -> None:
    policy["commitments"]["warn_before"] = {"hours": 1}
    always = [{"opens": "00:00:00", "closes": "00:00:00"}]  # the test may run at any hour
    policy["opening_hours"] = dict.fromkeys(policy["opening_hours"], always)
    policy["holidays"]["observed"] = False
    assert desk.manager.put("/api/policy", policy) == policy
    assert desk.manager.get("/api/policy") == policy
    desk.cloud.travel(2 * MINUTE)  # then no function caches the old policy

    timo = desk.agent("Timo Virtanen")
    due_at = (desk.now + 2 * HOUR).replace(microsecond=0)
    promise = desk.promise(desk.customer("Aino Laine"), timo, "Tune the brakes", due_at)
    # Only rows that have a schedule before the clock moves are advanced in their minute.
    eventually(lambda: promise in desk.schedule_names(), "the promise has its schedule")
    desk.wait_until(due_at - HOUR)
    told = desk.mail(timo)
    assert desk.is_punctual(told, due_at - HOUR), f"{told.at} and not {due_at - HOUR}: {told.headline}"
    desk.manager.post(f"/api/commitments/{promise}/keep")
