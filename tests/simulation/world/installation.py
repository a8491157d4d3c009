"""Replaces AWS, the clock and random numbers by fakes, for one history.

Two slow things are left out, which are tested elsewhere: MIME, and the HTML of mails.
"""

import gc
import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from random import Random
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import time_machine

from tests.integration.scripted_desk import ENVIRONMENT
from tests.simulation.fake_aws.account import AwsAccount
from tests.simulation.fake_aws.items import forget_parsed, parsed
from tests.simulation.fake_aws.messaging import UnpackedMail
from tests.simulation.replacing import replaced
from tests.simulation.world.event_loop import EventLoop
from tests.simulation.world.lambda_runtime import LambdaRuntime
from vaada import desk, stream
from vaada.desk import open_desk
from vaada.gateways import aws as aws_clients
from vaada.gateways import items, mail, row_lists, rows_by_key
from vaada.present import email, pages, rendering
from vaada.settings import Settings

logging.getLogger("vaada").setLevel(logging.CRITICAL)
_MAIL_RENDERING = SimpleNamespace(text=rendering.text, html=lambda *_, **__: "")


@contextmanager
def installed(
    loop: EventLoop,
    aws: AwsAccount,
    runtime: LambdaRuntime,
    *,
    environment: dict[str, str],
    random: Random,
    renders_pages: bool,
) -> Iterator[None]:
    """Replace everything, and set the clock to the start. `random` generates ids and keys."""
    clients: dict[str, Any] = {name: partial(_itself, one) for name, one in aws.clients().items()}
    with ExitStack() as stack:
        if gc.isenabled():
            gc.disable()  # one history fits into memory; garbage collection would take a third of the time
            stack.callback(gc.enable)
        stack.enter_context(patch.dict("os.environ", {**ENVIRONMENT, **environment}))
        runtime.settings = Settings.from_environment()
        stack.enter_context(patch.multiple(aws_clients, **clients))
        stack.enter_context(patch("secrets.token_bytes", random.randbytes))
        stack.enter_context(patch.object(desk, "time", SimpleNamespace(monotonic=time.time)))
        stack.enter_context(patch.multiple(mail, _to_mime=UnpackedMail, _set_address=_set_address))
        stack.enter_context(patch.object(email, "rendering", _MAIL_RENDERING))
        if not renders_pages:
            stack.enter_context(patch.object(pages, "rendering", SimpleNamespace(html=_marks_of_page)))
        stack.enter_context(replaced(items.from_item, parsed, within=(rows_by_key, row_lists, stream)))
        stack.enter_context(replaced(open_desk, runtime.open_desk))
        loop.clock = stack.enter_context(time_machine.travel(loop.start, tick=False))
        stack.callback(forget_parsed)
        stack.callback(runtime.end_zombies)
        yield


def _itself(client: object) -> object:
    return client


def _marks_of_page(template: str, _words: object, **values: Any) -> str:
    """The parts of a page that people and bots of the simulation look for."""
    marks = [f'name="nonce" value="{values["nonce"]}"'] if values.get("nonce") else []
    marks += [f'value="{score}"' for score in values.get("scores", ())]
    marks += ['name="confirm"'] if template == "page/survey_confirm.html" else []
    marks += ["Please confirm"] if values.get("again") else []
    marks += [template]
    return " ".join((*marks, str(values.get("problem"))))


def _set_address(mail: UnpackedMail, header: str, name: str, email: str) -> None:
    mail[header] = f"{name} <{email}>"
