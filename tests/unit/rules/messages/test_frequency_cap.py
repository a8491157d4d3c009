"""The frequency cap: three messages in seven days to one customer."""

from datetime import timedelta

import pytest

from tests.times import DAY, SECOND
from tests.unit.rows import MONDAY, customer, policy
from vaada.model.address_usage import AddressUsage
from vaada.rules.messages import frequency_cap


def test_a_customer_may_get_three_messages_a_week() -> None:
    bilal, room = customer(), []
    for n in range(4):
        room.append(frequency_cap.has_room([bilal], policy(), MONDAY + n * DAY))
        bilal = frequency_cap.count_message(bilal, policy(), MONDAY + n * DAY)

    assert room == [True, True, True, False]


@pytest.mark.parametrize(("after", "room"), [(7 * DAY - SECOND, False), (7 * DAY, True)])
def test_another_message_is_allowed_once_the_first_is_a_week_old(after: timedelta, room: bool) -> None:
    bilal = customer(written_at=[MONDAY, MONDAY + DAY, MONDAY + 2 * DAY])

    assert frequency_cap.has_room([bilal], policy(), MONDAY + after) is room


def test_a_counted_message_drops_old_ones_and_raises_the_version() -> None:
    bilal = customer(written_at=[MONDAY, MONDAY + 6 * DAY])

    written = frequency_cap.count_message(bilal, policy(), MONDAY + 8 * DAY)

    assert written.written_at == (MONDAY + 6 * DAY, MONDAY + 8 * DAY)
    assert written.version == bilal.version + 1


def test_the_policy_sets_the_cap_and_its_days() -> None:
    sparing = policy(customers={"messages_at_most": 1, "within_days": 1})
    bilal = frequency_cap.count_message(customer(), sparing, MONDAY)

    assert not frequency_cap.has_room([bilal], sparing, MONDAY + DAY - SECOND)
    assert frequency_cap.has_room([bilal], sparing, MONDAY + DAY)


def test_a_message_to_an_address_counts_for_everybody_who_has_it() -> None:
    bilal, other = customer(), customer(customer_id="other0khan000000")
    shared = AddressUsage(address_usage_id="email-1", version=0)
    for day in range(3):
        bilal = frequency_cap.count_message(bilal, policy(), MONDAY + day * DAY)
        shared = frequency_cap.count_message(shared, policy(), MONDAY + day * DAY)

    assert frequency_cap.has_room([other], policy(), MONDAY + 3 * DAY)
    assert not frequency_cap.has_room([other, shared], policy(), MONDAY + 3 * DAY)
    assert shared.version == 3


def test_the_last_survey_of_a_kind_is_the_latest_of_customer_and_addresses() -> None:
    bilal = customer(asked_at={"csat": MONDAY})
    usages = [
        AddressUsage(address_usage_id="email-1", asked_at={"csat": MONDAY + DAY, "nps": MONDAY - DAY}),
        AddressUsage(address_usage_id="sms-1", asked_at={"csat": MONDAY - DAY}),
    ]

    assert frequency_cap.last_asked([bilal, *usages]) == {"csat": MONDAY + DAY, "nps": MONDAY - DAY}


def test_the_usage_of_an_address_is_kept_for_as_long_as_it_may_forbid_anything() -> None:
    usage = AddressUsage(address_usage_id="email-1", version=0)

    asked = frequency_cap.count_survey(usage, "nps", policy(), MONDAY)

    assert asked.asked_at == {"nps": MONDAY}
    assert asked.written_at == (MONDAY,)
    assert asked.expires_at == (MONDAY + 91 * DAY).timestamp()
