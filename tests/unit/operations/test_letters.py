"""Dead letters: each form that AWS uses is parsed, and shown without personal data."""

import json
from typing import Any

import pytest

from operations.letters import FailedBatch, FailedCall, FailedEvent, UnknownLetter, parse_letter
from tests.unit.rows import row_id

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:vaada-FlagOverdue-1:$LATEST"


def letter_of_lambda(event: object, **more: object) -> str:
    """The dead letter of an asynchronous invocation that failed at each retry."""
    context = {"requestId": "1", "functionArn": FUNCTION, "condition": "RetriesExhausted"}
    return json.dumps({"version": "1.0", "requestContext": context, "requestPayload": event, **more})


def letter_of_stream(**batch: object) -> str:
    """The dead letter of stream records."""
    told = {
        "shardId": "shardId-1",
        "startSequenceNumber": "700000000000000000001",
        "endSequenceNumber": "700000000000000000009",
        "batchSize": 2,
        "streamArn": "arn:aws:dynamodb:eu-west-1:123456789012:table/T/stream/S",
        **batch,
    }
    context = {"functionArn": FUNCTION, "condition": "RetryAttemptsExhausted"}
    return json.dumps({"requestContext": context, "DDBStreamBatchInfo": told})


def test_a_dead_letter_of_scheduler_holds_the_payload_of_the_schedule() -> None:
    event = {"row_id": row_id(1), "version": 3}

    letter = parse_letter(json.dumps(event), {"ERROR_CODE": "ThrottlingException"})

    assert letter == FailedCall(None, event, "ThrottlingException")
    assert letter.names == f"row {row_id(1)}, version 3"


def test_a_dead_letter_of_lambda_names_function_and_error_without_its_text() -> None:
    error = {"errorType": "KeyError", "errorMessage": "of Bilal Khan", "stackTrace": ["Bilal Khan"]}

    letter = parse_letter(letter_of_lambda({"row_id": row_id(1), "version": 3}, responsePayload=error), {})

    assert isinstance(letter, FailedCall)
    assert (letter.function, letter.why) == (FUNCTION, "RetriesExhausted, KeyError")


def test_a_dead_letter_of_an_expired_event_has_no_error() -> None:
    assert parse_letter(letter_of_lambda({"row_id": row_id(1)}), {}).why == "RetriesExhausted"


def test_a_dead_letter_of_a_stream_says_where_the_records_are() -> None:
    letter = parse_letter(letter_of_stream(), {})

    assert isinstance(letter, FailedBatch)
    assert (letter.first, letter.last) == ("700000000000000000001", "700000000000000000009")
    assert (letter.shard, letter.why) == ("shardId-1", "RetryAttemptsExhausted")


@pytest.mark.parametrize("event", [{"name": "Bilal Khan"}, "Bilal Khan"])
def test_a_dead_letter_is_shown_by_ids_only(event: object) -> None:
    assert parse_letter(letter_of_lambda(event), {}).names == "something unknown"


A_HASH = f"sms-{'0' * 32}"
MAIL = {
    "kind": "mail",
    "message_id": row_id(6),
    "provider_id": "0100",
    "delivery": "bounced",
    "permanent": True,
}
TEXT = {"kind": "text", "provider_id": "34d9", "delivery": "bounced", "at": "2026-03-02T09:00:02Z"}


@pytest.mark.parametrize(
    ("news", "names"),
    [
        ({**TEXT, **MAIL}, f"message {row_id(6)}, bounced"),
        (TEXT, "text 34d9, bounced"),
        ({"kind": "opt_out", "suppression_id": A_HASH, "said": "stop"}, f"stop of {A_HASH}"),
        ({"kind": "score", "answers": "34d9", "score": 5}, "a score in answer to text 34d9"),
        (
            {"kind": "unreadable", "source": "incoming text", "event_id": "95df", "error": "KeyError"},
            "incoming text 95df that could not be read (KeyError)",
        ),
    ],
)
def test_a_failed_inbound_event_is_shown_and_can_be_replayed(news: dict[str, object], names: str) -> None:
    letter = parse_letter(json.dumps(news), {})

    assert isinstance(letter, FailedEvent)
    assert (letter.function, letter.names) == (None, names)
    [record] = letter.event["Records"]
    assert json.loads(record["body"]).items() >= news.items()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "not JSON",
        "null",
        "[]",
        '"row_id"',
        "{}",
        '{"kind": "gossip"}',
        json.dumps({**TEXT, "provider_id": "+923001234567"}),
        '{"row_id": 3}',
        '{"requestContext": {}, "requestPayload": {}}',
        letter_of_stream(startSequenceNumber="first"),
        letter_of_stream(endSequenceNumber=None),
        json.dumps({"requestContext": {"functionArn": FUNCTION}, "DDBStreamBatchInfo": {}}),
    ],
)
def test_anything_else_is_no_dead_letter(body: Any) -> None:
    with pytest.raises(UnknownLetter):
        parse_letter(body, {})
