"""Items on the wire are what they are with botocore's own client, though it does not walk through them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.session import Session

from vaada.gateways import aws
from vaada.gateways.items import attribute

ITEM = {
    "pk": {"S": "CUSTOMER#1"},
    "version": attribute(3),
    "resolved": attribute(value=True),
    "explain": attribute({"counted": [{"why": "Eid"}, "closed", 2], "nothing": {}, "none": []}),
    "gone": {"NULL": True},
}
CANCELED = {
    "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
    "Message": "Transaction cancelled",
    "CancellationReasons": [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Item": ITEM}],
}
TRANSACTION = {
    "TransactItems": [{"Put": {"TableName": "t", "Item": ITEM}}, {"Delete": {"TableName": "t", "Key": ITEM}}],
    "ClientRequestToken": "a token",
}
CALLS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "a read": ("get_item", {"TableName": "t", "Key": {"pk": ITEM["pk"]}}, {"Item": ITEM}),
    "a read of several": (
        "batch_get_item",
        {"RequestItems": {"t": {"Keys": [{"pk": ITEM["pk"]}], "ConsistentRead": True}}},
        {"Responses": {"t": [ITEM, ITEM]}, "UnprocessedKeys": {"t": {"Keys": [{"pk": ITEM["pk"]}]}}},
    ),
    "a query": (
        "query",
        {"TableName": "t", "ExpressionAttributeValues": {":pk": ITEM["pk"]}, "ExclusiveStartKey": ITEM},
        {"Items": [ITEM], "Count": 1, "LastEvaluatedKey": {"pk": ITEM["pk"]}},
    ),
    "a write": ("put_item", {"TableName": "t", "Item": ITEM, "ConditionExpression": "c"}, {}),
    "a transaction": ("transact_write_items", TRANSACTION, {}),
    "a transaction that is canceled": ("transact_write_items", TRANSACTION, CANCELED),
}


@dataclass
class Wire:
    """Takes the place of DynamoDB: keeps the bodies of requests, and responds with `response`."""

    response: dict[str, Any]
    bodies: list[Any] = field(default_factory=list)

    def respond(self, request: Any, **_: object) -> AWSResponse:
        self.bodies.append(json.loads(request.body))
        body = BytesIO(json.dumps(self.response).encode())
        raw: Any = SimpleNamespace(stream=lambda **_: iter((body.getvalue(),)))
        headers: Any = HeadersDict({})
        return AWSResponse(request.url, 400 if "__type" in self.response else 200, headers, raw)


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> None:
    """An account, and a session to which no other test listens."""
    monkeypatch.setattr(aws, "session", cache(aws.session.__wrapped__))
    for name in ("AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "us-east-1")


@pytest.mark.parametrize("name", CALLS)
def test_a_call_sends_and_returns_what_botocore_alone_does(name: str) -> None:
    own: Callable[[], Any] = aws.dynamodb.__wrapped__
    session: Any = Session()

    assert outcome(own(), *CALLS[name]) == outcome(session.create_client("dynamodb"), *CALLS[name])


def test_items_are_not_walked_through() -> None:
    client: Any = aws.dynamodb.__wrapped__()
    unknown = {"pk": {"a kind of value that botocore does not know": "1"}}

    asked, returned = outcome(client, "get_item", {"TableName": "t", "Key": unknown}, {"Item": unknown})

    assert asked[0]["Key"] == returned["Item"] == unknown


def outcome(
    client: Any, method: str, params: dict[str, Any], response: dict[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    """What is sent, and what is returned or raised."""
    wire = Wire(response)
    client.meta.events.register_first("before-send", wire.respond)
    try:
        returned = getattr(client, method)(**params)
    except client.exceptions.TransactionCanceledException as error:
        returned = {**error.response, "raised": str(error)}
    return wire.bodies, returned
