"""Counts per hour, day or month, shared by all functions."""

import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress

from vaada.desk import Desk
from vaada.flows.optimistic_write import Busy, retry_on_conflict
from vaada.model.rate_limits import RateCount

_TRIES = 5

Count = Callable[[RateCount | None, str], RateCount]
"""Increments a count, given the current one (or None) and its id. Raises LimitReached."""

Counted = dict[str, int]
"""The amounts added, by the ids of the counts."""


def add(desk: Desk, counts: Mapping[str, Count]) -> Counted:
    """Increment all of these counts or none. Returns what was added. Raises LimitReached, Busy."""

    def attempt() -> Counted:
        desk.read_ahead(*((RateCount, count_id) for count_id in counts))
        current = {count_id: desk.table.get(RateCount, count_id) for count_id in counts}
        rows = [count(current[count_id], count_id) for count_id, count in counts.items()]
        _write(desk, rows)
        before = {row.id: row.count for row in current.values() if row is not None}
        return {row.id: row.count - before.get(row.id, 0) for row in rows}

    return retry_on_conflict(", ".join(counts), attempt, tries=_TRIES)


def subtract(desk: Desk, counted: Counted) -> None:
    """Subtract what was added. Gives up silently if others write the counts at each attempt."""

    def attempt() -> None:
        current = [(desk.table.get(RateCount, count_id), by) for count_id, by in counted.items()]
        rows = [row.changed(count=row.count - by) for row, by in current if row is not None]
        if rows:
            _write(desk, rows)

    with suppress(Busy):
        retry_on_conflict(", ".join(counted), attempt, tries=_TRIES)


def _write(desk: Desk, rows: list[RateCount]) -> None:
    desk.table.write(*(row.model_copy(update={"mark": secrets.token_hex(8)}) for row in rows))
