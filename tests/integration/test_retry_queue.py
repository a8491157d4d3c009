"""The retry queue: events that could not be processed wait there without personal data."""

import base64
import gzip
import json
from collections import Counter
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.aws_errors import refuse, succeed
from tests.integration.provider_events import (
    TEXT_ID,
    handle_event,
    handle_sample,
    handle_text,
    message,
    sample,
    stopped_media_of_bilal,
    write_mail,
    write_text,
)
from tests.integration.scripted_desk import ScriptedDesk
from tests.unit import rows
from vaada.desk import open_desk
from vaada.gateways.keys import KeyUnavailable
from vaada.model.work import Survey

pytestmark = pytest.mark.usefixtures("stored_survey")


def test_a_failed_stop_waits_in_the_queue_without_the_number_and_is_retried(desk: ScriptedDesk) -> None:
    desk.before_call = refuse("dynamodb.PutItem")
    assert handle_text(sample("receive_text/stop")) == 1
    desk.before_call = succeed
    [waiting] = desk.waiting
    assert stopped_media_of_bilal() == set()

    desk.deliver_queued_events()

    assert (stopped_media_of_bilal(), desk.waiting) == ({"sms"}, [])
    assert json.loads(waiting).keys() == {"kind", "suppression_id", "said"}
    assert "923001234567" not in waiting


def test_a_failed_bounce_waits_in_the_queue_without_the_address_and_is_retried(desk: ScriptedDesk) -> None:
    write_mail()
    desk.before_call = refuse("dynamodb.TransactWriteItems")
    assert handle_sample("mail_bounced") == 1
    desk.before_call = succeed
    [waiting] = desk.waiting
    assert message().delivery is None

    desk.deliver_queued_events()

    assert (message().delivery, stopped_media_of_bilal(), desk.waiting) == ("bounced", {"email"}, [])
    assert "@" not in waiting


@pytest.mark.parametrize("name", ["answer", "stop"])
def test_a_text_retried_after_a_crash_counts_once(desk: ScriptedDesk, name: str) -> None:
    write_text()
    desk.after_call = refuse("dynamodb.PutItem", "dynamodb.TransactWriteItems")
    handle_text(sample(f"receive_text/{name}"))
    desk.after_call = succeed
    before = state_of_bilal()
    assert desk.waiting

    desk.deliver_queued_events()

    assert state_of_bilal() == before
    assert desk.waiting == []


def state_of_bilal() -> tuple[object, ...]:
    survey = open_desk().table.get(Survey, rows.row_id(5))
    return survey, stopped_media_of_bilal(), message()


def test_an_event_that_fails_again_stays_queued_and_blocks_no_other(desk: ScriptedDesk) -> None:
    write_mail()
    letters = sample("record_delivery/queued_events")

    answer = handle_event(letters)

    assert answer == {"batchItemFailures": [{"itemIdentifier": letters["Records"][1]["messageId"]}]}
    assert message().delivery == "bounced"
    assert desk.waiting == []  # the queue has it already


def test_an_event_that_cannot_be_queued_fails_the_function_for_a_retry(desk: ScriptedDesk) -> None:
    desk.before_call = refuse("dynamodb.PutItem", "sqs.SendMessage")
    with pytest.raises(ClientError):
        handle_text(sample("receive_text/stop"))
    desk.before_call = succeed

    handle_text(sample("receive_text/stop"))

    assert (stopped_media_of_bilal(), desk.waiting) == ({"sms"}, [])


@pytest.mark.parametrize("name", ["stop", "start"])
def test_a_missing_address_key_fails_the_function_and_queues_nothing(desk: ScriptedDesk, name: str) -> None:
    desk.before_call = refuse("ssm.GetParameters")

    with pytest.raises(KeyUnavailable):
        handle_text(sample(f"receive_text/{name}"))

    assert desk.waiting == []


def a_log(*messages: str, data: str | None = None) -> dict[str, Any]:
    """An event with the delivery log of SNS with these numbered entries, or with other data."""
    entries = [
        {"id": f"{number:056d}", "timestamp": 1772442002000, "message": each}
        for number, each in enumerate(messages, 1)
    ]
    log = json.dumps({"messageType": "DATA_MESSAGE", "logEvents": entries})
    return {"awslogs": {"data": data or base64.b64encode(gzip.compress(log.encode())).decode()}}


def by_topic(*messages: str) -> dict[str, Any]:
    """An event of SNS with these messages, which are numbered."""
    return {
        "Records": [
            {"Sns": {"MessageId": f"95df01b4-ee98-5cb9-9903-{number:012d}", "Message": each}}
            for number, each in enumerate(messages, 1)
        ]
    }


def mail_of(name: str, **other: object) -> dict[str, Any]:
    """A sample event of EventBridge with other details."""
    event = sample(f"record_delivery/{name}")
    return {**event, "detail": {**event["detail"], **other}}


ARRIVED = json.dumps({"notification": {"messageId": TEXT_ID}, "status": "SUCCESS"})


EVENT_ID = "12345678-1234-1234-1234-123456789012"  # in the samples


STOP = {"messageBody": "stop", "originationNumber": "+923001234567"}


@pytest.mark.parametrize(
    ("event", "event_id", "error"),
    [
        (mail_of("mail_bounced", mail="bilal@example.com"), EVENT_ID, "Attr"),
        (mail_of("mail_bounced", bounce={"timestamp": "soon"}), EVENT_ID, "Val"),
        ({"detail": "bilal@example.com", "id": "bilal@example.com"}, "request", "Attr"),
        ({}, "request", "Key"),
        ({"Records": ["bilal@example.com"]}, "request", "Type"),
        (by_topic("bilal@example.com"), "95df01b4-ee98-5cb9-9903-000000000001", "JSON"),
        (a_log("of +923001234567"), f"{1:056d}", "JSON"),
        (a_log(json.dumps({"status": "SUCCESS"})), f"{1:056d}", "Key"),
        (a_log(data="bilal@example.com"), "request", "Err"),
        (a_log(data=base64.b64encode(b"bilal").decode()), "request", "Bad"),
        ({"awslogs": None}, "request", "Type"),
    ],
)
def test_an_unreadable_event_waits_in_the_queue_by_its_id(
    desk: ScriptedDesk, event: dict[str, Any], event_id: str, error: str
) -> None:
    assert handle_event(event) == 1

    for _ in range(2):
        [waiting] = desk.waiting
        desk.deliver_queued_events()
    told = json.loads(waiting)
    assert told.keys() == {"kind", "source", "event_id", "error"}
    assert (told["kind"], told["event_id"]) == ("unreadable", event_id)
    assert error in told["error"]
    assert "ilal" not in waiting
    assert "3001234567" not in waiting


@pytest.mark.parametrize(
    "text", ["+923001234567", json.dumps({"messageBody": "stop"}), json.dumps({**STOP, "messageBody": 5})]
)
def test_an_unreadable_text_does_not_block_others(desk: ScriptedDesk, text: str) -> None:
    assert handle_text(by_topic(text, json.dumps(STOP))) == 2

    [waiting] = desk.waiting
    assert json.loads(waiting)["event_id"] == "95df01b4-ee98-5cb9-9903-000000000001"
    assert "923001234567" not in waiting
    assert stopped_media_of_bilal() == {"sms"}


def test_an_unreadable_log_entry_does_not_block_others(desk: ScriptedDesk) -> None:
    write_text()

    assert handle_event(a_log("not JSON", ARRIVED)) == 2

    assert (len(desk.waiting), message().delivery) == (1, "delivered")


def test_the_log_names_failed_events_by_ids_only(
    desk: ScriptedDesk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("ERROR", logger="vaada")
    desk.before_call = refuse("dynamodb.PutItem")
    handle_text(sample("receive_text/stop"))
    handle_text(by_topic("+923001234567"))
    desk.deliver_queued_events()

    failed = [record for record in caplog.records if record.message.startswith("event failed")]
    first, again = failed[:2], failed[2:]
    assert [vars(record)["event"] for record in first] == [*map(json.loads, desk.waiting)]
    assert [vars(record)["message_id"] for record in again] == ["0", "1"]
    assert "923001234567" not in caplog.text  # nor does what was raised


_CONTACT = {
    "dynamodb.Query": 2,
    "dynamodb.BatchGetItem": 1,
    "dynamodb.GetItem": 5,
    "dynamodb.TransactWriteItems": 1,
}
_ANSWER = {"dynamodb.Query": 3, "dynamodb.BatchGetItem": 1, "dynamodb.GetItem": 5, "dynamodb.PutItem": 1}


@pytest.mark.parametrize(
    ("tell_of", "calls"),
    [
        (lambda: handle_sample("mail_delivered"), {"dynamodb.GetItem": 2, "dynamodb.PutItem": 1}),
        (lambda: handle_sample("mail_delayed"), {"dynamodb.GetItem": 2, "dynamodb.PutItem": 1}),
        (
            lambda: handle_text(sample("receive_text/stop")),
            {"ssm.GetParameters": 1, "dynamodb.GetItem": 1, "dynamodb.PutItem": 1},
        ),
        (lambda: handle_text(sample("receive_text/question")), _CONTACT),
        (lambda: handle_text(sample("receive_text/answer_to_nothing")), _ANSWER),
        (lambda: handle_text(sample("receive_text/answer")), _ANSWER),
    ],
)
def test_an_event_that_succeeds_makes_no_call_to_the_queue(
    desk: ScriptedDesk, tell_of: Any, calls: dict[str, int]
) -> None:
    write_mail()
    desk.count_calls()

    tell_of()

    assert desk.calls == Counter(calls)
