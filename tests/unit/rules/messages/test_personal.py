"""Personal messages: when an agent may write to a customer, and when it goes out."""

from datetime import timedelta

import pytest

from tests.unit.rows import MONDAY, customer, interaction, policy, row_id
from vaada.model.people import Consent, Medium
from vaada.rules.messages import frequency_cap, personal

NIGHT = MONDAY + timedelta(hours=12)
NONE = Consent()


@pytest.mark.parametrize(
    ("consent", "facts", "wanted"),
    [
        (Consent(email=True), {}, None),
        (Consent(sms=True, survey=True), {}, personal.NO_CONSENT),
        (NONE, {"answers": True}, None),
        (NONE, {"awaited": True}, personal.NO_CONSENT),
        (Consent(email=True), {"works": False}, personal.NO_ADDRESS),
        (Consent(email=True), {"works": False, "answers": True, "awaited": True}, personal.NO_ADDRESS),
        (Consent(email=True), {"has_room": False}, frequency_cap.TOO_OFTEN),
        (Consent(email=True), {"has_room": False, "answers": True}, frequency_cap.TOO_OFTEN),
        (Consent(email=True), {"has_room": False, "awaited": True}, None),
    ],
)
def test_which_customers_may_be_written_to(
    consent: Consent, facts: dict[str, bool], wanted: str | None
) -> None:
    usual = {"works": True, "answers": False, "awaited": False, "has_room": True}

    assert personal.why_not(customer(consent=consent), "email", **{**usual, **facts}) == wanted


@pytest.mark.parametrize(
    ("medium", "wanted"), [("email", row_id(3)), ("sms", row_id(4))], ids=("by mail", "by text")
)
def test_the_latest_contact_that_came_the_same_way_is_answered(medium: Medium, wanted: str) -> None:
    contacts = [
        interaction(interaction_id=row_id(1), channel="email"),
        interaction(interaction_id=row_id(3), channel="email", occurred_at=MONDAY + timedelta(hours=1)),
        interaction(interaction_id=row_id(4), channel="sms", occurred_at=MONDAY + timedelta(hours=2)),
        interaction(
            interaction_id=row_id(5),
            channel="email",
            direction="outbound",
            occurred_at=MONDAY + timedelta(hours=3),
        ),
        interaction(interaction_id=row_id(6), channel="phone", occurred_at=MONDAY + timedelta(hours=4)),
    ]

    found = personal.answered_by(medium, contacts)

    assert found is not None
    assert found.id == wanted


def test_a_message_waits_for_the_morning_unless_the_agent_sends_it_now() -> None:
    morning = personal.goes_out_at(customer(time_zone="UTC"), policy(), NIGHT, at_night=False)

    assert morning == MONDAY + timedelta(days=1)
    assert personal.goes_out_at(customer(time_zone="UTC"), policy(), NIGHT, at_night=True) == NIGHT
