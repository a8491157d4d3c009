"""The rows that one step has read or written, so that it reads no row twice."""

from datetime import datetime

from vaada.model.messages import Message
from vaada.model.people import Agent
from vaada.model.rate_limits import RateCount
from vaada.model.rows import Row

Key = tuple[str, str]
"""The partition key and the sort key of an item."""

_KEPT_FOR_A_SWEEP = (Agent, RateCount)


class RowMemory:
    """The rows of one step by key. None: there is no such row.

    Within a sweep, `sweep` is the memory of all of its steps: agents, the counts of the rate limits, the due
    rows, and what was read as `kept`. Everything else is read again by the next step.
    """

    def __init__(self, sweep: "RowMemory | None" = None) -> None:
        self._rows: dict[Key, Row | None] = {}
        self._sweep = sweep
        self._releases: dict[tuple[str, str], set[datetime]] = {}

    def knows(self, key: Key, *, fresh: bool = False) -> bool:
        """Whether this row was read or written before, or found missing. `fresh`: in this step."""
        return key in self._rows or (not fresh and self._sweep is not None and self._sweep.knows(key))

    def row(self, key: Key) -> Row | None:
        """Return a row that the memory knows, see `knows`."""
        if key in self._rows or self._sweep is None:
            return self._rows[key]
        return self._sweep.row(key)

    def put(self, key: Key, row: Row | None, *, kept: bool = False) -> None:
        """Remember the row. `kept`: for the whole sweep."""
        self._rows[key] = row
        if self._sweep is not None and (kept or isinstance(row, _KEPT_FOR_A_SWEEP) or self._sweep.knows(key)):
            self._sweep.put(key, row)

    def releases(self, reader: str, medium: str) -> frozenset[datetime]:
        """Return until when messages to this reader are held that were written here, or in this sweep."""
        known = self._sweep.releases(reader, medium) if self._sweep is not None else frozenset()
        return known | self._releases.get((reader, medium), set())

    def note_release(self, message: Message) -> None:
        """Remember the time until which a message to staff is held."""
        if self._sweep is not None:
            self._sweep.note_release(message)
        elif message.status == "held" and message.wake_at is not None:
            of_reader = self._releases.setdefault((message.recipient_id or message.to, message.medium), set())
            of_reader.add(message.wake_at)

    def forget(self, *, step_only: bool = False) -> None:
        """Forget all rows, because somebody else has written some, or because our write may have failed.

        `step_only`: what is kept for the whole sweep stays.
        """
        self._rows.clear()
        self._releases.clear()
        if self._sweep is not None and not step_only:
            self._sweep.forget()
