"""What an operator does with the deployed stack: commands, holding, and functions that cannot run."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from local.places import ROOT, environment
from operations.redrive import QUEUES
from operations.senders import AT_REST_AFTER
from tests.e2e.desk import Desk, Person, eventually
from tests.times import MINUTE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_sqs import SQSClient

ALWAYS = [{"opens": "00:00", "closes": "24:00"}]
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def empty(desk: Desk) -> None:
    """Empty all queues."""
    for queue in (*QUEUES, "RetryQueue"):
        desk.cloud.client("sqs").purge_queue(QueueUrl=desk.resource(queue))


def operate(desk: Desk, command: str, *arguments: str) -> tuple[int, str]:
    """Run a command as its line in the Makefile does. Returns the exit code and the output."""
    done = subprocess.run(  # noqa: S603 - a program of our own
        [sys.executable, "-m", f"operations.{command}", *arguments, "--stack", desk.cloud.stack],
        cwd=ROOT,
        env=environment(
            PYTHONPATH="layers/vaada", AWS_ENDPOINT_URL=desk.cloud.endpoint, **desk.cloud.clock.environment()
        ),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert not done.stderr, done.stderr
    assert not [personal for personal in desk.personal if personal in done.stdout]
    return done.returncode, done.stdout


def always_at_work(desk: Desk, name: str, **more: Any) -> Person:
    """An agent who works at any hour, so that no message is held."""
    return desk.agent(name, working_hours=dict.fromkeys(WEEK, ALWAYS), **more)


def by_day(desk: Desk, name: str, **more: Any) -> Person:
    """A customer in a time zone where it is noon now, outside the quiet hours."""
    ahead = 12 - desk.now.hour  # the names of these zones have the opposite sign
    return desk.customer(name, time_zone=f"Etc/GMT{-ahead:+d}" if ahead else "UTC", **more)


def soon(desk: Desk, after: timedelta = 3 * MINUTE) -> datetime:
    return (desk.now + after).replace(microsecond=0)


@contextmanager
def sending_held(desk: Desk) -> Iterator[None]:
    """Hold all messages as docs/operations.md describes, and release them at the end."""
    assert operate(desk, "senders", "hold")[0] == 0
    desk.cloud.travel(AT_REST_AFTER)
    try:
        yield
    finally:
        assert operate(desk, "senders", "release")[0] == 0
        desk.cloud.travel(MINUTE)


@contextmanager
def held(desk: Desk, *functions: str) -> Iterator[None]:
    """These functions cannot run, as if the account had no concurrency left: invocations are throttled."""
    lambdas: LambdaClient = desk.cloud.client("lambda")
    for function in functions:
        name = desk.resource(function)
        if function == "SweepDue":
            let_sweeps_finish(desk)
        lambdas.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    try:
        yield
    finally:
        for function in functions:
            lambdas.delete_function_concurrency(FunctionName=desk.resource(function))


def let_sweeps_finish(desk: Desk) -> None:
    """Wait until no sweep runs: one that began before the clock is moved does what falls due by that.

    A function that may run only once at a time is throttled as long as it runs.
    """
    lambdas: LambdaClient = desk.cloud.client("lambda")
    name = desk.resource("SweepDue")

    def runs_alone() -> bool:
        try:
            return lambdas.invoke(FunctionName=name, Payload="{}")["StatusCode"] == 200
        except lambdas.exceptions.TooManyRequestsException:
            return False

    lambdas.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    eventually(runs_alone, "the sweeps that run are finished")


def bury(desk: Desk, queue: str, letter: object, **attributes: str) -> None:
    """Put a dead letter into a queue."""
    sqs: SQSClient = desk.cloud.client("sqs")
    told: Any = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
    sqs.send_message(QueueUrl=desk.resource(queue), MessageBody=json.dumps(letter), MessageAttributes=told)


@contextmanager
def switched_off(desk: Desk, function: str) -> Iterator[None]:
    """The stream does not invoke the function until the context ends."""
    lambdas: LambdaClient = desk.cloud.client("lambda")

    def mappings() -> Any:
        name = desk.resource(function)
        return lambdas.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]

    [mapping] = mappings()
    lambdas.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    try:
        assert [each["State"] for each in mappings()] == ["Disabled"]
        yield
    finally:
        lambdas.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


def stopped(desk: Desk, customer: Person) -> list[str]:
    """The reasons why the customer's addresses are suppressed."""
    found = desk.manager.get(f"/api/customers/{customer.id}/export")["stopped"]
    return [address["anything"]["reason"] for address in found]


def restored_to_now(desk: Desk, backup: str) -> None:
    """Restore the table to now, and wait for it."""
    dynamodb: DynamoDBClient = desk.cloud.client("dynamodb")
    dynamodb.restore_table_to_point_in_time(
        SourceTableName=desk.cloud.outputs["TableName"],
        TargetTableName=backup,
        RestoreDateTime=desk.now,
    )
    dynamodb.get_waiter("table_exists").wait(TableName=backup)
