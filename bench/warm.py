"""What an operation costs in a warm function, as a multiple of its bare calls to AWS.

Each operation runs once on a simulated AWS, where its calls and the responses to them are recorded. Then it
is run again and again on the recorded responses, in turn with the same calls made by botocore alone, with
clients as it makes them. The simulated AWS takes no part in either; what is left over is ours.

Both must make the recorded calls and no others, so new ids are the same each time. The two take turns after
each run, so that both find the processor's caches used by the other.
"""

import gc
import logging
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from random import Random
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.session import Session
from moto.core.models import botocore_stubber
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.sweep import simulated_desk
from functions.remind_agent.app import handler as remind_agent
from functions.send_survey.app import handler as send_survey
from tests.integration.scripted_desk import LISTENERS, Context, ScriptedDesk
from tests.integration.shop import Shop, change_agent, links, nonce_of, words_of
from vaada import desk as product_desk
from vaada.desk import Desk, open_desk
from vaada.gateways import aws
from vaada.model import ids
from vaada.model.times import text_of

ROUNDS = 150
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
Operation = Callable[[], object]


@dataclass
class Tape:
    """The calls of one operation and the responses to them, in order."""

    calls: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    responses: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    at: int = 0


def main() -> None:
    """Measure, and print the medians."""
    logging.disable(logging.CRITICAL)
    shown = Table(
        "operation", "calls", "CPU", "its bare calls", "ratio", title=f"A warm function, median of {ROUNDS}"
    )
    for name, prepare in track(OPERATIONS.items(), "Measuring", transient=True):
        stopped = SimpleNamespace(monotonic=lambda: 0.0)
        with simulated_desk() as desk, patch.object(product_desk, "time", stopped):
            calls, own, bare = measure(desk, prepare(desk))
        shown.add_row(
            name, f"{calls}", f"{own * 1000:.2f} ms", f"{bare * 1000:.2f} ms", f"× {own / bare:.2f}"
        )
    Console().print(shown)


def measure(desk: ScriptedDesk, operation: Operation) -> tuple[int, float, float]:
    """Return the number of calls, and the CPU seconds of the operation and of its calls alone."""
    desk.before_call = lambda _call: None
    _warm(open_desk())
    numbers = Random()

    def operation_with_same_ids() -> None:
        numbers.seed(1)
        operation()

    with patch.object(ids, "secrets", SimpleNamespace(token_bytes=numbers.randbytes)), recording() as tape:
        operation_with_same_ids()
    clients = bare_clients()
    bare_calls = [(getattr(clients[service], method), params) for service, method, params in tape.calls]

    def make_bare_calls() -> None:
        for call, params in bare_calls:
            call(**params)

    own, bare = [], []
    with patch.object(ids, "secrets", SimpleNamespace(token_bytes=numbers.randbytes)), playing(tape):
        gc.collect()
        gc.freeze()  # what the simulated AWS keeps in memory is none of a function's
        for _ in range(ROUNDS):
            own.append(_cpu_seconds(operation_with_same_ids, tape))
            bare.append(_cpu_seconds(make_bare_calls, tape))
        gc.unfreeze()
    return len(tape.calls), statistics.median(own), statistics.median(bare)


@cache
def bare_clients() -> dict[str, Any]:
    """Return clients of botocore's own settings, by service."""
    return {service: Session().create_client(service) for service in ("dynamodb", "ssm", "sesv2")}


def _warm(desk: Desk) -> None:
    """Read what a warm function has read: the policy and the keys. They do not expire here."""
    desk.keys.clock = lambda: 0.0
    _ = desk.policy
    desk.links.prepare()


def _cpu_seconds(act: Operation, tape: Tape) -> float:
    tape.at = 0
    begun = time.process_time()
    act()
    taken = time.process_time() - begun
    if tape.at != len(tape.calls):
        raise SystemExit(f"{tape.at} calls were made where {len(tape.calls)} were recorded")
    return taken


@contextmanager
def recording() -> Iterator[Tape]:
    """Record what the desk's clients ask for, and what AWS responds."""
    tape = Tape()

    def note(params: dict[str, Any], model: Any, **_: object) -> None:
        method = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in model.name)
        tape.calls.append((model.service_model.service_name, method.lstrip("_"), dict(params)))

    def respond(request: Any, **_: object) -> AWSResponse:
        botocore_stubber.enabled = True
        response: Any = botocore_stubber("before-send", request)
        botocore_stubber.enabled = False
        tape.responses.append((response.status_code, dict(response.headers), response.content))
        return response_of(request.url, tape.responses[-1])

    with _listening(note, respond):
        yield tape


@contextmanager
def playing(tape: Tape) -> Iterator[None]:
    """Answer each call with the next recorded response."""

    def respond(request: Any, **_: object) -> AWSResponse:
        tape.at += 1
        return response_of(request.url, tape.responses[(tape.at - 1) % len(tape.responses)])

    with _listening(lambda **_: None, respond):
        yield


@contextmanager
def _listening(note: Callable[..., None], respond: Callable[..., AWSResponse]) -> Iterator[None]:
    own = (aws.dynamodb(), aws.parameters(), aws.ses())
    emitters: Any = [client.meta.events for client in (*own, *bare_clients().values())]
    botocore_stubber.enabled = False
    for client in own:
        for event, listener in LISTENERS.items():
            client.meta.events.unregister(event, listener)
    for events in emitters:
        events.register_first("provide-client-params", note)
        events.register_first("before-send", respond)
    try:
        yield
    finally:
        botocore_stubber.enabled = True
        for events in emitters:
            events.unregister("provide-client-params", note)
            events.unregister("before-send", respond)
        for client in own:
            for event, listener in LISTENERS.items():
                client.meta.events.register(event, listener)


def response_of(url: str, recorded: tuple[int, dict[str, str], bytes]) -> AWSResponse:
    """Return a response with this status, headers and body, as botocore takes it."""
    status, headers, body = recorded
    raw = SimpleNamespace(stream=lambda **_: iter((body,)), read=lambda *_: body)
    received: Any = HeadersDict(headers)
    return AWSResponse(url, status, received, raw)


# ---------------------------------------------------------------- what is measured


def _contact(desk: ScriptedDesk) -> Operation:
    shop = Shop.opened(desk)
    body = shop.contact_body(
        commitments=[{"what": "Call back", "due_at": text_of(desk.now + 30 * HOUR)}],
        follow_up={"at": text_of(desk.now + 25 * HOUR), "reason": "Ask for the colour"},
    )
    return lambda: desk.call("POST /api/interactions", body)


def _reminder(desk: ScriptedDesk) -> Operation:
    shop = Shop.opened(desk)
    change_agent(desk, shop.agent_id, notify_by=["email"])
    at = text_of(desk.now + HOUR)
    answer = desk.call(
        "POST /api/interactions", shop.contact_body(follow_up={"at": at, "reason": "Ask for the colour"})
    )
    event = {"row_id": answer.json["follow_up"]["follow_up_id"], "version": 1}
    desk.clock.shift(HOUR)
    return lambda: remind_agent(event, Context())


def _survey(desk: ScriptedDesk) -> Operation:
    shop = Shop.opened(desk)
    shop.contact(resolved=True)
    survey_id = shop.rows("survey")[0]["survey_id"]
    desk.clock.shift(24 * HOUR)
    return lambda: send_survey({"row_id": survey_id, "version": 1}, Context())


def _survey_page(desk: ScriptedDesk) -> Operation:
    link = Shop.opened(desk).survey_link()
    return lambda: desk.open(link)


def _answer(desk: ScriptedDesk) -> Operation:
    link = Shop.opened(desk).survey_link()
    fields = {"score": "5", "nonce": nonce_of(desk.open(link))}
    desk.clock.shift(2 * SECOND)
    return lambda: desk.post(link, fields)


def _task_page(desk: ScriptedDesk) -> Operation:
    shop = Shop.opened(desk)
    change_agent(desk, shop.agent_id, notify_by=["email"])
    shop.follow_up(desk.now + HOUR)
    desk.pass_time(2 * HOUR)
    link = links(words_of(desk.mails[-1]), "/a/")[0]
    return lambda: desk.open(link)


def _timeline(desk: ScriptedDesk) -> Operation:
    shop = Shop.opened(desk)
    for _ in range(8):
        shop.contact(commitments=[{"what": "Call back", "due_at": text_of(desk.now + 30 * HOUR)}])
    return lambda: desk.call(f"GET /api/customers/{shop.customer_id}/timeline")


OPERATIONS: dict[str, Callable[[ScriptedDesk], Operation]] = {
    "record a contact": _contact,
    "remind an agent": _reminder,
    "ask a survey": _survey,
    "show the page of a survey": _survey_page,
    "take an answer": _answer,
    "show the page of a task": _task_page,
    "show 25 rows of a timeline": _timeline,
}


if __name__ == "__main__":
    main()
