"""Dead letters: all that AWS leaves in a queue is understood, and shown without anything personal."""

import json
from typing import Any

import pytest

from operations.letters import Batch, Call, NotALetter, read
from tests.unit.rows import row_id

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:vaada-FlagOverdue-1:$LATEST"


def by_lambda(event: object, **more: object) -> str:
    """What Lambda leaves of an asynchronous call that failed to the last."""
    context = {"requestId": "1", "functionArn": FUNCTION, "condition": "RetriesExhausted"}
    return json.dumps({"version": "1.0", "requestContext": context, "requestPayload": event, **more})


def of_a_stream(**batch: object) -> str:
    """What Lambda leaves of a stream's records."""
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


def test_schedulers_own_letter_is_what_the_schedule_says() -> None:
    event = {"row_id": row_id(1), "version": 3}

    letter = read(json.dumps(event), {"ERROR_CODE": "ThrottlingException"})

    assert letter == Call(None, event, "ThrottlingException")
    assert letter.names == f"row {row_id(1)}, version 3"


def test_lambdas_letter_names_the_function_and_the_error_but_not_what_it_said() -> None:
    error = {"errorType": "KeyError", "errorMessage": "of Bilal Khan", "stackTrace": ["Bilal Khan"]}

    letter = read(by_lambda({"row_id": row_id(1), "version": 3}, responsePayload=error), {})

    assert isinstance(letter, Call)
    assert (letter.function, letter.why) == (FUNCTION, "RetriesExhausted, KeyError")


def test_a_letter_of_an_event_that_grew_too_old_has_no_error() -> None:
    assert read(by_lambda({"row_id": row_id(1)}), {}).why == "RetriesExhausted"


def test_a_streams_letter_says_where_the_records_are() -> None:
    letter = read(of_a_stream(), {})

    assert isinstance(letter, Batch)
    assert (letter.first, letter.last) == ("700000000000000000001", "700000000000000000009")
    assert (letter.shard, letter.why) == ("shardId-1", "RetryAttemptsExhausted")


@pytest.mark.parametrize(
    ("event", "names"),
    [
        ({"detail": {"mail": {"messageId": "0100", "destination": ["b@example.com"]}}}, "news of mail 0100"),
        ({"Records": [{"Sns": {"MessageId": "95df", "Message": "+923001234567"}}]}, "notification 95df"),
        ({"awslogs": {"data": "H4sI"}}, "news of texts"),
        ({"name": "Bilal Khan"}, "something unknown"),
        ("Bilal Khan", "something unknown"),
    ],
)
def test_a_letter_is_shown_by_ids_only(event: object, names: str) -> None:
    assert read(by_lambda(event), {}).names == names


@pytest.mark.parametrize(
    "body",
    [
        "",
        "not JSON",
        "null",
        "[]",
        '"row_id"',
        "{}",
        '{"row_id": 3}',
        '{"requestContext": {}, "requestPayload": {}}',
        of_a_stream(startSequenceNumber="first"),
        of_a_stream(endSequenceNumber=None),
        json.dumps({"requestContext": {"functionArn": FUNCTION}, "DDBStreamBatchInfo": {}}),
    ],
)
def test_anything_else_is_no_letter(body: Any) -> None:
    with pytest.raises(NotALetter):
        read(body, {})
