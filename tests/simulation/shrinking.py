"""Making a history that fails smaller: fewer acts and fewer kinds of faults, as long as it still fails."""

import re
from collections.abc import Callable
from dataclasses import replace
from time import monotonic

from tests.simulation.faults import KINDS
from tests.simulation.histories import Failure, History, judged

PATIENCE_SECONDS = 60.0


def shrunk(
    failure: Failure,
    judge: Callable[[History], Failure | None] = judged,
    patience: float = PATIENCE_SECONDS,
) -> Failure:
    """The smallest history found that fails in the same way; the kinds of faults go first, then the acts."""
    until = monotonic() + patience
    for kind in KINDS:
        failure = _tried(
            failure, judge, replace(failure.history, without_faults=failure.history.without_faults | {kind})
        )
    acts = range(len(failure.acts))
    size = max(1, len(acts) // 2)
    while monotonic() < until:
        left = [act for act in acts if act not in failure.history.without_acts]
        before = failure
        for first in range(0, len(left), size):
            fewer = failure.history.without_acts | set(left[first : first + size])
            if monotonic() < until:
                failure = _tried(failure, judge, replace(failure.history, without_acts=fewer))
        if size == 1 and failure is before:
            break
        size = max(1, size // 2)
    return failure


def _tried(failure: Failure, judge: Callable[[History], Failure | None], smaller: History) -> Failure:
    found = judge(smaller)
    return found if found and _kind(found) == _kind(failure) else failure


def _kind(failure: Failure) -> str:
    """What went wrong, without the ids and the numbers."""
    return re.sub(r"[0-9a-v]{16,}|\d+|'.*", "", failure.what.partition(":")[0])
