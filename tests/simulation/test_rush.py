"""Small rushes on an account with limits: nothing is lost."""

from collections.abc import Callable

import pytest

from tests.simulation.load import rush
from tests.simulation.load.rush import Rush


@pytest.mark.parametrize(
    "small",
    [
        lambda: rush.promises(many=100, agents=20),
        lambda: rush.contacts(an_hour=5_000, minutes=1),
        lambda: rush.answers(a_second=3),
    ],
)
def test_nothing_is_lost_in_a_rush(small: Callable[[], Rush]) -> None:
    made = small()

    assert len(made.late) == made.wanted
    assert min(made.late) >= 0


def test_five_hundred_overdue_promises_are_one_mail_to_each_reader() -> None:
    made = rush.promises(many=500, agents=1, supervised=True)

    assert made.messages == {
        ("agent", "sent"): 1,
        ("agent", "grouped"): 499,
        ("supervisor", "sent"): 1,
        ("supervisor", "grouped"): 499,
    }


def test_the_picture_has_a_line_for_each_rush() -> None:
    drawn = rush.picture([Rush("promises", 2, late=[1.0, 2.0]), Rush("contacts", 1, late=[0.0])])

    assert drawn.count("<polyline") == 2
