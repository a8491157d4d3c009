"""Retries after a conflict: how many, how soon, and which conflict is final."""

import time
from collections.abc import Callable

import pytest

from vaada.flows.optimistic_write import Busy, retry_on_conflict
from vaada.gateways.table import Conflict


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds for which the code waited. No time really passes."""
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    return waited


def conflicting(times: int) -> tuple[Callable[[], str], list[int]]:
    """A function with so many conflicts before it succeeds, and a list with one entry per attempt."""
    attempts: list[int] = []

    def attempt() -> str:
        attempts.append(len(attempts) + 1)
        if len(attempts) <= times:
            raise Conflict(())
        return "written"

    return attempt, attempts


def test_a_write_is_tried_ten_times(waits: list[float]) -> None:
    attempt, attempts = conflicting(9)

    assert retry_on_conflict("row", attempt) == "written"
    assert len(attempts) == 10
    assert len(waits) == 8


def test_the_tenth_conflict_raises_busy(waits: list[float]) -> None:
    attempt, attempts = conflicting(10)

    with pytest.raises(Busy, match="row"):
        retry_on_conflict("row", attempt)

    assert len(attempts) == 10
    assert waits


def test_the_second_try_is_at_once_and_no_wait_is_longer_than_a_fifth_of_a_second(waits: list[float]) -> None:
    attempt, _ = conflicting(1)
    retry_on_conflict("row", attempt)
    assert waits == []

    attempt, _ = conflicting(9)
    retry_on_conflict("row", attempt)
    assert all(0 <= wait <= 0.2 for wait in waits)
    assert len(set(waits)) > 1


def test_a_final_conflict_is_raised_at_once(waits: list[float]) -> None:
    attempt, attempts = conflicting(1)

    with pytest.raises(Conflict):
        retry_on_conflict("row", attempt, is_final=lambda _: True)

    assert (len(attempts), waits) == (1, [])
