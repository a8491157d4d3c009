"""The DynamoDB table: reads, and writes with optimistic locking."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from itertools import compress
from typing import TYPE_CHECKING, Any, TypeVar, cast

from botocore.exceptions import ClientError

from vaada.gateways.items import DUE_SHARDS, Item, from_item, id_of, key_of, search_terms_to_write, to_item
from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.messages import Message
from vaada.model.people import Customer, Medium
from vaada.model.rows import Row
from vaada.model.search_terms import SearchTerm
from vaada.model.times import text_of
from vaada.model.work import Survey

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

R = TypeVar("R", bound=Row)

_receipt: ContextVar[Callable[[str], Row] | None] = ContextVar("receipt", default=None)
_TIMELINE_PAGE = 100
_DELETE_BATCH = 25  # items; the limit of BatchWriteItem


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

    `status` and `carries` are set for messages; `merged` and `merged_into`, the ids of other records of the
    same person, for the customer's own row.
    """

    key: Item
    status: str | None
    carries: tuple[str, ...]
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

    def get(self, kind: type[R], row_id: str) -> R | None:
        """Return the row, or None."""
        row = self._get(key_of(kind, row_id))
        return row if isinstance(row, kind) else None

    def get_any(self, row_id: str) -> Row | None:
        """Return the row of a customer with this id, of any kind, or None."""
        return self._get(key_of(Interaction, row_id))

    def _get(self, key: Item) -> Row | None:
        response = self.client.get_item(TableName=self.name, Key=key, ConsistentRead=True)
        return from_item(response["Item"]) if "Item" in response else None

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
        checks = [self._check(row) for row in must_exist]
        terms = [item for row in rows if isinstance(row, Customer) for item in self._search_terms(row)]
        try:
            if len(puts) == 1 and not (delete or must_exist or delete_unread or terms):
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
                raise Conflict(rows) from error
        except self.client.exceptions.TransactionConflictException as error:
            raise Conflict(()) from error
        except self.client.exceptions.TransactionCanceledException as error:
            reasons = error.response["CancellationReasons"]
            codes = {reason.get("Code") for reason in reasons}
            if not codes <= {"None", "ConditionalCheckFailed", "TransactionConflict"}:
                raise
            if any(reason.get("Item") != put["Item"] for reason, put in zip(reasons, puts, strict=False)):
                lost = [reason.get("Code") == "ConditionalCheckFailed" for reason in reasons]
                raise Conflict(tuple(compress((*rows, *delete, *must_exist), lost))) from error

    def items_to_erase(self, customer_id: str) -> tuple[ItemToErase, ...]:
        """Return up to 25 items of a customer, their own row first. Empty: none are left."""
        items = self.client.query(
            TableName=self.name,
            ConsistentRead=True,
            Limit=_DELETE_BATCH,
            ProjectionExpression="pk, sk, #status, carries, version, merged, merged_into",
            ExpressionAttributeNames={"#status": "status"},
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"CUSTOMER#{customer_id}"}},
        )["Items"]
        return tuple(
            ItemToErase(
                key={"pk": item["pk"], "sk": item["sk"]},
                status=item.get("status", {}).get("S"),
                carries=tuple(other["S"] for other in item.get("carries", {}).get("L", ())),
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
    ) -> Page:
        """Return the rows of a kind, of one agent or of all: people by name, work by status and due time.

        `due_by` needs a `status`, `due_from` both. Raises BadCursor.
        """
        index, name = ("by_agent", "agent_kind") if agent_id else ("by_kind", "row_kind")
        value = f"{agent_id}#{kind.kind_of_row}" if agent_id else kind.kind_of_row
        condition, values = f"{name} = :key", {":key": {"S": value}}
        first = f"{status}#{text_of(due_from) if due_from else ''}"
        if status and due_by:
            condition += " AND list_key BETWEEN :first AND :last"
            last = f"{status}#{text_of(due_by)}~"  # after all ids of that second
            values |= {":first": {"S": first}, ":last": {"S": last}}
        elif status:
            condition += " AND begins_with(list_key, :first)"
            values |= {":first": {"S": first}}
        return self._page(
            limit, cursor, IndexName=index, KeyConditionExpression=condition, ExpressionAttributeValues=values
        )

    def cases_of(
        self, customer_ids: Sequence[str], limit: int, cursor: str | None, *, status: str | None
    ) -> Page:
        """Return the cases of all records of a customer, by status, the oldest first. Raises BadCursor."""

        def page(customer_id: str, cursor: str | None) -> Page:
            return self.list_rows(Case, limit, cursor, agent_id=customer_id, status=status)

        partitions = {
            customer_id: {"agent_kind": {"S": f"{customer_id}#{Case.kind_of_row}"}}
            for customer_id in customer_ids
        }
        names = ("list_key", "agent_kind", "pk", "sk")
        return _together(partitions, page, limit, cursor, names=names, descending=False)

    def search_terms(
        self,
        prefix: str,
        limit: int,
        cursor: str | None,
        *,
        texts: Sequence[str] = (),
        agent_id: str | None = None,
    ) -> Page:
        """Return the search terms with this prefix of the sort key, in order, that contain all `texts`.

        With `agent_id`, only those of customers whom this agent may see. The index is eventually consistent.
        With a filter a page has what one query finds in 1 MB of the index. Raises BadCursor.
        """
        values = {":kind": {"S": SearchTerm.kind_of_row}, ":prefix": {"S": prefix}}
        filters = [f"contains(#text, :text{number})" for number in range(len(texts))]
        values |= {f":text{number}": {"S": text} for number, text in enumerate(texts)}
        query: dict[str, Any] = {"ExpressionAttributeNames": {"#text": "text"}} if texts else {}
        if agent_id is not None:
            filters.append("contains(served_by, :agent)")
            values[":agent"] = {"S": agent_id}
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
        """Return the existing ones of up to 100 customers, by id. Strongly consistent."""
        keys: list[Item] = [key_of(Customer, customer_id) for customer_id in customer_ids]
        rows: list[Row] = []
        while keys:
            request: Any = {self.name: {"Keys": keys, "ConsistentRead": True}}
            response = self.client.batch_get_item(RequestItems=request)
            rows += [from_item(item) for item in response["Responses"].get(self.name, [])]
            unprocessed: Any = response.get("UnprocessedKeys", {})
            keys = unprocessed.get(self.name, {}).get("Keys", [])
        return {row.id: row for row in rows if isinstance(row, Customer)}

    def held_messages(self, reader: str, medium: Medium, limit: int) -> tuple[Message, ...]:
        """Return the held messages to this recipient by this medium, the oldest first."""
        page = self._page(
            limit,
            None,
            IndexName="by_agent",
            KeyConditionExpression="agent_kind = :reader AND begins_with(list_key, :medium)",
            ExpressionAttributeValues={":reader": {"S": f"{reader}#held"}, ":medium": {"S": f"{medium}#"}},
        )
        return tuple(row for row in page.rows if isinstance(row, Message))

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

    def surveys_of(
        self, customer_ids: Sequence[str], limit: int, cursor: str | None, *, status: str | None
    ) -> Page:
        """Return a customer's surveys, newest first, filtered from their timeline. Raises BadCursor."""
        surveys: list[Row] = []
        while len(surveys) <= limit:
            page = self.timeline(customer_ids, _TIMELINE_PAGE, cursor)
            surveys += [row for row in page.rows if isinstance(row, Survey) and status in {None, row.status}]
            cursor = page.next_cursor
            if cursor is None:
                break
        rows = tuple(surveys[:limit])
        return Page(rows, _encode_cursor(key_of(Survey, rows[-1].id)) if len(surveys) > limit else None)

    def due(self, now: datetime) -> Iterator[tuple[str, str, int]]:
        """Yield kind, id and version of the due rows. Per shard, the longest overdue come first."""
        for shard in DUE_SHARDS:
            pages = self.client.get_paginator("query").paginate(
                TableName=self.name,
                IndexName="due",
                KeyConditionExpression="due_shard = :shard AND wake_at <= :now",
                ExpressionAttributeValues={":shard": {"S": shard}, ":now": {"S": text_of(now)}},
            )
            for page in pages:
                for item in page["Items"]:
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
            index = {"by_kind": {"row_kind", "list_key"}, "by_agent": {"agent_kind", "list_key"}}
            query["ExclusiveStartKey"] = _decode_cursor(
                cursor, {"pk", "sk", *index.get(query.get("IndexName", ""), ())}
            )
        try:
            if limit is not None:
                query["Limit"] = limit
            response = self.client.query(TableName=self.name, **query)
        except ClientError as error:
            if cursor and error.response["Error"]["Code"] == "ValidationException":
                raise BadCursor from error
            raise
        rows = tuple(from_item(item) for item in response["Items"])
        return Page(
            rows, _encode_cursor(response["LastEvaluatedKey"]) if "LastEvaluatedKey" in response else None
        )


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
    found = [(to_item(row), row) for each in pages for row in each.rows]
    found.sort(key=lambda one: one[0][names[0]]["S"], reverse=descending)
    is_last = len(found) <= limit and all(each.next_cursor is None for each in pages)
    taken = found[:limit]
    rows = tuple(row for _, row in taken)
    return Page(
        rows, None if is_last or not taken else _encode_cursor({name: taken[-1][0][name] for name in names})
    )


def cursor_after(term: SearchTerm) -> str:
    """Return the cursor that continues a list of search terms after this one."""
    item = to_item(term)
    return _encode_cursor({name: item[name] for name in ("row_kind", "list_key", "pk", "sk")})


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
