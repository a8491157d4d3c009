"""The AWS that the desk's clients talk to, as far as the desk talks to it. One process, no network."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, TypeVar

from botocore.exceptions import ClientError, ReadTimeoutError

from tests.simulation.faults import Faults, Killed

T = TypeVar("T")
Item = dict[str, Any]
INDEX_KEYS = {
    "due": ("due_shard", "wake_at"),
    "by_kind": ("row_kind", "list_key"),
    "by_agent": ("agent_kind", "list_key"),
}


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

    def make(self, name: str, effect: Callable[[], T], *, again: Callable[[], T] | None = None) -> T:
        """Make the call. `again` is what the SDK meets when it asks a second time for lack of an answer."""
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
    _stale: list[Item] = field(default_factory=list)

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
                    del self.items[_key(each["Delete"]["Key"])]
            return {}

        return self.calls.make("TransactWriteItems", effect, again=lambda: {})

    def query(self, **asked: Any) -> dict[str, Any]:
        """All items of a partition in order; pages are not needed here."""
        return self.calls.make("Query", lambda: {"Items": list(self._found(asked))})

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

    def _write(self, puts: list[dict[str, Any]]) -> None:
        for put in puts:
            item, key = put["Item"], _key(put["Item"])
            before = self.items.get(key)
            self.items[key] = item
            if before:
                self._stale.append(before)
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

    def _found(self, asked: dict[str, Any]) -> Iterator[Item]:
        partition, order = INDEX_KEYS.get(asked.get("IndexName", ""), ("pk", "sk"))
        values = asked["ExpressionAttributeValues"]
        rows = list(self.items.values())
        if "IndexName" in asked and self._stale and self.calls.faults.strikes("stale index"):
            rows.append(self._stale[-1])
        found = [row for row in rows if partition in row and order in row]
        for name, operator, value in re.findall(r"(\w+) (=|<=) (:\w+)", asked["KeyConditionExpression"]):
            found = [row for row in found if _holds(row[name]["S"], operator, values[value]["S"])]
        for name, value in re.findall(r"begins_with\((\w+), (:\w+)\)", asked["KeyConditionExpression"]):
            found = [row for row in found if row[name]["S"].startswith(values[value]["S"])]
        backwards = not asked.get("ScanIndexForward", True)
        yield from sorted(found, key=lambda row: row[order]["S"], reverse=backwards)


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


@dataclass
class Post:
    """SES and SNS: what was really sent, whatever the desk knows of it."""

    calls: Calls
    mails: list[tuple[datetime, EmailMessage]] = field(default_factory=list)
    texts: list[tuple[datetime, str, str]] = field(default_factory=list)
    message_ids: list[str] = field(default_factory=list)

    def send_email(self, *, Content: dict[str, Any], EmailTags: Any, **_: object) -> dict[str, str]:  # noqa: N803
        """Accept a mail."""
        mime = message_from_bytes(Content["Raw"]["Data"], policy=default)

        def send() -> None:
            self.mails.append((datetime.now(UTC), mime))
            self.message_ids.append(EmailTags[0]["Value"])

        return self._accept("SendEmail", send)

    def publish(self, *, PhoneNumber: str, Message: str, **_: object) -> dict[str, str]:  # noqa: N803
        """Accept a text."""
        return self._accept("Publish", lambda: self.texts.append((datetime.now(UTC), PhoneNumber, Message)))

    def _accept(self, name: str, send: Callable[[], None]) -> dict[str, str]:
        def effect() -> dict[str, str]:
            send()
            if self.calls.faults.strikes("send unanswered"):
                self.calls.log(f"no answer to {name}")
                raise ReadTimeoutError(endpoint_url="https://provider")
            return {"MessageId": f"{name}-{len(self.mails)}-{len(self.texts)}"}

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
    """The link keys."""

    def get_parameter(self, **_: object) -> dict[str, Any]:
        """Both keys."""
        return {"Parameter": {"Value": json.dumps(["older", "newer"])}}


def _key(item: Item) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def _holds(value: str, operator: str, wanted: str) -> bool:
    return value == wanted if operator == "=" else value <= wanted


def _at(schedule: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(schedule["ScheduleExpression"][3:-1]).replace(tzinfo=UTC)
