"""Delivers the table's stream to its two functions: late, twice, with unreadable records."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from functions.plan_surveys.app import handler as plan_surveys
from functions.sync_schedules.app import handler as sync_schedules
from tests.simulation.fake_aws.faults import Faults
from tests.simulation.fake_aws.items import key_of_item
from tests.simulation.fake_aws.stream import (
    KEPT,
    SHARDS,
    Consumer,
    Reader,
    Record,
    Window,
    number_of,
    shard_of,
)
from tests.simulation.fake_aws.table import DynamoDb
from tests.simulation.fake_aws.unusual_records import is_poison, of_another_release, poison
from tests.simulation.world.dead_letters import STREAM_FAILURES, DeadLetters
from tests.simulation.world.event_loop import EventLoop
from tests.simulation.world.lambda_runtime import LambdaRuntime
from tests.simulation.world.targets import name_of

STUCK: dict[Consumer, str] = {plan_surveys: "planning stuck", sync_schedules: "schedules stuck"}
"""By function: the fault that stops it from reading."""


def _is_new_interaction(record: Record) -> bool:
    return bool(record["eventName"] == "INSERT" and _kinds(record) == {"interaction"})


def _may_have_a_schedule(record: Record) -> bool:
    return bool(_kinds(record) & {"follow_up", "commitment", "survey"})


def _kinds(record: Record) -> set[str]:
    change = record["dynamodb"]
    return {change[image]["row_kind"]["S"] for image in ("OldImage", "NewImage") if image in change}


FILTERS: dict[Consumer, Callable[[Record], bool]] = {
    plan_surveys: _is_new_interaction,
    sync_schedules: _may_have_a_schedule,
}
"""The filter of each function."""


class StreamDelivery:
    """Puts records into shards, and delivers them to the functions batch by batch."""

    def __init__(
        self,
        loop: EventLoop,
        faults: Faults,
        table: DynamoDb,
        runtime: LambdaRuntime,
        dead_letters: DeadLetters,
    ) -> None:
        self.readers = [Reader(consumer, shard) for consumer in FILTERS for shard in range(SHARDS)]
        self._loop, self._faults, self._table = loop, faults, table
        self._runtime, self._dead_letters = runtime, dead_letters
        self._shards: list[list[tuple[datetime, Record]]] = [[] for _ in range(SHARDS)]
        self._sharded = 0

    @property
    def idle(self) -> bool:
        """Whether all records were read."""
        return all(reader.idle for reader in self.readers)

    def notice_writes(self) -> None:
        """Put new records into their shards."""
        for record in self._table.stream[self._sharded :]:
            shard = shard_of(record)
            if self._faults.strikes("poison record"):
                self._put_into_shard(shard, poison(record, self._faults.dice["poison record"]))
            self._put_into_shard(shard, record)
        self._sharded = len(self._table.stream)

    def play_again(self, consumer: Consumer, batch: dict[str, Any]) -> None:
        """Deliver the records of a discarded batch again, if the stream still has them."""
        shard = self._shards[int(batch["shardId"])]
        numbers = [number_of(record) for _, record in shard]
        first, last = (numbers.index(batch[f"{name}SequenceNumber"]) for name in ("start", "end"))
        if self._loop.now - shard[first][0] < KEPT:
            records = [record for _, record in shard[first : last + 1] if FILTERS[consumer](record)]
            self._runtime.run(consumer, {"Records": records})

    def _put_into_shard(self, shard: int, record: Record) -> None:
        self._shards[shard].append((self._loop.now, record))
        for reader in self.readers:
            if reader.shard == shard and FILTERS[reader.consumer](record):
                reader.records.append((self._loop.now, record))
                overtaken = self._faults.strikes("items overtake")
                late = self._faults.dice["items overtake"].randint(2, 120) if overtaken else 1
                self._read_soon(reader, timedelta(seconds=late))

    def _read_soon(self, reader: Reader, after: timedelta) -> None:
        if not reader.waits:
            reader.waits = True
            self._loop.after(after, f"stream → {name_of(reader.consumer)}", partial(self._read, reader))

    def _read(self, reader: Reader) -> None:
        reader.waits = False
        if stuck := self._faults.lasts(STUCK[reader.consumer]):
            self._read_soon(reader, stuck - self._loop.now)
            return
        window = reader.next_window(self._loop.now)
        if window is None:
            return
        records = reader.batch(window)
        answer = self._consume(reader.consumer, records)
        failed = None if answer is None else [each["itemIdentifier"] for each in answer["batchItemFailures"]]
        if given_up := reader.ended(window, failed):
            self._give_up(reader, given_up)
        if failed == []:
            self._redeliver(reader.consumer, records)
        if not reader.idle:
            self._read_soon(reader, timedelta(seconds=1) if failed == [] or given_up else reader.pause)

    def _consume(self, consumer: Consumer, records: list[Record]) -> dict[str, Any] | None:
        if self._faults.strikes("record doubled"):
            records = [*records, self._faults.dice["record doubled"].choice(records)]
        if self._faults.strikes("another release"):
            records = [record if is_poison(record) else of_another_release(record) for record in records]
        struck = self._faults.struck
        answer: dict[str, Any] | None = self._runtime.run_unattended(consumer, {"Records": records})
        if answer is not None and self._faults.struck == struck:
            self._check_handled(records, answer["batchItemFailures"])
        return answer

    def _check_handled(self, records: list[Record], failures: list[dict[str, str]]) -> None:
        """If no fault occurred, unreadable records are reported and all others processed."""
        poisonous = {number_of(record) for record in records if is_poison(record)}
        failed = {each["itemIdentifier"] for each in failures}
        assert failed == poisonous, f"{len(poisonous)} records cannot be read, and failed: {failed}"
        for record in records:
            if not is_poison(record) and _is_new_interaction(record):
                row = self._table.items.get(key_of_item(record["dynamodb"]["NewImage"]))
                assert row is None or "wake_at" not in row, f"delivered, and not planned: {row}"

    def _redeliver(self, consumer: Consumer, records: list[Record]) -> None:
        if self._faults.strikes("batch redelivered"):
            hours = self._faults.dice["batch redelivered"].choice((0, 1, 23))
            again = partial(self._runtime.run, consumer, {"Records": records})
            what = f"stream again → {name_of(consumer)}"
            self._loop.after(timedelta(hours=hours, seconds=3), what, again)

    def _give_up(self, reader: Reader, window: Window) -> None:
        """Put the positions of the records into a dead letter; the stream keeps the records for a day."""
        records = reader.batch(window)
        batch = {
            "shardId": str(reader.shard),
            "startSequenceNumber": number_of(records[0]),
            "endSequenceNumber": number_of(records[-1]),
            "batchSize": len(records),
        }
        context = {"functionArn": name_of(reader.consumer), "condition": "RetryAttemptsExhausted"}
        self._dead_letters.add(STREAM_FAILURES, {"requestContext": context, "DDBStreamBatchInfo": batch})
