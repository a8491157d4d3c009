"""Optimistic locking: read a row, decide, write it, and retry if somebody else wrote in between."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from vaada.desk import Desk
from vaada.gateways.table import Conflict
from vaada.model.rows import Row

R = TypeVar("R", bound=Row)
T = TypeVar("T")

_TRIES = 4


class NotFound(LookupError):
    """The row does not exist."""

    def __init__(self, kind: type[Row], row_id: str) -> None:
        super().__init__(f"There is no {kind.kind_of_row.replace('_', '-')} {row_id}.")


class VersionChanged(Exception):
    """The row has another version than expected. Nothing was written."""


class Busy(Exception):
    """Others wrote the same rows at each attempt. Nothing was written; a later attempt may succeed."""


def require(desk: Desk, kind: type[R], row_id: str, *, seen: int | None = None) -> R:
    """Return the row. Raises NotFound, and VersionChanged if it is not at the version `seen`."""
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
    """Call `attempt`, which reads, decides and writes; again after a Conflict, up to `tries` times.

    Raises Busy with `row_id` after the last try, Conflict if `is_final` says that a retry is useless, and
    whatever else `attempt` raises.
    """
    for _ in range(tries):
        try:
            return attempt()
        except Conflict as conflict:
            if is_final(conflict):
                raise
    raise Busy(row_id)


def lost_new_row(conflict: Conflict) -> bool:
    """Whether a new row already exists, which means that this was done before."""
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
