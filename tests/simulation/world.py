"""The event loop: a virtual clock, people who do things, and functions that AWS wakes, sometimes badly."""

import gc
import heapq
import json
import logging
import math
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from itertools import count
from random import Random
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

import time_machine

from functions.api.app import handler as api
from functions.flag_overdue.app import handler as flag_overdue
from functions.pages.app import handler as pages
from functions.plan_follow_ups.app import handler as plan_follow_ups
from functions.receive_text.app import handler as receive_text
from functions.record_delivery.app import handler as record_delivery
from functions.remind_agent.app import handler as remind_agent
from functions.send_survey.app import handler as send_survey
from functions.sweep_due.app import handler as sweep_due
from functions.sync_schedules.app import handler as sync_schedules
from tests.integration.scripted_desk import ENVIRONMENT, MANAGER, Context
from tests.simulation.aws import (
    Calls,
    DynamoDb,
    Functions,
    Letter,
    Parameters,
    Post,
    Scheduler,
    Sent,
    attribute,
    forget_parsed,
    parsed,
    plain,
)
from tests.simulation.faults import Faults, Killed, Zombie
from tests.simulation.news import Fate, a_text, news_of
from vaada.desk import Desk
from vaada.gateways import aws, items, mail
from vaada.gateways.links import LinkPurpose, Links
from vaada.present import rendering
from vaada.settings import Settings

STARTS = tuple(  # Mondays, each with something in its week or soon after
    datetime(*day, 9, tzinfo=UTC)
    for day in (
        (2026, 3, 2),  # clocks change in New York on the Sunday
        (2026, 3, 23),  # and in London; a week later it is Easter
        (2026, 3, 30),  # Good Friday, and Easter Monday
        (2026, 6, 29),  # the end of a month, of a quarter; Independence Day
        (2026, 8, 31),  # a bank holiday in London
        (2026, 10, 19),  # clocks change in London
        (2026, 10, 26),  # and in New York
        (2026, 12, 28),  # the end of a year
        (2028, 2, 28),  # a leap day
    )
)
PLACES = (("UTC", "GB"), ("Europe/London", "GB"), ("America/New_York", "US"), ("Asia/Karachi", "PK"))
SWEEP = timedelta(minutes=2)
LYING = timedelta(days=1)
THINKING = timedelta(seconds=20)  # between seeing a page and sending it
RETRIES = (timedelta(minutes=1), timedelta(minutes=2))  # Lambda's own, of an asynchronous invoke
SKEW_SECONDS = 3
ZOMBIE_SECONDS = (20, 200)  # less than a lease: no function runs longer
HELD_UP_AT = (1, 12)  # which of a zombie's calls
CONSUMERS: tuple["Consumer", ...] = (plan_follow_ups, sync_schedules)
TARGETS = {
    ENVIRONMENT["REMIND_AGENT_ARN"]: remind_agent,
    ENVIRONMENT["FLAG_OVERDUE_ARN"]: flag_overdue,
    ENVIRONMENT["SEND_SURVEY_ARN"]: send_survey,
}


PLAIN = SimpleNamespace(text=rendering.text, html=lambda *_, **__: "")  # nobody here reads the HTML of a mail
MODULES_WITH_A_DESK = (
    "vaada.api.resolver",
    *(
        f"functions.{name}.app"
        for name in ("flag_overdue", "pages", "plan_follow_ups", "receive_text", "record_delivery")
    ),
    "functions.remind_agent.app",
    "functions.send_survey.app",
    "functions.sweep_due.app",
    "functions.sync_schedules.app",
)


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


@dataclass(frozen=True)
class Entry:
    """An answer to a survey, and how long its page was open. None: there was none."""

    score: str
    age: timedelta | None


class World:
    """One history. Everything that happens is an action in one queue, in the order of the virtual clock."""

    def __init__(self, people: int, faults: Faults) -> None:
        self.random = Random(f"people {people}")
        self.start = self.random.choice(STARTS)
        self.zone, self.country = self.random.choice(PLACES)
        self.faults = faults
        self._story: list[tuple[datetime, object]] = []
        self._doing = ""
        self.refused: list[str] = []
        calls = Calls(self.faults, self.tell, self._begin_call)
        self.table = DynamoDb(calls, on_write=self._written)
        self.scheduler = Scheduler(calls)
        self.functions = Functions(calls)
        self.post = Post(calls)
        self.after_step: Callable[[], None] = lambda: None
        self.fates: dict[str, Fate] = {}  # of addresses to which not all goes well
        self.unsteady = False  # whether what comes of surveys depends on who is faster
        self.entries: list[Entry] = []  # answers sent in this step
        self.texted: set[str] = set()
        self._pages: dict[str, datetime] = {}  # when they were opened, by their nonces
        self._told_of = 0
        self._queue: list[tuple[datetime, int, str, Callable[[], None]]] = []
        self._order = count()
        self._checkpoints: dict[Consumer, int] = dict.fromkeys(CONSUMERS, 0)
        self._streaming: set[object] = set()
        self._timed: dict[str, dict[str, Any]] = {}
        self._next_sweep: datetime | None = None
        self._planned_until = 0
        self._soonest = ("", self.start)
        self._desks: dict[Callable[..., Any], Desk] = {}
        self._running: list[Callable[..., Any]] = []
        self._zombies: list[Zombie] = []

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
        environment = {**ENVIRONMENT, "TIME_ZONE": self.zone, "COUNTRY": self.country}
        with ExitStack() as stack:
            gc.disable()  # one history fits into memory; to look for waste takes a third of the time
            stack.callback(gc.enable)
            stack.enter_context(patch.dict("os.environ", environment))
            self.settings = Settings.from_environment()
            stack.enter_context(patch.multiple(aws, **makers))
            stack.enter_context(patch("secrets.token_bytes", ids.randbytes))
            stack.enter_context(patch("vaada.desk.time", SimpleNamespace(monotonic=time.time)))
            stack.enter_context(patch.multiple(mail, _mime=Letter, Address=_address))
            stack.enter_context(patch("vaada.present.mails.rendering", PLAIN))
            stack.enter_context(patch.multiple(items, _serialize=attribute, _deserialize=plain))
            for module in ("vaada.gateways.table", "vaada.stream"):
                stack.enter_context(patch(f"{module}.from_item", parsed))
            for module in MODULES_WITH_A_DESK:
                stack.enter_context(patch(f"{module}.open_desk", self._desk))
            self.clock = stack.enter_context(time_machine.travel(self.start, tick=False))
            stack.callback(forget_parsed)
            stack.callback(self._bury_zombies)
            yield

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
            self._move_to(max(when, self.now))
            self._doing = what
            self.entries.clear()
            action()
            self._notice_what_is_due()
            self.after_step()
        self._move_to(end)

    def _move_to(self, when: datetime) -> None:
        self.clock.move_to(when.timestamp())  # a datetime would set the time zone of the process each time

    def tell(self, line: object) -> None:
        """Add a line to the story of this history; what is not told of came to nothing."""
        if self._doing:
            self._story.append((self.now, self._doing))
            self._doing = ""
        self._story.append((self.now, line))

    @property
    def story(self) -> list[str]:
        """What happened, as lines."""
        return [
            f"{at:%a %d %b %H:%M:%S}  {line}" if isinstance(line, str) else f"{'':21}{line}"
            for at, line in self._story
        ]

    # ------------------------------------------------------------ what people do

    def ask(
        self,
        route: str,
        body: object,
        then: Callable[[Any], None] = lambda _answer: None,
        *,
        user: dict[str, str] = MANAGER,
    ) -> None:
        """Call the API as a careful client does: with a key, and again until there is an answer.

        What the state of things does not allow is put down as refused.
        """
        key = f"key-{next(self._order)}"

        def attempt() -> None:
            answer = self._run(api, _request(route, json.dumps(body), {"idempotency-key": key}, user))
            status = int(answer["statusCode"]) if answer else 500
            if status >= 500 or (status == 409 and "try again" in answer["body"]):
                self.at(self.now + timedelta(seconds=5), f"again: {route}", attempt)
            elif status in {403, 409}:
                self.tell(f"refused: {answer['body']}"[:300])
                self.refused.append(f"{route} {body}")
            else:
                assert status < 400, f"refused: {route} {answer['body']}"
                then(json.loads(answer["body"]))

        attempt()

    def link(self, purpose: LinkPurpose, row_id: str) -> str:
        """The link that a message about this row has."""
        keys, url = ENVIRONMENT["LINK_KEYS_PARAMETER"], ENVIRONMENT["PUBLIC_URL"]
        links = Links(Parameters(), keys, url)  # type: ignore[arg-type]
        truth = self.now
        self._move_to(truth - timedelta(minutes=1))  # the message came a while ago
        link = links.url(purpose, row_id)
        self._move_to(truth)
        return link

    def open(self, link: str) -> str | None:
        """Open a link. Nothing may be written. The page, if it came."""
        written = len(self.table.stream)
        answer = self._run(pages, _request(f"GET {_path(link)}", None, {}))
        assert len(self.table.stream) == written, f"a GET wrote: {link}"
        return None if answer is None else self._seen(answer)

    def submit(self, link: str, fields: dict[str, str], *, patient: bool = False) -> None:
        """Send the form behind a link, and again until there is an answer or it is seen to be done.

        The `patient` do not look whether it is.
        """

        def attempt() -> None:
            written = len(self.table.stream)
            answer = self.post_form(link, fields)
            if answer is None and (patient or len(self.table.stream) == written):
                self.at(self.now + timedelta(seconds=5), "again: the form", attempt)

        attempt()

    def fill_in(self, link: str, fields: dict[str, str]) -> None:
        """Answer a survey as a person does: look at it, think, send it, confirm it where that is asked."""

        def read() -> None:
            page = self.open(link)
            if page is None:
                self.at(self.now + timedelta(seconds=5), "again: the page", read)
            elif nonce := nonce_on(page):
                on_scale = f'value="{fields["score"]}"' in page
                said = fields if on_scale else {**fields, "score": "1"}
                send = partial(self._send, link, {**said, "nonce": nonce}, read)
                self.at(self.now + THINKING, "the survey is sent", send)

        read()

    def _send(self, link: str, fields: dict[str, str], read: Callable[[], None]) -> None:
        page = self.post_form(link, fields)
        if page is None:
            self.at(self.now + timedelta(seconds=5), "again: the survey", read)
        elif 'name="confirm"' in page:
            confirmed = {**fields, "nonce": str(nonce_on(page)), "confirm": "1"}
            sure = partial(self._send, link, confirmed, read)
            self.at(self.now + THINKING, "the answer is confirmed", sure)

    def post_form(self, link: str, fields: dict[str, str]) -> str | None:
        """Send a form once. What it is answered with, if it is."""
        if "score" in fields:
            opened = self._pages.get(fields.get("nonce", ""))
            self.entries.append(Entry(fields["score"], None if opened is None else self.now - opened))
        answer = self._run(pages, _request(f"POST {_path(link)}", urlencode(fields), {}))
        assert answer is None or int(answer["statusCode"]) < 500, f"failed: {fields}"
        return None if answer is None else self._seen(answer)

    def text(self, number: str, words: str, answers: str) -> None:
        """A customer texts us."""
        self.texted.add(words)
        self._inform(receive_text, a_text(number, words, answers), f"{number} texts {words}")

    def _seen(self, answer: dict[str, Any]) -> str:
        page = str(answer["body"] or "")
        if nonce := nonce_on(page):
            self._pages.setdefault(nonce, self.now)
        return page

    # ------------------------------------------------------------ what AWS does

    def _desk(self) -> Desk:
        """The desk of the function that asks: each has a process of its own, which remembers the policy."""
        function = self._running[-1]
        if function not in self._desks:
            self._desks[function] = Desk(self.settings)
        return self._desks[function]

    def _run(self, function: Callable[..., Any], event: dict[str, Any]) -> Any:
        """Run a function in its process. None: it failed or was killed, and the process is gone."""
        truth = self.now
        if self.faults.strikes("clock skewed"):
            seconds = self.faults.dice["clock skewed"].randint(-SKEW_SECONDS, SKEW_SECONDS)
            self._move_to(truth + timedelta(seconds=seconds))
        self._running.append(function)
        try:
            return function(event, Context())
        except Killed:
            self._desks.pop(function, None)
        except Exception as failure:  # noqa: BLE001 - Lambda catches whatever a function raises
            self.tell(f"failed: {type(failure).__name__} {failure}"[:200])
        finally:
            if function in self._running:
                self._running.remove(function)
            if not self._is_zombie():
                self._move_to(truth)
        return None

    def _woken(self, function: Callable[..., Any], event: dict[str, Any]) -> Any:
        """Run a function that nobody waits for. It may time out, and go on when all have given up on it."""
        if not self.faults.strikes("zombie"):
            return self._run(function, event)
        answers: list[Any] = []
        truth = self.now
        calls = self.faults.dice["zombie"].randint(*HELD_UP_AT)
        zombie = Zombie(lambda: answers.append(self._run(function, event)), calls)
        self._zombies.append(zombie)
        if zombie.start():
            return answers[0] if answers else None
        self.tell(f"{_name(function)} times out")
        self._move_to(truth)
        self._running.remove(function)
        self._desks.pop(function, None)
        after = timedelta(seconds=self.faults.dice["zombie"].randint(*ZOMBIE_SECONDS))

        def go_on() -> None:
            self._running.append(function)
            zombie.go_on()

        self.at(self.now + after, f"{_name(function)} goes on all the same", go_on)
        return None

    def _begin_call(self) -> None:
        for zombie in self._zombies:
            if zombie.is_me():
                zombie.hold()

    def _is_zombie(self) -> bool:
        return any(zombie.is_me() for zombie in self._zombies)

    def _bury_zombies(self) -> None:
        for zombie in self._zombies:
            if not zombie.ended:
                zombie.die()

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
            hours = self.faults.dice["batch redelivered"].choice((0, 1, 23))
            late = self.now + timedelta(hours=hours, seconds=3)
            self.at(
                late, f"stream again → {_name(consumer)}", partial(self._run, consumer, {"Records": records})
            )
        if self._checkpoints[consumer] < len(self.table.stream):
            self._stream_soon(consumer)

    def _consumed(self, consumer: Consumer, records: list[dict[str, Any]]) -> bool:
        if self.faults.strikes("record doubled"):
            records = [*records, self.faults.dice["record doubled"].choice(records)]
        answer = self._woken(consumer, {"Records": records})
        return answer is not None and not answer["batchItemFailures"]

    def _notice_what_is_due(self) -> None:
        for name, schedule in self.scheduler.schedules.items():
            if self._timed.get(name) is not schedule:
                self._timed[name] = schedule
                self._time(name, schedule)
        for arn, event in self.functions.invoked:
            self._wake(arn, event, "invoked")
        self.functions.invoked.clear()
        for sent in self.post.sent[self._told_of :]:
            self._tell_news(sent)
        self._told_of = len(self.post.sent)
        if self._planned_until != len(self.table.stream) or self._next_sweep is None:
            self._planned_until = len(self.table.stream)
            self._plan_a_sweep()

    def _tell_news(self, sent: Sent) -> None:
        """SES and SNS tell what became of it: usually soon, once, and in order."""
        for news in news_of(sent, self.fates.get(sent.to, "arrives")):
            at = self.now + news.after
            if self.faults.strikes("news late"):
                at += timedelta(minutes=self.faults.dice["news late"].randint(1, 400))
            times = 2 if self.faults.strikes("news doubled") else 1
            for _ in range(0 if self.faults.strikes("news lost") else times):
                what = f"{news.what} of {(sent.message_id or sent.to)[-8:]}"
                self.at(at, what, partial(self._inform, record_delivery, news.event, what))

    def _inform(
        self, function: Callable[..., Any], event: dict[str, Any], what: str, attempt: int = 0
    ) -> None:
        if self._woken(function, event) is not None:
            return
        if attempt == len(RETRIES):
            self.tell("nobody hears of it")
            self.unsteady = self.unsteady or function is receive_text
        else:
            again = partial(self._inform, function, event, what, attempt + 1)
            self.at(self.now + RETRIES[attempt], f"again: {what}", again)

    def _time(self, name: str, schedule: dict[str, Any]) -> None:
        at = datetime.fromisoformat(schedule["ScheduleExpression"][3:-1]).replace(tzinfo=UTC)
        if self.faults.strikes("schedule late"):
            at += timedelta(minutes=self.faults.dice["schedule late"].randint(1, 90))

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
            if self._woken(function, event) is None and attempt < len(RETRIES):
                self.at(
                    self.now + RETRIES[attempt], what, lambda: self._wake(arn, event, "retried", attempt + 1)
                )

        for _ in range(2 if self.faults.strikes("invoke doubled") else 1):
            self.at(self.now + timedelta(seconds=1), what, run)

    def _plan_a_sweep(self) -> None:
        wakes = self.table.next_wake()
        if wakes is None:
            return
        if wakes != self._soonest[0]:
            self._soonest = wakes, self.now
        lies_since = max(datetime.fromisoformat(wakes), self._soonest[1])
        assert self.now - lies_since < LYING, f"due since {wakes}, and nothing happens"
        soonest = max(datetime.fromisoformat(wakes), self.now + timedelta(seconds=1))
        at = self.start + math.ceil((soonest - self.start) / SWEEP) * SWEEP
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
        self._woken(sweep_due, {})

    @property
    def idle(self) -> bool:
        """Whether the stream is read to its end."""
        return all(checkpoint == len(self.table.stream) for checkpoint in self._checkpoints.values())


def nonce_on(page: str) -> str | None:
    """The nonce that the form of a page carries, if it has one."""
    found = re.search(r'name="nonce" value="([^"]+)"', page)
    return found[1] if found else None


def _given(client: object) -> Callable[[], Any]:
    return lambda: client


def _request(
    route: str, body: str | None, headers: dict[str, str], user: dict[str, str] = MANAGER
) -> dict[str, Any]:
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
            "authorizer": {"jwt": {"claims": user, "scopes": None}},
        },
    }


def _path(link: str) -> str:
    return link.removeprefix(ENVIRONMENT["PUBLIC_URL"])


def _name(function: Callable[..., Any]) -> str:
    return function.__module__.split(".")[1]


@lru_cache(maxsize=1000)
def _address(display_name: str, *, addr_spec: str) -> str:
    return f"{display_name} <{addr_spec}>"


logging.getLogger("vaada").setLevel(logging.CRITICAL)
