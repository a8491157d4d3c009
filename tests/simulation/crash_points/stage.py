"""A world of one agent, their supervisor and one customer, in which a scenario runs."""

import json
import re
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from tests.simulation.crash_points.key_store import KeyStore
from tests.simulation.crash_points.points import Point
from tests.simulation.crash_points.times import DAY, HOUR, MINUTE, MONDAY
from tests.simulation.crash_points.tracked_calls import Tracked
from tests.simulation.fake_aws.faults import Faults
from tests.simulation.world import THINKING, World, nonce_on
from vaada.gateways import aws
from vaada.model.times import text_of

Play = Callable[["Stage"], None]
Handler = Callable[..., Any]
Body = Mapping[str, object] | Callable[["Stage"], Mapping[str, object]]

AGAIN = timedelta(seconds=5)
BUSY = timedelta(seconds=30)  # less than what must wait waits
LATE = timedelta(minutes=15)  # as DESIGN has it: within so long what is due is done, or visibly failed


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


SUPERVISOR = {"name": "Sana", "email": "sana@example.com"}
AGENT = {"name": "Amina", "email": "amina@example.com", "phone": "+923001234567"}
CUSTOMER = {
    "name": "Bilal",
    "email": "bilal@example.com",
    "phone": "+442079460018",
    "consent": {"email": True, "sms": True, "survey": True},
}
