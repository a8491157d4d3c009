"""How Lambda reads the table's stream: shards, batches, retries, and records that it gives up."""

import zlib
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

Record = dict[str, Any]
Consumer = Callable[[dict[str, Any], object], dict[str, Any]]
SHARDS = 3
BATCH, RETRIES_AT_MOST = 25, 5  # as the template has them
KEPT = timedelta(hours=24)
FIRST_PAUSE = timedelta(seconds=10)


@dataclass(frozen=True)
class Window:
    """Records that are delivered together, by their positions."""

    first: int
    end: int
    retries: int = 0

    def halves(self) -> tuple["Window", "Window"]:
        """The batch, bisected."""
        middle = (self.first + self.end) // 2
        return replace(self, end=middle), replace(self, first=middle)


@dataclass(eq=False)
class Reader:
    """The position of one function in one shard. It has the records that pass the filter."""

    consumer: Consumer
    shard: int
    records: list[tuple[datetime, Record]] = field(default_factory=list)
    place: int = 0
    waits: bool = False
    given_up: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    _again: deque[Window] = field(default_factory=deque)

    def next_window(self, now: datetime) -> Window | None:
        """The next batch to deliver, if there is one. Records older than a day are lost."""
        while self.place < len(self.records) and now - self.records[self.place][0] >= KEPT:
            self.lost.add(number_of(self.records[self.place][1]))
            self.place += 1
        while self._again:
            window = self._again.popleft()
            if window.end > self.place:
                return replace(window, first=max(window.first, self.place))
        end = min(self.place + BATCH, len(self.records))
        return Window(self.place, end) if self.place < end else None

    def batch(self, window: Window) -> list[Record]:
        """The records of a window."""
        return [record for _, record in self.records[window.first : window.end]]

    def ended(self, window: Window, failed: Collection[str] | None) -> Window | None:
        """Note the result of a delivery, None if the function failed. The batch to discard, if any."""
        if failed is None:
            if window.end - window.first > 1:
                self._again.extendleft(reversed(window.halves()))
                return None
            rest = replace(window, retries=window.retries + 1)
        elif failed:
            numbers = [number_of(record) for record in self.batch(window)]
            lowest = min(map(numbers.index, failed))
            rest = Window(window.first + lowest, window.end, window.retries + 1)
        else:
            self.place = window.end
            return None
        self.place = rest.first
        if rest.retries <= RETRIES_AT_MOST:
            self._again.appendleft(rest)
            return None
        self.place = rest.end
        self.given_up.update(map(number_of, self.batch(rest)))
        return rest

    @property
    def pause(self) -> timedelta:
        """The delay before a failed batch is tried again."""
        retries = self._again[0].retries if self._again else 0
        return FIRST_PAUSE * (1 << max(retries - 1, 0))

    @property
    def idle(self) -> bool:
        """Whether it has read all records."""
        return self.place == len(self.records)


def shard_of(record: Record) -> int:
    """The shard of a record: the same for one item, different ones for the items of a customer."""
    keys = record["dynamodb"]["Keys"]
    return zlib.crc32(f"{keys['pk']['S']} {keys['sk']['S']}".encode()) % SHARDS


def number_of(record: Record) -> str:
    """The sequence number of a record."""
    return str(record["dynamodb"]["SequenceNumber"])
