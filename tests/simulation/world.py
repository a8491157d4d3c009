"""The event loop: a virtual clock, people who do things, and functions that AWS wakes, sometimes badly."""

import heapq
import json
import logging
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

import time_machine

from functions.api.app import handler as api
from functions.flag_overdue.app import handler as flag_overdue
from functions.pages.app import handler as pages
from functions.plan_follow_ups.app import handler as plan_follow_ups
from functions.remind_agent.app import handler as remind_agent
from functions.send_survey.app import handler as send_survey
from functions.sweep_due.app import handler as sweep_due
from functions.sync_schedules.app import handler as sync_schedules
from tests.integration.scripted_desk import ENVIRONMENT, MANAGER, Context
from tests.simulation.aws import Calls, DynamoDb, Functions, Parameters, Post, Scheduler
from tests.simulation.faults import Faults, Killed
from vaada.desk import open_desk
from vaada.gateways import aws

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SWEEP = timedelta(minutes=2)
RETRIES = (timedelta(minutes=1), timedelta(minutes=2))  # Lambda's own, of an asynchronous invoke
CONSUMERS: tuple["Consumer", ...] = (plan_follow_ups, sync_schedules)
TARGETS = {
    ENVIRONMENT["REMIND_AGENT_ARN"]: remind_agent,
    ENVIRONMENT["FLAG_OVERDUE_ARN"]: flag_overdue,
    ENVIRONMENT["SEND_SURVEY_ARN"]: send_survey,
}


def _planned(record: dict[str, Any]) -> bool:
    kind = record["dynamodb"]["NewImage"]["row_kind"]["S"]
    return bool(record["eventName"] == "INSERT" and kind == "interaction")


def _synced(record: dict[str, Any]) -> bool:
    return record["dynamodb"]["NewImage"]["row_kind"]["S"] in {"follow_up", "commitment", "survey"}


Consumer = Callable[[dict[str, Any], object], dict[str, Any]]
WANTED: dict[Consumer, Callable[[dict[str, Any]], bool]] = {
    plan_follow_ups: _planned,
    sync_schedules: _synced,
}


class World:
    """One history. Everything that happens is an action in one queue, in the order of the virtual clock."""

    def __init__(self, seed: int, *, faults: bool) -> None:
        self.random = Random(f"people {seed}")
        self.faults = Faults.of(Random(f"faults {seed}")) if faults else Faults(Random(0))
        self.story: list[str] = []
        calls = Calls(self.faults, self.tell)
        self.table = DynamoDb(calls, on_write=self._written)
        self.scheduler = Scheduler(calls)
        self.functions = Functions(calls)
        self.post = Post(calls)
        self.after_step: Callable[[], None] = lambda: None
        self._queue: list[tuple[datetime, int, str, Callable[[], None]]] = []
        self._order = count()
        self._checkpoints: dict[Consumer, int] = dict.fromkeys(CONSUMERS, 0)
        self._streaming: set[object] = set()
        self._timed: dict[str, dict[str, Any]] = {}
        self._next_sweep: datetime | None = None

    # ------------------------------------------------------------ the loop

    @contextmanager
    def running(self) -> Iterator[None]:
        """Put this world in the place of AWS and of the clock."""
        clients: dict[str, Any] = {
            "dynamodb": self.table,
            "scheduler": self.scheduler,
            "functions": self.functions,
            "parameters": Parameters(),
            "ses": self.post,
            "sns": self.post,
        }
        makers: dict[str, Any] = {name: _given(client) for name, client in clients.items()}
        ids = Random(self.random.random())
        with (
            patch.dict("os.environ", ENVIRONMENT),
            patch.multiple(aws, **makers),
            patch("secrets.token_bytes", ids.randbytes),
            time_machine.travel(START, tick=False) as self.clock,
        ):
            open_desk.cache_clear()
            yield
        open_desk.cache_clear()

    @property
    def now(self) -> datetime:
        """The virtual time."""
        return datetime.now(UTC)

    def at(self, when: datetime, what: str, action: Callable[[], None]) -> None:
        """Put an action into the queue."""
        heapq.heappush(self._queue, (max(when, self.now), next(self._order), what, action))

    def run_until(self, end: datetime) -> None:
        """Let happen what happens until then."""
        while self._queue and self._queue[0][0] <= end:
            when, _, what, action = heapq.heappop(self._queue)
            self.clock.move_to(max(when, self.now))
            self.tell(what)
            action()
            self._notice_what_is_due()
            self.after_step()
        self.clock.move_to(end)

    def tell(self, line: str) -> None:
        """Add a line to the story of this history."""
        self.story.append(f"{self.now:%d %b %H:%M:%S}  {line}")

    # ------------------------------------------------------------ what people do

    def ask(self, route: str, body: object, then: Callable[[Any], None] = lambda _answer: None) -> None:
        """Call the API as a careful client does: with a key, and again until there is an answer."""
        key = f"key-{next(self._order)}"

        def attempt() -> None:
            answer = self._run(api, _request(route, json.dumps(body), {"idempotency-key": key}))
            if answer is None or int(answer["statusCode"]) >= 500:
                self.at(self.now + timedelta(seconds=5), f"again: {route}", attempt)
                return
            assert int(answer["statusCode"]) < 400, f"refused: {route} {answer['body']}"
            then(json.loads(answer["body"]))

        attempt()

    def open(self, link: str) -> None:
        """Open a link, as a scanner does. Nothing may be written."""
        written = len(self.table.stream)
        self._run(pages, _request(f"GET {_path(link)}", None, {}))
        assert len(self.table.stream) == written, f"a GET wrote: {link}"

    def submit(self, link: str, fields: dict[str, str]) -> None:
        """Send the form behind a link, and again until there is an answer."""

        def attempt() -> None:
            if self._run(pages, _request(f"POST {_path(link)}", urlencode(fields), {})) is None:
                self.at(self.now + timedelta(seconds=5), "again: the form", attempt)

        attempt()

    # ------------------------------------------------------------ what AWS does

    def _run(self, function: Callable[..., Any], event: dict[str, Any]) -> Any:
        """Run a function in its process. None: it failed or was killed, and the process is gone."""
        try:
            return function(event, Context())
        except Killed:
            open_desk.cache_clear()
        except Exception as failure:  # noqa: BLE001 - Lambda catches whatever a function raises
            self.tell(f"failed: {type(failure).__name__} {failure}"[:200])
        return None

    def _written(self) -> None:
        for consumer in CONSUMERS:
            self._stream_soon(consumer)

    def _stream_soon(self, consumer: Consumer, after: timedelta = timedelta(seconds=1)) -> None:
        if consumer not in self._streaming:
            self._streaming.add(consumer)
            self.at(self.now + after, f"stream → {_name(consumer)}", lambda: self._deliver(consumer))

    def _deliver(self, consumer: Consumer) -> None:
        self._streaming.discard(consumer)
        begin = self._checkpoints[consumer]
        batch = self.table.stream[begin : begin + 10]
        records = [record for record in batch if WANTED[consumer](record)]
        if records and not self._consumed(consumer, records):
            self._stream_soon(consumer, timedelta(seconds=10))
            return
        self._checkpoints[consumer] = begin + len(batch)
        if records and self.faults.strikes("batch redelivered"):
            hours = self.random.choice((0, 1, 23))
            late = self.now + timedelta(hours=hours, seconds=3)
            self.at(
                late, f"stream again → {_name(consumer)}", lambda: self._run(consumer, {"Records": records})
            )
        if self._checkpoints[consumer] < len(self.table.stream):
            self._stream_soon(consumer)

    def _consumed(self, consumer: Consumer, records: list[dict[str, Any]]) -> bool:
        if self.faults.strikes("record doubled"):
            records = [*records, self.random.choice(records)]
        answer = self._run(consumer, {"Records": records})
        return answer is not None and not answer["batchItemFailures"]

    def _notice_what_is_due(self) -> None:
        for name, schedule in self.scheduler.schedules.items():
            if self._timed.get(name) is not schedule:
                self._timed[name] = schedule
                self._time(name, schedule)
        for arn, event in self.functions.invoked:
            self._wake(arn, event, "invoked")
        self.functions.invoked.clear()
        self._plan_a_sweep()

    def _time(self, name: str, schedule: dict[str, Any]) -> None:
        at = datetime.fromisoformat(schedule["ScheduleExpression"][3:-1]).replace(tzinfo=UTC)
        if self.faults.strikes("schedule late"):
            at += timedelta(minutes=self.random.randint(1, 90))

        def fire() -> None:
            if self.scheduler.schedules.get(name) is not schedule:
                return  # moved or deleted meanwhile
            del self.scheduler.schedules[name]
            if self.faults.strikes("schedule lost"):
                self.tell("the schedule is lost")
                return
            target = schedule["Target"]
            for _ in range(2 if self.faults.strikes("schedule doubled") else 1):
                self._wake(target["Arn"], json.loads(target["Input"]), "scheduled")

        self.at(at, f"schedule of {name[-8:]}", fire)

    def _wake(self, arn: str, event: dict[str, Any], how: str, attempt: int = 0) -> None:
        function = TARGETS[arn]
        what = f"{how} → {_name(function)} {event['row_id'][-8:]} v{event['version']}"

        def run() -> None:
            if self._run(function, event) is None and attempt < len(RETRIES):
                self.at(
                    self.now + RETRIES[attempt], what, lambda: self._wake(arn, event, "retried", attempt + 1)
                )

        for _ in range(2 if self.faults.strikes("invoke doubled") else 1):
            self.at(self.now + timedelta(seconds=1), what, run)

    def _plan_a_sweep(self) -> None:
        wakes = [item["wake_at"]["S"] for item in self.table.items.values() if "wake_at" in item]
        if not wakes:
            return
        soonest = max(datetime.fromisoformat(min(wakes)), self.now + timedelta(seconds=1))
        steps = math.ceil((soonest - START) / SWEEP)
        at = START + steps * SWEEP
        if self._next_sweep is None or at < self._next_sweep:
            self._next_sweep = at
            self.at(at, "sweep", self._sweep)

    def _sweep(self) -> None:
        if self._next_sweep is not None and self.now < self._next_sweep:
            return
        self._next_sweep = None
        if self.faults.strikes("sweep skipped"):
            self.tell("the sweep is skipped")
            return
        self._run(sweep_due, {})

    @property
    def idle(self) -> bool:
        """Whether the stream is read to its end."""
        return all(checkpoint == len(self.table.stream) for checkpoint in self._checkpoints.values())


def _given(client: object) -> Callable[[], Any]:
    return lambda: client


def _request(route: str, body: str | None, headers: dict[str, str]) -> dict[str, Any]:
    method, path = route.split(" ")
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "queryStringParameters": {},
        "headers": headers,
        "body": body,
        "isBase64Encoded": False,
        "requestContext": {
            "http": {"method": method, "path": path},
            "stage": "$default",
            "authorizer": {"jwt": {"claims": MANAGER, "scopes": None}},
        },
    }


def _path(link: str) -> str:
    return link.removeprefix(ENVIRONMENT["PUBLIC_URL"])


def _name(function: Callable[..., Any]) -> str:
    return function.__module__.split(".")[1]


logging.getLogger("vaada").setLevel(logging.CRITICAL)
