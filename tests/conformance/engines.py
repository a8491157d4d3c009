"""Three replacements of AWS: the fakes of the simulation, moto and MiniStack."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from unittest.mock import patch

import boto3
from botocore.exceptions import ClientError
from moto import mock_aws

from tests.integration.scripted_desk import ENVIRONMENT
from tests.integration.template import table
from tests.simulation.fake_aws.calls import Calls
from tests.simulation.fake_aws.faults import Faults
from tests.simulation.fake_aws.parameters import Parameters
from tests.simulation.fake_aws.scheduler import Scheduler
from tests.simulation.fake_aws.table import DynamoDb

Item = dict[str, Any]
Clients = Callable[[str], Any]
TABLE = "conformance"
GROUP = "conformance-due"
_QUERY = "provide-client-params.dynamodb.Query"


@dataclass(frozen=True)
class Change:
    """The stream record of one write."""

    kind: str
    key: Item
    before: Item | None
    after: Item | None


@dataclass(frozen=True)
class Engine:
    """One of the three with an empty table, used by boto3's clients."""

    name: str
    dynamodb: Any
    scheduler: Any
    ssm: Any
    table: str
    changes: Callable[[], list[Change]]
    schedules: Callable[[], dict[str, str]]
    shorten_pages: Callable[[int], None]
    """Answer each query without a limit in pages of so many rows, as DynamoDB does with large ones."""

    def put(self, item: Item, **condition: Any) -> Any:
        """Put an item into the table."""
        return self.dynamodb.put_item(TableName=self.table, Item=item, **condition)

    def get(self, key: Item) -> Item | None:
        """The item with this key, if there is one."""
        found: Item | None = self.dynamodb.get_item(
            TableName=self.table, Key=key_of(key), ConsistentRead=True
        ).get("Item")
        return found

    def transact(self, *writes: dict[str, Any]) -> Any:
        """Write all items or none."""
        named = [
            {kind: {"TableName": self.table, **write} for kind, write in each.items()} for each in writes
        ]
        return self.dynamodb.transact_write_items(TransactItems=named)

    def query(self, condition: str, values: dict[str, str], **more: Any) -> Any:
        """The response to one query; the values are strings."""
        asked = {f":{name}": {"S": value} for name, value in values.items()}
        return self.dynamodb.query(
            TableName=self.table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=asked,
            **more,
        )


def key_of(item: Item) -> Item:
    """The key of an item."""
    return {"pk": item["pk"], "sk": item["sk"]}


def refusal(call: Callable[[], Any]) -> tuple[str, Any]:
    """How a call fails: the error code, and the returned item or reasons. ("", None): it succeeds."""
    try:
        call()
    except ClientError as error:
        response: Any = error.response
        told = response.get("Item")
        if "CancellationReasons" in response:
            told = [(reason["Code"], reason.get("Item")) for reason in response["CancellationReasons"]]
        return response["Error"]["Code"], told
    return "", None


@contextmanager
def simulation() -> Iterator[Engine]:
    """The simulation's fakes, without faults."""
    calls = Calls(Faults())
    dynamodb, scheduler, ssm = DynamoDb(calls), Scheduler(calls), Parameters()

    def schedules() -> dict[str, str]:
        return {name: each["ScheduleExpression"] for name, each in scheduler.schedules.items()}

    def changes() -> list[Change]:
        return [_change(record) for record in dynamodb.stream]

    def shorten_pages(rows: int) -> None:
        calls.faults.rows_on_a_page = rows

    yield Engine("the simulation", dynamodb, scheduler, ssm, TABLE, changes, schedules, shorten_pages)


@contextmanager
def moto() -> Iterator[Engine]:
    """moto, empty."""
    with patch.dict("os.environ", ENVIRONMENT), mock_aws():
        yield _prepared("moto", _moto_client, TABLE)
    _lengthen_pages(_moto_client)


@contextmanager
def ministack(clients: Clients, number: int) -> Iterator[Engine]:
    """MiniStack, which all tests share: each has its own table."""
    yield _prepared("MiniStack", clients, f"{TABLE}-{number}")
    _lengthen_pages(clients)


@cache
def _moto_client(service: str) -> Any:
    return boto3.client(service)  # type: ignore[call-overload]  # one of those that are asked for here


def _prepared(name: str, client: Clients, table_name: str) -> Engine:
    dynamodb, scheduler = client("dynamodb"), client("scheduler")
    dynamodb.create_table(TableName=table_name, **table())
    if not any(group["Name"] == GROUP for group in scheduler.list_schedule_groups()["ScheduleGroups"]):
        scheduler.create_schedule_group(Name=GROUP)
    for standing in scheduler.list_schedules(GroupName=GROUP)["Schedules"]:
        scheduler.delete_schedule(GroupName=GROUP, Name=standing["Name"])

    def schedules() -> dict[str, str]:
        names = [each["Name"] for each in scheduler.list_schedules(GroupName=GROUP)["Schedules"]]
        found = (scheduler.get_schedule(GroupName=GROUP, Name=each) for each in names)
        return {each["Name"]: each["ScheduleExpression"] for each in found}

    def changes() -> list[Change]:
        streams = client("dynamodbstreams")
        [stream] = streams.list_streams(TableName=table_name)["Streams"]
        [shard] = streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]["Shards"]
        at = streams.get_shard_iterator(
            StreamArn=stream["StreamArn"], ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )
        return [_change(each) for each in streams.get_records(ShardIterator=at["ShardIterator"])["Records"]]

    def shorten_pages(rows: int) -> None:
        def limit(params: dict[str, Any], **_: Any) -> None:
            params.setdefault("Limit", rows)

        dynamodb.meta.events.register(_QUERY, limit, unique_id=_QUERY)

    return Engine(name, dynamodb, scheduler, client("ssm"), table_name, changes, schedules, shorten_pages)


def _lengthen_pages(client: Clients) -> None:
    """Undo `shorten_pages`: the clients serve other tests as well."""
    client("dynamodb").meta.events.unregister(_QUERY, unique_id=_QUERY)


def _change(record: dict[str, Any]) -> Change:
    change = json.loads(json.dumps(record["dynamodb"], default=str))
    return Change(record["eventName"], change["Keys"], change.get("OldImage"), change.get("NewImage"))
