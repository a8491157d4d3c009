"""Optimistic locking: read a row, decide, write it; retry when somebody else wrote in between."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from vaada.desk import Desk
from vaada.gateways.table import Conflict
from vaada.model.rows import Row

R = TypeVar("R", bound=Row)
T = TypeVar("T")

_TRIES = 4


class NotFound(LookupError):
    """There is no such row."""

    def __init__(self, kind: type[Row], row_id: str) -> None:
        super().__init__(f"There is no {kind.kind_of_row.replace('_', '-')} {row_id}.")


class VersionChanged(Exception):
    """The row has changed since it was seen; nothing was written."""


class Busy(Exception):
    """Others wrote the same row again and again; nothing was written. Trying later helps."""


def require(desk: Desk, kind: type[R], row_id: str, *, seen: int | None = None) -> R:
    """The row. Raises NotThere."""
    row = desk.table.get(kind, row_id)
    if row is None:
        raise NotFound(kind, row_id)
    if seen is not None and row.version != seen:
        raise VersionChanged(row_id)
    return row


def retry_on_conflict(
    row_id: str,
    attempt: Callable[[], T],
    *,
    is_final: Callable[[Conflict], bool] = lambda _: False,
    tries: int = _TRIES,
) -> T:
    """Call `attempt`, which reads, decides and writes, again while others write the same rows.

    Raises Busy, naming the row, after so many tries; Conflict where `is_final` says that trying again is
    of no use; and whatever else `attempt` raises.
    """
    for _ in range(tries):
        try:
            return attempt()
        except Conflict as conflict:
            if is_final(conflict):
                raise
    raise Busy(row_id)


def lost_new_row(conflict: Conflict) -> bool:
    """Whether a row that was to be new is there already: this was done before."""
    return any(row.version == 1 for row in conflict.rows)


def change(
    desk: Desk,
    kind: type[R],
    row_id: str,
    decide: Callable[[R], R],
    *,
    along: Callable[[R, R], Iterable[Row]] = lambda _before, _after: (),
    seen: int | None = None,
) -> R:
    """Write what `decide` makes of the row, and the rows of `along(before, after)` with it, or nothing.

    Where `decide` returns the row itself nothing is written. Raises NotFound, Busy, VersionChanged where the
    row is not at the version `seen`, Conflict where a new row of `along` is there already, and whatever
    `decide` and `along` raise.
    """

    def attempt() -> R:
        row = require(desk, kind, row_id, seen=seen)
        changed = decide(row)
        if changed is not row:
            desk.table.write(changed, *along(row, changed))
        return changed

    return retry_on_conflict(row_id, attempt, is_final=lost_new_row)
