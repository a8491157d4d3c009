"""What the functions do on moto, because the simulation lacks it: keys, Cognito, the console, the doctor."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
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
from functions.rotate_link_keys.app import handler as rotate_link_keys
from functions.write_account_mail.app import handler as write_account_mail
from tests.integration.conftest import MONDAY_MORNING
from tests.integration.console import Browser, signed_in
from tests.integration.fast_moto import fast_moto
from tests.integration.provider_events import sample
from tests.integration.scripted_desk import ENVIRONMENT, Context, ScriptedDesk
from tests.integration.shop import Shop, add_customer, change_agent
from tests.integration.well_set_up import CLIENTS, well_set_up
from tests.mail_samples import a_mail
from tests.rights.granted import function_of
from tests.rights.guard import Guard, needed_to_wake
from tests.rights.guarded_world import SERVICES
from vaada.desk import open_desk
from vaada.gateways import aws

OF_THE_ACCOUNT = {
    "cloudformation": "cloudformation",
    "alarms": "cloudwatch",
    "events": "events",
    "logs": "logs",
    "phone_numbers": "sms-voice",
    "receiving": "ses",
}
"""The same of those that only `check_readiness` has."""

_SAMPLES = Path(__file__).parents[2] / "events"


@contextmanager
def _desk_on_moto() -> Iterator[ScriptedDesk]:
    """A desk on a Monday morning."""
    with (
        patch.dict("os.environ", ENVIRONMENT),
        time_machine.travel(MONDAY_MORNING, tick=False) as clock,
        fast_moto(),
        mock_aws(),
    ):
        open_desk.cache_clear()
        yield ScriptedDesk(clock)


def _event(function: str, name: str) -> Any:
    """Return a sample event of the function."""
    return json.loads((_SAMPLES / function / f"{name}.json").read_text())


def create_rotate_and_delete_keys(guard: Guard) -> None:
    """Deploy the stack, let 90 days pass, delete the stack."""
    with ExitStack() as stack:
        stack.enter_context(patch.dict("os.environ", ENVIRONMENT))
        stack.enter_context(mock_aws())
        stack.enter_context(_guarded("parameters", guard))
        stack.enter_context(patch.object(urllib.request, "urlopen", _accepts))
        for name in ("stack_created", "every_ninety_days", "stack_deleted"):
            rotate_link_keys(_event("rotate_link_keys", name), None)


def invite_the_owner(guard: Guard) -> None:
    """Deploy the stack: the owner is no user yet, and becomes a manager."""
    with ExitStack() as stack:
        stack.enter_context(_desk_on_moto())
        for name in ("users", "dynamodb"):
            stack.enter_context(_guarded(name, guard))
        stack.enter_context(patch.object(urllib.request, "urlopen", _accepts))
        invite_owner(_event("invite_owner", "stack_created"), None)


def work_in_the_console(guard: Guard) -> None:
    """Do in the console what needs each of its rights: look, record, act, erase, sign out."""
    with ExitStack() as stack:
        desk = stack.enter_context(_desk_on_moto())
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
        _mail_comes(key, mime)


def _mail_comes(key: str, mime: bytes) -> str:
    """Let a mail come in. The outcome."""
    aws.storage().put_object(Bucket=ENVIRONMENT["INBOUND_MAIL_BUCKET"], Key=key, Body=mime)
    event = sample("receive_mail/mail_came")
    event["detail"]["object"]["key"] = key
    return receive_mail(event, Context())  # type: ignore[arg-type]  # all of a context that is read


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


def write_from_an_address_of_two_customers(guard: Guard) -> None:
    """Text, mail, write by WhatsApp and by the form, each from an address that two customers have."""
    with ExitStack() as stack:
        desk = stack.enter_context(_desk_on_moto())
        shop = Shop.opened(desk, phone="+923001234567")
        change_agent(desk, shop.agent_id, phone=None, notify_by=["email"])
        add_customer(desk, name="Dua Khan", phone="+923001234567")
        open_desk.cache_clear()
        stack.enter_context(_guarded("dynamodb", guard))
        assert receive_text(_event("receive_text", "question"), Context()) == 1  # type: ignore[arg-type]  # as below
        assert receive_whatsapp(_event("receive_whatsapp", "words"), Context()) == ["contact"]  # type: ignore[arg-type]  # as below
        assert _mail_comes("raw/one", a_mail(sender="bilal@example.com")) == "contact"
        entry = {"name": "Bilal", "reach": "bilal@example.com", "text": "Is it open?", "agreed": "on"}
        assert desk.answer("/c/", **entry, lang="en").status < HTTPStatus.BAD_REQUEST


def have_the_mails_of_cognito_written(guard: Guard) -> None:
    """Invite a colleague and ask for a new password: Cognito lets the product write each mail."""
    with ExitStack() as stack:
        desk = stack.enter_context(_desk_on_moto())
        Shop.opened(desk)
        open_desk.cache_clear()  # as in a new function, which reads the policy with the first row
        stack.enter_context(_guarded("dynamodb", guard))
        for name in ("colleague_invited", "password_forgotten"):
            event = _event("write_account_mail", name)
            for holder, need in needed_to_wake(function_of("write_account_mail"), event):
                guard.check(holder, need)
            write_account_mail(event, None)


def ask_whether_the_desk_is_ready(guard: Guard) -> None:
    """Open the page on which the function says what is not set up yet."""
    with ExitStack() as stack:
        desk = stack.enter_context(_desk_on_moto())
        shop = Shop.opened(desk)
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
