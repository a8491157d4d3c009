"""Optimistic locking: read a row, decide, write it, and retry if somebody else wrote in between."""

import random
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from vaada.desk import Desk
from vaada.gateways.table import Conflict
from vaada.model.rows import Row

R = TypeVar("R", bound=Row)
T = TypeVar("T")

_TRIES = 10
_LONGEST_WAIT = 0.2  # seconds

_wanted: ContextVar[tuple[str, Collection[int]] | None] = ContextVar("wanted", default=None)


class NotFound(LookupError):
    """The row does not exist."""

    def __init__(self, kind: type[Row], row_id: str) -> None:
        super().__init__(f"There is no {kind.kind_of_row.replace('_', '-')} {row_id}.")


class VersionChanged(Exception):
    """The row has another version than expected. Nothing was written."""


class Busy(Exception):
    """Others wrote the same rows at each attempt. Nothing was written; a later attempt may succeed."""


@contextmanager
def only_at(row_id: str, versions: Collection[int]) -> Iterator[None]:
    """Within the block, `require` raises VersionChanged unless this row is at one of these versions.

    A row that does not exist yet is at version 0.
    """
    token = _wanted.set((row_id, versions))
    try:
        yield
    finally:
        _wanted.reset(token)


def require(desk: Desk, kind: type[R], row_id: str, *, seen: int | None = None) -> R:
    """Return the row. Raises NotFound, and VersionChanged if it is not at the version `seen`."""
    row = desk.table.get(kind, row_id)
    if row is None:
        raise NotFound(kind, row_id)
    if seen is not None and row.version != seen:
        raise VersionChanged(row_id)
    check_wanted(row_id, row.version)
    return row


def check_wanted(row_id: str, version: int) -> None:
    """Raise VersionChanged if `only_at` allows other versions of this row only."""
    wanted_id, versions = _wanted.get() or (None, ())
    if row_id == wanted_id and version not in versions:
        raise VersionChanged(row_id)


def retry_on_conflict(
    row_id: str,
    attempt: Callable[[], T],
    *,
    is_final: Callable[[Conflict], bool] = lambda _: False,
    tries: int = _TRIES,
) -> T:
    """Call `attempt`, which reads, decides and writes; again after a Conflict, up to `tries` times.

    The second time is at once, the others after a random wait, so that several of them get out of step.
    Raises Busy with `row_id` after the last try, Conflict if `is_final` says that a retry is useless, and
    whatever else `attempt` raises.
    """
    for number in range(tries):
        if number > 1:
            time.sleep(random.uniform(0, min(_LONGEST_WAIT, 0.01 * 2**number)))  # nosec B311: no secret
        try:
            return attempt()
        except Conflict as conflict:
            if is_final(conflict):
                raise
    raise Busy(row_id)


def lost_new_row(conflict: Conflict) -> bool:
    """Whether the conflict was about a new row. Then it exists already: this was done before."""
    return any(row.version == 1 for row in conflict.rows)


def change(
    desk: Desk,
    kind: type[R],
    row_id: str,
    decide: Callable[[R], R],
    *,
    other_rows: Callable[[R, R], Iterable[Row]] = lambda _before, _after: (),
    seen: int | None = None,
) -> R:
    """Write the row that `decide` returns, with the rows of `other_rows(before, after)`, in one transaction.

    If `decide` returns the same row, nothing is written. Raises NotFound, Busy, VersionChanged if the row is
    not at the version `seen`, Conflict if a new row of `other_rows` already exists, and whatever `decide` and
    `other_rows` raise.
    """

    def attempt() -> R:
        row = require(desk, kind, row_id, seen=seen)
        changed = decide(row)
        if changed is not row:
            desk.table.write(changed, *other_rows(row, changed))
        return changed

    return retry_on_conflict(row_id, attempt, is_final=lost_new_row)
