"""Goodwill: granted up to the allowance of a case, above it decided by a supervisor."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.times import DAY
from tests.unit.rows import MONDAY, agent_hours, case, goodwill, policy
from vaada.rules import goodwill as giving
from vaada.rules.errors import NotPossible

amounts = st.decimals(Decimal("0.01"), 50, places=2)


@pytest.mark.parametrize(
    ("granted", "amount", "allowed"),
    [
        ("0", "25", True),
        ("0", "25.01", False),
        ("20", "5", True),
        ("20", "5.01", False),
        ("25", "0.01", False),
    ],
)
def test_the_allowance_is_for_the_whole_case(granted: str, amount: str, allowed: bool) -> None:
    assert giving.is_allowed(case(granted=granted), Decimal(amount), policy()) is allowed


@given(st.lists(amounts, max_size=20))
def test_several_small_grants_never_exceed_the_allowance(gifts: list[Decimal]) -> None:
    row = case()
    for amount in gifts:
        if giving.is_allowed(row, amount, policy()):
            row = row.changed(granted=row.granted + amount)

    assert row.granted <= policy().goodwill.allowance_per_case


def test_an_allowance_of_zero_leaves_every_amount_to_the_supervisor() -> None:
    assert not giving.is_allowed(case(), Decimal("0.01"), policy(goodwill={"allowance_per_case": 0}))


def test_the_supervisor_is_asked_at_once_then_each_working_morning_five_times() -> None:
    row, asked = goodwill(wake_at=MONDAY + 3 * DAY), []
    while row.wake_at is not None:
        at = row.wake_at
        decision = giving.next_step(row, policy(), agent_hours(), at)
        asked += [(at - MONDAY, notice.to, notice.step, notice.may_wait) for notice in decision.notices]
        row = decision.row

    assert asked == [
        (3 * DAY, "supervisor", "ask-1", False),
        (4 * DAY, "supervisor", "ask-2", True),
        (7 * DAY, "supervisor", "ask-3", True),
        (8 * DAY, "supervisor", "ask-4", True),
        (9 * DAY, "supervisor", "ask-5", True),
    ]
    assert row.status == "requested"


def test_a_request_made_on_friday_night_is_repeated_on_tuesday() -> None:
    friday_night = MONDAY + 4 * DAY + timedelta(hours=13)

    asked = giving.next_step(goodwill(wake_at=friday_night), policy(), agent_hours(), friday_night).row

    assert asked.wake_at == MONDAY + 8 * DAY


@pytest.mark.parametrize(("approved", "status"), [(True, "approved"), (False, "declined")])
def test_a_request_is_decided_once(approved: bool, status: str) -> None:
    decided = giving.decide(goodwill(), MONDAY, "sana", approved=approved, reason="Fair enough")

    assert (decided.status, decided.decided_by, decided.decided_at) == (status, "sana", MONDAY)
    assert (decided.wake_at, decided.history[-1].reason) == (None, "Fair enough")
    for again in (True, False):
        with pytest.raises(NotPossible, match=f"that is {status} cannot be"):
            giving.decide(decided, MONDAY, "sana", approved=again)


def test_goodwill_within_the_allowance_cannot_be_declined() -> None:
    with pytest.raises(NotPossible, match="granted cannot be declined"):
        giving.decide(goodwill(status="granted"), MONDAY, "sana", approved=False)
