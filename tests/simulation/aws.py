"""The AWS that the desk's clients talk to, as far as the desk talks to it. One process, no network."""

import json
import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from botocore.exceptions import ClientError, ReadTimeoutError

from tests.simulation.faults import Faults, Killed
from vaada.gateways.items import from_item
from vaada.model.rows import Row
from vaada.present.mails import Mail

T = TypeVar("T")
Item = dict[str, Any]
INDEX_KEYS = {
    "": ("pk", "sk"),
    "due": ("due_shard", "wake_at"),
    "by_kind": ("row_kind", "list_key"),
    "by_agent": ("agent_kind", "list_key"),
}
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
    match value:
        case str():
            return {"S": value}
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case list():
            return {"L": [attribute(each) for each in value]}
        case dict():
            return {"M": {name: attribute(each) for name, each in value.items()}}
    raise TypeError(f"rows have no {type(value)}")


def plain(attribute: Mapping[str, Any]) -> Any:
    """And back, as boto3's TypeDeserializer has it."""
    ((kind, value),) = attribute.items()
    match kind:
        case "L":
            return [plain(each) for each in value]
        case "M":
            return {name: plain(each) for name, each in value.items()}
        case "N":
            return Decimal(value)
    return value


def error(code: str, more: dict[str, Any] | None = None, *, status: int = 400) -> ClientError:
    """An error as botocore raises it."""
    response = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}, **(more or {})}
    return _NAMED.get(code, ClientError)(response, "call")  # type: ignore[arg-type]  # it is one


class ConditionalCheckFailedException(ClientError):
    """A row did not stand as was expected."""


class TransactionCanceledException(ClientError):
    """One of the rows of a transaction did not."""


class ResourceNotFoundException(ClientError):
    """There is no such schedule."""


class ConflictException(ClientError):
    """There is such a schedule already."""


_NAMED: dict[str, type[ClientError]] = {
    kind.__name__: kind
    for kind in (
        ConditionalCheckFailedException,
        TransactionCanceledException,
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
        if self.faults.strikes("killed before a call"):
            self.log(f"killed before {name}")
            raise Killed
        if self.faults.strikes("call throttled"):
            self.log(f"throttled {name}")
            raise error("ThrottlingException")
        result = effect()
        if again is not None and self.faults.strikes("answer lost"):
            self.log(f"answer lost of {name}")
            result = again()
        if self.faults.strikes("killed after a call"):
            self.log(f"killed after {name}")
            raise Killed
        return result


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

    def get_item(self, *, Key: Item, **_: object) -> dict[str, Any]:  # noqa: N803 - as boto3 calls it
        """A strongly consistent read."""
        return self.calls.make("GetItem", lambda: self._got(Key))

    def put_item(self, **put: Any) -> dict[str, Any]:
        """Write one row if its condition holds."""

        def effect() -> dict[str, Any]:
            self._check(put)
            self._write([put])
            return {}

        return self.calls.make("PutItem", effect, again=effect)

    def transact_write_items(self, *, TransactItems: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        """Write all of them or none. Asked a second time with the same token it answers as the first time."""

        def effect() -> dict[str, Any]:
            reasons: list[dict[str, Any]] = []
            for each in TransactItems:
                try:
                    self._check(each.get("Put") or each["Delete"])
                    reasons.append({"Code": "None"})
                except ConditionalCheckFailedException as failed:
                    item = failed.response.get("Item")
                    reasons.append({"Code": "ConditionalCheckFailed", **({"Item": item} if item else {})})
            if any(reason["Code"] != "None" for reason in reasons):
                raise error("TransactionCanceledException", {"CancellationReasons": reasons})
            self._write([each["Put"] for each in TransactItems if "Put" in each])
            for each in TransactItems:
                if "Delete" in each:
                    self._stand(_key(each["Delete"]["Key"]), None)
            return {}

        return self.calls.make("TransactWriteItems", effect, again=lambda: {})

    def query(self, **asked: Any) -> dict[str, Any]:
        """The first items of a partition, in order; nobody here asks for a second page."""
        return self.calls.make("Query", lambda: {"Items": self._found(asked)})

    def get_paginator(self, _name: str) -> "DynamoDb":
        """The paginator of `query`."""
        return self

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        """The one page."""
        yield self.query(**asked)

    def _got(self, key: Item) -> dict[str, Any]:
        item = self.items.get(_key(key))
        return {"Item": item} if item else {}

    def _check(self, write: dict[str, Any]) -> None:
        stands = self.items.get(_key(write.get("Item") or write["Key"]))
        condition, values = write["ConditionExpression"], write.get("ExpressionAttributeValues", {})
        wanted = next(iter(values.values()), None)
        if condition == "attribute_not_exists(pk)":
            holds = stands is None
        elif condition.startswith("version = "):
            holds = stands is not None and stands["version"] == wanted
        else:
            holds = stands is not None
        if not holds:
            raise error("ConditionalCheckFailedException", {"Item": stands} if stands else None)

    def next_wake(self) -> str | None:
        """When the next row waits to be woken."""
        shards = self._indexes["due"].values()
        return min((item["wake_at"]["S"] for shard in shards for item in shard.values()), default=None)

    def _write(self, puts: list[dict[str, Any]]) -> None:
        for put in puts:
            item, key = put["Item"], _key(put["Item"])
            before = self.items.get(key)
            self._stand(key, item)
            images = {"NewImage": item, **({"OldImage": before} if before else {})}
            self.stream.append(
                {
                    "eventName": "MODIFY" if before else "INSERT",
                    "dynamodb": {
                        "Keys": {"pk": item["pk"], "sk": item["sk"]},
                        "SequenceNumber": f"{len(self.stream):021d}",
                        **images,
                    },
                }
            )
        self.on_write()

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

    def _found(self, asked: dict[str, Any]) -> list[Item]:
        index = asked.get("IndexName", "")
        partition, order = INDEX_KEYS[index]
        values = {name: value["S"] for name, value in asked["ExpressionAttributeValues"].items()}
        condition = asked["KeyConditionExpression"]
        wanted = values[condition.partition(" = ")[2].partition(" ")[0]]
        rows = self._indexes[index][wanted]
        if index and self.calls.faults.strikes("stale index"):
            rows = self._lagging(rows, partition, order, wanted)
        holds = _range(condition, order, values)
        found = sorted(
            (row for row in rows.values() if holds(row[order]["S"])), key=lambda row: row[order]["S"]
        )
        if not asked.get("ScanIndexForward", True):
            found.reverse()
        return found[: asked.get("Limit")]

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

    class exceptions:  # noqa: N801 - botocore's name for it
        ResourceNotFoundException = ResourceNotFoundException
        ConflictException = ConflictException

    def create_schedule(self, **schedule: Any) -> None:
        """Make a schedule that is not there yet."""
        self.calls.make("CreateSchedule", lambda: self._put(schedule, there=False))

    def update_schedule(self, **schedule: Any) -> None:
        """Change a schedule that is there."""
        self.calls.make("UpdateSchedule", lambda: self._put(schedule, there=True))

    def delete_schedule(self, *, Name: str, **_: object) -> None:  # noqa: N803 - as boto3 calls it
        """Take a schedule away."""

        def effect() -> None:
            if self.schedules.pop(Name, None) is None:
                raise error("ResourceNotFoundException", status=404)

        self.calls.make("DeleteSchedule", effect)

    def due(self, now: datetime) -> list[dict[str, Any]]:
        """The schedules whose minute has come, which are gone with that."""
        names = [name for name, schedule in self.schedules.items() if _at(schedule) <= now]
        return [self.schedules.pop(name) for name in sorted(names)]

    def _put(self, schedule: dict[str, Any], *, there: bool) -> None:
        if (schedule["Name"] in self.schedules) != there:
            raise error("ResourceNotFoundException" if there else "ConflictException", status=409)
        self.schedules[schedule["Name"]] = schedule


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
            provider_id = f"{name}-{len(self.sent) + 1}"
            self.sent.append(Sent(datetime.now(UTC), to, text, message_id, provider_id))
            if self.calls.faults.strikes("send unanswered"):
                self.calls.log(f"no answer to {name}")
                raise ReadTimeoutError(endpoint_url="https://provider")
            return {"MessageId": provider_id}

        return self.calls.make(name, effect)


@dataclass
class Functions:
    """Asynchronous invokes: the world delivers them."""

    calls: Calls
    invoked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def invoke(self, *, FunctionName: str, Payload: str, **_: object) -> None:  # noqa: N803 - as boto3 calls it
        """Accept an event."""
        self.calls.make("Invoke", lambda: self.invoked.append((FunctionName, json.loads(Payload))))


class Parameters:
    """The keys of links, and the one of addresses."""

    def get_parameter(self, *, Name: str, **_: object) -> dict[str, Any]:  # noqa: N803 - as boto3 calls it
        """What is stored under the name."""
        value = json.dumps(["older", "newer"]) if Name.endswith("link-keys") else "a key"
        return {"Parameter": {"Value": value}}


def _key(item: Item) -> tuple[str, str]:
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


def _at(schedule: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(schedule["ScheduleExpression"][3:-1]).replace(tzinfo=UTC)
