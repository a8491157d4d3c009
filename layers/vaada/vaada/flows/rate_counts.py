"""Count what all functions do together in an hour, a day or a month."""

import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress

from vaada.desk import Desk
from vaada.flows.optimistic_write import Busy, retry_on_conflict
from vaada.model.rate_limits import RateCount

_TRIES = 5

Count = Callable[[RateCount | None, str], RateCount]
"""Given the count that stands and its id, the count with one more. Raises LimitReached where none may be."""

Counted = dict[str, int]
"""How much was added, by the ids of the counts."""


def add(desk: Desk, counts: Mapping[str, Count]) -> Counted:
    """Add to all of these counts or to none. Raises LimitReached, Busy."""

    def attempt() -> Counted:
        found = {count_id: desk.table.get(RateCount, count_id) for count_id in counts}
        rows = [count(found[count_id], count_id) for count_id, count in counts.items()]
        _write(desk, rows)
        before = {row.id: row.count for row in found.values() if row is not None}
        return {row.id: row.count - before.get(row.id, 0) for row in rows}

    return retry_on_conflict(", ".join(counts), attempt, tries=_TRIES)


def take_back(desk: Desk, counted: Counted) -> None:
    """Take back what was added. It stays where others count at the same moment again and again."""

    def attempt() -> None:
        found = [(desk.table.get(RateCount, count_id), by) for count_id, by in counted.items()]
        rows = [row.changed(count=row.count - by) for row, by in found if row is not None]
        if rows:
            _write(desk, rows)

    with suppress(Busy):
        retry_on_conflict(", ".join(counted), attempt, tries=_TRIES)


def _write(desk: Desk, rows: list[RateCount]) -> None:
    desk.table.write(*(row.model_copy(update={"mark": secrets.token_hex(8)}) for row in rows))
