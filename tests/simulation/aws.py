"""The AWS that the desk's clients talk to, as far as the desk talks to it. One process, no network."""

import json
import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from botocore.exceptions import ClientError, ReadTimeoutError

from tests.integration.scripted_desk import ENVIRONMENT
from tests.integration.template import table
from tests.simulation.faults import Faults, Killed
from vaada.gateways.items import from_item
from vaada.model.rows import Row
from vaada.present.email import Mail

T = TypeVar("T")
Item = dict[str, Any]
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
LAGGING_WRITES = 5  # how far an index is behind, at most, when it lags
LAGGING = timedelta(minutes=5)  # and for how long: an hour later everybody finds what was written
_parsed: dict[int, tuple[Item, Row]] = {}


def parsed(item: Item) -> Row:
    """`from_item`, once for each item: items are never changed, only replaced, and rows are frozen."""
    known = _parsed.get(id(item))
    if known is None or known[0] is not item:
        known = _parsed[id(item)] = (item, from_item(item))
    return known[1]


def forget_parsed() -> None:
    """A history is over."""
    _parsed.clear()


def attribute(value: Any) -> dict[str, Any]:
    """As boto3's TypeSerializer has it, for what rows are made of, in a fraction of the time."""
    kind = type(value)
    if kind is str:
        return {"S": value}
    if kind is bool:
        return {"BOOL": value}
    if kind is int:
        return {"N": str(value)}
    if kind is list:
        return {"L": [attribute(each) for each in value]}
    if kind is dict:
        return {"M": {name: attribute(each) for name, each in value.items()}}
    raise TypeError(f"rows have no {kind}")


def plain(attribute: Mapping[str, Any]) -> Any:
    """And back, as boto3's TypeDeserializer has it."""
    if (text := attribute.get("S")) is not None:
        return text
    for kind, value in attribute.items():  # of which there is one
        if kind == "L":
            return [plain(each) for each in value]
        if kind == "M":
            return {name: plain(each) for name, each in value.items()}
        return Decimal(value) if kind == "N" else value
    raise TypeError("an attribute has a kind and a value")


def error(code: str, more: dict[str, Any] | None = None, *, status: int = 400) -> ClientError:
    """An error as botocore raises it."""
    response = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}, **(more or {})}
    return _NAMED.get(code, ClientError)(response, "call")  # type: ignore[arg-type]  # it is one


class ConditionalCheckFailedException(ClientError):
    """A row did not stand as was expected."""


class TransactionCanceledException(ClientError):
    """One of the rows of a transaction did not."""


class TransactionConflictException(ClientError):
    """A row is in somebody else's transaction just now."""


class ResourceNotFoundException(ClientError):
    """There is no such schedule."""


class ConflictException(ClientError):
    """There is such a schedule already."""


_NAMED: dict[str, type[ClientError]] = {
    kind.__name__: kind
    for kind in (
        ConditionalCheckFailedException,
        TransactionCanceledException,
        TransactionConflictException,
        ResourceNotFoundException,
        ConflictException,
    )
}


@dataclass
class Calls:
    """Every call passes here, where it may be refused, cut short, or lose its answer."""

    faults: Faults
    log: Callable[[str], None] = lambda _line: None
    begin: Callable[[], None] = lambda: None  # where a function that has timed out is held up

    def make(self, name: str, effect: Callable[[], T], *, again: Callable[[], T] | None = None) -> T:
        """Make the call. `again` is what the SDK meets when it asks a second time for lack of an answer."""
        self.begin()
        if self.faults.none:
            return effect()
        if self.faults.strikes("killed before a call"):
            self.log(f"killed before {name}")
            raise Killed
        if self.faults.strikes("call throttled"):
            self.log(f"throttled {name}")
            raise error("ThrottlingException")
        if self.faults.mostly("burst of errors"):
            self._fail(name, effect)
        result = effect()
        if again is not None and self.faults.strikes("answer lost"):
            self.log(f"answer lost of {name}")
            result = again()
        if self.faults.strikes("killed after a call"):
            self.log(f"killed after {name}")
            raise Killed
        return result

    def _fail(self, name: str, effect: Callable[[], T]) -> None:
        """AWS has trouble of its own: it is too busy, or breaks down before or after doing what was asked."""
        dice = self.faults.dice["burst of errors"]
        if dice.random() < 1 / 3:
            self.log(f"busy: {name}")
            raise error("ThrottlingException")
        done = dice.random() < 1 / 2
        if done:
            effect()
        self.log(f"500 of {name}, {'which was done' if done else 'nothing done'}")
        raise error("InternalServerError", status=500)


@dataclass
class DynamoDb:
    """One table with its stream. Conditions, indexes and transactions as the desk uses them.

    Items are never changed, only replaced, so nobody needs a copy.
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
        """Write all of them or none. Asked a second time with the same token it answers as the first time."""

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
        """Remove rows, whether they are there or not. When it is busy it does some, and names the others."""

        def effect() -> dict[str, Any]:
            ((table, requests),) = RequestItems.items()
            most = len(requests) // 2 if self.calls.faults.strikes("call throttled") else len(requests)
            self._remove([request["DeleteRequest"]["Key"] for request in requests[:most]])
            left = requests[most:]
            return {"UnprocessedItems": {table: left} if left else {}}

        return self.calls.make("BatchWriteItem", effect, again=effect)

    def lose(self, keys: list[tuple[str, str]]) -> None:
        """Somebody deletes these rows by mistake."""
        self._remove([{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in keys])

    def query(self, **asked: Any) -> dict[str, Any]:
        """Items of a partition, in order: a page of them, where a limit is asked for."""
        return self.calls.make("Query", lambda: self._found(asked))

    def get_paginator(self, _name: str) -> "DynamoDb":
        """The paginator of `query`."""
        return self

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        """One page after the other."""
        if "PaginationConfig" in asked:
            asked["Limit"] = asked.pop("PaginationConfig")["PageSize"]
        while True:
            page = self.query(**asked)
            yield page
            if "LastEvaluatedKey" not in page:
                return
            asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]

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

    def next_wake(self) -> str | None:
        """When the next row waits to be woken."""
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
        page = found[: asked.get("Limit")]
        names = asked["ProjectionExpression"].split(", ") if "ProjectionExpression" in asked else None
        names = names or _INCLUDED.get(index)
        answer: dict[str, Any] = {"Items": [_part(row, names) for row in page] if names else page}
        if page and len(page) == asked.get("Limit"):  # DynamoDB does not look whether there is more
            answer["LastEvaluatedKey"] = _part(page[-1], ("pk", "sk", partition, order))
        return answer

    def _lagging(
        self, rows: dict[tuple[str, str], Item], partition: str, order: str, wanted: str
    ) -> dict[tuple[str, str], Item]:
        """The rows as they stood some writes ago."""
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


@dataclass
class Scheduler:
    """One-time schedules: the world fires them."""

    calls: Calls
    schedules: dict[str, dict[str, Any]] = field(default_factory=dict)
    made: int = 0  # how often one was made or changed

    class exceptions:  # noqa: N801 - botocore's name for it
        ResourceNotFoundException = ResourceNotFoundException
        ConflictException = ConflictException

    def create_schedule(self, **schedule: Any) -> None:
        """Make a schedule that is not there yet."""
        self._make("CreateSchedule", lambda: self._put(schedule, there=False))

    def update_schedule(self, **schedule: Any) -> None:
        """Change a schedule that is there."""
        self._make("UpdateSchedule", lambda: self._put(schedule, there=True))

    def delete_schedule(self, *, Name: str, **_: object) -> None:  # noqa: N803 - as boto3 calls it
        """Take a schedule away."""

        def effect() -> None:
            if self.schedules.pop(Name, None) is None:
                raise error("ResourceNotFoundException", status=404)

        self._make("DeleteSchedule", effect)

    def _make(self, name: str, effect: Callable[[], None]) -> None:
        if self.calls.faults.lasts("no Scheduler"):
            raise error("InternalServerException", status=503)
        self.calls.make(name, effect)

    def _put(self, schedule: dict[str, Any], *, there: bool) -> None:
        if (schedule["Name"] in self.schedules) != there:
            raise error("ResourceNotFoundException" if there else "ConflictException", status=409)
        self.schedules[schedule["Name"]] = schedule
        self.made += 1


BROKEN = 500  # a status of which nobody knows what was done
OVER_QUOTA = {"SendEmail": "LimitExceededException", "Publish": "ThrottledException"}
"""What SES and SNS say when a day's quota is used up."""


class Letter(dict[str, Any]):
    """A mail before it is put into MIME, which takes longer than all else here and is tested elsewhere."""

    def __init__(self, mail: Mail) -> None:
        super().__init__()
        self.mail = mail

    def as_bytes(self) -> "Letter":
        """As it is handed to SES."""
        return self


@dataclass(frozen=True)
class Sent:
    """What was really sent, whatever the desk knows of it. A text does not say which message it is."""

    at: datetime
    to: str
    text: str
    message_id: str | None
    provider_id: str


@dataclass
class Post:
    """SES and SNS."""

    calls: Calls
    sent: list[Sent] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)  # mails of which the desk was told what came of them
    mails: int = 0  # that were sent

    def send_email(self, *, Destination: Any, Content: Any, EmailTags: Any, **_: object) -> dict[str, str]:  # noqa: N803
        """Accept a mail."""
        letter: Letter = Content["Raw"]["Data"]
        to, message_id = Destination["ToAddresses"][0], EmailTags[0]["Value"]
        return self._accept("SendEmail", to, letter.mail.text, message_id)

    def publish(self, *, PhoneNumber: str, Message: str, **_: object) -> dict[str, str]:  # noqa: N803
        """Accept a text."""
        return self._accept("Publish", PhoneNumber, Message, None)

    def _accept(self, name: str, to: str, text: str, message_id: str | None) -> dict[str, str]:
        def effect() -> dict[str, str]:
            if self.calls.faults.strikes("send refused"):
                self.calls.log(f"{name} refused")
                raise error("TooManyRequestsException", status=429)
            if self.calls.faults.lasts("quota exhausted"):
                self.calls.log(f"no quota for {name}")
                raise error(OVER_QUOTA[name])
            provider_id = f"{name}-{len(self.sent) + 1}"
            self.sent.append(Sent(datetime.now(UTC), to, text, message_id, provider_id))
            self.mails += message_id is not None
            if self.calls.faults.strikes("send unanswered"):
                self.calls.log(f"no answer to {name}")
                raise ReadTimeoutError(endpoint_url="https://provider")
            return {"MessageId": provider_id}

        known = [message_id] if message_id else []
        try:
            answer = self.calls.make(name, effect)
        except ClientError as refusal:
            if refusal.response["ResponseMetadata"]["HTTPStatusCode"] < BROKEN:
                self.answered += known
            raise
        self.answered += known
        return answer


@dataclass
class Functions:
    """Asynchronous invokes: the world delivers them."""

    calls: Calls
    invoked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def invoke(self, *, FunctionName: str, Payload: str, **_: object) -> None:  # noqa: N803 - as boto3 calls it
        """Accept an event."""
        self.calls.make("Invoke", lambda: self.invoked.append((FunctionName, json.loads(Payload))))


@dataclass
class Parameters:
    """The keys of links, and the one of addresses."""

    stored: dict[str, str] = field(
        default_factory=lambda: {
            ENVIRONMENT["LINK_KEYS_PARAMETER"]: json.dumps(["older", "newer"]),
            ENVIRONMENT["ADDRESS_KEY_PARAMETER"]: "a key",
        }
    )

    def get_parameter(self, *, Name: str, **_: object) -> dict[str, Any]:  # noqa: N803 - as boto3 calls it
        """What is stored under the name."""
        if Name not in self.stored:
            raise error("ParameterNotFound")
        return {"Parameter": {"Value": self.stored[Name]}}

    def put_parameter(self, *, Name: str, Value: str, Overwrite: bool, **_: object) -> None:  # noqa: N803
        """Store it, in the place of what is there only if that is asked for."""
        if Name in self.stored and not Overwrite:
            raise error("ParameterAlreadyExists")
        self.stored[Name] = Value

    def delete_parameter(self, *, Name: str) -> None:  # noqa: N803 - as boto3 calls it
        """Forget it."""
        if self.stored.pop(Name, None) is None:
            raise error("ParameterNotFound")


def _in_question(write: dict[str, Any]) -> Item:
    """The item of a put, or the key of what is to be removed or checked."""
    item: Item = write.get("Item") or write["Key"]
    return item


def _part(row: Item, names: Iterable[str]) -> Item:
    return {name: row[name] for name in names if name in row}


def key_of_item(item: Item) -> tuple[str, str]:
    """Where it lies."""
    return item["pk"]["S"], item["sk"]["S"]


def _range(condition: str, order: str, values: dict[str, str]) -> Callable[[str], bool]:
    """Whether a sort key is within what the condition asks for."""
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
