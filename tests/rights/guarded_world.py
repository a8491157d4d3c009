"""The simulated world with every call checked against the rights of its function, and a client in it."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

from functions.receive_mail.app import handler as receive_mail
from tests.integration.provider_events import sample
from tests.integration.scripted_desk import Context
from tests.rights.granted import function_of
from tests.rights.guard import Guard, needed_to_wake
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

SERVICES = {
    "dynamodb": "dynamodb",
    "scheduler": "scheduler",
    "functions": "lambda",
    "parameters": "ssm",
    "users": "cognito-idp",
    "queues": "sqs",
    "ses": "sesv2",
    "sns": "sns",
    "storage": "s3",
    "social_messaging": "social-messaging",
}
"""The service of each of the product's clients."""


class GuardedRuntime(LambdaRuntime):
    """Lambda, which checks that the service that invokes a function may do so."""

    def __init__(
        self, guard: Guard, loop: EventLoop, faults: Faults, aws: AwsAccount, tracking: InboundTracking
    ) -> None:
        super().__init__(loop, faults, aws, tracking)
        self._guard = guard

    def run(self, function: Function, event: Event) -> Any:
        """Run a function, after a check of the service that invokes it."""
        for holder, need in needed_to_wake(function_of(name_of(function)), event):
            self._guard.check(holder, need)
        return super().run(function, event)

    def call(self, function: Function, event: Event) -> Any:
        """Call the function, even if earlier events failed."""
        return function(event, Context())


class GuardedWorld(World):
    """A world without faults in which IAM is evaluated."""

    def __init__(self, people: int, guard: Guard) -> None:
        super().__init__(people, Faults(), make_runtime=partial(GuardedRuntime, guard))
        self._guard = guard

    @contextmanager
    def running(self) -> Iterator[None]:
        with super().running():
            clients = SERVICES.keys() - {"users"}  # only the console has it, which nobody here works in
            guarded = {name: Guarded(getattr(aws, name)(), SERVICES[name], self._guard) for name in clients}
            makers: dict[str, Any] = {name: partial(_itself, client) for name, client in guarded.items()}
            with patch.multiple(aws, **makers):
                yield

    def mail(self, key: str, mime: bytes) -> None:
        """Let a mail come in."""
        self.aws.storage.objects[key] = mime
        event = sample("receive_mail/mail_came")
        event["detail"]["object"]["key"] = key
        self.events.deliver(receive_mail, {**event, "time": text_of(self.now)}, "a mail")

    def send_unreadable_events(self, *functions: Function) -> None:
        """Send an unreadable event to each function."""
        for function in functions:
            self.events.deliver(function, {"Records": [{"Sns": {"Message": "not JSON"}}]}, "not JSON")


class Guarded:
    """A client of the simulation whose calls the guard checks."""

    def __init__(self, client: Any, service: str, guard: Guard) -> None:
        self._client, self._service, self._guard = client, service, guard
        self.exceptions = getattr(client, "exceptions", None)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name == "get_paginator":
            return lambda _operation: self
        operation = (
            "Query" if name == "paginate" else name.title().replace("_", "").replace("Whatsapp", "WhatsApp")
        )

        def call(**params: Any) -> Any:
            self._guard.call(self._service, operation, params)
            return getattr(self._client, name)(**params)

        if name == "generate_presigned_url":
            return self._link

        return call

    def _link(self, _operation: str, Params: dict[str, Any], **_: object) -> str:  # noqa: N803 - as boto3 calls it
        """A link to an object."""
        self._guard.call(self._service, "PresignedGet", Params)
        return "https://a-link"


def _itself(client: object) -> object:
    return client


class SequentialClient:
    """A client that makes one call after the other, and waits for each response."""

    def __init__(self, world: World) -> None:
        self._world = world

    def ask(self, route: str, body: object = None) -> Any:
        """The response of the API."""
        answers: list[Any] = []
        self._world.api.ask(route, body, answers.append)
        [answer] = answers
        return answer

    def agent(self, name: str) -> str:
        """A new agent."""
        return str(self.ask("POST /api/agents", {"name": name, "email": f"{name}@example.com"})["agent_id"])

    def customer(self, **facts: object) -> str:
        """A new customer in UTC with all consents."""
        agreed = {"email": True, "sms": True, "survey": True}
        body = {"name": "Bilal Khan", "time_zone": "UTC", "consent": agreed, **facts}
        return str(self.ask("POST /api/customers", body)["customer_id"])

    def contact(self, agent_id: str, customer_id: str, **facts: object) -> Any:
        """Record a contact by phone, and wait an hour."""
        who = {"agent_id": agent_id, "customer_id": customer_id}
        what = {"channel": "phone", "direction": "inbound", "kind": "request", "summary": "A cake"}
        recorded = self.ask("POST /api/interactions", {**who, **what, **facts})
        self.wait(hours=1)
        return recorded

    def wait(self, **time: float) -> None:
        """Let time pass."""
        self._world.run_until(self._world.now + timedelta(**time))

    def link(self, place: str) -> str:
        """The last link of this kind in a mail or text."""
        texts = "\n".join(sent.text for sent in self._world.aws.providers.sent)
        return str(re.findall(rf"https://desk\.example\.com/{place}/[^\s?]+", texts)[-1])

    def send(self, link: str, **fields: str) -> str | None:
        """Open a link, wait a moment, and send its form. Returns the response."""
        page = self._world.browser.open(link)
        assert page is not None
        self.wait(seconds=20)
        return self._world.browser.post(link, {**fields, "nonce": nonce_on(page) or ""})
