"""Goodwill of the past under another allowance: when a supervisor would have been asked."""

from datetime import datetime

from tests.times import DAY, HOUR
from tests.unit.rows import MONDAY, agent, goodwill, policy, row_id
from vaada.model.work import Goodwill
from vaada.rules.goodwill_preview import asked

AGENTS = {agent().id: agent()}


def given(number: int, amount: str, at: datetime, **fields: object) -> Goodwill:
    return goodwill(
        goodwill_id=row_id(number), amount=amount, created_at=at, due_at=at, wake_at=None, **fields
    )


def asked_under(allowance: int, *rows: Goodwill, in_force: int = 25) -> list[tuple[str, datetime]]:
    rules, now = (policy(goodwill={"allowance_per_case": most}) for most in (in_force, allowance))
    found = asked(rows, AGENTS, rules, now, MONDAY + 30 * DAY)
    return [(str(row.amount), at) for row, _, at in found]


def test_goodwill_given_freely_is_asked_about_under_a_smaller_allowance() -> None:
    rows = (
        given(1, "8.00", MONDAY, status="granted"),
        given(2, "7.00", MONDAY + HOUR, status="granted"),
    )

    assert asked_under(25, *rows) == []
    assert asked_under(10, *rows) == [("7.00", MONDAY + HOUR)]
    assert asked_under(5, *rows) == [("8.00", MONDAY), ("7.00", MONDAY + HOUR)]


def test_goodwill_asked_about_is_given_under_a_larger_allowance() -> None:
    row = given(1, "40.00", MONDAY, status="declined", decided_at=MONDAY + 2 * DAY)

    assert asked_under(25, row) == [("40.00", MONDAY), ("40.00", MONDAY + DAY)]
    assert asked_under(40, row) == []


def test_goodwill_of_a_manager_above_the_allowance_is_never_asked_about() -> None:
    assert asked_under(10, given(1, "90.00", MONDAY, status="granted")) == []


def test_an_approved_sum_counts_from_when_it_was_approved() -> None:
    rows = (
        given(1, "30.00", MONDAY, status="approved", decided_at=MONDAY + HOUR),
        given(2, "20.00", MONDAY + 2 * HOUR, status="requested"),
    )

    asked_again = {at for amount, at in asked_under(25, *rows) if amount == "20.00"}
    assert min(asked_again) == MONDAY + 2 * HOUR
    assert asked_under(50, *rows) == []
