"""Making a history that fails smaller: fewer acts and fewer kinds of faults, as long as it still fails."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from time import monotonic
from typing import TypeVar

from tests.simulation.fake_aws.faults import KINDS
from tests.simulation.histories import Failure, History, judged

T = TypeVar("T")
PATIENCE_SECONDS = 60.0


def shrunk(
    failure: Failure,
    judge: Callable[[History], Failure | None] = judged,
    patience: float = PATIENCE_SECONDS,
) -> Failure:
    """The smallest history found that fails in the same way; the kinds of faults go first, then the acts."""
    until = monotonic() + patience

    def without_faults(history: History, kinds: Iterable[str]) -> History:
        return replace(history, without_faults=history.without_faults | set(kinds))

    def without_acts(history: History, acts: Iterable[int]) -> History:
        return replace(history, without_acts=history.without_acts | set(acts))

    failure = _halved(failure, judge, KINDS, without_faults, until)
    return _halved(failure, judge, range(len(failure.acts)), without_acts, until)


def _halved(
    failure: Failure,
    judge: Callable[[History], Failure | None],
    parts: Sequence[T],
    without: Callable[[History, Iterable[T]], History],
    until: float,
) -> Failure:
    """Leave out half of the parts if it fails all the same, then quarters, and so on down to single ones."""
    left, size = list(parts), (len(parts) + 1) // 2
    while left and monotonic() < until:
        kept: list[T] = []
        for first in range(0, len(left), size):
            some = left[first : first + size]
            smaller = failure
            if monotonic() < until:
                smaller = _tried(failure, judge, without(failure.history, some))
            if smaller is failure:
                kept += some
            failure = smaller
        if size == 1 and len(kept) == len(left):
            break
        left, size = kept, max(1, size // 2)
    return failure


def _tried(failure: Failure, judge: Callable[[History], Failure | None], smaller: History) -> Failure:
    found = judge(smaller)
    return found if found and _kind(found) == _kind(failure) else failure


def _kind(failure: Failure) -> str:
    """What went wrong, without the ids and the numbers."""
    return re.sub(r"[0-9a-v]{16,}|\d+|'.*", "", failure.what.partition(":")[0])
