"""Rows that are read by their keys. With a memory, no row is read twice."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from vaada.gateways.items import Item, from_item, is_known, key_of
from vaada.gateways.row_memory import Key, RowMemory
from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.messages import Message
from vaada.model.people import Customer
from vaada.model.policy import Policy
from vaada.model.rows import Row
from vaada.model.suppressions import Suppression

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

R = TypeVar("R", bound=Row)

READ_BATCH = 100
"""How many items are read at once: the limit of BatchGetItem."""


@dataclass(frozen=True)
class RowsByKey:
    """The rows of the table by their keys. All reads are strongly consistent."""

    client: "DynamoDBClient"
    name: str
    memory: RowMemory | None = None

    def get(self, kind: type[R], row_id: str, *, kept: bool = False) -> R | None:
        """Return the row, or None.

        Where there is a memory, a row that was read or written is not read again. `kept`: until the sweep
        ends, and not only until its step does.
        """
        row = self._get(key_of(kind, row_id), fresh=_is_fresh(kind) and not kept, kept=kept)
        return row if isinstance(row, kind) else None

    def get_any(self, row_id: str) -> Row | None:
        """Return the row of a customer with this id, whatever its kind, or None."""
        return self._get(key_of(Interaction, row_id))

    def read_ahead(self, *wanted: tuple[type[Row], str | None]) -> None:
        """Read these rows together, so that `get` finds them in memory. Those without an id are left out.

        Without a memory this does nothing. A row that cannot be read is left to `get`.
        """
        if self.memory is None:
            return
        keys: dict[Key, Item] = {}
        for kind, row_id in wanted:
            key = key_of(kind, row_id) if row_id else {}
            if key and not self.memory.knows(name_of(key), fresh=_is_fresh(kind)):
                keys[name_of(key)] = key
        while keys:
            some = dict(islice(keys.items(), READ_BATCH))
            wanted_keys = list(some.values())
            items = self._items(wanted_keys) if len(some) > 1 else filter(None, [self._item(wanted_keys[0])])
            found = {name_of(item): item for item in items}
            for name in some:
                with suppress(KeyError, ValueError):
                    self.memory.put(name, from_item(found[name]) if name in found else None)
                del keys[name]

    def get_several(self, kind: type[R], row_ids: Sequence[str]) -> dict[str, R]:
        """Return the rows of a kind with these ids, by id. Missing rows are left out. Strongly consistent."""
        rows = map(from_item, self._items([key_of(kind, row_id) for row_id in dict.fromkeys(row_ids)]))
        return {row.id: row for row in rows if isinstance(row, kind)}

    def customers(self, customer_ids: Sequence[str]) -> dict[str, Customer]:
        """Return the customers with these ids, by id. Missing ones are left out. Strongly consistent."""
        return self.get_several(Customer, customer_ids)

    def rows_of(self, wanted: Iterable[tuple[type[Row], str]]) -> dict[str, Row]:
        """Return the rows with these kinds and ids, by id. Missing rows are left out. Strongly consistent."""
        keys = tuple(dict.fromkeys(wanted))
        if self.memory is None:
            rows = map(from_item, filter(is_known, self._items([key_of(*each) for each in keys])))
            return {row.id: row for row in rows}
        self.read_ahead(*keys)
        found = (self.get(*each) for each in keys)
        return {row.id: row for row in found if row is not None}

    def work_rows(self, row_ids: Iterable[str]) -> dict[str, Row]:
        """Return customers' rows with these ids, by id. Missing ones are left out. Strongly consistent."""
        wanted = tuple(dict.fromkeys(row_ids))
        if self.memory is None:
            rows = map(from_item, filter(is_known, self._items([key_of(Case, row_id) for row_id in wanted])))
            return {row.id: row for row in rows}
        self.read_ahead(*((Case, row_id) for row_id in wanted))
        found = (self.get_any(row_id) for row_id in wanted)
        return {row.id: row for row in found if row is not None}

    def forget_step(self) -> None:
        """Forget what this step has read, because it may be outdated by now."""
        if self.memory is not None:
            self.memory.forget(step_only=True)

    def _remember_written(self, rows: Iterable[Row], gone: Iterable[Row]) -> None:
        if self.memory is not None:
            for row in rows:
                self.memory.put(name_of(key_of(type(row), row.id)), row)
                if isinstance(row, Message):
                    self.memory.note_release(row)
            for row in gone:
                self.memory.put(name_of(key_of(type(row), row.id)), None)

    def _remember_conflict(self, items: Iterable[Item | None]) -> None:
        """Forget all rows but the items that AWS returned with the conflict: these are up to date."""
        if self.memory is not None:
            self.memory.forget()
            for item in filter(None, items):
                with suppress(KeyError, ValueError):
                    self.memory.put(name_of(item), from_item(item))

    def _get(self, key: Item, *, fresh: bool = False, kept: bool = False) -> Row | None:
        name = name_of(key)
        if self.memory is not None and self.memory.knows(name, fresh=fresh):
            return self.memory.row(name)
        item = self._item(key)
        row = from_item(item) if item else None
        if self.memory is not None:
            self.memory.put(name, row, kept=kept)
        return row

    def _item(self, key: Item) -> Item | None:
        response = self.client.get_item(TableName=self.name, Key=key, ConsistentRead=True)
        return response.get("Item")

    def _items(self, keys: list[Item]) -> Iterator[Item]:
        """Yield the items with these keys. Missing ones are left out."""
        while keys:
            some, keys = keys[:READ_BATCH], keys[READ_BATCH:]
            request: Any = {self.name: {"Keys": some, "ConsistentRead": True}}
            answer = self.client.batch_get_item(RequestItems=request)
            yield from answer["Responses"].get(self.name, [])
            unprocessed: Any = answer.get("UnprocessedKeys", {})
            keys += unprocessed.get(self.name, {}).get("Keys", [])


def name_of(item: Item) -> Key:
    return item["pk"]["S"], item["sk"]["S"]


def _is_fresh(kind: type[Row]) -> bool:
    """Whether each step of a sweep reads rows of this kind anew: others may change them at any time."""
    return kind in {Suppression, Policy}
