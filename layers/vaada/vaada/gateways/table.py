"""The DynamoDB table: reads, which are inherited, and writes with optimistic locking."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import compress
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from vaada.gateways.items import Item, id_of, key_of, search_terms_to_write, to_item
from vaada.gateways.row_lists import RowLists
from vaada.model.people import Customer
from vaada.model.rows import Row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

_receipt: ContextVar[Callable[[str], Row] | None] = ContextVar("receipt", default=None)
_DELETE_BATCH = 25  # items; the limit of BatchWriteItem
_CONFLICTS = {"None", "ConditionalCheckFailed", "TransactionConflict"}
"""The reasons of a cancelled transaction that mean a conflict. "None" is the reason of the other writes."""


class Conflict(Exception):
    """Somebody else wrote one of the rows first. Read and decide again. `rows` are the conflicting ones.

    Without rows, another transaction on them was in progress, and may still fail.
    """

    def __init__(self, rows: tuple[Row, ...]) -> None:
        super().__init__(f"written by somebody else: {', '.join(row.id for row in rows)}")
        self.rows = rows


class ItemToErase(NamedTuple):
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


class Table(RowLists):
    """The table. A write fails unless each stored row has the version before the written one."""

    @contextmanager
    def with_receipt(self, receipt: Callable[[str], Row]) -> Iterator[None]:
        """Within the block, each write also writes a receipt for its first row; both succeed, or neither."""
        token = _receipt.set(receipt)
        try:
            yield
        finally:
            _receipt.reset(token)

    @contextmanager
    def without_receipt(self) -> Iterator[None]:
        """Write no receipt of the request within the block, whose writes are not its result."""
        token = _receipt.set(None)
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
        others = self._other_writes(rows, delete, must_exist, delete_unread)
        try:
            self._send(puts, others)
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
            if not {reason.get("Code") for reason in reasons} <= _CONFLICTS:
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

    def _send(self, puts: list[Any], others: "list[TransactWriteItemTypeDef]") -> None:
        """Send these writes: one alone as it is, several as a transaction."""
        if len(puts) == 1 and not others:
            self.client.put_item(**puts[0])
            return
        items: list[TransactWriteItemTypeDef] = [{"Put": put} for put in puts]
        self.client.transact_write_items(TransactItems=[*items, *others])

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

    def _other_writes(
        self,
        rows: Sequence[Row],
        delete: Sequence[Row],
        must_exist: Sequence[Row],
        delete_unread: Sequence[ItemToErase],
    ) -> "list[TransactWriteItemTypeDef]":
        """Return the other writes of a transaction besides its rows, in the order of the arguments."""
        written = {row.id for row in rows}
        checks = [row for row in must_exist if row.id not in written]
        items: list[TransactWriteItemTypeDef] = [{"Delete": self._removal(row)} for row in delete]
        items += [{"ConditionCheck": self._check(row)} for row in checks]
        items += [{"Delete": self._unread_removal(one)} for one in delete_unread]
        for customer in (row for row in rows if isinstance(row, Customer)):
            items += self._search_terms(customer)
        return items

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
