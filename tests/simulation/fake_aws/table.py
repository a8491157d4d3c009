"""The DynamoDB table: conditions, indexes, transactions and the records of its stream."""

import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.integration.template import table
from tests.simulation.fake_aws.calls import Calls
from tests.simulation.fake_aws.errors import (
    ConditionalCheckFailedException,
    TransactionCanceledException,
    TransactionConflictException,
    error,
)
from tests.simulation.fake_aws.items import Item, key_of_item

_TABLE = table()
INDEX_KEYS = {
    index.get("IndexName", ""): tuple(key["AttributeName"] for key in index["KeySchema"])
    for index in (_TABLE, *_TABLE["GlobalSecondaryIndexes"])
}
_INCLUDED = {
    index["IndexName"]: (
        "pk",
        "sk",
        *INDEX_KEYS[index["IndexName"]],
        *index["Projection"]["NonKeyAttributes"],
    )
    for index in _TABLE["GlobalSecondaryIndexes"]
    if index["Projection"]["ProjectionType"] == "INCLUDE"
}
MOST_IN_A_TRANSACTION = 100
LAGGING_WRITES = 5  # how many writes a lagging index is behind, at most
LAGGING = timedelta(minutes=5)  # and for how long


@dataclass
class DynamoDb:
    """One table with its stream. Conditions, indexes and transactions as the desk uses them.

    Items are never changed, only replaced, so no copies are needed.
    """

    calls: Calls
    items: dict[tuple[str, str], Item] = field(default_factory=dict)
    stream: list[dict[str, Any]] = field(default_factory=list)
    on_write: Callable[[], None] = lambda: None
    _indexes: dict[str, dict[str, dict[tuple[str, str], Item]]] = field(
        default_factory=lambda: {name: defaultdict(dict) for name in INDEX_KEYS}
    )
    _latest: deque[tuple[datetime, tuple[str, str], Item | None]] = field(
        default_factory=lambda: deque(maxlen=LAGGING_WRITES)
    )

    class exceptions:  # noqa: N801 - botocore's name for it
        ConditionalCheckFailedException = ConditionalCheckFailedException
        TransactionCanceledException = TransactionCanceledException
        TransactionConflictException = TransactionConflictException

    def get_item(self, *, Key: Item, **_: object) -> dict[str, Any]:  # noqa: N803 - as boto3 calls it
        """A strongly consistent read."""
        return self.calls.make("GetItem", lambda: self._got(Key))

    def put_item(self, **put: Any) -> dict[str, Any]:
        """Write one row if its condition holds."""

        def effect() -> dict[str, Any]:
            self._check(put)
            self._write([put["Item"]])
            return {}

        return self.calls.make("PutItem", effect, again=effect)

    def transact_write_items(self, *, TransactItems: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        """Write all rows or none. A second call with the same token gets the response of the first."""

        keys = [key_of_item(_in_question(write)) for each in TransactItems for write in each.values()]
        if len(set(keys)) < len(keys) or len(keys) > MOST_IN_A_TRANSACTION:
            raise error("ValidationException")

        def effect() -> dict[str, Any]:
            reasons: list[dict[str, Any]] = []
            for each in TransactItems:
                try:
                    self._check(next(iter(each.values())))
                    reasons.append({"Code": "None"})
                except ConditionalCheckFailedException as failed:
                    item = failed.response.get("Item")
                    reasons.append({"Code": "ConditionalCheckFailed", **({"Item": item} if item else {})})
            if any(reason["Code"] != "None" for reason in reasons):
                raise error("TransactionCanceledException", {"CancellationReasons": reasons})
            self._write([each["Put"]["Item"] for each in TransactItems if "Put" in each])
            self._remove([each["Delete"]["Key"] for each in TransactItems if "Delete" in each])
            return {}

        return self.calls.make("TransactWriteItems", effect, again=lambda: {})

    def batch_write_item(self, *, RequestItems: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:  # noqa: N803
        """Delete rows, whether they exist or not. When throttled it does some, and returns the others."""

        def effect() -> dict[str, Any]:
            ((table, requests),) = RequestItems.items()
            most = len(requests) // 2 if self.calls.faults.strikes("call throttled") else len(requests)
            self._remove([request["DeleteRequest"]["Key"] for request in requests[:most]])
            left = requests[most:]
            return {"UnprocessedItems": {table: left} if left else {}}

        return self.calls.make("BatchWriteItem", effect, again=effect)

    def batch_get_item(self, *, RequestItems: dict[str, dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        """Strongly consistent reads of rows. When throttled it reads some, and returns the other keys."""

        def effect() -> dict[str, Any]:
            ((table, asked),) = RequestItems.items()
            keys = asked["Keys"]
            if len(keys) > MOST_IN_A_TRANSACTION or len({key_of_item(key) for key in keys}) < len(keys):
                raise error("ValidationException")
            most = max(1, len(keys) // 2) if self.calls.faults.strikes("call throttled") else len(keys)
            found = [item for key in keys[:most] if (item := self.items.get(key_of_item(key)))]
            left = {table: {**asked, "Keys": keys[most:]}} if keys[most:] else {}
            return {"Responses": {table: found}, "UnprocessedKeys": left}

        return self.calls.make("BatchGetItem", effect)

    def lose(self, keys: list[tuple[str, str]]) -> None:
        """Delete these rows, as somebody might do by mistake."""
        self._remove([{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in keys])

    def query(self, **asked: Any) -> dict[str, Any]:
        """The items of a partition in order; one page if a limit is given."""
        return self.calls.make("Query", lambda: self._found(asked))

    def get_paginator(self, _name: str) -> "DynamoDb":
        """The paginator of `query`."""
        return self

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        """One page after the other."""
        if "PaginationConfig" in asked:
            asked["Limit"] = asked.pop("PaginationConfig")["PageSize"]
        page = self.query(**asked)
        yield page
        while "LastEvaluatedKey" in page:  # faults strike at the first page only, or short pages had too many
            page = self._found({**asked, "ExclusiveStartKey": page["LastEvaluatedKey"]})
            yield page

    def _got(self, key: Item) -> dict[str, Any]:
        item = self.items.get(key_of_item(key))
        return {"Item": item} if item else {}

    def _check(self, write: dict[str, Any]) -> None:
        stands = self.items.get(key_of_item(_in_question(write)))
        condition, values = write.get("ConditionExpression"), write.get("ExpressionAttributeValues", {})
        wanted = next(iter(values.values()), None)
        if condition is None:
            holds = True
        elif condition == "attribute_not_exists(pk)":
            holds = stands is None
        elif condition.startswith("version = "):
            holds = stands is not None and stands["version"] == wanted
        else:
            holds = stands is not None
        if not holds:
            shown = stands and write.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
            raise error("ConditionalCheckFailedException", {"Item": stands} if shown else None)

    def partition(self, pk: str) -> Iterable[tuple[tuple[str, str], Item]]:
        """The items of a partition, with their keys."""
        return self._indexes[""][pk].items()

    def next_wake(self) -> str | None:
        """The earliest `wake_at` of all rows."""
        shards = self._indexes["due"].values()
        return min((item["wake_at"]["S"] for shard in shards for item in shard.values()), default=None)

    def _write(self, written: list[Item]) -> None:
        for item in written:
            before = self.items.get(key_of_item(item))
            if item == before:
                continue
            self._stand(key_of_item(item), item)
            images = {"NewImage": item, **({"OldImage": before} if before else {})}
            self._tell("MODIFY" if before else "INSERT", item, images)
        self.on_write()

    def _remove(self, keys: list[Item]) -> None:
        for key in keys:
            if before := self.items.get(key_of_item(key)):
                self._stand(key_of_item(key), None)
                self._tell("REMOVE", key, {"OldImage": before})
        self.on_write()

    def _tell(self, what: str, item: Item, images: dict[str, Item]) -> None:
        keys = {"pk": item["pk"], "sk": item["sk"]}
        number = f"{len(self.stream):021d}"
        self.stream.append(
            {"eventName": what, "dynamodb": {"Keys": keys, "SequenceNumber": number, **images}}
        )

    def _stand(self, key: tuple[str, str], item: Item | None) -> None:
        before = self.items.pop(key, None)
        for name, (partition, order) in INDEX_KEYS.items():
            if before and partition in before:
                self._indexes[name][before[partition]["S"]].pop(key, None)
            if item and partition in item and order in item:
                self._indexes[name][item[partition]["S"]][key] = item
        if item:
            self.items[key] = item
        self._latest.append((datetime.now(UTC), key, before))

    def _found(self, asked: dict[str, Any]) -> dict[str, Any]:
        index, forward = asked.get("IndexName", ""), asked.get("ScanIndexForward", True)
        partition, order = INDEX_KEYS[index]
        values = {name: value["S"] for name, value in asked["ExpressionAttributeValues"].items()}
        condition = asked["KeyConditionExpression"]
        wanted = values[condition.partition(" = ")[2].partition(" ")[0]]
        rows = self._indexes[index][wanted]
        if index and self.calls.faults.strikes("stale index"):
            rows = self._lagging(rows, partition, order, wanted)

        def place(row: Item) -> tuple[str, ...]:
            return row[order]["S"], *key_of_item(row)

        holds = _range(condition, order, values)
        found = sorted(
            (row for row in rows.values() if holds(row[order]["S"])), key=place, reverse=not forward
        )
        if "ExclusiveStartKey" in asked:
            start = place(asked["ExclusiveStartKey"])
            found = [row for row in found if (place(row) > start if forward else place(row) < start)]
        limits = [most for most in (asked.get("Limit"), self.calls.faults.rows_on_a_page) if most]
        page = found[: min(limits, default=None)]
        kept = [row for row in page if _passes(row, asked)]
        aliases = asked.get("ExpressionAttributeNames", {})
        projected = asked.get("ProjectionExpression", "")
        names: Sequence[str] | None = (
            [aliases.get(name, name) for name in projected.split(", ")] if projected else None
        )
        names = names or _INCLUDED.get(index)
        answer: dict[str, Any] = {"Items": [_part(row, names) for row in kept] if names else kept}
        if asked.get("Select") == "COUNT":
            answer = {"Count": len(kept)}
        if page and len(page) in limits:  # DynamoDB does not check whether there are more
            answer["LastEvaluatedKey"] = _part(page[-1], ("pk", "sk", partition, order))
        return answer

    def _lagging(
        self, rows: dict[tuple[str, str], Item], partition: str, order: str, wanted: str
    ) -> dict[tuple[str, str], Item]:
        """The rows as they were some writes ago."""
        behind = self.calls.faults.dice["stale index"].randint(1, LAGGING_WRITES)
        rows = dict(rows)
        lately = datetime.now(UTC) - LAGGING
        for at, key, before in list(self._latest)[: -behind - 1 : -1]:
            if at < lately:
                break
            rows.pop(key, None)
            if before and order in before and before.get(partition, {}).get("S") == wanted:
                rows[key] = before
        return rows


def _in_question(write: dict[str, Any]) -> Item:
    """The item of a put, or the key of a delete or a check."""
    item: Item = write.get("Item") or write["Key"]
    return item


def _part(row: Item, names: Sequence[str]) -> Item:
    """These attributes of an item. A name with a dot is a field of a map."""
    part = {name: row[name] for name in names if name in row}
    for outer, inner in (name.split(".") for name in names if "." in name):
        if inner in (fields := row.get(outer, {}).get("M", {})):
            part[outer] = {"M": {inner: fields[inner]}}
    return part


def _passes(row: Item, asked: Mapping[str, Any]) -> bool:
    """Whether the row passes the filter: `contains`, of a text or a list, `=`, `<=`, joined by OR, AND."""
    values, names = asked["ExpressionAttributeValues"], asked.get("ExpressionAttributeNames", {})

    def meets(condition: str) -> bool:
        if found := re.fullmatch(r"(\w+) (<?=) (:\w+)", condition):
            held, wanted = row[found[1]]["S"], values[found[3]]["S"]
            return bool(held == wanted or (found[2] == "<=" and held < wanted))
        name, value = condition.removeprefix("contains(").removesuffix(")").split(", ")
        held = row.get(names.get(name, name), {})
        return values[value]["S"] in held.get("S", "") or values[value] in held.get("L", ())

    conditions = filter(None, asked.get("FilterExpression", "").split(" AND "))
    return all(
        any(meets(one) for one in condition.removeprefix("(").removesuffix("))").split(" OR "))
        if condition.startswith("(")
        else meets(condition)
        for condition in conditions
    )


def _range(condition: str, order: str, values: dict[str, str]) -> Callable[[str], bool]:
    """Whether a sort key meets the condition."""
    if found := re.search(rf"{order} BETWEEN (:\w+) AND (:\w+)", condition):
        first, last = values[found[1]], values[found[2]]
        return lambda value: first <= value <= last
    if found := re.search(rf"begins_with\({order}, (:\w+)\)", condition):
        beginning = values[found[1]]
        return lambda value: value.startswith(beginning)
    if found := re.search(rf"{order} <= (:\w+)", condition):
        most = values[found[1]]
        return lambda value: value <= most
    return lambda _value: True
