"""The frequency cap: three messages in seven days to one customer."""

from datetime import timedelta

import pytest

from tests.times import DAY, SECOND
from tests.unit.rows import MONDAY, customer, policy
from vaada.rules.messages import frequency_cap


def test_a_customer_may_get_three_messages_a_week() -> None:
    bilal, room = customer(), []
    for n in range(4):
        room.append(frequency_cap.has_room(bilal, policy(), MONDAY + n * DAY))
        bilal = frequency_cap.count_message(bilal, policy(), MONDAY + n * DAY)

    assert room == [True, True, True, False]


@pytest.mark.parametrize(("after", "room"), [(7 * DAY - SECOND, False), (7 * DAY, True)])
def test_another_message_is_allowed_once_the_first_is_a_week_old(after: timedelta, room: bool) -> None:
    bilal = customer(written_at=[MONDAY, MONDAY + DAY, MONDAY + 2 * DAY])

    assert frequency_cap.has_room(bilal, policy(), MONDAY + after) is room


def test_a_counted_message_drops_old_ones_and_raises_the_version() -> None:
    bilal = customer(written_at=[MONDAY, MONDAY + 6 * DAY])

    written = frequency_cap.count_message(bilal, policy(), MONDAY + 8 * DAY)

    assert written.written_at == (MONDAY + 6 * DAY, MONDAY + 8 * DAY)
    assert written.version == bilal.version + 1


def test_the_policy_sets_the_cap_and_its_days() -> None:
    sparing = policy(customers={"messages_at_most": 1, "within_days": 1})
    bilal = frequency_cap.count_message(customer(), sparing, MONDAY)

    assert not frequency_cap.has_room(bilal, sparing, MONDAY + DAY - SECOND)
    assert frequency_cap.has_room(bilal, sparing, MONDAY + DAY)
