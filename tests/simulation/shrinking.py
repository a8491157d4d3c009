"""Shrinks a history that fails: fewer acts and fewer kinds of faults, as long as it still fails."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from time import monotonic
from typing import TypeVar

from tests.simulation.fake_aws.faults import KINDS
from tests.simulation.histories import Failure, History, check_history

T = TypeVar("T")
PATIENCE_SECONDS = 60.0


def shrink(
    failure: Failure,
    check: Callable[[History], Failure | None] = check_history,
    patience: float = PATIENCE_SECONDS,
) -> Failure:
    """Find a smaller history that fails in the same way: leave out kinds of faults first, then acts."""
    until = monotonic() + patience

    def without_faults(history: History, kinds: Iterable[str]) -> History:
        return replace(history, without_faults=history.without_faults | set(kinds))

    def without_acts(history: History, acts: Iterable[int]) -> History:
        return replace(history, without_acts=history.without_acts | set(acts))

    failure = _halve(failure, check, KINDS, without_faults, until)
    return _halve(failure, check, range(len(failure.acts)), without_acts, until)


def _halve(
    failure: Failure,
    check: Callable[[History], Failure | None],
    parts: Sequence[T],
    without: Callable[[History, Iterable[T]], History],
    until: float,
) -> Failure:
    """Leave out half of the parts if it still fails, then quarters, and so on down to single parts."""
    left, size = list(parts), (len(parts) + 1) // 2
    while left and monotonic() < until:
        kept: list[T] = []
        for first in range(0, len(left), size):
            some = left[first : first + size]
            smaller = failure
            if monotonic() < until:
                smaller = _try(failure, check, without(failure.history, some))
            if smaller is failure:
                kept += some
            failure = smaller
        if size == 1 and len(kept) == len(left):
            break
        left, size = kept, max(1, size // 2)
    return failure


def _try(failure: Failure, check: Callable[[History], Failure | None], smaller: History) -> Failure:
    found = check(smaller)
    return found if found and _kind(found) == _kind(failure) else failure


def _kind(failure: Failure) -> str:
    """The message without ids and numbers."""
    return re.sub(r"[0-9a-v]{16,}|\d+|'.*", "", failure.what.partition(":")[0])
