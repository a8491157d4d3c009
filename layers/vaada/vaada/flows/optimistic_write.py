"""Read, decide, write; and again when somebody else wrote in between."""

from collections.abc import Callable
from typing import TypeVar

from vaada.desk import Desk
from vaada.gateways.table import Conflict
from vaada.model.rows import Row

R = TypeVar("R", bound=Row)

_TRIES = 4


class NotFound(LookupError):
    """There is no such row."""

    def __init__(self, kind: type[Row], row_id: str) -> None:
        super().__init__(f"There is no {kind.kind_of_row.replace('_', '-')} {row_id}.")


class VersionChanged(Exception):
    """The row has changed since it was seen; nothing was written."""


class Busy(Exception):
    """Others wrote the same row again and again; nothing was written. Trying later helps."""


def require(desk: Desk, kind: type[R], row_id: str) -> R:
    """The row. Raises NotThere."""
    row = desk.table.get(kind, row_id)
    if row is None:
        raise NotFound(kind, row_id)
    return row


def change(
    desk: Desk,
    kind: type[R],
    row_id: str,
    decide: Callable[[R], R],
    *,
    along: Callable[[R], tuple[Row, ...]] = lambda _row: (),
    seen: int | None = None,
) -> R:
    """Write what `decide` makes of the row, and what goes `along` with that, or nothing at all.

    Where `decide` returns the row itself nothing is written. Raises NotThere, Busy, Conflict when a new row
    that goes along is there already, Outdated when the row is not at the version `seen`, and whatever
    `decide` and `along` raise.
    """
    for _ in range(_TRIES):
        row = require(desk, kind, row_id)
        if seen is not None and row.version != seen:
            raise VersionChanged(row_id)
        changed = decide(row)
        if changed is row:
            return row
        others = along(changed)
        try:
            desk.table.write(changed, *others)
        except Conflict as conflict:
            if any(lost in others and lost.version == 1 for lost in conflict.rows):
                raise
            continue
        return changed
    raise Busy(row_id)
