"""`make redrive` of events about WhatsApp, which Lambda keeps in the bucket of mail."""

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from operations.kept_events import FunctionFailed, process_kept_events
from operations.stack import Stack
from tests.integration.provider_events import sample
from tests.integration.scripted_desk import ENVIRONMENT, ScriptedDesk, client

BUCKET = ENVIRONMENT["INBOUND_MAIL_BUCKET"]
KEY = "aws/lambda/async/receive-whatsapp/2026/03/02/2026-03-02T09.03.00-0a1b2c3d-0000-0000-0000-000000000000"
EVENT = sample("receive_whatsapp/words")


def a_stack(**resources: str) -> Stack:
    named = {"InboundMailBucket": BUCKET, **resources}
    account = SimpleNamespace(resources=named)
    return cast("Stack", SimpleNamespace(account=account, resource=named.__getitem__, storage=client("s3")))


def stored_keys() -> list[str]:
    return [one["Key"] for one in client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])]


@pytest.fixture
def stack(desk: ScriptedDesk) -> Stack:
    """A stack with an event that failed, in the form in which Lambda keeps it, and a mail."""
    assert desk
    record = {"version": "1.0", "requestContext": {"condition": "RetriesExhausted"}, "requestPayload": EVENT}
    client("s3").put_object(Bucket=BUCKET, Key=KEY, Body=json.dumps(record).encode())
    client("s3").put_object(Bucket=BUCKET, Key="raw/one", Body=b"a mail")
    return a_stack(ReceiveWhatsApp="receive-whatsapp")


def test_a_kept_event_is_processed_and_deleted(stack: Stack) -> None:
    calls: list[tuple[str, Any]] = []

    done = process_kept_events(stack, lambda name, event: calls.append((name, event)), look=False)

    assert (done, calls) == ((1, 0), [("ReceiveWhatsApp", EVENT)])
    assert stored_keys() == ["raw/one"]


def test_an_event_that_fails_again_stays(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    def invoke(_name: str, _event: Any) -> None:
        raise FunctionFailed("NotProcessed")

    assert process_kept_events(stack, invoke, look=False) == (0, 1)
    assert KEY in stored_keys()
    shown = capsys.readouterr().out
    assert "failed again: NotProcessed" in shown
    assert "When do you open" not in shown


def test_looking_processes_nothing(stack: Stack) -> None:
    assert process_kept_events(stack, pytest.fail, look=True) == (0, 1)
    assert KEY in stored_keys()


def test_a_stack_without_whatsapp_has_none(stack: Stack) -> None:
    assert stack
    assert process_kept_events(a_stack(), pytest.fail, look=False) == (0, 0)
