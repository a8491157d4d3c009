"""Read, decide, write; and again when somebody else wrote in between."""

from collections.abc import Callable
from typing import TypeVar

from vaada.desk import Desk
from vaada.gateways.table import Conflict
from vaada.model.rows import Row

R = TypeVar("R", bound=Row)

_TRIES = 4


class NotThere(LookupError):
    """There is no such row."""

    def __init__(self, kind: type[Row], row_id: str) -> None:
        super().__init__(f"There is no {kind.kind_of_row.replace('_', '-')} {row_id}.")


class Busy(Exception):
    """Others wrote the same row again and again; nothing was written. Trying later helps."""


def require(desk: Desk, kind: type[R], row_id: str) -> R:
    """The row. Raises NotThere."""
    row = desk.table.get(kind, row_id)
    if row is None:
        raise NotThere(kind, row_id)
    return row


def change(
    desk: Desk, kind: type[R], row_id: str, decide: Callable[[R], R], *, also: tuple[Row, ...] = ()
) -> R:
    """Write what `decide` makes of the row, with the rows `also` or not at all. The row itself: no change.

    Raises NotThere, Busy, Conflict when one of the others lost, and whatever `decide` raises.
    """
    for _ in range(_TRIES):
        row = require(desk, kind, row_id)
        changed = decide(row)
        if changed is row and not also:
            return row
        try:
            desk.table.write(changed, *also)
        except Conflict as conflict:
            if any(lost in also for lost in conflict.rows):
                raise
            continue
        return changed
    raise Busy(row_id)
