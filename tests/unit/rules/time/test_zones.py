"""The time zone in which a person reads times, and is left in peace at night."""

from tests.unit import rows
from vaada.rules.time.zones import zone_of

POLICY = rows.policy("Europe/London")


def test_a_customer_without_a_zone_lives_in_the_country_of_their_number() -> None:
    assert zone_of(rows.customer(time_zone=None, phone="+971501234567"), POLICY) == "Asia/Dubai"


def test_a_zone_that_was_entered_counts_more_than_the_number() -> None:
    customer = rows.customer(time_zone="Asia/Karachi", phone="+971501234567")
    assert zone_of(customer, POLICY) == "Asia/Karachi"


def test_a_number_that_names_no_single_zone_gives_the_zone_of_the_business() -> None:
    for phone in (None, "+12125550101"):
        assert zone_of(rows.customer(time_zone=None, phone=phone), POLICY) == "Europe/London"
    assert zone_of(None, POLICY) == "Europe/London"
    assert zone_of(rows.agent(time_zone=None, phone="+971501234567"), POLICY) == "Europe/London"
