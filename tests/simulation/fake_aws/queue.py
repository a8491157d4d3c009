"""A queue of SQS, as far as the desk relies on it: what is in it comes until it is deleted, or too often."""

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
BATCH: int = resource("RecordDelivery")["Events"]["Waiting"]["Properties"]["BatchSize"]


@dataclass(eq=False)
class Letter:
    """Something in a queue. `sender` is the thread of the function that put it there."""

    id: str
    body: str
    visible_at: datetime
    sender: int
    receives: int = 0


@dataclass
class Queue:
    """News: who polls it is the world."""

    calls: Calls
    delay: timedelta = DELAY
    hidden: timedelta = HIDDEN
    most_receives: int = MOST_RECEIVES
    sent: list[Letter] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)

    def send_message(self, *, MessageBody: str, **_: object) -> dict[str, str]:  # noqa: N803 - as boto3 calls it
        """Put something in. Asked a second time, for lack of an answer, it is in it twice."""

        def effect() -> dict[str, str]:
            visible_at = datetime.now(UTC) + self.delay
            letter = Letter(f"letter-{len(self.sent) + 1}", MessageBody, visible_at, threading.get_ident())
            self.sent.append(letter)
            self.letters.append(letter)
            return {"MessageId": letter.id}

        return self.calls.make("SendMessage", effect, again=effect)

    def receive(self) -> list[Letter]:
        """What is visible now, at most a batch: hidden from now on, until it is deleted or comes again."""
        batch = list(self._visible())[:BATCH]
        for letter in batch:
            letter.receives += 1
            letter.visible_at = datetime.now(UTC) + self.hidden
        return batch

    def give_up(self) -> list[Letter]:
        """What would come once more than it may: it goes where dead letters are."""
        given_up = [letter for letter in self._visible() if letter.receives >= self.most_receives]
        for letter in given_up:
            self.letters.remove(letter)
        return given_up

    def delete(self, letter: Letter) -> None:
        """It is done with. Twice is no error."""
        if letter in self.letters:
            self.letters.remove(letter)

    def _visible(self) -> Iterator[Letter]:
        now = datetime.now(UTC)
        return (letter for letter in self.letters if letter.visible_at <= now)


def brought(*letters: Letter) -> dict[str, Any]:
    """The event in which Lambda brings them to the function."""
    source = {"eventSource": "aws:sqs", "attributes": {}, "messageAttributes": {}}
    return {"Records": [{**source, "messageId": letter.id, "body": letter.body} for letter in letters]}
