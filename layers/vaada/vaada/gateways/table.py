"""The DynamoDB table: reads, and writes with optimistic locking."""

import base64
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from itertools import compress, islice
from typing import TYPE_CHECKING, Any, TypeVar, cast

from botocore.exceptions import ClientError

from vaada.gateways.items import (
    DUE_SHARDS,
    KINDS,
    Item,
    from_item,
    id_of,
    is_known,
    key_of,
    search_terms_to_write,
    to_item,
)
from vaada.gateways.row_memory import Key, RowMemory
from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.messages import Message
from vaada.model.people import Customer, Medium
from vaada.model.policy import Policy
from vaada.model.rows import Row
from vaada.model.search_terms import SearchTerm
from vaada.model.suppressions import Suppression
from vaada.model.times import text_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

R = TypeVar("R", bound=Row)

_receipt: ContextVar[Callable[[str], Row] | None] = ContextVar("receipt", default=None)
_INDEX_KEYS = {"by_kind": "row_kind", "by_agent": "agent_kind", "by_customer": "customer_kind"}
"""The partition key of each index of lists."""
_FILTERED_QUERIES = 10  # for one page of a list with a filter
_REPORT_PAGE = 1000  # rows; DynamoDB ends a page at 1 MB anyway
_DELETE_BATCH = 25  # items; the limit of BatchWriteItem
_READ_BATCH = 100  # items; the limit of BatchGetItem


class Conflict(Exception):
    """Somebody else wrote one of the rows first. Read and decide again. `rows` are the conflicting ones.

    Without rows, another transaction on them was in progress, and may still fail.
    """

    def __init__(self, rows: tuple[Row, ...]) -> None:
        super().__init__(f"written by somebody else: {', '.join(row.id for row in rows)}")
        self.rows = rows


class BadCursor(ValueError):
    """The cursor is not from a list of this kind."""


@dataclass(frozen=True)
class Page:
    """Some rows of a list, and the cursor of the next page. None: there are no more."""

    rows: tuple[Row, ...]
    next_cursor: str | None


@dataclass(frozen=True)
class ItemToErase:
    """What an erasure reads of an item: its key, so that it can be deleted whatever it contains.

    `status` and `carries` are set for messages, `mail` for contacts: the name of the mail in its bucket;
    `merged` and `merged_into`, the ids of other records of the same person, for the customer's own row.
    """

    key: Item
    status: str | None
    carries: tuple[str, ...]
    mail: str | None
    version: str | None
    merged: tuple[str, ...]
    merged_into: str | None

    @property
    def id(self) -> str:
        """The row's own id."""
        return id_of(self.key)


@dataclass(frozen=True)
class Table:
    """The table. A write fails unless each stored row has the version before the written one."""

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
        """Return the row of a customer with this id, of any kind, or None."""
        return self._get(key_of(Interaction, row_id))

    def _get(self, key: Item, *, fresh: bool = False, kept: bool = False) -> Row | None:
        name = _name_of(key)
        if self.memory is not None and self.memory.knows(name, fresh=fresh):
            return self.memory.row(name)
        item = self._item(key)
        row = from_item(item) if item else None
        if self.memory is not None:
            self.memory.put(name, row, kept=kept)
        return row

    def read_ahead(self, *wanted: tuple[type[Row], str | None]) -> None:
        """Read these rows together, so that `get` finds them in memory. Those without an id are left out.

        Without a memory this does nothing. A row that cannot be read is left to `get`.
        """
        if self.memory is None:
            return
        keys: dict[Key, Item] = {}
        for kind, row_id in wanted:
            key = key_of(kind, row_id) if row_id else {}
            if key and not self.memory.knows(_name_of(key), fresh=_is_fresh(kind)):
                keys[_name_of(key)] = key
        while keys:
            some = dict(islice(keys.items(), _READ_BATCH))
            wanted_keys = list(some.values())
            items = self._items(wanted_keys) if len(some) > 1 else filter(None, [self._item(wanted_keys[0])])
            found = {_name_of(item): item for item in items}
            for name in some:
                with suppress(KeyError, ValueError):
                    self.memory.put(name, from_item(found[name]) if name in found else None)
                del keys[name]

    def _item(self, key: Item) -> Item | None:
        response = self.client.get_item(TableName=self.name, Key=key, ConsistentRead=True)
        return response.get("Item")

    def _items(self, keys: list[Item]) -> Iterator[Item]:
        """Yield the existing ones of these items."""
        while keys:
            some, keys = keys[:_READ_BATCH], keys[_READ_BATCH:]
            request: Any = {self.name: {"Keys": some, "ConsistentRead": True}}
            answer = self.client.batch_get_item(RequestItems=request)
            yield from answer["Responses"].get(self.name, [])
            unprocessed: Any = answer.get("UnprocessedKeys", {})
            keys += unprocessed.get(self.name, {}).get("Keys", [])

    def _remember_written(self, rows: Iterable[Row], gone: Iterable[Row]) -> None:
        if self.memory is not None:
            for row in rows:
                self.memory.put(_name_of(key_of(type(row), row.id)), row)
            for row in gone:
                self.memory.put(_name_of(key_of(type(row), row.id)), None)

    def _remember_conflict(self, items: Iterable[Item | None]) -> None:
        """Forget what was read, but for the items that AWS showed: they are as they were a moment ago."""
        if self.memory is not None:
            self.memory.forget()
            for item in filter(None, items):
                with suppress(KeyError, ValueError):
                    self.memory.put(_name_of(item), from_item(item))

    @contextmanager
    def with_receipt(self, receipt: Callable[[str], Row]) -> Iterator[None]:
        """Within the block, a write also puts the receipt for the id of its first row, or fails with it."""
        token = _receipt.set(receipt)
        try:
            yield
        finally:
            _receipt.reset(token)

    def write(
        self,
        *rows: Row,
        delete: Sequence[Row] = (),
        must_exist: Sequence[Row] = (),
        delete_unread: Sequence[ItemToErase] = (),
    ) -> None:
        """Write all rows or none, if each stored row has the previous version. Raises Conflict.

        Also deletes the rows in `delete` at exactly their version, and those in `delete_unread` at any
        version, but a customer's own row at the version that was read; the rows in `must_exist` must exist at
        any version. The search terms of a customer are written with the customer.

        If a response is lost, the SDK retries and meets our own write as a conflict. So a conflict with
        exactly the item we wanted to write counts as success.
        """
        if (receipt := _receipt.get()) is not None:
            rows = (*rows, receipt(rows[0].id))
        puts = [self._put(row) for row in rows]
        removals = [self._removal(row) for row in delete]
        written = {row.id for row in rows}
        checks = [self._check(row) for row in must_exist if row.id not in written]
        terms = [item for row in rows if isinstance(row, Customer) for item in self._search_terms(row)]
        try:
            if len(puts) == 1 and not (removals or checks or delete_unread or terms):
                self.client.put_item(**puts[0])
            else:
                items: list[TransactWriteItemTypeDef] = [{"Put": put} for put in puts]
                items += [{"Delete": removal} for removal in removals]
                items += [{"ConditionCheck": check} for check in checks]
                items += [{"Delete": self._unread_removal(one)} for one in delete_unread]
                items += terms
                self.client.transact_write_items(TransactItems=items)
        except self.client.exceptions.ConditionalCheckFailedException as error:
            stored = cast("dict[str, Any]", error.response).get("Item")
            if stored != puts[0]["Item"]:
                self._remember_conflict([stored])
                raise Conflict(rows) from error
        except self.client.exceptions.TransactionConflictException as error:
            self._remember_conflict(())
            raise Conflict(()) from error
        except self.client.exceptions.TransactionCanceledException as error:
            reasons = error.response["CancellationReasons"]
            codes = {reason.get("Code") for reason in reasons}
            if not codes <= {"None", "ConditionalCheckFailed", "TransactionConflict"}:
                raise
            if any(reason.get("Item") != put["Item"] for reason, put in zip(reasons, puts, strict=False)):
                self._remember_conflict(cast("Item | None", reason.get("Item")) for reason in reasons)
                lost = [reason.get("Code") == "ConditionalCheckFailed" for reason in reasons]
                raise Conflict(tuple(compress((*rows, *delete, *must_exist), lost))) from error
        except Exception:
            self._remember_conflict(())
            raise
        self._remember_written(rows, delete)
        if delete_unread and self.memory is not None:
            self.memory.forget()

    def items_to_erase(self, customer_id: str) -> tuple[ItemToErase, ...]:
        """Return up to 25 items of a customer, their own row first. Empty: none are left."""
        items = self.client.query(
            TableName=self.name,
            ConsistentRead=True,
            Limit=_DELETE_BATCH,
            ProjectionExpression="pk, sk, #status, carries, mail.stored_as, version, merged, merged_into",
            ExpressionAttributeNames={"#status": "status"},
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"CUSTOMER#{customer_id}"}},
        )["Items"]
        return tuple(
            ItemToErase(
                key={"pk": item["pk"], "sk": item["sk"]},
                status=item.get("status", {}).get("S"),
                carries=tuple(other["S"] for other in item.get("carries", {}).get("L", ())),
                mail=item.get("mail", {}).get("M", {}).get("stored_as", {}).get("S"),
                version=item.get("version", {}).get("N"),
                merged=tuple(
                    record["M"]["customer_id"]["S"] for record in item.get("merged", {}).get("L", ())
                ),
                merged_into=item.get("merged_into", {}).get("S"),
            )
            for item in items
        )

    def delete_items(self, items: Sequence[ItemToErase]) -> None:
        """Delete up to 25 items. If DynamoDB is too busy for some, the next `items_to_erase` returns them."""
        requests: Any = [{"DeleteRequest": {"Key": one.key}} for one in items]
        if self.memory is not None:
            self.memory.forget()
        self.client.batch_write_item(RequestItems={self.name: requests})

    def timeline(self, customer_ids: Sequence[str], limit: int, cursor: str | None) -> Page:
        """Return the rows of a customer, of all of their records, newest first, strongly consistent.

        Raises BadCursor.
        """

        def page(customer_id: str, cursor: str | None) -> Page:
            values = {":pk": {"S": f"CUSTOMER#{customer_id}"}, ":row": {"S": "ROW#"}}
            return self._page(
                limit,
                cursor,
                ConsistentRead=True,
                ScanIndexForward=False,
                KeyConditionExpression="pk = :pk AND begins_with(sk, :row)",
                ExpressionAttributeValues=values,
            )

        partitions = {customer_id: {"pk": {"S": f"CUSTOMER#{customer_id}"}} for customer_id in customer_ids}
        return _together(partitions, page, limit, cursor, names=("sk", "pk"), descending=True)

    def list_rows(
        self,
        kind: type[Row],
        limit: int,
        cursor: str | None,
        *,
        agent_id: str | None = None,
        status: str | None = None,
        due_from: datetime | None = None,
        due_by: datetime | None = None,
        only: Mapping[str, Any] | None = None,
    ) -> Page:
        """Return the rows of a kind, of one agent or of all: people by name, work by status and due time.

        Cases are listed by status and when they were opened. `due_by` needs a `status`, `due_from` both.
        `only` says which attributes to read. Raises BadCursor.
        """
        index, value = (
            ("by_agent", f"{agent_id}#{kind.kind_of_row}") if agent_id else ("by_kind", kind.kind_of_row)
        )
        return self._list(index, value, limit, cursor, status, due_from, due_by, query=only)

    def latest_rows(self, kind: type[Row], limit: int, cursor: str | None) -> Page:
        """Return the rows of a kind that has no status, the latest first. Raises BadCursor."""
        return self._page(
            limit,
            cursor,
            IndexName="by_kind",
            ScanIndexForward=False,
            KeyConditionExpression="row_kind = :kind",
            ExpressionAttributeValues={":kind": {"S": kind.kind_of_row}},
        )

    def rows_for_report(
        self,
        kind: type[R],
        fields: Collection[str],
        status: str,
        begins: datetime,
        ends: datetime,
        *,
        agent_id: str | None,
    ) -> Iterator[R]:
        """Yield the rows that are due in this period, both ends included, with these fields.

        A field that is neither named nor required has its default. To read fewer fields takes less time: of
        all rows in the period, most of it goes into parsing them.
        """
        names = {"row_kind", *fields, *(name for name, one in kind.model_fields.items() if one.is_required())}
        aliases = {f"#{name}": name for name in sorted(names)}
        cursor: str | None = None
        while True:
            page = self.list_rows(
                kind,
                _REPORT_PAGE,
                cursor,
                agent_id=agent_id,
                status=status,
                due_from=begins,
                due_by=ends,
                only={
                    "ProjectionExpression": ", ".join(aliases),
                    "ExpressionAttributeNames": aliases,
                },
            )
            yield from (row for row in page.rows if isinstance(row, kind))
            if (cursor := page.next_cursor) is None:
                return

    def count_rows(self, kind: type[Row], *, agent_id: str | None = None, status: str | None) -> int:
        """Return the number of rows of a kind, of an agent or of all, as the index has it."""
        index, value = (
            ("by_agent", f"{agent_id}#{kind.kind_of_row}") if agent_id else ("by_kind", kind.kind_of_row)
        )
        condition, values = f"{_INDEX_KEYS[index]} = :key", {":key": {"S": value}}
        if status:
            condition += " AND begins_with(list_key, :first)"
            values |= {":first": {"S": f"{status}#"}}
        pages = self.client.get_paginator("query").paginate(
            TableName=self.name,
            IndexName=index,
            Select="COUNT",
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
        )
        return sum(page["Count"] for page in pages)

    def customer_rows(
        self,
        kind: type[Row],
        customer_ids: Sequence[str],
        limit: int,
        cursor: str | None,
        *,
        status: str | None = None,
        last_first: bool = False,
    ) -> Page:
        """Return the work or cases of a customer's records, in the order of `list_rows` or the reverse.

        Of the kind `Customer` they are those who came through this one. Raises BadCursor.
        """
        order = {"ScanIndexForward": False} if last_first else {}

        def page(customer_id: str, cursor: str | None) -> Page:
            value = f"{customer_id}#{kind.kind_of_row}"
            return self._list("by_customer", value, limit, cursor, status, None, None, query=order)

        partitions = {
            customer_id: {"customer_kind": {"S": f"{customer_id}#{kind.kind_of_row}"}}
            for customer_id in customer_ids
        }
        names = ("list_key", "customer_kind", "pk", "sk")
        return _together(partitions, page, limit, cursor, names=names, descending=last_first)

    def rows_by_time(
        self,
        kind: type[Row],
        statuses: Sequence[str],
        limit: int,
        cursor: str | None,
        *,
        agent_id: str | None = None,
        customer_ids: Sequence[str] = (),
        since: datetime | None = None,
        until: datetime | None = None,
        quiet_since: datetime | None = None,
        where: Mapping[str, str] | None = None,
        descending: bool = False,
    ) -> Page:
        """Return work by when it is due, or cases by when they were opened, from several statuses together.

        Of one agent, of the records of one customer, of both or of all; from `since` to `until`, both
        included. `quiet_since` is for cases: only those without a contact since then. `where` is what fields
        must be: a page then may hold few rows, or none, and more come on the next. A cursor is a place in
        this order: it stays valid, whatever becomes of the row that was there. Raises BadCursor.
        """
        if customer_ids:
            partitions = [("by_customer", f"{each}#{kind.kind_of_row}") for each in customer_ids]
        elif agent_id:
            partitions = [("by_agent", f"{agent_id}#{kind.kind_of_row}")]
        else:
            partitions = [("by_kind", kind.kind_of_row)]
        conditions, values = [], {}
        if customer_ids and agent_id:
            conditions.append("agent_id = :agent")
            values[":agent"] = {"S": agent_id}
        if quiet_since:
            conditions.append("last_contact_at <= :quiet")
            values[":quiet"] = {"S": text_of(quiet_since)}
            until = min(until or quiet_since, quiet_since)  # a case was opened before its last contact
        for name, value in (where or {}).items():
            conditions.append(f"#{name} = :{name}")
            values[f":{name}"] = {"S": value}
        query: dict[str, Any] = {"FilterExpression": " AND ".join(conditions)} if conditions else {}
        if where:
            query["ExpressionAttributeNames"] = {f"#{name}": name for name in where}
        place = _decode_cursor(cursor, {"place"})["place"]["S"] if cursor else None
        first, last = text_of(since) if since else "", f"{text_of(until)}~" if until else "~"
        if place is not None:
            first, last = (first, min(last, place)) if descending else (max(first, place), last)
        parts = []
        for index, value in partitions if first <= last else ():
            for status in statuses:
                bounds = {":first": {"S": f"{status}#{first}"}, ":last": {"S": f"{status}#{last}"}}
                condition = f"{_INDEX_KEYS[index]} = :key AND list_key BETWEEN :first AND :last"
                query |= {"IndexName": index, "ScanIndexForward": not descending}
                query |= {"KeyConditionExpression": condition}
                query |= {"ExpressionAttributeValues": {**values, **bounds, ":key": {"S": value}}}
                parts.append(self._part_by_time(query, limit + 1))
        found = {at: row for rows, _ in parts for at, row in rows.items() if at != place}
        ends = [end for _, end in parts if end is not None]  # what comes after them is not known yet
        end = (max if descending else min)(ends, default=None)
        order = sorted(found, reverse=descending)
        known = [at for at in order if end is None or (at >= end if descending else at <= end)]
        if len(known) > limit:
            end = known[limit - 1]
        rows = tuple(found[at] for at in known[:limit])
        return Page(rows, None if end is None else _encode_cursor({"place": {"S": end}}))

    def rows_by_id(
        self,
        kind: type[Row],
        limit: int,
        cursor: str | None,
        matches: Callable[[Row], bool],
        *,
        agent_id: str | None = None,
        customer_ids: Sequence[str] = (),
    ) -> Page:
        """Return the work or cases that match, by id, of one agent, one customer, both or all.

        An id never changes, so that a list misses no row that matched all the time, whatever changes while it
        is read page by page. What is shown is strongly consistent. Raises BadCursor.
        """
        after = _decode_cursor(cursor, {"id"})["id"]["S"] if cursor else ""
        query: dict[str, Any] = {"FilterExpression": "agent_id = :agent"} if agent_id else {}
        values = {":kind": {"S": kind.kind_of_row}, **({":agent": {"S": agent_id}} if agent_id else {})}
        found: list[Row] = []
        queries = 0
        for customer_id in sorted(customer_ids) or [""]:  # with which the ids of their rows begin
            last = f"{customer_id}~"
            while after < last and queries < _FILTERED_QUERIES:
                queries += 1
                first = max(customer_id, f"{after}!")
                answer = self.client.query(
                    TableName=self.name,
                    IndexName="by_id",
                    Limit=_READ_BATCH,
                    KeyConditionExpression="row_kind = :kind AND listed_id BETWEEN :first AND :last",
                    ExpressionAttributeValues={**values, ":first": {"S": first}, ":last": {"S": last}},
                    **query,
                )
                ids = [item["listed_id"]["S"] for item in answer["Items"]]
                rows = self.get_several(kind, ids)
                for row_id in ids:
                    if row_id in rows and matches(rows[row_id]):
                        found.append(rows[row_id])
                        if len(found) == limit:
                            return Page(tuple(found), _encode_cursor({"id": {"S": row_id}}))
                reached: Any = answer.get("LastEvaluatedKey")
                after = reached["listed_id"]["S"] if reached else last
        is_done = after >= last
        return Page(tuple(found), None if is_done else _encode_cursor({"id": {"S": after}}))

    def _part_by_time(self, query: Mapping[str, Any], most: int) -> tuple[dict[str, Row], str | None]:
        """Return the first rows of a query by their place in the order by time, and how far it got.

        None: to the end. A filter may leave out so many rows that a few queries find fewer than `most`.
        """
        found: dict[str, Row] = {}
        cursor: str | None = None
        for _ in range(_FILTERED_QUERIES):
            page = self._page(most, cursor, **query)
            found |= {_place(to_item(row)): row for row in page.rows}
            cursor = page.next_cursor
            if cursor is None or len(found) >= most:
                break
        return found, _place(_key_in(cursor)) if cursor else None

    def _list(
        self,
        index: str,
        value: str,
        limit: int,
        cursor: str | None,
        status: str | None,
        due_from: datetime | None,
        due_by: datetime | None,
        query: Mapping[str, Any] | None = None,
    ) -> Page:
        condition, values = f"{_INDEX_KEYS[index]} = :key", {":key": {"S": value}}
        first = f"{status}#{text_of(due_from) if due_from else ''}"
        if status and due_by:
            condition += " AND list_key BETWEEN :first AND :last"
            last = f"{status}#{text_of(due_by)}~"  # after all ids of that second
            values |= {":first": {"S": first}, ":last": {"S": last}}
        elif status:
            condition += " AND begins_with(list_key, :first)"
            values |= {":first": {"S": first}}
        return self._page(
            limit,
            cursor,
            IndexName=index,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            **(query or {}),
        )

    def search_terms(
        self,
        prefix: str,
        limit: int,
        cursor: str | None,
        *,
        texts: Sequence[str] = (),
        agent_ids: Collection[str] | None = None,
    ) -> Page:
        """Return the search terms with this prefix of the sort key, in order, that contain all `texts`.

        With `agent_ids`, only those of customers whom one of these agents serves, at most a hundred agents.
        The index is eventually consistent.
        With a filter a page has what one query finds in 1 MB of the index. Raises BadCursor.
        """
        values = {":kind": {"S": SearchTerm.kind_of_row}, ":prefix": {"S": prefix}}
        filters = [f"contains(#text, :text{number})" for number in range(len(texts))]
        values |= {f":text{number}": {"S": text} for number, text in enumerate(texts)}
        query: dict[str, Any] = {"ExpressionAttributeNames": {"#text": "text"}} if texts else {}
        if agent_ids is not None:
            names = {f":agent{number}": agent_id for number, agent_id in enumerate(sorted(agent_ids))}
            served = " OR ".join(f"contains(served_by, {name})" for name in names)
            filters.append(f"({served})")
            values |= {name: {"S": agent_id} for name, agent_id in names.items()}
        if filters:
            query["FilterExpression"] = " AND ".join(filters)
        return self._page(
            None if filters else limit,
            cursor,
            IndexName="by_kind",
            KeyConditionExpression="row_kind = :kind AND begins_with(list_key, :prefix)",
            ExpressionAttributeValues=values,
            **query,
        )

    def customers(self, customer_ids: Sequence[str]) -> dict[str, Customer]:
        """Return the existing ones of these customers, by id. Strongly consistent."""
        return self.get_several(Customer, customer_ids)

    def get_several(self, kind: type[R], row_ids: Sequence[str]) -> dict[str, R]:
        """Return the existing ones of these rows of a kind, by id. Strongly consistent."""
        rows = map(from_item, self._items([key_of(kind, row_id) for row_id in dict.fromkeys(row_ids)]))
        return {row.id: row for row in rows if isinstance(row, kind)}

    def rows_of(self, wanted: Iterable[tuple[type[Row], str]]) -> dict[str, Row]:
        """Return the existing ones of these rows, given by kind and id, by id. Strongly consistent."""
        keys = tuple(dict.fromkeys(wanted))
        if self.memory is None:
            rows = map(from_item, filter(is_known, self._items([key_of(*each) for each in keys])))
            return {row.id: row for row in rows}
        self.read_ahead(*keys)
        found = (self.get(*each) for each in keys)
        return {row.id: row for row in found if row is not None}

    def forget_step(self) -> None:
        """Read anew what this step remembers, because it may have been read too long ago."""
        if self.memory is not None:
            self.memory.forget(step_only=True)

    def work_rows(self, row_ids: Iterable[str]) -> dict[str, Row]:
        """Return the existing ones of these rows of customers, by id. Strongly consistent."""
        wanted = tuple(dict.fromkeys(row_ids))
        if self.memory is None:
            rows = map(from_item, filter(is_known, self._items([key_of(Case, row_id) for row_id in wanted])))
            return {row.id: row for row in rows}
        self.read_ahead(*((Case, row_id) for row_id in wanted))
        found = (self.get_any(row_id) for row_id in wanted)
        return {row.id: row for row in found if row is not None}

    def held_messages(
        self, reader: str, medium: Medium, limit: int, cursor: str | None = None
    ) -> tuple[tuple[Message, ...], str | None]:
        """Return held messages to this recipient by this medium, the oldest first, and the next cursor."""
        page = self._page(
            limit,
            cursor,
            IndexName="by_agent",
            KeyConditionExpression="agent_kind = :reader",
            ExpressionAttributeValues={":reader": {"S": f"{reader}#held-{medium}"}},
        )
        return tuple(row for row in page.rows if isinstance(row, Message)), page.next_cursor

    def text_message(self, provider_id: str) -> Message | None:
        """Return the SMS with this provider id, or None. SMS to staff only until their first status."""
        page = self._page(
            1,
            None,
            IndexName="by_agent",
            KeyConditionExpression="agent_kind = :sent",
            ExpressionAttributeValues={":sent": {"S": f"{provider_id}#sms"}},
        )
        return next((row for row in page.rows if isinstance(row, Message)), None)

    def due(self, now: datetime) -> Iterator[tuple[str, str, int]]:
        """Yield kind, id and version of the due rows. Per shard, the longest overdue come first.

        The rows of up to a hundred are read together, if there is a memory.
        """
        due = self._due(now)
        while some := tuple(islice(due, _READ_BATCH)):
            self.read_ahead(*((KINDS[kind], row_id) for kind, row_id, _ in some))
            yield from some

    def _due(self, now: datetime) -> Iterator[tuple[str, str, int]]:
        for shard in DUE_SHARDS:
            pages = self.client.get_paginator("query").paginate(
                TableName=self.name,
                IndexName="due",
                KeyConditionExpression="due_shard = :shard AND wake_at <= :now",
                ExpressionAttributeValues={":shard": {"S": shard}, ":now": {"S": text_of(now)}},
            )
            for page in pages:
                for item in filter(is_known, page["Items"]):
                    yield item["row_kind"]["S"], id_of(item), int(item["version"]["N"])

    def _put(self, row: Row) -> Any:
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if row.version > 1:
            condition = {
                "ConditionExpression": "version = :before",
                "ExpressionAttributeValues": {":before": {"N": str(row.version - 1)}},
            }
        return {
            "TableName": self.name,
            "Item": to_item(row),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            **condition,
        }

    def _removal(self, row: Row) -> Any:
        return {
            "TableName": self.name,
            "Key": key_of(type(row), row.id),
            "ConditionExpression": "version = :current",
            "ExpressionAttributeValues": {":current": {"N": str(row.version)}},
        }

    def _unread_removal(self, one: ItemToErase) -> Any:
        removal: dict[str, Any] = {"TableName": self.name, "Key": one.key}
        if one.version is None or one.key != key_of(Customer, one.id):
            return removal
        return {
            **removal,
            "ConditionExpression": "version = :current",
            "ExpressionAttributeValues": {":current": {"N": one.version}},
        }

    def _check(self, row: Row) -> Any:
        return {
            "TableName": self.name,
            "Key": key_of(type(row), row.id),
            "ConditionExpression": "attribute_exists(pk)",
        }

    def _search_terms(self, customer: Customer) -> "list[TransactWriteItemTypeDef]":
        """The writes that keep the search terms in step; the condition on the customer's row guards them."""
        puts, keys = search_terms_to_write(customer)
        writes: list[TransactWriteItemTypeDef] = [
            {"Put": {"TableName": self.name, "Item": item}} for item in puts
        ]
        writes += [{"Delete": {"TableName": self.name, "Key": key}} for key in keys]
        return writes

    def _page(self, limit: int | None, cursor: str | None, **query: Any) -> Page:
        if cursor:
            name = query.get("IndexName")
            index = {_INDEX_KEYS[name], "list_key"} if name else set()
            query["ExclusiveStartKey"] = _decode_cursor(cursor, {"pk", "sk", *index})
        try:
            if limit is not None:
                query["Limit"] = limit
            response = self.client.query(TableName=self.name, **query)
        except ClientError as error:
            if cursor and error.response["Error"]["Code"] == "ValidationException":
                raise BadCursor from error
            raise
        rows = tuple(from_item(item) for item in response["Items"] if is_known(item))
        return Page(
            rows, _encode_cursor(response["LastEvaluatedKey"]) if "LastEvaluatedKey" in response else None
        )


def _name_of(item: Item) -> Key:
    return item["pk"]["S"], item["sk"]["S"]


def _is_fresh(kind: type[Row]) -> bool:
    """Whether every step of a sweep reads rows of this kind itself: others change them at any moment."""
    return kind in {Suppression, Policy}


def _together(
    partitions: Mapping[str, Item],
    page: Callable[[str, str | None], Page],
    limit: int,
    cursor: str | None,
    *,
    names: tuple[str, ...],
    descending: bool,
) -> Page:
    """Return one list of several partitions, in the order of the first of `names`, which make up a cursor.

    `partitions` maps each customer id to the partition's part of the key. A cursor is a key in one of them;
    with the other partition's part it is a start for that one, too, whether or not a row has this key.
    """
    if len(partitions) == 1:
        return page(next(iter(partitions)), cursor)
    start = _decode_cursor(cursor, set(names)) if cursor else None
    if start is not None and not any(part.items() <= start.items() for part in partitions.values()):
        raise BadCursor
    pages = [
        page(customer_id, _encode_cursor({**start, **part}) if start else None)
        for customer_id, part in partitions.items()
    ]
    order = names[0]
    found = [(to_item(row), row) for each in pages for row in each.rows]
    found.sort(key=lambda one: one[0][order]["S"], reverse=descending)
    ends = [_decode_cursor(each.next_cursor, set(names)) for each in pages if each.next_cursor]
    nearest = (max if descending else min)(ends, key=lambda key: str(key[order]["S"]), default=None)
    if nearest is not None:  # beyond it one of the partitions has rows that were not read
        reached = nearest[order]["S"]
        found = [
            one
            for one in found
            if one[0][order]["S"] == reached or (one[0][order]["S"] > reached) is descending
        ]
    taken = found[:limit]
    following = {name: taken[-1][0][name] for name in names} if len(found) > limit else nearest
    return Page(tuple(row for _, row in taken), _encode_cursor(following) if following else None)


def cursor_after(term: SearchTerm) -> str:
    """Return the cursor that continues a list of search terms after this one."""
    item = to_item(term)
    return _encode_cursor({name: item[name] for name in ("row_kind", "list_key", "pk", "sk")})


def _place(item: Item) -> str:
    """Return the place of a row in the order by time, whatever its status."""
    return str(item["list_key"]["S"]).partition("#")[2]


def _key_in(cursor: str) -> Item:
    """Return the key in a cursor of our own."""
    key: Item = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    return key


def _encode_cursor(key: Item) -> str:
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode().rstrip("=")


def _decode_cursor(cursor: str, names: set[str]) -> Item:
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        opened = {str(name): {"S": str(value["S"])} for name, value in key.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadCursor from error
    if set(opened) != names:
        raise BadCursor
    return opened
