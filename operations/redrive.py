"""`make redrive STACK=vaada [QUEUE=…] [LOOK=yes]`: show each dead letter, and play it again.

A letter is deleted only once what it asks for is done. Everything may be played twice, and while the desk
works: whoever finds a row at a later version stops.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from operations.letters import Batch, Call, NotALetter, Piece, read
from operations.stack import Stack, console
from vaada.gateways.items import id_of

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef

OWNERS = {
    "RemindAgentFailures": "RemindAgent",
    "FlagOverdueFailures": "FlagOverdue",
    "SendSurveyFailures": "SendSurvey",
    "RetryQueueFailures": "RecordDelivery",
    "StreamFailures": None,
}
_HIDDEN_SECONDS = 900  # where playing is cut off, they are there again after that
_SWEPT = timedelta(minutes=15)  # overdue for longer, and the sweep has not done it
_SWEEPS_TURN = timedelta(minutes=30)  # a contact waits ten minutes for the stream before the sweep plans it
_EMPTY_PAGES = 20  # a shard may answer with nothing now and then before it is at its end
_GONE = {"TrimmedDataAccessException", "ResourceNotFoundException"}

Result = Literal["played", "settled", "left"]


@dataclass(frozen=True)
class Outcome:
    """What became of a letter, in a few words."""

    result: Result
    said: str


class NoLongerKept(Exception):
    """The stream keeps records for 24 hours, and these are older."""


@dataclass(frozen=True)
class Queue:
    """A queue of dead letters."""

    stack: Stack
    name: str

    def letters(self) -> list["MessageTypeDef"]:
        """All letters, the oldest first, hidden from others meanwhile."""
        letters: dict[str, MessageTypeDef] = {}
        while True:
            found = self.stack.queues.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=10,
                VisibilityTimeout=_HIDDEN_SECONDS,
                WaitTimeSeconds=1,  # asks all of SQS's servers
                AttributeNames=["SentTimestamp"],
                MessageAttributeNames=["All"],
            ).get("Messages", [])
            new = {message["MessageId"]: message for message in found if message["MessageId"] not in letters}
            if not new:
                return sorted(letters.values(), key=_since)
            letters |= new

    def delete(self, letter: "MessageTypeDef") -> None:
        """It is done with."""
        self.stack.queues.delete_message(QueueUrl=self._url, ReceiptHandle=letter["ReceiptHandle"])

    def put_back(self, letter: "MessageTypeDef") -> None:
        """Let others see it again."""
        self.stack.queues.change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=letter["ReceiptHandle"], VisibilityTimeout=0
        )

    @property
    def _url(self) -> str:
        return self.stack.resource(self.name)


class Player:
    """Plays letters again."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def play(self, letter: Call | Piece | Batch, queue: str, since: datetime) -> Outcome:
        """Do what the letter, there `since` then, asks for. Says what came of it."""
        function = self.function(letter, queue)
        if function is None:
            return Outcome("left", "it is of another stack's function")
        try:
            if isinstance(letter, Batch):
                return self._play_batch(letter, function, since)
            if isinstance(letter, Piece):
                self._bring(letter, function)
                said = "heard"
            else:
                said = str(self._invoke(function, letter.event))
            return Outcome("played", said)
        except FunctionFailed as failure:
            return Outcome("left", f"it failed again: {failure}")
        except ClientError as error:
            return Outcome("left", f"AWS refused: {error.response['Error']['Code']}")
        except BotoCoreError as error:
            return Outcome("left", f"AWS did not answer: {type(error).__name__}")

    def function(self, letter: Call | Piece | Batch, queue: str) -> str | None:
        """Which function the letter is for, by its name in template.yaml."""
        return self._stack.function_of(letter.function) if letter.function else OWNERS[queue]

    def records(self, batch: Batch, function: str) -> list[dict[str, Any]]:
        """The records that the function wants, read from the stream again. Raises NoLongerKept."""
        filters = self._filters(function)
        return [record for record in self._kept(batch) if any(_matches(each, record) for each in filters)]

    def _bring(self, letter: Piece, function: str) -> None:
        """Raises FunctionFailed where it cannot be heard now either."""
        if self._invoke(function, letter.event)["batchItemFailures"]:
            raise FunctionFailed("the log says why")

    def _play_batch(self, batch: Batch, function: str, since: datetime) -> Outcome:
        try:
            records = self.records(batch, function)
        except NoLongerKept:
            return self._settled("its records are no longer in the stream", since)
        answer = self._invoke(function, {"Records": records})
        failed = len(answer["batchItemFailures"])
        if failed:
            return self._settled(f"{failed} of {len(records)} records failed again", since)
        return Outcome("played", f"{len(records)} records")

    def _settled(self, said: str, since: datetime) -> Outcome:
        """Whether the sweep has done it. It plans what still waits to be planned, and needs no schedules."""
        now = datetime.now(UTC)
        if now < since + _SWEEPS_TURN:
            return Outcome("left", f"{said}; the sweep has its turn until {since + _SWEEPS_TURN:%H:%M} UTC")
        waiting = next(self._stack.desk.table.due(now - _SWEPT), None)
        if waiting is None:
            return Outcome("settled", f"{said}; the sweep has done what was due, nothing waits")
        kind, row_id, _ = waiting
        return Outcome("left", f"{said}, and the sweep has not done all that was due: {kind} {row_id}")

    def _invoke(self, function: str, event: Any) -> Any:
        done = self._stack.functions.invoke(
            FunctionName=self._stack.resource(function), Payload=json.dumps(event)
        )
        answer = json.loads(done["Payload"].read() or "null")
        if "FunctionError" in done:
            told = answer.get("errorType") if isinstance(answer, dict) else None
            raise FunctionFailed(told or done["FunctionError"])
        return answer

    def _filters(self, function: str) -> list[Any]:
        mappings = self._stack.functions.list_event_source_mappings(
            FunctionName=self._stack.resource(function)
        )["EventSourceMappings"]
        return [
            json.loads(each["Pattern"])
            for mapping in mappings
            for each in mapping.get("FilterCriteria", {}).get("Filters", [])
        ]

    def _kept(self, batch: Batch) -> Iterator[dict[str, Any]]:
        streams, empty, last = self._stack.streams, 0, int(batch.last)
        try:
            at = streams.get_shard_iterator(
                StreamArn=batch.stream,
                ShardId=batch.shard,
                ShardIteratorType="AT_SEQUENCE_NUMBER",
                SequenceNumber=batch.first,
            )["ShardIterator"]
            while at and empty < _EMPTY_PAGES:
                page = streams.get_records(ShardIterator=at)
                empty = 0 if page["Records"] else empty + 1
                for record in page["Records"]:
                    number = int(record["dynamodb"]["SequenceNumber"])
                    if number <= last:
                        # A number to Lambda, and a date here; nobody reads it.
                        record["dynamodb"].pop("ApproximateCreationDateTime", None)
                        yield record
                    if number >= last:
                        return
                at = page.get("NextShardIterator")
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                raise NoLongerKept from error
            raise


class FunctionFailed(Exception):
    """The function raised an error of this type, or says that it could not do it."""


def redrive(stack: Stack, queues: list[str], *, look: bool) -> Counter[Result]:
    """Play all letters in these queues again, or only look at them. Says how many became what."""
    player, counts = Player(stack), Counter[Result]()
    for name in queues:
        queue = Queue(stack, name)
        left = queue.letters()
        try:
            for message in tuple(left):
                outcome = _one(player, name, message, look=look)
                counts[outcome.result] += 1
                if outcome.result != "left":
                    queue.delete(message)
                    left.remove(message)
        finally:
            for message in left:
                queue.put_back(message)
    return counts


def _one(player: Player, queue: str, message: "MessageTypeDef", *, look: bool) -> Outcome:
    since = _since(message)
    attributes = {name: told.get("StringValue", "") for name, told in _attributes(message).items()}
    try:
        letter = read(message["Body"], attributes)
    except NotALetter:
        console.print(f"{queue}: nothing that the desk wrote, since {since:%d %b %H:%M} UTC: left")
        return Outcome("left", "not a letter")
    names = letter.names
    if look and isinstance(letter, Batch):
        names = f"{names}: {_rows(player, letter, queue)}"
    function = player.function(letter, queue) or "an unknown function"
    console.print(f"{queue}: {function}, {names}, since {since:%d %b %H:%M} UTC, {letter.why}")
    if look:
        return Outcome("left", "only looked at")
    outcome = player.play(letter, queue, since)
    console.print(f"  {outcome.result}: {outcome.said}")
    return outcome


def _since(message: "MessageTypeDef") -> datetime:
    return datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC)


def _attributes(message: "MessageTypeDef") -> dict[str, Any]:
    return dict(message.get("MessageAttributes", {}))


def _rows(player: Player, batch: Batch, queue: str) -> str:
    """Which rows the records are of: only those of customers, as other keys may hold an address."""
    function = player.function(batch, queue)
    if function is None:
        return "unknown"
    try:
        keys = [record["dynamodb"]["Keys"] for record in player.records(batch, function)]
    except NoLongerKept:
        return "no longer in the stream"
    ids = {id_of(key) for key in keys if str(key["pk"]["S"]).startswith("CUSTOMER#")}
    return f"row{'s' * (len(ids) > 1)} {', '.join(sorted(ids))}"


def _matches(pattern: Any, value: Any) -> bool:
    """Lambda's filter, as far as template.yaml uses it: names, and lists of what may stand there."""
    if isinstance(pattern, list):
        return value in pattern
    return all(name in value and _matches(wanted, value[name]) for name, wanted in pattern.items())


def main() -> int:
    """How many letters are left: 0 or 1."""
    parser = argparse.ArgumentParser(prog="make redrive", description="Play dead letters again.")
    parser.add_argument("--stack", required=True)
    parser.add_argument("--queue", choices=OWNERS, help="only this one")
    parser.add_argument("--look", action="store_true", help="only show them")
    told = parser.parse_args()
    try:
        counts = redrive(Stack(told.stack), [told.queue] if told.queue else [*OWNERS], look=told.look)
    except (ClientError, BotoCoreError) as error:
        console.print(f"[red]Stopped[/]: {error}", markup=True)
        return 2
    if told.look:
        console.print(f"{counts['left']} dead letters.")
        return 0
    console.print(f"{counts['played']} played, {counts['settled']} settled, {counts['left']} left.")
    return bool(counts["left"])


if __name__ == "__main__":
    sys.exit(main())
