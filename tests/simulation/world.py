"""The event loop: a virtual clock, people who do things, and functions that AWS wakes, sometimes badly."""

import gc
import heapq
import json
import logging
import math
import re
import threading
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
from urllib.parse import parse_qsl, urlencode

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
from tests.simulation.actors.contact_permissions import Known
from tests.simulation.fake_aws.calls import Calls
from tests.simulation.fake_aws.faults import Faults, Killed
from tests.simulation.fake_aws.invocations import Functions
from tests.simulation.fake_aws.items import forget_parsed, key_of_item, parsed
from tests.simulation.fake_aws.messaging import Letter, Post, Sent
from tests.simulation.fake_aws.parameters import Parameters
from tests.simulation.fake_aws.provider_events import Fate, a_text, events_of
from tests.simulation.fake_aws.queue import Letter as QueueLetter
from tests.simulation.fake_aws.queue import Queue, brought
from tests.simulation.fake_aws.scheduler import Scheduler
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
from tests.simulation.fake_aws.unusual_records import (
    OF_ANOTHER_RELEASE,
    is_poison,
    of_another_release,
    poison,
)
from tests.simulation.fake_aws.zombies import Zombie
from vaada.desk import Desk
from vaada.gateways import aws, items, mail
from vaada.gateways.links import LinkPurpose, Links
from vaada.model.interactions import Interaction
from vaada.model.messages import Message
from vaada.model.people import Customer
from vaada.model.rate_limits import RateCount
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
NOT_NOW = {429, 503}  # too often, or others wrote the same at the same moment
NOT_THERE = {404, 422}  # to read, or to refer to
THINKING = timedelta(seconds=20)  # between seeing a page and sending it
RETRIES = (timedelta(minutes=1), timedelta(minutes=2))  # Lambda's own, of an asynchronous invoke
SKEW_SECONDS = 3
ZOMBIE_SECONDS = (20, 200)  # less than a lease: no function runs longer
HELD_UP_AT = (1, 12)  # which of a zombie's calls
EVENT_AGE = timedelta(hours=1)  # how long Lambda tries to deliver an asynchronous invoke
STUCK: dict[Consumer, str] = {plan_follow_ups: "planning stuck", sync_schedules: "schedules stuck"}
STREAM_FAILURES, RETRY_QUEUE_FAILURES = "StreamFailures", "RetryQueueFailures"
SOMEBODY_LOOKS = timedelta(hours=3)
HELD_PAUSE = timedelta(minutes=5)
TARGETS = {
    ENVIRONMENT["REMIND_AGENT_ARN"]: remind_agent,
    ENVIRONMENT["FLAG_OVERDUE_ARN"]: flag_overdue,
    ENVIRONMENT["SEND_SURVEY_ARN"]: send_survey,
}
Event = dict[str, Any]
EARLY = timedelta(minutes=20)
OFTEN_DOUBTED = 2  # of ten contacts
FUNCTIONS: dict[str, Callable[..., Any]] = {
    function.__module__.split(".")[1]: function
    for function in (*TARGETS.values(), plan_follow_ups, sync_schedules)
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
    return bool(record["eventName"] == "INSERT" and _kinds(record) == {"interaction"})


def _synced(record: dict[str, Any]) -> bool:
    return bool(_kinds(record) & {"follow_up", "commitment", "survey"})


def _kinds(record: dict[str, Any]) -> set[str]:
    change = record["dynamodb"]
    return {change[image]["row_kind"]["S"] for image in ("OldImage", "NewImage") if image in change}


HEARING = {receive_text, record_delivery}
WANTED: dict[Consumer, Callable[[dict[str, Any]], bool]] = {
    plan_follow_ups: _planned,
    sync_schedules: _synced,
}


@dataclass(frozen=True)
class DeadLetter:
    """What could not be delivered, in a queue where somebody looks at it."""

    queue: str
    letter: dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """An answer to a survey, and how long its page was open. None: there was none."""

    score: str
    age: timedelta | None
    words: str | None = None


class World:
    """One history. Everything that happens is an action in one queue, in the order of the virtual clock."""

    def __init__(self, people: int, faults: Faults, *, drawn: bool = True) -> None:
        self.drawn = drawn  # whether pages are made as people see them, which takes long
        self.random = Random(f"people {people}")
        self.start = self.random.choice(STARTS)
        self.zone, self.country = self.random.choice(PLACES)
        self.faults = faults
        faults.start = self.start
        self._story: list[tuple[datetime, object]] = []
        self._doing = ""
        self.refused: list[str] = []
        self.on_refused: Callable[[str], None] = lambda _route: None
        self.known = Known()
        calls = Calls(self.faults, self.tell, self._begin_call)
        self.now = self.start
        self.table = DynamoDb(calls, on_write=self._written)
        self.scheduler = Scheduler(calls)
        self.functions = Functions(calls)
        self.post = Post(calls)
        self.queue = Queue(calls)
        self.after_step: Callable[[], None] = lambda: None
        self.fates: dict[str, Fate] = {}  # of addresses to which not all goes well
        self.unsteady = False  # whether what comes of surveys depends on who is faster
        self.forgotten: set[str] = set()  # customers who are erased
        self.gaps = False  # whether rows may be missing that people speak of
        self.entries: list[Entry] = []  # answers sent in this step
        self.texted: set[str] = set()
        self._pages: dict[str, datetime] = {}  # when they were opened, by their nonces
        self._forms: dict[str, dict[str, str]] = {}  # as they were last sent, by their links
        self._taken = False  # whether the last form was
        self._told_of = 0
        self._brought = 0  # of what was put into the queue
        self._heard_of: dict[str, Event] = {}  # what news in the queue came from
        self._queue: list[tuple[datetime, int, str, Callable[[], None]]] = []
        self._order = count()
        self._shards: list[list[tuple[datetime, Record]]] = [[] for _ in range(SHARDS)]
        self.readers = [Reader(consumer, shard) for consumer in WANTED for shard in range(SHARDS)]
        self._sharded = 0
        self.dead_letters: list[DeadLetter] = []
        self.held = False  # whether the functions that send are, as `make hold` does it
        self._redriven = 0
        self._timed: dict[str, dict[str, Any]] = {}
        self._targets: dict[str, dict[str, Any]] = {}
        self._made = 0
        self._next_sweep: datetime | None = None
        self._planned_until = 0
        self._soonest: tuple[str | None, datetime] = (None, self.start)
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
            "queues": self.queue,
            "parameters": Parameters(),
            "ses": self.post,
            "sns": self.post,
        }
        makers: dict[str, Any] = {name: _given(client) for name, client in clients.items()}
        ids = Random(self.random.random())
        environment = {**ENVIRONMENT, "TIME_ZONE": self.zone, "COUNTRY": self.country}
        with ExitStack() as stack:
            if gc.isenabled():
                gc.disable()  # one history fits into memory; to look for waste takes a third of the time
                stack.callback(gc.enable)
            stack.enter_context(patch.dict("os.environ", environment))
            self.settings = Settings.from_environment()
            stack.enter_context(patch.multiple(aws, **makers))
            stack.enter_context(patch("secrets.token_bytes", ids.randbytes))
            stack.enter_context(patch("vaada.desk.time", SimpleNamespace(monotonic=time.time)))
            stack.enter_context(patch.multiple(mail, _to_mime=Letter, Address=_address))
            stack.enter_context(patch("vaada.present.email.rendering", PLAIN))
            if not self.drawn:
                stack.enter_context(patch("vaada.present.pages.rendering", SimpleNamespace(html=_undrawn)))
            for module in ("vaada.gateways.table", "vaada.stream"):
                stack.enter_context(patch(f"{module}.from_item", parsed))
            for module in MODULES_WITH_A_DESK:
                stack.enter_context(patch(f"{module}.open_desk", self._desk))
            self.clock = stack.enter_context(time_machine.travel(self.start, tick=False))
            stack.callback(forget_parsed)
            stack.callback(self._bury_zombies)
            yield

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
        self.now = when
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

        def send(what: object) -> Any:
            return self._run(api, _request(route, json.dumps(what), {"idempotency-key": key}, user))

        def attempt() -> None:
            answer = send(body)
            status = int(answer["statusCode"]) if answer else 500
            if status >= 500 or (status == 409 and "try again" in answer["body"]):
                self.at(self.now + timedelta(seconds=5), f"again: {route}", attempt)
            elif status in {403, 409} or (status in NOT_THERE and (self.gaps or self.forgotten)):
                self.tell(f"refused: {answer['body']}"[:300])
                self.refused.append(f"{route} {body}")
                self.on_refused(route)
            else:
                assert status < 400, f"refused: {route} {answer['body']}"
                then(json.loads(answer["body"]))
                if route == "POST /api/interactions" and int(key[-1]) < OFTEN_DOUBTED:
                    self._doubt(send, body, answer)

        attempt()

    def _doubt(self, send: Callable[[object], Any], body: Any, answer: Any) -> None:
        """The answer got lost; or something else is asked for with the same key. Nothing comes of it."""
        written = len(self.table.stream)
        again, other = send(body), send({**body, "summary": "something else"})
        for said, wanted in ((again, int(answer["statusCode"])), (other, 422)):
            status = int(said["statusCode"]) if said else 500
            assert status in {wanted, *NOT_NOW, 500}, f"asked again: {status}, not {wanted}: {said}"
        assert len(self.table.stream) == written, f"asked again, and done again: {body}"

    def link(self, purpose: LinkPurpose, row_id: str, age: timedelta = timedelta(minutes=1)) -> str:
        """The link that a message about this row has, which came so long ago."""
        keys, url = ENVIRONMENT["LINK_KEYS_PARAMETER"], ENVIRONMENT["PUBLIC_URL"]
        links = Links(Parameters(), keys, url)  # type: ignore[arg-type]
        truth = self.now
        self._move_to(truth - age)
        link = links.url(purpose, row_id)
        self._move_to(truth)
        return link

    def open(self, link: str, method: str = "GET") -> str | None:
        """Open a link. Nothing may be written. The page, if it came."""
        written = len(self.table.stream)
        answer = self._run(pages, _request(f"{method} {_path(link)}", None, {}))
        assert len(self.table.stream) == written, f"a {method} wrote: {link}"
        return None if answer is None else self._seen(answer)

    def try_other_doors(self, link: str) -> None:
        """Somebody tries what a link is signed for at the doors of others. Nothing may come of it."""
        _, door, token = _path(link).split("/")
        for other in {"a", "s", "u"} - {door}:
            written = len(self.table.stream)
            for method, form in (("GET", None), ("POST", "score=1&do=done")):
                answer = self._run(pages, _request(f"{method} /{other}/{token}", form, {}))
                assert answer is None or int(answer["statusCode"]) >= 400, f"opened {other} with {link}"
            assert len(self.table.stream) == written, f"wrote behind {other} with {link}"

    def submit(
        self,
        link: str,
        fields: dict[str, str],
        *,
        patient: bool = False,
        then: Callable[[str], None] = lambda _page: None,
    ) -> None:
        """Send the form behind a link, and again until there is an answer or it is seen to be done.

        The `patient` do not look whether it is. `then` is done once it is taken.
        """

        def attempt() -> None:
            written = len(self.table.stream)
            answer = self.post_form(link, fields)
            if answer is None and (patient or not self._changed_since(written)):
                self.at(self.now + timedelta(seconds=5), "again: the form", attempt)
            elif answer is not None and self._taken:
                then(answer)

        attempt()

    def press(
        self, link: str, fields: dict[str, str], then: Callable[[str], None] = lambda _page: None
    ) -> None:
        """Act by a link as a person does: look at the page, think, press the button, again where it asks.

        `then` is told of the page that came of it.
        """

        def read() -> None:
            page = self.open(link)
            if page is None:
                self.at(self.now + timedelta(seconds=5), "again: the page", read)
            else:
                think(page)

        def think(page: str) -> None:
            said = {**fields, "nonce": nonce_on(page) or ""}
            self.at(self.now + THINKING, "the button is pressed", partial(send, said))

        def send(said: dict[str, str]) -> None:
            written = len(self.table.stream)
            page = self.post_form(link, said)
            if page is None and not self._changed_since(written):
                self.at(self.now + timedelta(seconds=5), "again: the button", partial(send, said))
            elif page is not None and "Please confirm" in page:
                think(page)
            elif page is not None:
                then(page)

        read()

    def try_form(self, link: str, fields: dict[str, str]) -> None:
        """A program sends a form to staff. Nothing may come of it but that it is counted."""
        written = len(self.table.stream)
        self.post_form(link, fields)
        assert not self._changed_since(written), f"a program acted: {fields}"

    def _changed_since(self, number: int) -> bool:
        """Whether more was written than counts, since there were so many records."""
        return any(
            not record["dynamodb"]["Keys"]["pk"]["S"].startswith("PACE#")
            for record in self.table.stream[number:]
        )

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
        self._forms[link] = fields
        page = self.post_form(link, fields)
        if page is None:
            self.at(self.now + timedelta(seconds=5), "again: the survey", read)
        elif 'name="confirm"' in page:
            confirmed = {**fields, "nonce": str(nonce_on(page)), "confirm": "1"}
            sure = partial(self._send, link, confirmed, read)
            self.at(self.now + THINKING, "the answer is confirmed", sure)

    def send_anew(self, link: str) -> None:
        """The page that stayed open is sent once more, with another answer."""
        if fields := self._forms.get(link):
            self.post_form(link, {**fields, "score": "5" if fields["score"] == "1" else "1"})

    def post_form(self, link: str, fields: dict[str, str]) -> str | None:
        """Send a form once. What it is answered with, if it is."""
        if "score" in fields:
            opened = self._pages.get(fields.get("nonce", ""))
            age = None if opened is None else self.now - opened
            self.entries.append(Entry(fields["score"], age, fields.get("comment")))
        answer = self._run(pages, _request(f"POST {_path(link)}", urlencode(fields), {}))
        if answer is None or int(answer["statusCode"]) in NOT_NOW:
            return None
        assert int(answer["statusCode"]) < 500, f"failed: {fields}"
        self._taken = int(answer["statusCode"]) == 200
        return self._seen(answer)

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
        truth, struck = self.now, self.faults.struck
        if self.faults.strikes("clock skewed"):
            seconds = self.faults.dice["clock skewed"].randint(-SKEW_SECONDS, SKEW_SECONDS)
            self._move_to(truth + timedelta(seconds=seconds))
        self._running.append(function)
        idle = function in TARGETS.values() and not self._is_awaited(event)
        written, answered, answer = len(self.table.stream), len(self.post.answered), None
        today = f"mail-{self.now:%Y%m%d}"
        uncounted = self.post.mails - self._counted(today)
        try:
            answer = function(event, Context()) if function not in HEARING else self._hears(function, event)
        except Killed:
            self._desks.pop(function, None)
        except Exception as failure:  # noqa: BLE001 - Lambda catches whatever a function raises
            told = f"{_name(function)} failed: {type(failure).__name__} {failure}"[:200]
            self.tell(told)
            assert self.faults.struck > struck or self._is_zombie(), f"nothing was wrong, and {told}"
        finally:
            if function in self._running:
                self._running.remove(function)
            if not self._is_zombie():
                self._move_to(truth)
        if not self._is_zombie():
            assert not idle or len(self.table.stream) == written, f"not due, or of the past: {event}"
            if answer is not None:
                self._judge_sent(self.post.answered[answered:])
                uncounted -= self.post.mails - self._counted(today)
                assert not uncounted, f"{uncounted} more mails counted than sent: {event}"
        return answer

    def is_there(self, customer_id: str) -> bool:
        """Whether anybody can find the customer."""
        return key_of_item(items.key_of(Customer, customer_id)) in self.table.items

    def _counted(self, pace_id: str) -> int:
        row = self.table.items.get(key_of_item(items.key_of(RateCount, pace_id)))
        return int(row["count"]["N"]) if row else 0

    def _is_awaited(self, event: Event) -> bool:
        """Whether a wake-up is for its row as it stands, and not too early."""
        row = self.table.items.get(key_of_item(items.key_of(Interaction, event["row_id"])))
        if row is None or row["version"]["N"] != str(event["version"]) or "wake_at" not in row:
            return False
        return datetime.fromisoformat(row["wake_at"]["S"]) <= self.now

    def _judge_sent(self, message_ids: list[str]) -> None:
        """What came of each is written down once the function has ended well."""
        for message_id in message_ids:
            row = self.table.items.get(key_of_item(items.key_of(Message, message_id)))
            assert row is None or row["status"]["S"] != "sending", f"not written down: {parsed(row)!r}"

    def _hears(self, function: Callable[..., Any], event: Event) -> Any:
        """News, or a text: once the function has ended it is heard, or it waits in the queue.

        Others may let theirs wait while this one is held up: the thread tells them apart.
        """
        from_queue = [record for record in event.get("Records", ()) if "body" in record]
        told = {record["messageId"]: self._heard_of[record["body"]] for record in from_queue} or {"": event}
        for each in told.values():
            self.known.hearing(each)
        struck, sent = self.faults.struck, len(self.queue.sent)
        try:
            answer = function(event, Context())
        finally:
            mine = [letter for letter in self.queue.sent[sent:] if letter.sender == threading.get_ident()]
            self._heard_of.update({letter.body: event for letter in mine})
        failed = {each["itemIdentifier"] for each in answer["batchItemFailures"]} if from_queue else set()
        failed |= {""} if mine else set()
        well = self.faults.struck == struck and not self._is_zombie()
        assert not (failed and well), f"nothing was wrong, and it could not be heard: {event}"
        for letter_id in told.keys() - failed:
            self.known.heard(told[letter_id], self.now)
        return answer

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
            self._zombies.remove(zombie)
            return answers[0] if answers else None
        self.tell(f"{_name(function)} times out")
        self._move_to(truth)
        self._running.remove(function)
        self._desks.pop(function, None)
        after = timedelta(seconds=self.faults.dice["zombie"].randint(*ZOMBIE_SECONDS))

        def go_on() -> None:
            self._running.append(function)
            zombie.go_on()
            self._zombies.remove(zombie)

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
            zombie.die()

    # ------------------------------------------------------------ the stream

    def _written(self) -> None:
        for record in self.table.stream[self._sharded :]:
            shard = shard_of(record)
            if self.faults.strikes("poison record"):
                self._put_into_shard(shard, poison(record, self.faults.dice["poison record"]))
            self._put_into_shard(shard, record)
        self._sharded = len(self.table.stream)

    def _put_into_shard(self, shard: int, record: Record) -> None:
        self._shards[shard].append((self.now, record))
        for reader in self.readers:
            if reader.shard == shard and WANTED[reader.consumer](record):
                reader.records.append((self.now, record))
                overtaken = self.faults.strikes("items overtake")
                late = self.faults.dice["items overtake"].randint(2, 120) if overtaken else 1
                self._read_soon(reader, timedelta(seconds=late))

    def _read_soon(self, reader: Reader, after: timedelta) -> None:
        if not reader.waits:
            reader.waits = True
            self.at(self.now + after, f"stream → {_name(reader.consumer)}", lambda: self._read(reader))

    def _read(self, reader: Reader) -> None:
        reader.waits = False
        if stuck := self.faults.lasts(STUCK[reader.consumer]):
            self._read_soon(reader, stuck - self.now)
            return
        window = reader.next_window(self.now)
        if window is None:
            return
        records = reader.batch(window)
        answer = self._consumed(reader.consumer, records)
        failed = None if answer is None else [each["itemIdentifier"] for each in answer["batchItemFailures"]]
        if given_up := reader.ended(window, failed):
            self._give_up(reader, given_up)
        if failed == []:
            self._come_again(reader.consumer, records)
        if not reader.idle:
            self._read_soon(reader, timedelta(seconds=1) if failed == [] or given_up else reader.pause)

    def _consumed(self, consumer: Consumer, records: list[Record]) -> dict[str, Any] | None:
        if self.faults.strikes("record doubled"):
            records = [*records, self.faults.dice["record doubled"].choice(records)]
        if self.faults.strikes("another release"):
            records = [record if is_poison(record) else of_another_release(record) for record in records]
        struck = self.faults.struck
        answer: dict[str, Any] | None = self._woken(consumer, {"Records": records})
        if answer is not None and self.faults.struck == struck:
            self._judge_handled(records, answer["batchItemFailures"])
        return answer

    def _judge_handled(self, records: list[Record], failures: list[dict[str, str]]) -> None:
        """Nothing else went wrong: what cannot be read is reported, and all others are handled."""
        poisonous = {number_of(record) for record in records if is_poison(record)}
        failed = {each["itemIdentifier"] for each in failures}
        assert failed == poisonous, f"{len(poisonous)} records cannot be read, and failed: {failed}"
        for record in records:
            if not is_poison(record) and _planned(record):
                row = self.table.items.get(key_of_item(record["dynamodb"]["NewImage"]))
                assert row is None or "wake_at" not in row, f"delivered, and not planned: {row}"

    def _come_again(self, consumer: Consumer, records: list[Record]) -> None:
        if self.faults.strikes("batch redelivered"):
            hours = self.faults.dice["batch redelivered"].choice((0, 1, 23))
            late = self.now + timedelta(hours=hours, seconds=3)
            again = partial(self._run, consumer, {"Records": records})
            self.at(late, f"stream again → {_name(consumer)}", again)

    def _give_up(self, reader: Reader, window: Window) -> None:
        """Lambda tells which records they were; the records themselves stay in the stream, for a day."""
        records = reader.batch(window)
        batch = {
            "shardId": str(reader.shard),
            "startSequenceNumber": number_of(records[0]),
            "endSequenceNumber": number_of(records[-1]),
            "batchSize": len(records),
        }
        context = {"functionArn": _name(reader.consumer), "condition": "RetryAttemptsExhausted"}
        self._bury(STREAM_FAILURES, {"requestContext": context, "DDBStreamBatchInfo": batch})

    def _bury(self, queue: str, letter: dict[str, Any]) -> None:
        self.tell(f"a dead letter in {queue}")
        self.dead_letters.append(DeadLetter(queue, letter))
        if len(self.dead_letters) == self._redriven + 1:
            self.at(self.now + SOMEBODY_LOOKS, "somebody looks at the dead letters", self._redrive)

    def _redrive(self) -> None:
        """As `make redrive` does it: each letter, or what it tells of, is given to its function again."""
        letters = self.dead_letters[self._redriven :]
        self._redriven = len(self.dead_letters)
        for dead in letters:
            if dead.queue == RETRY_QUEUE_FAILURES:
                self._hear_again(dead)
                continue
            function = FUNCTIONS[dead.letter["requestContext"]["functionArn"]]
            if "requestPayload" in dead.letter:
                self._run(function, dead.letter["requestPayload"])
            else:
                self._play_again(function, dead.letter["DDBStreamBatchInfo"])

    def _hear_again(self, dead: DeadLetter) -> None:
        """What was not even read is only looked at; all else is played until it is heard."""
        [record] = dead.letter["Records"]
        if json.loads(record["body"])["kind"] == "unreadable":
            return
        answer = self._run(record_delivery, dead.letter)
        if answer is None or answer["batchItemFailures"]:
            self._bury(RETRY_QUEUE_FAILURES, dead.letter)

    def _play_again(self, consumer: Consumer, batch: dict[str, Any]) -> None:
        """What the function wants of the records from the first to the last, if they are still kept."""
        shard = self._shards[int(batch["shardId"])]
        numbers = [number_of(record) for _, record in shard]
        first, last = (numbers.index(batch[f"{name}SequenceNumber"]) for name in ("start", "end"))
        if self.now - shard[first][0] < KEPT:
            records = [record for _, record in shard[first : last + 1] if WANTED[consumer](record)]
            self._run(consumer, {"Records": records})

    def _notice_what_is_due(self) -> None:
        if self._made != self.scheduler.made:
            self._made = self.scheduler.made
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
        for letter in self.queue.sent[self._brought :]:
            self.at(letter.visible_at, "the queue → record_delivery", self._poll)
        self._brought = len(self.queue.sent)
        if self._planned_until != len(self.table.stream) or self._next_sweep is None:
            self._planned_until = len(self.table.stream)
            self._plan_a_sweep()

    def _tell_news(self, sent: Sent) -> None:
        """SES and SNS tell what became of it: usually soon, once, and in order."""
        for news in events_of(sent, self.fates.get(sent.to, "arrives")):
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
            self.tell("Lambda drops the event")
            self.unsteady = self.unsteady or function is receive_text
        else:
            again = partial(self._inform, function, event, what, attempt + 1)
            self.at(self.now + RETRIES[attempt], f"again: {what}", again)

    def _poll(self) -> None:
        """What waits in the queue is brought to the function, until it is heard or has come too often."""
        for letter in self.queue.give_up():
            self._bury(RETRY_QUEUE_FAILURES, brought(letter))
        batch = self.queue.receive()
        if batch:
            self._bring(batch)
        for letter in batch:
            if letter in self.queue.letters:
                self.at(letter.visible_at, "the queue → record_delivery, again", self._poll)
        if batch and self.faults.strikes("news doubled"):
            late = self.now + timedelta(seconds=self.faults.dice["news doubled"].randint(1, 300))
            self.at(late, "the queue → record_delivery, twice", partial(self._bring, batch))

    def _bring(self, batch: list[QueueLetter]) -> None:
        answer = self._woken(record_delivery, brought(*batch))
        if answer is not None:
            failed = {each["itemIdentifier"] for each in answer["batchItemFailures"]}
            for letter in batch:
                if letter.id not in failed:
                    self.queue.delete(letter)

    def _time(self, name: str, schedule: dict[str, Any]) -> None:
        at = datetime.fromisoformat(schedule["ScheduleExpression"][3:-1]).replace(tzinfo=UTC)
        before, self._targets[name] = self._targets.get(name), schedule["Target"]
        if before is not None and self.faults.strikes("schedule doubled"):
            # A call that was late has made again what stood there before.
            again = partial(self._wake, before["Arn"], json.loads(before["Input"]), "of the past")
            self.at(at, "a schedule of the past", again)
        if self.faults.strikes("schedule doubled"):
            target = self._targets[name]
            early = partial(self._wake, target["Arn"], json.loads(target["Input"]), "early")
            self.at(at - EARLY, "somebody tries what a schedule does", early)
        if self.faults.strikes("schedule late"):
            at += timedelta(minutes=self.faults.dice["schedule late"].randint(1, 90))

        def fire() -> None:
            if self.scheduler.schedules.get(name) is not schedule:
                return  # moved or deleted meanwhile
            if back := self.faults.lasts("no Scheduler"):
                late = timedelta(seconds=self.faults.dice["no Scheduler"].randint(0, 1800))
                self.at(back + late, f"schedule of {name[-8:]}, late", fire)
                return
            del self.scheduler.schedules[name]
            if self.faults.strikes("schedule lost"):
                self.tell("the schedule is lost")
                return
            target = schedule["Target"]
            for _ in range(2 if self.faults.strikes("schedule doubled") else 1):
                self._wake(target["Arn"], json.loads(target["Input"]), "scheduled")

        self.at(at, f"schedule of {name[-8:]}", fire)

    def _wake(self, arn: str, event: dict[str, Any], how: str) -> None:
        if self.faults.strikes("another release"):
            event = {**event, **OF_ANOTHER_RELEASE}
        for _ in range(2 if self.faults.strikes("invoke doubled") else 1):
            self._invoke(TARGETS[arn], event, how, self.now)

    def _invoke(
        self, function: Callable[..., Any], event: dict[str, Any], how: str, since: datetime, attempt: int = 0
    ) -> None:
        what = f"{how} → {_name(function)} {event['row_id'][-8:]} v{event['version']}"

        def bury(condition: str) -> None:
            context = {"functionArn": _name(function), "condition": condition}
            self._bury(f"{_name(function)} failures", {"requestContext": context, "requestPayload": event})

        def run() -> None:
            if self.held or self.faults.lasts("functions held"):
                if self.now - since > EVENT_AGE:
                    bury("EventAgeExceeded")
                else:
                    self.at(self.now + HELD_PAUSE, what, run)
            elif self._woken(function, event) is None:
                if attempt == len(RETRIES):
                    bury("RetriesExhausted")
                else:
                    again = partial(self._invoke, function, event, "retried", since, attempt + 1)
                    self.at(self.now + RETRIES[attempt], what, again)

        self.at(self.now + timedelta(seconds=1), what, run)

    def _plan_a_sweep(self) -> None:
        wakes = self.table.next_wake()
        if wakes != self._soonest[0]:
            self._soonest = wakes, self.now
        if wakes is None:
            return
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
        if self.held or self.faults.strikes("sweep skipped"):
            self.tell("the sweep is skipped")
            return
        self._woken(sweep_due, {})

    def fall_apart(self) -> None:
        """The history is over: what holds each other is let go, so that its memory is free at once."""
        self.__dict__.clear()

    @property
    def idle(self) -> bool:
        """Whether the stream is read to its end, no news wait, and nobody has dead letters to look at."""
        read = all(reader.idle for reader in self.readers)
        return read and not self.queue.letters and self._redriven == len(self.dead_letters)


def nonce_on(page: str) -> str | None:
    """The nonce that the form of a page carries, if it has one."""
    found = re.search(r'name="nonce" value="([^"]+)"', page)
    return found[1] if found else None


def _undrawn(template: str, _words: object, **values: Any) -> str:
    """What people and programs here look for on a page."""
    marks = [f'name="nonce" value="{values["nonce"]}"'] if values.get("nonce") else []
    marks += [f'value="{score}"' for score in values.get("scores", ())]
    marks += ['name="confirm"'] if template == "page/survey_confirm.html" else []
    marks += ["Please confirm"] if values.get("again") else []
    marks += [template]
    return " ".join((*marks, str(values.get("problem"))))


def _given(client: object) -> Callable[[], Any]:
    return lambda: client


def _request(
    route: str, body: str | None, headers: dict[str, str], user: dict[str, str] = MANAGER
) -> dict[str, Any]:
    method, place = route.split(" ")
    path, _, query = place.partition("?")
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": query,
        "queryStringParameters": dict(parse_qsl(query)),
        "headers": headers,
        "body": body,
        "isBase64Encoded": False,
        "requestContext": {
            "requestId": "a-request",
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
