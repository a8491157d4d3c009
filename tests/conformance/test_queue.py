"""What the product relies on in SQS: a message that is not deleted is received again, but not forever."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Protocol
from unittest.mock import patch

import boto3
import pytest
import time_machine
from moto import mock_aws

from local.cloud import Cloud
from tests.integration.scripted_desk import ENVIRONMENT
from tests.simulation.fake_aws.calls import Calls
from tests.simulation.fake_aws.faults import Faults
from tests.simulation.fake_aws.queue import Queue, QueuedMessage

SECONDS, MOST_RECEIVES = 1, 2  # of delay, and of the visibility timeout
A_LITTLE_MORE = timedelta(seconds=SECONDS + 0.3)
_numbers = count(1)


class Box(Protocol):
    """A queue with its dead-letter queue, on one of the three engines."""

    def send(self, body: str) -> None:
        """Send a message."""

    def receive(self) -> list[str]:
        """Receive the visible messages."""

    def delete(self) -> None:
        """Delete the messages that were received last."""

    def dead(self) -> list[str]:
        """The dead letters."""

    def pass_time(self, by: timedelta) -> None:
        """Let time pass on its clock."""


@dataclass
class Simulated:
    """The queue of the simulation, polled as its world does."""

    queue: Queue
    clock: time_machine.Traveller
    messages: list[QueuedMessage] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)

    def send(self, body: str) -> None:
        self.queue.send_message(MessageBody=body)

    def receive(self) -> list[str]:
        self.given_up += [message.body for message in self.queue.give_up()]
        self.messages = self.queue.receive()
        return [message.body for message in self.messages]

    def delete(self) -> None:
        for message in self.messages:
            self.queue.delete(message)

    def dead(self) -> list[str]:
        return self.given_up

    def pass_time(self, by: timedelta) -> None:
        self.clock.shift(by)


@dataclass
class Real:
    """A queue that boto3 talks to."""

    sqs: Any
    url: str
    dead_url: str
    travel: Callable[[timedelta], object]
    handles: list[str] = field(default_factory=list)

    def send(self, body: str) -> None:
        self.sqs.send_message(QueueUrl=self.url, MessageBody=body)

    def receive(self) -> list[str]:
        found = self._found(self.url)
        self.handles = [message["ReceiptHandle"] for message in found]
        return [message["Body"] for message in found]

    def delete(self) -> None:
        for handle in self.handles:
            self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=handle)

    def dead(self) -> list[str]:
        return [message["Body"] for message in self._found(self.dead_url)]

    def pass_time(self, by: timedelta) -> None:
        self.travel(by)

    def _found(self, url: str) -> Any:
        return self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])


@contextmanager
def _on_moto(clock: time_machine.Traveller) -> Iterator[Real]:
    with patch.dict("os.environ", ENVIRONMENT), mock_aws():
        yield _made(boto3.client("sqs"), clock.shift)


def _made(sqs: Any, travel: Callable[[timedelta], object]) -> Real:
    number = next(_numbers)
    dead_url = sqs.create_queue(QueueName=f"dead-{number}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = {"deadLetterTargetArn": arn, "maxReceiveCount": MOST_RECEIVES}
    attributes = {
        "DelaySeconds": str(SECONDS),
        "VisibilityTimeout": str(SECONDS),
        "RedrivePolicy": json.dumps(policy),
    }
    url = sqs.create_queue(QueueName=f"news-{number}", Attributes=attributes)["QueueUrl"]
    return Real(sqs, url, dead_url, travel)


@pytest.fixture(params=["the simulation", "moto", "MiniStack"])
def box(request: pytest.FixtureRequest) -> Iterator[Box]:
    """An empty queue."""
    if request.param == "MiniStack":
        cloud: Cloud = request.getfixturevalue("cloud")
        yield _made(cloud.client("sqs"), cloud.travel)
        return
    with time_machine.travel(datetime.now(UTC)) as clock:
        if request.param == "moto":
            with _on_moto(clock) as real:
                yield real
        else:
            a_while = timedelta(seconds=SECONDS)
            yield Simulated(Queue(Calls(Faults()), a_while, a_while, MOST_RECEIVES), clock)


def test_a_message_is_visible_after_its_delay_until_it_is_deleted(box: Box) -> None:
    box.send("news")
    assert box.receive() == []

    box.pass_time(A_LITTLE_MORE)
    assert box.receive() == ["news"]
    box.delete()

    box.pass_time(A_LITTLE_MORE)
    assert box.receive() == []
    assert box.dead() == []


def test_a_received_message_is_hidden_returns_and_becomes_a_dead_letter(box: Box) -> None:
    box.send("news")
    for _ in range(MOST_RECEIVES):
        box.pass_time(A_LITTLE_MORE)
        assert box.receive() == ["news"]
        assert box.receive() == []

    box.pass_time(A_LITTLE_MORE)
    assert box.receive() == []
    assert box.dead() == ["news"]
