"""Every point at which a function can be cut short: before each of its calls to AWS, after it, as it returns.

A scenario leads up to one run of one function. It is lived once undisturbed, which tells the calls of that
run, and then again for each point, with all that AWS does afterwards: retries, redelivery, the sweep. Each
time the invariants hold at every step, and the end is that of the undisturbed life.

`python -m tests.simulation.crash_points` lists how many points there are.
"""

import json
import re
import sys
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial, wraps
from time import perf_counter
from typing import Any, Literal, NoReturn, TypeVar
from unittest.mock import patch

from botocore.exceptions import ReadTimeoutError

from functions.api.app import handler as api
from functions.flag_overdue.app import handler as flag_overdue
from functions.pages.app import handler as pages
from functions.plan_follow_ups.app import handler as plan_follow_ups
from functions.receive_text.app import handler as receive_text
from functions.record_delivery.app import handler as record_delivery
from functions.remind_agent.app import handler as remind_agent
from functions.rotate_link_keys.app import handler as rotate
from functions.send_survey.app import handler as send_survey
from functions.sweep_due.app import handler as sweep_due
from functions.sync_schedules.app import handler as sync_schedules
from tests.integration.scripted_desk import ENVIRONMENT
from tests.simulation.aws import Calls, error, parsed
from tests.simulation.faults import Faults, Killed
from tests.simulation.invariants import Watch, agree
from tests.simulation.provider_events import events_of
from tests.simulation.world import THINKING, World, nonce_on
from vaada.gateways import aws
from vaada.model.messages import Message
from vaada.model.rate_limits import RateCount
from vaada.model.rows import Row
from vaada.model.times import text_of

T = TypeVar("T")
Play = Callable[["Stage"], None]
Handler = Callable[..., Any]
Body = Mapping[str, object] | Callable[["Stage"], Mapping[str, object]]
Moment = Literal[
    "killed before", "killed after", "killed as it returns from", "answer lost of", "no answer to"
]

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
AGAIN = timedelta(seconds=5)
BUSY = timedelta(seconds=30)  # less than what must wait waits
LATE = timedelta(minutes=15)  # as DESIGN has it: within so long what is due is done, or visibly failed
SENDS = frozenset({"SendEmail", "Publish"})  # which the SDK tries once
WRITES = frozenset({"PutItem", "TransactWriteItems"})
ONCE = SENDS | {"GetItem", "Query", "GetParameter"}  # and these tell the same when they are asked again


@wraps(rotate)
def rotate_link_keys(event: dict[str, Any], context: object) -> str:
    """The function, whose answer is nothing: None says here that it was killed."""
    rotate(event, context)
    return "done"


@dataclass(frozen=True)
class Point:
    """A call of a run, counted from 1, and what goes wrong there. Run 0 is what the scenario leads up to."""

    run: int
    call: int
    name: str
    moment: Moment

    def __str__(self) -> str:
        again = f", run {self.run} after it" if self.run else ""
        return f"{self.moment} {self.name} {self.call}{again}"


class Tracked(Calls):
    """Notes every call of the runs that are watched, and lets go wrong what is to go wrong."""

    def __init__(self, plan: Sequence[Point], faults: Faults, log: Callable[[str], None]) -> None:
        super().__init__(faults, log)
        self.runs: list[list[str]] = []
        self.struck: list[Point] = []
        self.watching = False
        self.busy_until = MONDAY  # the table, to whoever writes
        self._plan = {(point.run, point.call): point for point in plan}

    def make(self, name: str, effect: Callable[[], T], *, again: Callable[[], T] | None = None) -> T:
        """Make the call, if it comes to that."""
        if name in WRITES and datetime.now(UTC) < self.busy_until:
            effect = again = self._busy
        if not self.watching:
            return effect()
        calls = self.runs[-1]
        calls.append(name)
        point = self._plan.get((len(self.runs) - 1, len(calls)))
        match point and point.moment:
            case "killed before":
                self._strike(point)
                raise Killed
            case "killed after":
                with suppress(Exception):
                    effect()
                self._strike(point)
                raise Killed
            case "answer lost of":  # the SDK asks a second time
                with suppress(Exception):
                    effect()
                self._strike(point)
                return (again or effect)()
            case "no answer to":  # however often the SDK asks
                with suppress(Exception):
                    effect()
                self._strike(point)
                raise ReadTimeoutError(endpoint_url="https://aws")
        return effect()

    def returns(self) -> bool:
        """The run that is watched has come to its end. Whether it is killed before anybody hears of that."""
        self.watching = False
        point = self._plan.get((len(self.runs) - 1, len(self.runs[-1]) + 1))
        if point is not None:
            self._strike(point)
        return point is not None

    def _busy(self) -> NoReturn:
        self.faults.struck += 1
        raise error("ThrottlingException")

    def _strike(self, point: Point | None) -> None:
        assert point is not None
        self.struck.append(point)
        self.faults.struck += 1
        self.log(str(point))


class KeyStore:
    """Parameter Store, with the keys that links are signed with."""

    class exceptions:  # noqa: N801 - botocore's name for it
        class ParameterNotFound(Exception): ...

        class ParameterAlreadyExists(Exception): ...

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self.values = {
            ENVIRONMENT["LINK_KEYS_PARAMETER"]: json.dumps(["older", "newer"]),
            ENVIRONMENT["ADDRESS_KEY_PARAMETER"]: "a key",
        }
        self.changed_at = dict.fromkeys(self.values, MONDAY - 90 * DAY)

    @property
    def link_keys(self) -> list[str] | None:
        """The keys that are valid now. None: there is no such parameter."""
        stored = self.values.get(ENVIRONMENT["LINK_KEYS_PARAMETER"])
        keys: list[str] | None = None if stored is None else json.loads(stored)
        return keys

    def get_parameter(self, *, Name: str, **_: object) -> dict[str, Any]:  # noqa: N803 - as boto3 calls it
        """What is stored under the name, and since when."""

        def effect() -> dict[str, Any]:
            if Name not in self.values:
                raise self.exceptions.ParameterNotFound
            return {"Parameter": {"Value": self.values[Name], "LastModifiedDate": self.changed_at[Name]}}

        return self._calls.make("GetParameter", effect)

    def put_parameter(self, *, Name: str, Value: str, Overwrite: bool, **_: object) -> None:  # noqa: N803
        """Store something under the name."""

        def effect() -> None:
            if Name in self.values and not Overwrite:
                raise self.exceptions.ParameterAlreadyExists
            self.values[Name], self.changed_at[Name] = Value, datetime.now(UTC)

        self._calls.make("PutParameter", effect)

    def delete_parameter(self, *, Name: str) -> None:  # noqa: N803
        """Remove it."""

        def effect() -> None:
            if self.values.pop(Name, None) is None:
                raise self.exceptions.ParameterNotFound

        self._calls.make("DeleteParameter", effect)


class Stage(World):
    """A world of one agent, their supervisor and one customer, in which a scenario is played."""

    def __init__(self, function: Handler, plan: Sequence[Point]) -> None:
        # Rates that are never met: invariants then allow what retries make of it, such as a second reminder.
        super().__init__(people=0, faults=Faults(rates={"killed before a call": 0}))
        self.start = self.now = self.faults.start = MONDAY
        self.zone, self.country = "UTC", "GB"
        self.calls = Tracked(plan, self.faults, self.tell)
        for service in (self.table, self.scheduler, self.functions, self.post, self.queue):
            service.calls = self.calls
        self.keys = KeyStore(self.calls)
        self.told_cloudformation: list[str] = []
        self.function = function
        self.supervisor_id = self.agent_id = self.customer_id = self.promised = ""
        self._contacts = 0
        self._armed = False
        self._method: str | None = None
        self._followers: frozenset[Handler] = frozenset()
        self.left: tuple[object, ...] | None = None  # by the process that was struck
        self._until = self.start

    @contextmanager
    def running(self) -> Iterator[None]:
        """Put this world in the place of AWS and of the clock."""
        answered = patch.object(urllib.request, "urlopen", self._answered)
        with super().running(), patch.object(aws, "parameters", lambda: self.keys), answered:
            yield

    # ------------------------------------------------------------ what a scenario says

    def opened(self, **customer: object) -> None:
        """The staff and the customer, a minute after the start: what is due is so between two sweeps."""
        self.pass_time(MINUTE)
        self.supervisor_id = self.asked("POST /api/agents", SUPERVISOR)["agent_id"]
        agent = {**AGENT, "supervisor_id": self.supervisor_id}
        self.agent_id = self.asked("POST /api/agents", agent)["agent_id"]
        self.customer_id = self.asked("POST /api/customers", {**CUSTOMER, **customer})["customer_id"]

    def contact(self, **facts: object) -> Any:
        """A contact, recorded. What follows from it comes with time."""
        return self.asked("POST /api/interactions", self.a_contact(**facts))

    def a_contact(self, **facts: object) -> dict[str, object]:
        """A contact as the API takes it: we called the customer."""
        said = {"channel": "phone", "direction": "outbound", "kind": "request"}
        self._contacts += 1
        return {
            **said,
            "summary": f"Matter {self._contacts}",
            "customer_id": self.customer_id,
            "agent_id": self.agent_id,
            **facts,
        }

    def promise(self, after: timedelta) -> str:
        """A contact in which something is promised for then, counted from now."""
        made = {"what": "Call back with a price", "due_at": text_of(self.now + after)}
        commitment_id: str = self.contact(commitments=[made])["commitments"][0]["commitment_id"]
        return commitment_id

    def follow_up(self, after: timedelta, reason: str = "Ask for the colour") -> str:
        """A contact after which something is to be done then, counted from now."""
        wanted = {"at": text_of(self.now + after), "reason": reason}
        follow_up_id: str = self.contact(follow_up=wanted)["follow_up"]["follow_up_id"]
        return follow_up_id

    def survey(self, **customer: object) -> str:
        """Something was settled, and the customer has been asked how it went: the link to answer."""
        self.opened(**customer)
        self.contact(resolved=True)
        self.pass_time(DAY + HOUR)
        (link,) = re.findall(r"https://\S+/s/[^\s?]+", self.post.sent[-1].text)[:1]
        return str(link)

    def asked(self, route: str, body: object) -> Any:
        """Call the API. What it answers, at once as long as nothing goes wrong."""
        answers: list[Any] = []
        self.does(lambda: self.ask(route, body, answers.append))
        return answers[-1] if answers else None

    def does(self, action: Callable[[], None]) -> None:
        """Somebody does something now."""
        self.at(self.now, "", action)
        self.run_until(self.now)

    def pass_time(self, by: timedelta) -> None:
        """Let happen what happens until then."""
        self.run_until(self.now + by)

    def watched(self, method: str | None = None) -> None:
        """The next run of the function is the one that counts, if that is asked for: by this method."""
        self._armed, self._method = True, method

    def insist(self, link: str, fields: dict[str, str]) -> None:
        """Send the form of a page, the same again until there is an answer."""
        nonce = nonce_on(self.open(link) or "")
        said = {**fields, **({"nonce": nonce} if nonce else {})}

        def send() -> None:
            if self.post_form(link, said) is None:
                self.at(self.now + AGAIN, "again: the form", send)

        self.at(self.now + THINKING, "the form is sent", send)

    def invoke(self, event: dict[str, Any]) -> None:
        """Wake the function as AWS does where nobody waits for it, with Lambda's own retries."""
        self.does(lambda: self._inform(self.function, event, "invoked"))

    # ------------------------------------------------------------ what happens to the function

    def follows(self, *functions: Handler) -> None:
        """Watch the runs of these as well, once the first was struck, until its work must be done."""
        self._followers = frozenset({self.function, *functions})

    def _run(self, function: Handler, event: dict[str, Any]) -> Any:
        if not self._counts(function, event):
            return super()._run(function, event)
        self._desks.pop(function, None)  # a cold start, which has everything to read
        self.calls.runs.append([])
        self.calls.watching = True
        answer = super()._run(function, event)
        if self.calls.returns():
            self._desks.pop(function, None)
            answer = None
        if self.calls.struck and self.left is None:
            self.left, self._until = self._all_there_is(), self.now + LATE
        return answer

    def _all_there_is(self) -> tuple[object, ...]:
        """All that outlives a process; a claim only tells two of them apart."""
        items = {
            key: {name: value for name, value in item.items() if name != "claim"}
            for key, item in self.table.items.items()
        }
        woken, waiting = list(self.functions.invoked), [letter.body for letter in self.queue.letters]
        return items, dict(self.scheduler.schedules), woken, waiting, len(self.post.sent)

    def _counts(self, function: Handler, event: dict[str, Any]) -> bool:
        if self._armed and function is self.function and self._method in {None, _method(event)}:
            self._armed = False
            return True
        return self.left is not None and self.now <= self._until and function in self._followers

    def _answered(self, request: urllib.request.Request, timeout: float) -> AbstractContextManager[None]:
        assert timeout
        status = json.loads(request.data)["Status"]  # type: ignore[arg-type]  # it has data
        self.calls.make("PutResponse", lambda: self.told_cloudformation.append(status))
        return nullcontext()


def _method(event: dict[str, Any]) -> str | None:
    """By what the function is asked: that of HTTP, or the queue."""
    if any("body" in record for record in event.get("Records", ())):
        return "queue"
    method: str | None = event.get("requestContext", {}).get("http", {}).get("method")
    return method


# ---------------------------------------------------------------- how it ends

KILLS: tuple[Moment, ...] = ("killed before", "killed after", "killed as it returns from")
LOSSES: tuple[Moment, ...] = ("answer lost of", "no answer to")
DURATIONS = ("took_seconds", "late_by_seconds", "remaining_seconds")
VOLATILE = frozenset({"version", "explain", "fingerprint", "expires_at", *DURATIONS})
TOLD = ("about_id", "about_kind", "purpose", "to", "recipient_id", "medium", "why", "carries", "carried_by")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")


@dataclass(frozen=True)
class Ending:
    """What stands in the end: rows without their ids and times, their times, schedules, and what was sent."""

    rows: tuple[tuple[str, tuple[datetime, ...]], ...]
    schedules: Counter[str]
    letters: Counter[tuple[str, str]]
    parked: int

    @classmethod
    def of(cls, stage: Stage) -> "Ending":
        rows = [parsed(item) for item in stage.table.items.values()]
        kinds = {row.id: f"<{row.kind_of_row}>" for row in rows}
        posted = {sent.message_id for sent in stage.post.sent}
        shapes, parked = [], 0
        for row in rows:
            if isinstance(row, RateCount):
                continue  # what is sent is counted before: one more or less, which is judged elsewhere
            if isinstance(row, Message) and row.status == "unknown":
                assert row.to == "customer", f"given up: {row!r}"
                assert row.id not in posted, f"sent, and never heard of again: {row!r}"
                parked += 1
            shapes.append(_shape(row, kinds))
        letters = Counter((sent.to, _words(sent.text)) for sent in stage.post.sent)
        return cls(
            tuple(sorted(shapes)), Counter(kinds[name] for name in stage.scheduler.schedules), letters, parked
        )

    def agrees_with(self, other: "Ending", strikes: int) -> None:
        """The same rows, each time at most so much later. Raises AssertionError."""
        mine, others = Counter(shape for shape, _ in self.rows), Counter(shape for shape, _ in other.rows)
        assert mine == others, f"only here: {[*(mine - others)]}, only there: {[*(others - mine)]}"
        for (shape, times), (_, wanted) in zip(self.rows, other.rows, strict=True):
            late = any(not abs(at - then) <= LATE for at, then in zip(times, wanted, strict=True))
            assert not late, f"at {times}, not {wanted}: {shape}"
        assert self.schedules == other.schedules, f"schedules: {self.schedules}, not {other.schedules}"
        more, less = self.letters - other.letters, other.letters - self.letters
        assert more.total() <= strikes, f"sent again: {more}"
        assert less.total() <= self.parked, f"never sent: {less}"


def _shape(row: Row, kinds: dict[str, str]) -> tuple[str, tuple[datetime, ...]]:
    stands = row.model_dump(mode="json")
    if isinstance(row, Message):
        told = {name: stands[name] for name in TOLD}
        told["status"] = "sent" if row.status == "unknown" else row.status  # it is judged apart
        told["at"] = stands["sent_at"] or stands["created_at"]
    else:
        told = {name: value for name, value in stands.items() if name not in VOLATILE}
    text = json.dumps(told)
    times = tuple(datetime.fromisoformat(found) for found in TIME.findall(text))
    text = TIME.sub("<time>", text)
    for row_id, kind in kinds.items():
        text = text.replace(f'"{row_id}"', f'"{kind}"')
    return text, times


def _words(text: str) -> str:
    """A letter without its links and numbers: who is told of what."""
    return re.sub(r"https://\S+|\d+", "", text)


# ---------------------------------------------------------------- living it


@dataclass(frozen=True)
class Scenario:
    """What leads up to a run of the function, and how long it takes until all is quiet."""

    function: Handler
    what: str
    play: Callable[[Stage], None]
    settles: timedelta = 3 * HOUR
    end: Callable[[Stage], None] = lambda _stage: None

    def __str__(self) -> str:
        return f"{self.function.__module__.split('.')[1]}: {self.what}"


@dataclass(frozen=True)
class Lived:
    """One life: the calls of the runs that were watched, where they were struck, and how it ended."""

    watch: Watch
    runs: list[list[str]]
    struck: list[Point]
    left: tuple[object, ...] | None  # what AWS held when the first run was struck
    ending: Ending
    story: list[str]


def lived(scenario: Scenario, *plan: Point, followers: tuple[Handler, ...] = ()) -> Lived:
    """Live the scenario, and let it go wrong as planned. Raises AssertionError."""
    stage = Stage(scenario.function, plan)
    with stage.running():
        if followers:
            stage.follows(*followers)
        watch = Watch(stage)
        stage.after_step = watch.step
        scenario.play(stage)
        stage.pass_time(scenario.settles)
        scenario.end(stage)
        watch.end()
        assert not stage.refused, f"refused: {stage.refused}"
        return Lived(watch, stage.calls.runs, stage.calls.struck, stage.left, Ending.of(stage), stage.story)


def points_of(runs: Sequence[Sequence[str]], *moments: Moment, first: int = 0) -> Iterator[Point]:
    """Every point of these runs, in order. Without moments: those at which it is killed."""
    for run, calls in enumerate(runs):
        if run < first:
            continue
        for call, name in enumerate(calls, 1):
            for moment in moments or KILLS[:2]:
                if moment != "answer lost of" or name not in ONCE:
                    yield Point(run, call, name, moment)
        if not moments:
            yield Point(run, len(calls) + 1, "call", "killed as it returns from")


@dataclass
class Visit:
    """All points of a scenario that were visited, and what was found there."""

    scenario: Scenario
    calls: list[str]
    visited: list[tuple[Point, ...]] = field(default_factory=list)
    parked: list[Point] = field(default_factory=list)  # a message to a customer was never sent
    found: list[str] = field(default_factory=list)
    pairs: int = 0

    def __str__(self) -> str:
        many = f"{self.pairs} pairs in" if self.pairs else "points in"
        return f"{self.scenario}: {len(self.calls)} calls, {many} {len(self.visited)} lives"


def visit_points(scenario: Scenario, *, enough: int | None = None) -> Visit:
    """Cut the run short at every one of its points, each in a life of its own, until enough was found."""
    quiet = lived(scenario)
    visit = Visit(scenario, quiet.runs[0])
    for point in (*points_of(quiet.runs), *points_of(quiet.runs, *LOSSES)):
        if enough is None or len(visit.found) < enough:
            _judged(visit, quiet, point)
    return visit


def visit_pairs(scenario: Scenario, *, enough: int | None = None) -> Visit:
    """Kill the run at every one of its points, and what goes on with the work at every one of its own.

    Two first kills that leave the same behind, to the last attribute, go on alike and are lived as one.
    """
    quiet = lived(scenario)
    visit = Visit(scenario, quiet.runs[0])
    known: list[tuple[object, int]] = []  # what a first kill leaves behind, and how many may follow
    for first in points_of(quiet.runs):
        once = lived(scenario, first, followers=FOLLOWERS)
        follow = next((many for left, many in known if left == once.left), None)
        if follow is None:
            seconds = [*points_of(once.runs, first=1)]
            follow = len(seconds)
            known.append((once.left, follow))
            for second in seconds:
                if enough is None or len(visit.found) < enough:
                    _judged(visit, quiet, first, second, followers=FOLLOWERS)
        visit.pairs += follow
    return visit


def _judged(visit: Visit, quiet: Lived, *plan: Point, followers: tuple[Handler, ...] = ()) -> None:
    visit.visited.append(plan)
    try:
        found = lived(visit.scenario, *plan, followers=followers)
        assert found.struck == [*plan], f"struck only at {found.struck}"
        agree(found.watch, quiet.watch)
        found.ending.agrees_with(quiet.ending, len(plan))
    except AssertionError as failure:
        where = ", then ".join(map(str, plan))
        visit.found.append(f"{where} of {visit.scenario}: {failure}")
    else:
        if found.ending.parked:
            visit.parked.append(plan[-1])


# ---------------------------------------------------------------- the scenarios

SUPERVISOR = {"name": "Sana", "email": "sana@example.com"}
AGENT = {"name": "Amina", "email": "amina@example.com", "phone": "+923001234567"}
CUSTOMER = {
    "name": "Bilal",
    "email": "bilal@example.com",
    "phone": "+442079460018",
    "consent": {"email": True, "sms": True, "survey": True},
}
ON_SCHEDULE = {"detail-type": "Scheduled Event", "time": text_of(MONDAY), "detail": {}}
AMINA = {"sub": "amina", "email": "amina@example.com", "cognito:groups": "[agents]"}
BY_BOTH = {"notify_by": ["email", "sms"]}


def a_reminder(stage: Stage) -> None:
    stage.opened()
    stage.asked(f"PATCH /api/agents/{stage.agent_id}", BY_BOTH)
    stage.follow_up(HOUR)
    stage.pass_time(30 * MINUTE)
    stage.watched()


def a_warning(stage: Stage) -> None:
    stage.opened()
    stage.promise(6 * HOUR)
    stage.pass_time(HOUR)
    stage.watched()


def a_missed_promise(stage: Stage) -> None:
    stage.opened()
    stage.promised = stage.promise(6 * HOUR)
    stage.pass_time(5 * HOUR)
    stage.watched()


def kept_after_all(stage: Stage) -> None:
    stage.asked(f"POST /api/commitments/{stage.promised}/keep", {})
    stage.pass_time(HOUR)


def a_survey_by_mail(stage: Stage) -> None:
    stage.opened()
    stage.contact(resolved=True)
    stage.pass_time(HOUR)
    stage.watched()


def a_survey_by_text(stage: Stage) -> None:
    stage.opened(preferred_channel="sms")
    stage.contact(resolved=True)
    stage.pass_time(HOUR)
    stage.watched()


# ------------------------------------------------------------ what the stream brings


def a_settled_matter(stage: Stage) -> None:
    stage.opened()
    stage.watched()
    stage.contact(resolved=True)


def an_open_matter(stage: Stage) -> None:
    stage.opened()
    stage.contact(resolved=True)
    stage.pass_time(MINUTE)
    stage.watched()
    stage.contact(direction="inbound", kind="complaint")


def things_owed(stage: Stage) -> None:
    stage.opened()
    stage.watched()
    made = [{"what": what, "due_at": text_of(stage.now + 3 * DAY)} for what in ("Call back", "Send a list")]
    wanted = {"at": text_of(stage.now + DAY), "reason": "Ask for the colour"}
    stage.contact(commitments=made, follow_up=wanted)


def one_owed_at_once(stage: Stage) -> None:
    stage.opened()
    stage.watched()
    stage.promised = stage.promise(2 * HOUR)


def one_put_off(stage: Stage) -> None:
    stage.opened()
    stage.promised = stage.promise(3 * DAY)
    stage.pass_time(MINUTE)
    stage.watched()
    new = {"due_at": text_of(stage.now + 4 * DAY), "reason": "agreed"}
    stage.asked(f"POST /api/commitments/{stage.promised}/renegotiate", new)


def one_kept(stage: Stage) -> None:
    stage.opened()
    stage.promised = stage.promise(3 * DAY)
    stage.pass_time(MINUTE)
    stage.watched()
    stage.asked(f"POST /api/commitments/{stage.promised}/keep", {})


# ------------------------------------------------------------ what the sweep finds


def a_group(stage: Stage) -> None:
    stage.opened()
    stage.follow_up(HOUR, "Ask for the colour")
    stage.follow_up(HOUR + MINUTE, "Ask for the size")
    stage.pass_time(HOUR + MINUTE)
    stage.watched()


def an_escalation(stage: Stage) -> None:
    stage.opened()
    stage.promised = stage.promise(2 * HOUR)
    stage.pass_time(5 * HOUR)
    stage.watched()


def an_answer_overdue(stage: Stage) -> None:
    stage.opened()
    stage.contact(direction="inbound", channel="email", awaits_reply=True)
    stage.pass_time(2 * HOUR)
    stage.watched()


def an_answer_missed(stage: Stage) -> None:
    stage.opened()
    stage.contact(direction="inbound", channel="email", awaits_reply=True)
    stage.pass_time(4 * HOUR + 30 * MINUTE)  # it was warned of
    stage.watched()


def a_second_asking(stage: Stage) -> None:
    stage.survey()
    stage.watched()


def a_check_in(stage: Stage) -> None:
    stage.opened(check_in_every_days=2)
    stage.contact()
    stage.pass_time(HOUR)
    stage.watched()


def a_notice_of_delay(stage: Stage) -> None:
    stage.opened()
    stage.promised = stage.promise(6 * HOUR)
    stage.pass_time(MINUTE)
    stage.watched()
    later = {"due_at": text_of(stage.now + 2 * DAY), "reason": "agreed", "tell_customer": True}
    stage.asked(f"POST /api/commitments/{stage.promised}/renegotiate", later)


def a_wish(stage: Stage) -> None:
    stage.opened()
    stage.watched()
    wished(stage)


def wished(stage: Stage) -> Any:
    """The agent asks for goodwill above their allowance."""
    case_id = stage.contact()["case_id"]
    wish = {"amount": "500", "reason": "Two visits for nothing"}
    answers: list[Any] = []
    stage.does(lambda: stage.ask(f"POST /api/cases/{case_id}/goodwill", wish, answers.append, user=AMINA))
    return answers[0]["goodwill_id"] if answers else None


# ------------------------------------------------------------ what is told, and what customers do


def a_dead_address(stage: Stage) -> None:
    stage.fates["bilal@example.com"] = "no such address"
    stage.opened()
    stage.contact(resolved=True)
    stage.pass_time(HOUR)
    stage.watched()


def a_full_mailbox(stage: Stage) -> None:
    stage.fates["bilal@example.com"] = "full"
    stage.opened(phone=None)
    stage.contact(resolved=True)
    stage.pass_time(HOUR)
    stage.watched()


def a_complaint_of_spam(stage: Stage) -> None:
    stage.fates["bilal@example.com"] = "complained of"
    stage.survey()
    stage.watched()


def an_agent_unreachable(stage: Stage) -> None:
    stage.fates["amina@example.com"] = "no such address"
    stage.opened()
    stage.watched()
    stage.follow_up(HOUR)


def a_lost_text(stage: Stage) -> None:
    stage.fates["+442079460018"] = "no such address"
    stage.opened(preferred_channel="sms")
    stage.contact(resolved=True)
    stage.pass_time(HOUR)
    stage.watched()


def stop_by_text(stage: Stage) -> None:
    texted(stage, "Stop")


def a_score_by_text(stage: Stage) -> None:
    texted(stage, "2")


def a_stop_that_must_wait(stage: Stage) -> None:
    texted(stage, "Stop", busy=True)


def a_stop_that_waited(stage: Stage) -> None:
    texted(stage, "Stop", "queue", busy=True)


def a_score_that_waited(stage: Stage) -> None:
    texted(stage, "2", "queue", busy=True)


def a_bounce_that_must_wait(stage: Stage) -> None:
    bounced(stage)


def a_bounce_that_waited(stage: Stage) -> None:
    bounced(stage, "queue")


def bounced(stage: Stage, by: str | None = None) -> None:
    """A mail bounces while nothing can be written."""
    stage.survey()
    stage.calls.busy_until = stage.now + BUSY
    stage.watched(by)
    for news in events_of(stage.post.sent[-1], "no such address"):
        stage.invoke(news.event)


def texted(stage: Stage, words: str, by: str | None = None, *, busy: bool = False) -> None:
    stage.survey(preferred_channel="sms")
    if busy:
        stage.calls.busy_until = stage.now + BUSY
    stage.watched(by)
    sent = stage.post.sent[-1]
    stage.does(lambda: stage.text(sent.to, words, sent.provider_id))


def a_good_answer(stage: Stage) -> None:
    answered(stage, score="5", comment="Lovely people")


def a_bad_answer(stage: Stage) -> None:
    answered(stage, score="1", comment="Nobody called")


def answered(stage: Stage, **fields: str) -> None:
    link = stage.survey()
    stage.watched("POST")
    stage.does(lambda: stage.fill_in(link, fields))


def enough_of_surveys(stage: Stage) -> None:
    stage.survey()
    (link,) = re.findall(r"https://\S+/u/\S+", stage.post.sent[-1].text)
    stage.watched()
    stage.does(lambda: stage.insist(link, {}))


def tapped(stage: Stage, row_id: str, do: str) -> None:
    """An agent answers from the message, and sends the form again until there is an answer."""
    new = stage.now + 2 * DAY
    fields = {"do": do, "date": f"{new:%Y-%m-%d}", "time": "10:00", "reason": "agreed"}
    link = stage.link("action", row_id)
    stage.watched("POST")
    stage.does(partial(stage.insist, link, fields))


def on_a_follow_up(do: str) -> Play:
    def play(stage: Stage) -> None:
        stage.opened()
        follow_up_id = stage.follow_up(HOUR)
        stage.pass_time(2 * HOUR)
        tapped(stage, follow_up_id, do)

    return play


def on_a_promise(do: str) -> Play:
    def play(stage: Stage) -> None:
        stage.opened()
        stage.promised = stage.promise(6 * HOUR)
        stage.pass_time(3 * HOUR)
        tapped(stage, stage.promised, do)

    return play


def on_a_reply(do: str) -> Play:
    def play(stage: Stage) -> None:
        stage.opened()
        reply = stage.contact(direction="inbound", channel="email", awaits_reply=True)["reply"]
        stage.pass_time(MINUTE)
        tapped(stage, reply["reply_id"], do)

    return play


def on_a_wish(do: str) -> Play:
    def play(stage: Stage) -> None:
        stage.opened()
        goodwill_id = wished(stage)
        stage.pass_time(5 * MINUTE)
        tapped(stage, goodwill_id, do)

    return play


# ------------------------------------------------------------ what is asked of the API


def asking(route: str, body: Body) -> Play:
    """Ask this of the API where there is one of everything; `{promise}` and the like are its ids."""

    def play(stage: Stage) -> None:
        stage.opened()
        made = [{"what": "Call back", "due_at": text_of(stage.now + 2 * DAY)}]
        wanted = {"at": text_of(stage.now + DAY), "reason": "Ask for the colour"}
        told = stage.contact(
            direction="inbound", channel="email", commitments=made, follow_up=wanted, awaits_reply=True
        )
        ids = {
            "case": told["case_id"],
            "promise": told["commitments"][0]["commitment_id"],
            "follow_up": told["follow_up"]["follow_up_id"],
            "agent": stage.agent_id,
            "customer": stage.customer_id,
        }
        if "{wish}" in route:
            ids["wish"] = wished(stage)
        if "wait" not in route and "go-on" in route:
            stage.asked(f"POST /api/cases/{ids['case']}/wait", {})
        if "reopen" in route:
            stage.asked(f"POST /api/cases/{ids['case']}/resolve", {})
        if "merge" in route:
            stage.promised = stage.contact()["case_id"]
        stage.pass_time(MINUTE)
        stage.watched()
        stage.asked(route.format(**ids), body(stage) if callable(body) else body)

    return play


def later(**more: object) -> Body:
    """A body with a time in some days."""
    return lambda stage: {"due_at": text_of(stage.now + 3 * DAY), "reason": "agreed", **more}


def a_contact_that_settles_all(stage: Stage) -> None:
    stage.opened()
    wanted = {"at": text_of(stage.now + DAY), "reason": "Ask for the colour"}
    case_id = stage.contact(direction="inbound", channel="email", follow_up=wanted)["case_id"]
    stage.pass_time(MINUTE)
    stage.watched()
    stage.contact(case_id=case_id, resolved=True)


def a_rich_contact(stage: Stage) -> dict[str, object]:
    made = [{"what": "Send a list", "due_at": text_of(stage.now + 3 * DAY)}]
    wanted = {"at": text_of(stage.now + DAY), "reason": "Ask for the size"}
    return stage.a_contact(direction="inbound", commitments=made, follow_up=wanted, tone="upset")


# ------------------------------------------------------------ the keys


def keys_rotate(stage: Stage) -> None:
    stage.pass_time(timedelta(seconds=5))  # what is scheduled comes a little late
    stage.watched()
    stage.invoke(ON_SCHEDULE)


def keys_rotate_twice(stage: Stage) -> None:
    keys_rotate(stage)
    stage.invoke(ON_SCHEDULE)


def rotated_once(stage: Stage) -> None:
    before, (signed_until_now, signs) = "newer", stage.keys.link_keys or []
    assert signed_until_now == before, f"links of yesterday are no good any more: {stage.keys.link_keys}"
    assert signs != before, "no new key"


def stack_comes(stage: Stage) -> None:
    stage.keys.values.clear()
    of_cloudformation(stage, "Create")


def keys_are_there(stage: Stage) -> None:
    assert len(stage.keys.link_keys or []) == 1
    assert len(stage.keys.values) == 2
    assert stage.told_cloudformation, "CloudFormation waits for an hour"


def stack_goes(stage: Stage) -> None:
    of_cloudformation(stage, "Delete")


def keys_are_gone(stage: Stage) -> None:
    assert stage.keys.link_keys is None
    assert len(stage.keys.values) == 1
    assert stage.told_cloudformation, "CloudFormation waits for an hour"


def of_cloudformation(stage: Stage, what: str) -> None:
    stage.watched()
    ids = dict.fromkeys(("StackId", "RequestId", "LogicalResourceId"), "an id")
    stage.invoke({"RequestType": what, "ResponseURL": "https://cloudformation/answer", **ids})


SEND_PATH = (
    Scenario(remind_agent, "a reminder by mail and text", a_reminder),
    Scenario(flag_overdue, "a warning", a_warning),
    Scenario(flag_overdue, "a missed promise", a_missed_promise, end=kept_after_all),
    Scenario(send_survey, "a question by mail", a_survey_by_mail, DAY),
    Scenario(send_survey, "a question by text", a_survey_by_text, DAY),
)
FOLLOWERS = (sweep_due,)
A_WEEK_LESS = {"time_zone": "Europe/London", "check_in_every_days": 7}
POLICY = {"business": {"name": "Baker & Daughters", "time_zone": "UTC", "country": "GB", "language": "en"}}
ROUTES: tuple[tuple[str, Body], ...] = (
    ("POST /api/interactions", a_rich_contact),
    ("POST /api/commitments/{promise}/keep", {}),
    ("POST /api/commitments/{promise}/renegotiate", later(tell_customer=True)),
    ("POST /api/commitments/{promise}/withdraw", {"reason": "no longer wanted"}),
    ("POST /api/follow-ups/{follow_up}/complete", {}),
    (
        "POST /api/follow-ups/{follow_up}/snooze",
        lambda stage: {"until": text_of(stage.now + 3 * DAY)},
    ),
    ("POST /api/follow-ups/{follow_up}/cancel", {}),
    ("POST /api/cases/{case}/resolve", {}),
    ("POST /api/cases/{case}/reopen", {"reason": "it came back"}),
    ("POST /api/cases/{case}/wait", {}),
    ("POST /api/cases/{case}/go-on", {}),
    ("POST /api/cases/{case}/assign", lambda stage: {"agent_id": stage.supervisor_id}),
    ("POST /api/cases/{case}/merge", lambda stage: {"into": stage.promised}),
    ("POST /api/cases/{case}/goodwill", {"amount": "10", "reason": "A late cake"}),
    ("POST /api/goodwill/{wish}/approve", {}),
    ("POST /api/goodwill/{wish}/decline", {"reason": "too much"}),
    ("POST /api/agents", {"name": "Bela", "email": "bela@example.com"}),
    ("PATCH /api/agents/{agent}", {"email": "amina.new@example.com"}),
    ("POST /api/customers", {"name": "Zoe", "email": "zoe@example.com"}),
    ("PATCH /api/customers/{customer}", A_WEEK_LESS),
    ("POST /api/customers/{customer}/erase", {}),
    ("PUT /api/policy", POLICY),
)
SCENARIOS = (
    *SEND_PATH,
    Scenario(plan_follow_ups, "a settled matter", a_settled_matter),
    Scenario(plan_follow_ups, "an open matter", an_open_matter),
    Scenario(sync_schedules, "things owed", things_owed),
    Scenario(sync_schedules, "one owed at once", one_owed_at_once, HOUR),
    Scenario(sync_schedules, "one put off", one_put_off),
    Scenario(sync_schedules, "one kept", one_kept),
    Scenario(sweep_due, "a group", a_group),
    Scenario(sweep_due, "an escalation", an_escalation, 2 * HOUR, kept_after_all),
    Scenario(sweep_due, "an answer overdue", an_answer_overdue, 4 * HOUR),
    Scenario(sweep_due, "an answer missed", an_answer_missed, 2 * HOUR),
    Scenario(sweep_due, "a second asking", a_second_asking, 4 * DAY),
    Scenario(sweep_due, "a check-in", a_check_in, 2 * DAY),
    Scenario(sweep_due, "a notice of delay", a_notice_of_delay),
    Scenario(sweep_due, "a wish for goodwill", a_wish),
    Scenario(record_delivery, "a dead address", a_dead_address, 2 * DAY),
    Scenario(record_delivery, "a full mailbox", a_full_mailbox, 3 * DAY),
    Scenario(record_delivery, "a complaint of spam", a_complaint_of_spam, DAY),
    Scenario(record_delivery, "an agent who is not reached", an_agent_unreachable),
    Scenario(record_delivery, "a lost text", a_lost_text, 2 * DAY),
    Scenario(record_delivery, "a bounce that must wait", a_bounce_that_must_wait, 2 * DAY),
    Scenario(record_delivery, "a bounce that waited", a_bounce_that_waited, 2 * DAY),
    Scenario(record_delivery, "a stop that waited", a_stop_that_waited),
    Scenario(record_delivery, "a bad score that waited", a_score_that_waited),
    Scenario(receive_text, "stop", stop_by_text),
    Scenario(receive_text, "a stop that must wait", a_stop_that_must_wait),
    Scenario(receive_text, "a bad score", a_score_by_text),
    Scenario(pages, "a good answer", a_good_answer),
    Scenario(pages, "a bad answer", a_bad_answer),
    Scenario(pages, "no more surveys", enough_of_surveys),
    *(
        Scenario(pages, f"{do} of a follow-up", on_a_follow_up(do))
        for do in ("done", "tomorrow", "next_week", "pick_date", "unreachable")
    ),
    *(
        Scenario(pages, f"{do} of a promise", on_a_promise(do), HOUR)
        for do in ("kept", "new_date", "running_late", "unreachable")
    ),
    *(Scenario(pages, f"{do} of a reply", on_a_reply(do)) for do in ("answered", "waiting")),
    *(Scenario(pages, f"{do} of a wish", on_a_wish(do)) for do in ("approve", "decline")),
    Scenario(api, "a contact that settles all", a_contact_that_settles_all, 2 * DAY),
    *(Scenario(api, route, asking(route, body), 7 * HOUR) for route, body in ROUTES),
    Scenario(rotate_link_keys, "every ninety days", keys_rotate, HOUR, rotated_once),
    Scenario(rotate_link_keys, "the event comes twice", keys_rotate_twice, HOUR, rotated_once),
    Scenario(rotate_link_keys, "the stack is created", stack_comes, HOUR, keys_are_there),
    Scenario(rotate_link_keys, "the stack is deleted", stack_goes, HOUR, keys_are_gone),
)


def main() -> int:
    """Visit all of them. Exit status 1 if anything was found."""
    found: list[str] = []
    for title, scenarios, visited in (("Points", SCENARIOS, visit_points), ("Pairs", SEND_PATH, visit_pairs)):
        print(title)
        for scenario in scenarios:
            began = perf_counter()
            visit = visited(scenario)
            print(f"  {perf_counter() - began:5.1f} s {visit}")
            found += visit.found
    print("\n".join(found) or "All held.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
