"""A world of one agent, their supervisor and one customer, in which a scenario runs."""

import json
import re
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

from tests.simulation.crash_points.points import Point
from tests.simulation.crash_points.times import DAY, HOUR, MINUTE, MONDAY
from tests.simulation.crash_points.tracked_calls import TrackedCalls
from tests.simulation.crash_points.watched_runtime import WatchedRuntime, watching
from tests.simulation.fake_aws.faults import Faults
from tests.simulation.fake_aws.parameters import Parameters
from tests.simulation.world.browser import THINKING
from tests.simulation.world.http import nonce_on
from tests.simulation.world.targets import Event, Function
from tests.simulation.world.world import World
from vaada.model.times import text_of

Setup = Callable[["ScenarioWorld"], None]
"""What happens before the run that is killed."""
Body = Mapping[str, object] | Callable[["ScenarioWorld"], Mapping[str, object]]

AGAIN = timedelta(seconds=5)
BUSY = timedelta(seconds=30)  # less than the delay of the retry queue
SUPERVISOR = {"name": "Sana", "email": "sana@example.com"}
AGENT = {"name": "Amina", "email": "amina@example.com", "phone": "+923001234567"}
AMINA = {"sub": "amina", "email": "amina@example.com", "cognito:groups": "[agents]"}
CUSTOMER = {
    "name": "Bilal",
    "email": "bilal@example.com",
    "phone": "+442079460018",
    "consent": {"email": True, "sms": True, "survey": True},
}


class ScenarioWorld(World):
    """The actions of scenarios. The run of `function` fails at the points of `plan`."""

    runtime: WatchedRuntime

    def __init__(self, function: Function, plan: Sequence[Point]) -> None:
        # Faults that never occur: the oracles then allow what retries cause, such as a second reminder.
        super().__init__(
            people=0,
            faults=Faults(rates={"killed before a call": 0}),
            start=MONDAY,
            place=("UTC", "GB"),
            make_calls=partial(TrackedCalls, plan),
            make_runtime=watching(function),
        )
        self.calls = self.runtime.calls
        self.aws.parameters = Parameters(self.calls)
        self.told_cloudformation: list[str] = []
        self.supervisor_id = self.agent_id = self.customer_id = ""
        self.commitment_id = ""  # of the promise that the scenario is about
        self.other_case_id = self.other_customer_id = ""  # into which others are merged
        self.praised_id = ""  # of the survey in which a happy customer wrote why
        self._contacts = 0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Replace AWS, CloudFormation and the clock by this world."""
        with super().running(), patch.object(urllib.request, "urlopen", self._answer_cloudformation):
            yield

    # ------------------------------------------------------------ what a scenario says

    def add_people(self, **customer: object) -> None:
        """Add staff and customer a minute after the start, so that rows fall due between two sweeps."""
        self.pass_time(MINUTE)
        self.supervisor_id = self.call_api("POST /api/agents", SUPERVISOR)["agent_id"]
        agent = {**AGENT, "supervisor_id": self.supervisor_id}
        self.agent_id = self.call_api("POST /api/agents", agent)["agent_id"]
        self.customer_id = self.call_api("POST /api/customers", {**CUSTOMER, **customer})["customer_id"]

    def contact(self, **facts: object) -> Any:
        """Record a contact."""
        return self.call_api("POST /api/interactions", self.contact_body(**facts))

    def contact_body(self, **facts: object) -> dict[str, object]:
        """The body of a contact: an agent called the customer."""
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
        """Record a contact with a promise that is due after this delay. The id of the commitment."""
        made = {"what": "Call back with a price", "due_at": text_of(self.now + after)}
        commitment_id: str = self.contact(commitments=[made])["commitments"][0]["commitment_id"]
        return commitment_id

    def follow_up(self, after: timedelta, reason: str = "Ask for the colour") -> str:
        """Record a contact with a follow-up that is due after this delay. The id of the follow-up."""
        wanted = {"at": text_of(self.now + after), "reason": reason}
        follow_up_id: str = self.contact(follow_up=wanted)["follow_up"]["follow_up_id"]
        return follow_up_id

    def send_survey(self, **customer: object) -> str:
        """Resolve a case and wait until the survey is sent. The link to answer."""
        self.add_people(**customer)
        self.contact(resolved=True)
        self.pass_time(DAY + HOUR)
        (link,) = re.findall(r"https://\S+/s/[^\s?]+", self.aws.providers.sent[-1].text)[:1]
        return str(link)

    def request_goodwill(self) -> Any:
        """Request goodwill above the allowance. The id of the request, if there was a response."""
        case_id = self.contact()["case_id"]
        body = {"amount": "500", "reason": "Two visits for nothing"}
        answers: list[Any] = []
        self.do_now(
            lambda: self.api.ask(f"POST /api/cases/{case_id}/goodwill", body, answers.append, user=AMINA)
        )
        return answers[0]["goodwill_id"] if answers else None

    def call_api(self, route: str, body: object) -> Any:
        """Call the API. The response, if there is one at once."""
        answers: list[Any] = []
        self.do_now(lambda: self.api.ask(route, body, answers.append))
        return answers[-1] if answers else None

    def do_now(self, action: Callable[[], None]) -> None:
        """Run an action now."""
        self.at(self.now, "", action)
        self.run_until(self.now)

    def pass_time(self, by: timedelta) -> None:
        """Run all actions of this time."""
        self.run_until(self.now + by)

    def watch_next_run(self, method: str | None = None) -> None:
        """Watch the next run of the function, by any event or by this method."""
        self.runtime.watch_next_run(method)

    def submit_until_answered(self, link: str, fields: dict[str, str]) -> None:
        """Send the form of a page repeatedly until there is a response."""
        nonce = nonce_on(self.browser.open(link) or "")
        said = {**fields, **({"nonce": nonce} if nonce else {})}

        def send() -> None:
            if self.browser.post(link, said) is None:
                self.loop.after(AGAIN, "again: the form", send)

        self.loop.after(THINKING, "the form is sent", send)

    def invoke(self, event: Event) -> None:
        """Invoke the function asynchronously, with the retries of Lambda."""
        self.do_now(lambda: self.events.deliver(self.runtime.function, event, "invoked"))

    def _answer_cloudformation(
        self, request: urllib.request.Request, timeout: float
    ) -> AbstractContextManager[None]:
        assert timeout
        status = json.loads(request.data)["Status"]  # type: ignore[arg-type]  # it has data
        self.calls.make("PutResponse", lambda: self.told_cloudformation.append(status))
        return nullcontext()
