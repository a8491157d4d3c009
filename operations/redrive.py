"""`make redrive STACK=vaada [QUEUE=…] [LOOK=yes]`: show each dead letter, and process it again.

A letter is deleted only after it was processed. Processing twice, or while the stack runs, does no harm: an
event for an older version of a row does nothing.
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

from operations import kept_events
from operations.kept_events import FunctionFailed, process_kept_events
from operations.letters import FailedBatch, FailedCall, FailedEvent, UnknownLetter, parse_letter
from operations.stack import Stack, console
from vaada.gateways.items import id_of

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef

QUEUES = {
    "RemindAgentFailures": "RemindAgent",
    "FlagOverdueFailures": "FlagOverdue",
    "SendSurveyFailures": "SendSurvey",
    "ReceiveMailFailures": "ReceiveMail",
    "RetryQueueFailures": "RecordDelivery",
    "StreamFailures": None,
}
_VISIBILITY_SECONDS = 900  # after an interruption, letters are visible again after this time
_SWEEP_OVERDUE = timedelta(minutes=15)  # a row that is due for longer was missed by the sweep
_SWEEP_TIME = timedelta(minutes=30)  # the sweep plans an interaction after ten minutes
_MAX_EMPTY_PAGES = 20  # a shard may return empty pages before its end
_EXPIRED_ERRORS = {"TrimmedDataAccessException", "ResourceNotFoundException"}

Result = Literal["played", "settled", "left"]


@dataclass(frozen=True)
class Outcome:
    """The result for a letter, with a short explanation."""

    result: Result
    detail: str


class RecordsExpired(Exception):
    """The records are no longer in the stream, which keeps them for 24 hours."""


@dataclass(frozen=True)
class Queue:
    """A queue of dead letters."""

    stack: Stack
    name: str

    def letters(self) -> list["MessageTypeDef"]:
        """Receive all letters, the oldest first. Others cannot receive them for 15 minutes."""
        letters: dict[str, MessageTypeDef] = {}
        while True:
            found = self.stack.queues.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=10,
                VisibilityTimeout=_VISIBILITY_SECONDS,
                WaitTimeSeconds=1,  # long polling asks all servers of SQS
                AttributeNames=["SentTimestamp"],
                MessageAttributeNames=["All"],
            ).get("Messages", [])
            new = {message["MessageId"]: message for message in found if message["MessageId"] not in letters}
            if not new:
                return sorted(letters.values(), key=_sent_at)
            letters |= new

    def delete(self, letter: "MessageTypeDef") -> None:
        """Delete the letter."""
        self.stack.queues.delete_message(QueueUrl=self._url, ReceiptHandle=letter["ReceiptHandle"])

    def put_back(self, letter: "MessageTypeDef") -> None:
        """Make the letter visible again."""
        self.stack.queues.change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=letter["ReceiptHandle"], VisibilityTimeout=0
        )

    @property
    def _url(self) -> str:
        return self.stack.resource(self.name)


class Player:
    """Processes letters again."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def play(self, letter: FailedCall | FailedEvent | FailedBatch, queue: str, since: datetime) -> Outcome:
        """Process a letter from the time `since` again. Returns the outcome."""
        function = self.function(letter, queue)
        if function is None:
            return Outcome("left", "it is of another stack's function")
        try:
            if isinstance(letter, FailedBatch):
                return self._play_batch(letter, function, since)
            if isinstance(letter, FailedEvent):
                self._retry_event(letter, function)
                detail = "processed"
            else:
                detail = str(self.invoke(function, letter.event))
            return Outcome("played", detail)
        except FunctionFailed as failure:
            return Outcome("left", f"it failed again: {failure}")
        except ClientError as error:
            return Outcome("left", f"AWS refused: {error.response['Error']['Code']}")
        except BotoCoreError as error:
            return Outcome("left", f"AWS did not answer: {type(error).__name__}")

    def function(self, letter: FailedCall | FailedEvent | FailedBatch, queue: str) -> str | None:
        """Return the logical id of the function that the letter is for. None: another stack's."""
        return self._stack.function_of(letter.function) if letter.function else QUEUES[queue]

    def records(self, batch: FailedBatch, function: str) -> list[dict[str, Any]]:
        """Read the records that match the function's filters from the stream. Raises RecordsExpired."""
        filters = self._filters(function)
        return [
            record for record in self._read_stream(batch) if any(_matches(each, record) for each in filters)
        ]

    def _retry_event(self, letter: FailedEvent, function: str) -> None:
        """Process an inbound event. Raises FunctionFailed if it fails again."""
        if self.invoke(function, letter.event)["batchItemFailures"]:
            raise FunctionFailed("the log says why")

    def _play_batch(self, batch: FailedBatch, function: str, since: datetime) -> Outcome:
        try:
            records = self.records(batch, function)
        except RecordsExpired:
            return self._check_sweep("its records are no longer in the stream", since)
        answer = self.invoke(function, {"Records": records})
        failed = len(answer["batchItemFailures"])
        if failed:
            return self._check_sweep(f"{failed} of {len(records)} records failed again", since)
        return Outcome("played", f"{len(records)} records")

    def _check_sweep(self, reason: str, since: datetime) -> Outcome:
        """Check whether the sweep has already done the work of the lost records."""
        now = datetime.now(UTC)
        if now < since + _SWEEP_TIME:
            return Outcome("left", f"{reason}; the sweep has its turn until {since + _SWEEP_TIME:%H:%M} UTC")
        waiting = next(self._stack.desk.table.due(now - _SWEEP_OVERDUE), None)
        if waiting is None:
            return Outcome("settled", f"{reason}; the sweep has done what was due, nothing waits")
        kind, row_id, _ = waiting
        return Outcome("left", f"{reason}, and the sweep has not done all that was due: {kind} {row_id}")

    def invoke(self, function: str, event: Any) -> Any:
        """Call a function and return its answer. Raises FunctionFailed, ClientError."""
        response = self._stack.functions.invoke(
            FunctionName=self._stack.resource(function), Payload=json.dumps(event)
        )
        answer = json.loads(response["Payload"].read() or "null")
        if "FunctionError" in response:
            error_type = answer.get("errorType") if isinstance(answer, dict) else None
            raise FunctionFailed(error_type or response["FunctionError"])
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

    def _read_stream(self, batch: FailedBatch) -> Iterator[dict[str, Any]]:
        streams, empty, last = self._stack.streams, 0, int(batch.last)
        try:
            at = streams.get_shard_iterator(
                StreamArn=batch.stream,
                ShardId=batch.shard,
                ShardIteratorType="AT_SEQUENCE_NUMBER",
                SequenceNumber=batch.first,
            )["ShardIterator"]
            while at and empty < _MAX_EMPTY_PAGES:
                page = streams.get_records(ShardIterator=at)
                empty = 0 if page["Records"] else empty + 1
                for record in page["Records"]:
                    number = int(record["dynamodb"]["SequenceNumber"])
                    if number <= last:
                        # Lambda expects a number, but this is a date; no function reads it.
                        record["dynamodb"].pop("ApproximateCreationDateTime", None)
                        yield record
                    if number >= last:
                        return
                at = page.get("NextShardIterator")
        except ClientError as error:
            if error.response["Error"]["Code"] in _EXPIRED_ERRORS:
                raise RecordsExpired from error
            raise


def redrive(stack: Stack, queues: list[str], *, look: bool) -> Counter[Result]:
    """Process all letters in these queues again, or only show them. Returns the number per result.

    With the events that are kept in a bucket, if `queues` names their function.
    """
    player, counts = Player(stack), Counter[Result]()
    if kept_events.FUNCTION in queues:
        played, left_there = process_kept_events(stack, player.invoke, look=look)
        counts.update({"played": played, "left": left_there})
    for name in (name for name in queues if name in QUEUES):
        queue = Queue(stack, name)
        left = queue.letters()
        try:
            for message in tuple(left):
                outcome = _process(player, name, message, look=look)
                counts[outcome.result] += 1
                if outcome.result != "left":
                    queue.delete(message)
                    left.remove(message)
        finally:
            for message in left:
                queue.put_back(message)
    return counts


def _process(player: Player, queue: str, message: "MessageTypeDef", *, look: bool) -> Outcome:
    since = _sent_at(message)
    attributes = {name: value.get("StringValue", "") for name, value in _attributes(message).items()}
    try:
        letter = parse_letter(message["Body"], attributes)
    except UnknownLetter:
        console.print(f"{queue}: nothing that the desk wrote, since {since:%d %b %H:%M} UTC: left")
        return Outcome("left", "not a letter")
    names = letter.names
    if look and isinstance(letter, FailedBatch):
        names = f"{names}: {_row_ids(player, letter, queue)}"
    function = player.function(letter, queue) or "an unknown function"
    console.print(f"{queue}: {function}, {names}, since {since:%d %b %H:%M} UTC, {letter.why}")
    if look:
        return Outcome("left", "only looked at")
    outcome = player.play(letter, queue, since)
    console.print(f"  {outcome.result}: {outcome.detail}")
    return outcome


def _sent_at(message: "MessageTypeDef") -> datetime:
    return datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC)


def _attributes(message: "MessageTypeDef") -> dict[str, Any]:
    return dict(message.get("MessageAttributes", {}))


def _row_ids(player: Player, batch: FailedBatch, queue: str) -> str:
    """Return the ids of the records' rows: only those of customers, as other keys may contain an address."""
    function = player.function(batch, queue)
    if function is None:
        return "unknown"
    try:
        keys = [record["dynamodb"]["Keys"] for record in player.records(batch, function)]
    except RecordsExpired:
        return "no longer in the stream"
    ids = {id_of(key) for key in keys if str(key["pk"]["S"]).startswith("CUSTOMER#")}
    return f"row{'s' * (len(ids) > 1)} {', '.join(sorted(ids))}"


def _matches(pattern: Any, value: Any) -> bool:
    """Match a filter pattern of Lambda, as far as template.yaml uses it: names with lists of values."""
    if isinstance(pattern, list):
        return value in pattern
    return all(name in value and _matches(wanted, value[name]) for name, wanted in pattern.items())


def main() -> int:
    """Run the command. Returns 1 if letters are left, 2 after an error of AWS, else 0."""
    parser = argparse.ArgumentParser(prog="make redrive", description="Process dead letters again.")
    parser.add_argument("--stack", required=True)
    parser.add_argument("--queue", choices=[*QUEUES, kept_events.FUNCTION], help="only this one")
    parser.add_argument("--look", action="store_true", help="only show them")
    arguments = parser.parse_args()
    try:
        counts = redrive(
            Stack(arguments.stack),
            [arguments.queue] if arguments.queue else [*QUEUES, kept_events.FUNCTION],
            look=arguments.look,
        )
    except (ClientError, BotoCoreError) as error:
        console.print(f"[red]Stopped[/]: {error}", markup=True)
        return 2
    if arguments.look:
        console.print(f"{counts['left']} dead letters.")
        return 0
    console.print(f"{counts['played']} played, {counts['settled']} settled, {counts['left']} left.")
    return bool(counts["left"])


if __name__ == "__main__":
    sys.exit(main())
