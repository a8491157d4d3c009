"""A queue of SQS: a message is received again until it is deleted or was received too often."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.integration.template import resource
from tests.simulation.fake_aws.calls import Calls

_TEMPLATE = resource("RetryQueue")
DELAY = timedelta(seconds=_TEMPLATE["DelaySeconds"])
HIDDEN = timedelta(seconds=_TEMPLATE["VisibilityTimeout"])
MOST_RECEIVES: int = _TEMPLATE["RedrivePolicy"]["maxReceiveCount"]
BATCH: int = resource("RecordDelivery")["Events"]["Retry"]["Properties"]["BatchSize"]


@dataclass(eq=False)
class QueuedMessage:
    """A message in the queue. `sender` is the thread of the function that sent it."""

    id: str
    body: str
    visible_at: datetime
    sender: int
    receives: int = 0


@dataclass
class Queue:
    """The retry queue. The simulated world polls it."""

    calls: Calls
    delay: timedelta = DELAY
    hidden: timedelta = HIDDEN
    most_receives: int = MOST_RECEIVES
    sent: list[QueuedMessage] = field(default_factory=list)
    messages: list[QueuedMessage] = field(default_factory=list)

    def send_message(self, *, MessageBody: str, **_: object) -> dict[str, str]:  # noqa: N803 - as boto3 calls it
        """Send a message. If the SDK retries after a lost response, it is in the queue twice."""

        def effect() -> dict[str, str]:
            visible_at = datetime.now(UTC) + self.delay
            number, thread = len(self.sent) + 1, threading.get_ident()
            message = QueuedMessage(f"letter-{number}", MessageBody, visible_at, thread)
            self.sent.append(message)
            self.messages.append(message)
            return {"MessageId": message.id}

        return self.calls.make("SendMessage", effect, again=effect)

    def receive(self) -> list[QueuedMessage]:
        """Receive a batch of visible messages. They are hidden for the visibility timeout."""
        batch = list(self._visible())[:BATCH]
        for message in batch:
            message.receives += 1
            message.visible_at = datetime.now(UTC) + self.hidden
        return batch

    def give_up(self) -> list[QueuedMessage]:
        """Remove the messages that were received too often: they go to the dead-letter queue."""
        given_up = [message for message in self._visible() if message.receives >= self.most_receives]
        for message in given_up:
            self.messages.remove(message)
        return given_up

    def delete(self, message: QueuedMessage) -> None:
        """Delete a message. Deleting it twice is no error."""
        if message in self.messages:
            self.messages.remove(message)

    def _visible(self) -> Iterator[QueuedMessage]:
        now = datetime.now(UTC)
        return (message for message in self.messages if message.visible_at <= now)


def event_of(*messages: QueuedMessage) -> dict[str, Any]:
    """The event in which Lambda brings messages to a function."""
    source = {"eventSource": "aws:sqs", "attributes": {}, "messageAttributes": {}}
    return {"Records": [{**source, "messageId": message.id, "body": message.body} for message in messages]}
