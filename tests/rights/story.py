"""Everything that the functions do, with every call checked against the rights of its function.

Most of it is done by the people of the simulation, without faults. What they rarely or never do is done by a
client that makes one call after the other; the keys are created and rotated on moto.
"""

import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import time_machine
from botocore.model import OperationModel
from moto import mock_aws

from functions.check_readiness.app import handler as check_readiness
from functions.invite_owner.app import handler as invite_owner
from functions.receive_mail.app import handler as receive_mail
from functions.receive_text.app import handler as receive_text
from functions.receive_whatsapp.app import handler as receive_whatsapp
from functions.record_delivery.app import handler as record_delivery
from functions.rotate_link_keys.app import handler as rotate_link_keys
from functions.write_account_mail.app import handler as write_account_mail
from tests.integration.conftest import MONDAY_MORNING
from tests.integration.console import Browser, signed_in
from tests.integration.fast_moto import fast_moto
from tests.integration.provider_events import sample
from tests.integration.scripted_desk import ENVIRONMENT, Context, ScriptedDesk
from tests.integration.shop import Shop, change_agent
from tests.integration.well_set_up import CLIENTS, well_set_up
from tests.mail_samples import a_mail
from tests.rights.granted import function_of
from tests.rights.guard import Guard, needed_to_wake
from tests.simulation.actors.people import People
from tests.simulation.fake_aws.account import AwsAccount
from tests.simulation.fake_aws.faults import Faults
from tests.simulation.fake_aws.provider_events import a_whatsapp
from tests.simulation.world.event_loop import EventLoop
from tests.simulation.world.http import nonce_on
from tests.simulation.world.inbound_tracking import InboundTracking
from tests.simulation.world.lambda_runtime import LambdaRuntime
from tests.simulation.world.targets import Event, Function, name_of
from tests.simulation.world.world import World
from vaada.desk import open_desk
from vaada.flows import incoming_whatsapp
from vaada.gateways import aws
from vaada.model.times import text_of

Scenario = Callable[[Guard], None]
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
OF_THE_ACCOUNT = {
    "cloudformation": "cloudformation",
    "alarms": "cloudwatch",
    "events": "events",
    "logs": "logs",
    "phone_numbers": "sms-voice",
    "receiving": "ses",
}
"""The same of those that only `check_readiness` has."""

MANY_DAYS = timedelta(days=40)
_SAMPLES = Path(__file__).parents[2] / "events"


def run_people(people: int, guard: Guard) -> None:
    """Run the history of these people."""
    world = GuardedWorld(people, guard)
    with world.running():
        actors = People(world)
        world.plan_weekly_report()
        world.after_action = actors.read_messages
        actors.schedule_acts()
        world.run_until(world.start + MANY_DAYS)


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


def let_agent_leave(client: SequentialClient, world: GuardedWorld, agent: str, reader: str) -> None:
    """The owner is told of an upset customer, somebody stands in for the agent, who then leaves."""
    sana = client.agent("sana")
    morning = world.now.replace(hour=6, minute=1, second=0) + timedelta(days=1)
    monday = morning + timedelta(days=(7 - morning.weekday()) % 7)
    world.run_until(monday)  # in opening hours, between two sweeps
    client.contact(agent, reader, tone="upset")  # the owner is told, as nobody supervises the agent
    client.wait(days=1)
    away = {"away_from": text_of(world.now), "covered_by": sana}
    client.ask(f"PATCH /api/agents/{agent}", away)
    later = {"what": "Call back", "due_at": text_of(world.now + timedelta(days=1))}
    client.contact(agent, reader, commitments=[later])
    client.wait(days=1)
    client.ask(f"GET /api/agents/{agent}/work")
    client.ask(f"POST /api/agents/{agent}/leave", {"to": sana})
    client.wait(hours=1)
    client.ask(f"POST /api/agents/{agent}/return")


def answer_happily(client: SequentialClient) -> None:
    """A happy customer is asked to tell others, and wants no more surveys."""
    client.ask("PATCH /api/policy", {"surveys": {"referral": "Bring a friend"}})
    client.send(client.link("s"), score="5")
    client.send(client.link("u"))


def bring_mails_of(client: SequentialClient, world: GuardedWorld, reader: str) -> None:
    """Mails come in: of a stranger, one that was set aside before, and with files of a customer."""
    world.mail("raw/stranger", a_mail(sender="zara@example.net"))
    world.mail("accepted/spam", a_mail(spam="FAIL", message_id="<spam@example.net>"))
    for number in range(2):
        mime = a_mail(sender="bilal@example.com", message_id=f"<{number}@x.example>", files={"a.txt": b"x"})
        world.mail(f"raw/{number}", mime)
    files = [{"name": "a.txt", "content": "eA=="}]
    said = {"agent_id": client.agent("Writer"), "text": "Here it is.", "attachments": files}
    client.ask(f"POST /api/customers/{reader}/messages", {**said, "send_now": True})
    client.wait(hours=1)
    client.ask(f"GET /api/customers/{reader}/export")
    bring_mail_of_who_is_erased(client, world)


def bring_mail_of_who_is_erased(client: SequentialClient, world: GuardedWorld) -> None:
    """Let a mail with a file come in while its sender is erased."""
    gone = client.customer(email="gone@example.com")
    keep = world.aws.storage.put_object

    def keep_too_late(**asked: Any) -> None:
        keep(**asked)
        world.aws.table.items.pop((f"CUSTOMER#{gone}", "CUSTOMER"), None)
        world.faults.struck += 1  # the function fails, and Lambda tries it again

    with patch.object(world.aws.storage, "put_object", keep_too_late):
        world.mail(
            "raw/late", a_mail(sender="gone@example.com", message_id="<late@x.example>", files={"a": b"x"})
        )


def bring_whatsapp(client: SequentialClient, world: GuardedWorld) -> None:
    """Messages come by WhatsApp: a picture, a file that is too large, and of a customer who is erased."""

    def bring(name: str, number: str) -> None:
        event = a_whatsapp(name, number, world.now)
        world.events.deliver(receive_whatsapp, event, "a message by WhatsApp")

    client.customer(phone="+442079460001")
    for name in ("words", "image_with_words"):
        bring(name, "442079460001")
    bring("words", "442079460002")
    with patch.object(incoming_whatsapp, "LARGEST_FILE", 1):
        bring("document", "442079460001")
    gone, find = client.customer(phone="+442079460003"), world.aws.storage.list_objects_v2

    def find_too_late(**asked: Any) -> Any:
        world.aws.table.items.pop((f"CUSTOMER#{gone}", "CUSTOMER"), None)
        world.faults.struck += 1  # the function fails, and Lambda passes the event again
        return find(**asked)

    with patch.object(world.aws.storage, "list_objects_v2", find_too_late):
        bring("voice", "442079460003")


def send_a_tip(client: SequentialClient) -> None:
    """Send a tip to a customer who agreed to it."""
    consent = {"email": True, "sms": False, "survey": False, "news": True}
    client.customer(email="carla@example.com", consent=consent)
    tip = {"texts": [{"language": "en", "subject": "Winter", "text": "Oil the chain."}]}
    campaign = client.ask("POST /api/campaigns", tip)["campaign_id"]
    client.ask(f"POST /api/campaigns/{campaign}/schedule", {})
    client.wait(hours=1)


def use_whatsapp(guard: Guard) -> None:
    """Let messages come in by WhatsApp, and answer one."""
    world = GuardedWorld(0, guard)
    client = SequentialClient(world)
    with world.running():
        agent = client.agent("amina")
        bring_whatsapp(client, world)
        asks = client.customer(phone="+442079460004")
        world.events.deliver(receive_whatsapp, a_whatsapp("button", "442079460004", world.now), "a message")
        said = {"agent_id": agent, "text": "At nine.", "medium": "whatsapp", "send_now": True}
        client.ask(f"POST /api/customers/{asks}/messages", said)
        client.wait(hours=1)


def run_rare_actions(guard: Guard) -> None:
    """Do what the people of the simulation rarely or never do."""
    world = GuardedWorld(0, guard)
    client = SequentialClient(world)
    with world.running():
        agent = client.agent("amina")
        client.ask(f"PATCH /api/agents/{agent}", {"email": "amina.khan@example.com"})
        yesterday = text_of(world.now - timedelta(days=1))

        answer_by_text(client, world, agent, yesterday)
        world.send_unreadable_events(receive_text, record_delivery)

        world.facts.fates["moved@example.com"] = "no such address"
        moved = client.customer(email="moved@example.com")
        client.contact(agent, moved, resolved=True)
        client.wait(days=1)

        reader = client.customer(email="bilal@example.com")
        client.contact(agent, reader, resolved=True, occurred_at=yesterday)
        answer_happily(client)
        bring_mails_of(client, world, reader)

        send_a_tip(client)

        twice, remaining = client.customer(email="bilal.khan@example.com"), client.customer(name="Bilal K.")
        client.contact(agent, twice, resolved=True)
        client.ask(f"POST /api/customers/{twice}/merge", {"into": remaining})
        client.wait(days=1)  # the survey is sent to the remaining record

        keep_and_break_promises(client, world, agent, reader)
        write_by_the_contact_form(client)
        for path in ("agents", f"customers/{reader}/timeline", f"customers/{reader}/export"):
            client.ask(f"GET /api/{path}")
        client.ask("GET /api/customers?q=bilal")
        client.ask(f"GET /api/cases?customer_id={reader}")
        client.ask(f"GET /api/cases?agent_id={agent}")
        client.ask("GET /api/cases?sort=id")
        let_agent_leave(client, world, agent, reader)
        erase_twice(client, world, reader)


def answer_by_text(client: SequentialClient, world: GuardedWorld, agent: str, yesterday: str) -> None:
    """A customer answers a survey by text, then texts STOP; somebody unknown texts, too."""
    texter = client.customer(phone="+442079460000", preferred_channel="sms")
    client.contact(agent, texter, resolved=True, occurred_at=yesterday)
    asked = world.aws.providers.sent[-1]
    world.text(asked.to, "5", asked.provider_id)
    world.text("+15005550006", "5", asked.provider_id)  # from a number that nobody has
    for words in ("When do you open?", "And on Sunday?"):
        world.text("+15005550006", words, asked.provider_id)
    world.text(asked.to, "stop", asked.provider_id)


def keep_and_break_promises(client: SequentialClient, world: GuardedWorld, agent: str, reader: str) -> None:
    """Of two promises one is kept; the link of the other one expires, and its agent asks for a new one."""
    tomorrow = {"what": "Call back", "due_at": text_of(world.now + timedelta(days=1))}
    promised = client.contact(agent, reader, commitments=[tomorrow, tomorrow])
    kept, broken = (row["commitment_id"] for row in promised["commitments"])
    client.ask(f"POST /api/commitments/{kept}/keep", {})
    link = world.browser.link("action", broken)
    client.wait(days=40)  # then the link has expired
    client.send(link, do="new_link")


def write_by_the_contact_form(client: SequentialClient) -> None:
    """A stranger writes by the contact form, and confirms their address."""
    entry = {
        "name": "Dana",
        "reach": "dana@example.com",
        "text": "Do you repair tandems?",
        "agreed": "on",
    }
    client.send("https://desk.example.com/c/", **entry)
    client.wait(hours=1)
    client.send(client.link("c"))


def erase_twice(client: SequentialClient, world: GuardedWorld, reader: str) -> None:
    """Erase a customer, restore a backup, and erase them again."""
    backup = [item for (pk, _), item in world.aws.table.items.items() if pk == f"CUSTOMER#{reader}"]
    client.ask(f"POST /api/customers/{reader}/erase")
    for item in backup:
        world.aws.table.put_item(Item=item)
    client.ask("POST /api/erasures/replay")
    client.wait(hours=1)


def create_rotate_and_delete_keys(guard: Guard) -> None:
    """Deploy the stack, let 90 days pass, delete the stack."""
    with ExitStack() as stack:
        stack.enter_context(patch.dict("os.environ", ENVIRONMENT))
        stack.enter_context(mock_aws())
        stack.enter_context(_guarded("parameters", guard))
        stack.enter_context(patch.object(urllib.request, "urlopen", _accepts))
        for sample in ("stack_created", "every_ninety_days", "stack_deleted"):
            rotate_link_keys(json.loads((_SAMPLES / "rotate_link_keys" / f"{sample}.json").read_text()), None)


def invite_the_owner(guard: Guard) -> None:
    """Deploy the stack: the owner is no user yet, and becomes a manager."""
    with ExitStack() as stack:
        stack.enter_context(patch.dict("os.environ", ENVIRONMENT))
        clock = stack.enter_context(time_machine.travel(MONDAY_MORNING, tick=False))
        stack.enter_context(mock_aws())
        open_desk.cache_clear()
        ScriptedDesk(clock)
        for name in ("users", "dynamodb"):
            stack.enter_context(_guarded(name, guard))
        stack.enter_context(patch.object(urllib.request, "urlopen", _accepts))
        invite_owner(json.loads((_SAMPLES / "invite_owner" / "stack_created.json").read_text()), None)


def work_in_the_console(guard: Guard) -> None:
    """Do in the console what needs each of its rights: look, record, act, erase, sign out."""
    with ExitStack() as stack:
        stack.enter_context(patch.dict("os.environ", ENVIRONMENT))
        clock = stack.enter_context(time_machine.travel(MONDAY_MORNING, tick=False))
        stack.enter_context(fast_moto())
        stack.enter_context(mock_aws())
        open_desk.cache_clear()
        desk = ScriptedDesk(clock)
        shop = Shop.opened(desk)
        manager = signed_in(desk, shop.supervisor_id, manager=True)
        bring_mails()
        open_desk.cache_clear()  # which has read the keys
        for name in ("dynamodb", "parameters", "users", "storage"):
            stack.enter_context(_guarded(name, guard))
        for holder, need in needed_to_wake(function_of("console"), {"requestContext": {}}):
            guard.check(holder, need)
        desk.clock.shift(timedelta(minutes=5))  # by now the user is looked up again
        new = manager.open(f"/desk/contacts/new?customer_id={shop.customer_id}").form("/desk/contacts/new")
        for summary in ("A cake for Saturday", "Once more"):  # the second one does not change the customer
            again = {**new.fields, "key": summary, "agent_id": shop.agent_id, "summary": summary}
            manager.post(new.action, {**again, "do": "save"})
        for path in ("", "customers?q=bilal", f"customers/{shop.customer_id}"):
            manager.open(f"/desk/{path}")
        _look_after_people(manager, shop)
        _look_after_mail(manager, shop)
        tip = manager.open("/desk/campaigns/new").form("/desk/campaigns/new")
        manager.send(tip, subject_en="Winter", text_en="Oil the chain.")  # its page counts who gets it
        erase = manager.open(f"/desk/customers/{shop.customer_id}/erase").form("/erase")
        manager.send(erase, name="Bilal Khan")
        manager.post("/desk/sign-out", erase.fields)


def bring_mails() -> None:
    """Let a mail with a file come in, and one that is set aside."""
    mails = {
        "raw/one": a_mail(sender="bilal@example.com", files={"a.txt": b"x"}),
        "raw/spam": a_mail(spam="FAIL"),
    }
    for key, mime in mails.items():
        aws.storage().put_object(Bucket=ENVIRONMENT["INBOUND_MAIL_BUCKET"], Key=key, Body=mime)
        event = sample("receive_mail/mail_came")
        event["detail"]["object"]["key"] = key
        receive_mail(event, Context())  # type: ignore[arg-type]  # all of a context that is read


def _look_after_mail(manager: Browser, shop: Shop) -> None:
    """Save the file of a mail, and accept a mail that was set aside."""
    story = shop.desk.timeline(shop.customer_id)
    contact = next(row for row in story if row["row_kind"] == "interaction" and row["channel"] == "email")
    manager.open(f"/desk/files/{contact['interaction_id']}/1")
    write = manager.open(f"/desk/customers/{shop.customer_id}/write").form("/write")
    fields = {**write.fields, "text": "Here it is.", "medium": "email", "do": "now"}
    manager.attach(write.action, fields, {"a.txt": b"x"})
    accept = manager.open("/desk/mail").form("/accept")
    manager.post(accept.action, accept.fields)


def have_the_mails_of_cognito_written(guard: Guard) -> None:
    """Invite a colleague and ask for a new password: Cognito lets the product write each mail."""
    with ExitStack() as stack:
        stack.enter_context(patch.dict("os.environ", ENVIRONMENT))
        clock = stack.enter_context(time_machine.travel(MONDAY_MORNING, tick=False))
        stack.enter_context(fast_moto())
        stack.enter_context(mock_aws())
        open_desk.cache_clear()
        Shop.opened(ScriptedDesk(clock))
        open_desk.cache_clear()  # as in a new function, which reads the policy with the first row
        stack.enter_context(_guarded("dynamodb", guard))
        for sample in ("colleague_invited", "password_forgotten"):
            event = json.loads((_SAMPLES / "write_account_mail" / f"{sample}.json").read_text())
            for holder, need in needed_to_wake(function_of("write_account_mail"), event):
                guard.check(holder, need)
            write_account_mail(event, None)


def ask_whether_the_desk_is_ready(guard: Guard) -> None:
    """Open the page on which the function says what is not set up yet."""
    with ExitStack() as stack:
        stack.enter_context(patch.dict("os.environ", ENVIRONMENT))
        clock = stack.enter_context(time_machine.travel(MONDAY_MORNING, tick=False))
        stack.enter_context(fast_moto())
        stack.enter_context(mock_aws())
        open_desk.cache_clear()
        shop = Shop.opened(ScriptedDesk(clock))
        change_agent(shop.desk, shop.agent_id, phone="+447700900123")
        shop.promise(shop.desk.now + timedelta(days=3))
        shop.desk.settle()
        manager = signed_in(shop.desk, shop.supervisor_id, manager=True)
        stack.enter_context(well_set_up())
        for name in CLIENTS:
            stack.enter_context(_guarded(name, guard))
        stack.enter_context(patch.object(aws, "slow_functions", lambda: _CheckReadiness(guard)))
        assert manager.open("/desk/setup/ready").status == HTTPStatus.OK


class _CheckReadiness:
    """Lambda with the one function that the console invokes, if it may."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def invoke(self, **params: Any) -> dict[str, Any]:
        self._guard.call("lambda", "Invoke", params)
        found = check_readiness(json.loads(params["Payload"]), Context())  # type: ignore[arg-type]
        return {"Payload": BytesIO(json.dumps(found).encode())}


def _look_after_people(manager: Browser, shop: Shop) -> None:
    """Invite a colleague, make them a manager, let them leave and come back."""
    new = manager.open("/desk/people/new").form("/desk/people/new")
    manager.post(new.action, {**new.fields, "name": "Omar", "email": "omar@example.com"})
    agents = shop.desk.call("GET /api/agents").json["items"]
    omar = next(agent["agent_id"] for agent in agents if agent["name"] == "Omar")
    edit = manager.open(f"/desk/people/{omar}").form(f"/{omar}")
    manager.post(edit.action, {**edit.fields, "role": "manager"})
    leave = manager.open(f"/desk/people/{omar}/leave").form("/leave")
    manager.post(leave.action, {**leave.fields, "to": shop.agent_id})
    manager.post(f"/desk/people/{omar}/return", leave.fields)


def _accepts(_request: urllib.request.Request, *, timeout: int) -> BytesIO:
    assert timeout
    return BytesIO()


@contextmanager
def _guarded(name: str, guard: Guard) -> Iterator[None]:
    """Check each call of one of the product's own clients before it is made."""

    def before(params: dict[str, Any], model: OperationModel, **_: object) -> None:
        guard.call({**SERVICES, **OF_THE_ACCOUNT}[name], model.name, params)

    events = getattr(aws, name)().meta.events
    events.register_first("before-parameter-build", before)
    try:
        yield
    finally:
        events.unregister("before-parameter-build", before)
