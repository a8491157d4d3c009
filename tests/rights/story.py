"""What the desk does in a working life, every call held against the rights of the function that makes it.

Most of it is lived by the people of the simulation, without faults. What they do seldom or never is done at
an office; the keys are made and rotated on moto.
"""

import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

from botocore.model import OperationModel
from moto import mock_aws

from functions.receive_text.app import handler as receive_text
from functions.record_delivery.app import handler as record_delivery
from functions.rotate_link_keys.app import handler as rotate_link_keys
from tests.integration.scripted_desk import ENVIRONMENT, Context
from tests.rights.granted import function_of
from tests.rights.guard import Guard, needed_to_wake
from tests.simulation.actors.people import People
from tests.simulation.fake_aws.account import AwsAccount
from tests.simulation.fake_aws.faults import Faults
from tests.simulation.world.event_loop import EventLoop
from tests.simulation.world.http import nonce_on
from tests.simulation.world.inbound_tracking import InboundTracking
from tests.simulation.world.lambda_runtime import LambdaRuntime
from tests.simulation.world.targets import Event, Function, name_of
from tests.simulation.world.world import World
from vaada.gateways import aws
from vaada.model.times import text_of

Scenario = Callable[[Guard], None]
SERVICES = {
    "dynamodb": "dynamodb",
    "scheduler": "scheduler",
    "functions": "lambda",
    "parameters": "ssm",
    "queues": "sqs",
    "ses": "sesv2",
    "sns": "sns",
}
"""Which service each of the desk's clients talks to."""
MANY_DAYS = timedelta(days=40)
_SAMPLES = Path(__file__).parents[2] / "events" / "rotate_link_keys"


def lived(people: int, guard: Guard) -> None:
    """The people of this number live their history."""
    world = GuardedWorld(people, guard)
    with world.running():
        cast = People(world)
        world.after_action = cast.read_the_post
        cast.enter()
        world.run_until(world.start + MANY_DAYS)


class GuardedRuntime(LambdaRuntime):
    """Lambda, which checks that whoever wakes a function may do so."""

    def __init__(
        self, guard: Guard, loop: EventLoop, faults: Faults, aws: AwsAccount, tracking: InboundTracking
    ) -> None:
        super().__init__(loop, faults, aws, tracking)
        self._guard = guard

    def run(self, function: Function, event: Event) -> Any:
        """Run a function in the name of whoever wakes it."""
        for holder, need in needed_to_wake(function_of(name_of(function)), event):
            self._guard.check(holder, need)
        return super().run(function, event)

    def call(self, function: Function, event: Event) -> Any:
        """Call the function, whatever became of earlier events."""
        return function(event, Context())


class GuardedWorld(World):
    """A world in which IAM is evaluated, and nothing goes wrong."""

    def __init__(self, people: int, guard: Guard) -> None:
        super().__init__(people, Faults(), make_runtime=partial(GuardedRuntime, guard))
        self._guard = guard

    @contextmanager
    def running(self) -> Iterator[None]:
        with super().running():
            guarded = {name: Guarded(getattr(aws, name)(), SERVICES[name], self._guard) for name in SERVICES}
            makers: dict[str, Any] = {name: partial(_itself, client) for name, client in guarded.items()}
            with patch.multiple(aws, **makers):
                yield

    def send_unreadable_events(self, *functions: Function) -> None:
        """Each function gets something that nobody can read."""
        for function in functions:
            self.events.deliver(function, {"Records": [{"Sns": {"Message": "not JSON"}}]}, "not JSON")


class Guarded:
    """A client of the simulation behind the guard."""

    def __init__(self, client: Any, service: str, guard: Guard) -> None:
        self._client, self._service, self._guard = client, service, guard
        self.exceptions = getattr(client, "exceptions", None)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name == "get_paginator":
            return lambda _operation: self
        operation = "Query" if name == "paginate" else name.title().replace("_", "")

        def call(**params: Any) -> Any:
            self._guard.call(self._service, operation, params)
            return getattr(self._client, name)(**params)

        return call


def _itself(client: object) -> object:
    return client


class Office:
    """Somebody who does one thing after the other, and is answered each time."""

    def __init__(self, world: World) -> None:
        self._world = world

    def ask(self, route: str, body: object = None) -> Any:
        """What the API answers."""
        answers: list[Any] = []
        self._world.api.ask(route, body, answers.append)
        [answer] = answers
        return answer

    def agent(self, name: str) -> str:
        """A new agent."""
        return str(self.ask("POST /api/agents", {"name": name, "email": f"{name}@example.com"})["agent_id"])

    def customer(self, **facts: object) -> str:
        """A new customer, who lives where the clock shows UTC and agreed to all."""
        agreed = {"email": True, "sms": True, "survey": True}
        body = {"name": "Bilal Khan", "time_zone": "UTC", "consent": agreed, **facts}
        return str(self.ask("POST /api/customers", body)["customer_id"])

    def contact(self, agent_id: str, customer_id: str, **facts: object) -> Any:
        """A contact by phone, and what follows from it within the hour."""
        who = {"agent_id": agent_id, "customer_id": customer_id}
        what = {"channel": "phone", "direction": "inbound", "kind": "request", "summary": "A cake"}
        recorded = self.ask("POST /api/interactions", {**who, **what, **facts})
        self.wait(hours=1)
        return recorded

    def wait(self, **time: float) -> None:
        """Let time pass."""
        self._world.run_until(self._world.now + timedelta(**time))

    def link(self, place: str) -> str:
        """The last link to this place in a mail or text."""
        texts = "\n".join(sent.text for sent in self._world.aws.providers.sent)
        return str(re.findall(rf"https://desk\.example\.com/{place}/[^\s?]+", texts)[-1])

    def send(self, link: str, **fields: str) -> str | None:
        """Open a link, look at the page for a moment, and send its form. What is answered."""
        page = self._world.browser.open(link)
        assert page is not None
        self.wait(seconds=20)
        return self._world.browser.post(link, {**fields, "nonce": nonce_on(page) or ""})


def at_the_office(guard: Guard) -> None:
    """What the people of the simulation do seldom or never."""
    world = GuardedWorld(0, guard)
    office = Office(world)
    with world.running():
        agent = office.agent("amina")
        office.ask(f"PATCH /api/agents/{agent}", {"email": "amina.khan@example.com"})
        yesterday = text_of(world.now - timedelta(days=1))

        texter = office.customer(phone="+442079460000", preferred_channel="sms")
        office.contact(agent, texter, resolved=True, occurred_at=yesterday)
        asked = world.aws.providers.sent[-1]
        world.text(asked.to, "5", asked.provider_id)
        world.text(asked.to, "stop", asked.provider_id)
        world.send_unreadable_events(receive_text, record_delivery)

        world.facts.fates["moved@example.com"] = "no such address"
        moved = office.customer(email="moved@example.com")
        office.contact(agent, moved, resolved=True)
        office.wait(days=1)

        reader = office.customer(email="bilal@example.com")
        office.contact(agent, reader, resolved=True, occurred_at=yesterday)
        office.send(office.link("u"))

        tomorrow = {"what": "Call back", "due_at": text_of(world.now + timedelta(days=1))}
        promised = office.contact(agent, reader, commitments=[tomorrow, tomorrow])
        kept, broken = (row["commitment_id"] for row in promised["commitments"])
        office.ask(f"POST /api/commitments/{kept}/keep", {})
        link = world.browser.link("action", broken)
        office.wait(days=40)  # by then it is too old
        office.send(link, do="new_link")

        for path in ("agents", f"customers/{reader}/timeline", f"customers/{reader}/export"):
            office.ask(f"GET /api/{path}")
        office.ask("GET /api/customers?q=bilal")
        backup = [item for (pk, _), item in world.aws.table.items.items() if pk == f"CUSTOMER#{reader}"]
        office.ask(f"POST /api/customers/{reader}/erase")
        for item in backup:
            world.aws.table.put_item(Item=item)
        office.ask("POST /api/erasures/replay")
        office.wait(hours=1)


def keys_are_made_and_rotated(guard: Guard) -> None:
    """The stack is deployed, 90 days pass, the stack is deleted."""
    with ExitStack() as stack:
        stack.enter_context(patch.dict("os.environ", ENVIRONMENT))
        stack.enter_context(mock_aws())
        stack.enter_context(_guarded("parameters", guard))
        stack.enter_context(patch.object(urllib.request, "urlopen", _accepts))
        for sample in ("stack_created", "every_ninety_days", "stack_deleted"):
            rotate_link_keys(json.loads((_SAMPLES / f"{sample}.json").read_text()), None)


def _accepts(_request: urllib.request.Request, *, timeout: int) -> BytesIO:
    assert timeout
    return BytesIO()


@contextmanager
def _guarded(name: str, guard: Guard) -> Iterator[None]:
    """Hold each call of one of the desk's own clients against the rights, before it is made."""

    def before(params: dict[str, Any], model: OperationModel, **_: object) -> None:
        guard.call(SERVICES[name], model.name, params)

    events = getattr(aws, name)().meta.events
    events.register_first("before-parameter-build", before)
    try:
        yield
    finally:
        events.unregister("before-parameter-build", before)
