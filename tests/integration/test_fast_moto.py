"""The faster methods of moto return the same, and moto still has what they replace."""

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from botocore.client import BaseClient
from botocore.endpoint import Endpoint
from botocore.signers import RequestSigner
from botocore.useragent import UserAgentString
from moto import mock_aws
from moto.core import models, responses
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models import table as table_model
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict

from tests.integration.fast_moto import fast_moto
from tests.integration.scripted_desk import ENVIRONMENT, REGION
from tests.integration.template import table

EVERY_KIND: dict[str, Any] = {
    "text": {"S": "Ayesha, عائشہ"},
    "empty_text": {"S": ""},
    "number": {"N": "12.50"},
    "bytes": {"B": b"\x00\xff"},
    "yes": {"BOOL": True},
    "nothing": {"NULL": True},
    "texts": {"SS": ["one", "two"]},
    "numbers": {"NS": ["1", "2"]},
    "several_bytes": {"BS": [b"\x01", b"\x02"]},
    "empty_list": {"L": []},
    "empty_map": {"M": {}},
    "nested": {"M": {"list": {"L": [{"M": {"deep": {"B": b"\x03"}}}, {"NULL": True}, {"N": "1"}]}}},
}


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of moto with the desk's table in it."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        client = boto3.client("dynamodb")
        client.create_table(TableName="vaada", **table())
        yield client


def row(name: str, **attributes: Any) -> dict[str, Any]:
    return {"pk": {"S": name}, "sk": {"S": "row"}, **attributes}


def key(name: str) -> dict[str, Any]:
    return row(name)


def stream_records() -> list[dict[str, Any]]:
    streams = boto3.client("dynamodbstreams")
    [stream] = streams.list_streams(TableName="vaada")["Streams"]
    [shard] = streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(
        StreamArn=stream["StreamArn"], ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    return [{**each} for each in streams.get_records(ShardIterator=iterator)["Records"]]


def answers(dynamodb: Any) -> list[Any]:
    """The response of each way to read rows, and the stream."""
    found = [
        dynamodb.get_item(TableName="vaada", Key=key("Ayesha"))["Item"],
        dynamodb.scan(TableName="vaada")["Items"],
        dynamodb.query(
            TableName="vaada",
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": "Ayesha"}},
        )["Items"],
        dynamodb.batch_get_item(RequestItems={"vaada": {"Keys": [key("Ayesha")]}})["Responses"],
        dynamodb.transact_get_items(TransactItems=[{"Get": {"TableName": "vaada", "Key": key("Ayesha")}}])[
            "Responses"
        ],
    ]
    return [*found, stream_records()]


def rows_in_moto() -> dict[str, Any]:
    """moto's own objects, by partition."""
    items = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables["vaada"].items
    return {partition.value: rows[DynamoType({"S": "row"})] for partition, rows in items.items()}


def fail_a_transaction(dynamodb: Any) -> None:
    """Change, remove and add a row, and fail with the last write."""
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
        dynamodb.transact_write_items(
            TransactItems=[
                {
                    "Update": {
                        "TableName": "vaada",
                        "Key": key("changed"),
                        "UpdateExpression": "SET nested.deep = :new, top = :new ADD members :more",
                        "ExpressionAttributeValues": {":new": {"S": "new"}, ":more": {"SS": ["two"]}},
                    }
                },
                {"Delete": {"TableName": "vaada", "Key": key("removed")}},
                {"Put": {"TableName": "vaada", "Item": row("replaced", top={"S": "new"})}},
                {"Put": {"TableName": "vaada", "Item": row("added")}},
                {
                    "Put": {
                        "TableName": "vaada",
                        "Item": row("standing"),
                        "ConditionExpression": "attribute_not_exists(pk)",
                    }
                },
            ]
        )


def test_rows_and_stream_records_are_the_same_with_and_without_shortcuts(dynamodb: Any) -> None:
    dynamodb.put_item(TableName="vaada", Item=row("Ayesha", **EVERY_KIND))
    dynamodb.put_item(TableName="vaada", Item=row("Ayesha", **EVERY_KIND, changed={"BOOL": False}))
    plain = answers(dynamodb)
    with fast_moto():
        assert answers(dynamodb) == plain


def test_an_answer_that_is_changed_leaves_the_rows_as_they_are(dynamodb: Any) -> None:
    dynamodb.put_item(TableName="vaada", Item=row("Ayesha", **EVERY_KIND))
    plain = answers(dynamodb)
    with fast_moto():
        for answered in answers(dynamodb)[:2]:
            found = answered if isinstance(answered, dict) else answered[0]
            found["nested"]["M"]["list"]["L"].clear()
            found["texts"]["SS"].clear()
    assert answers(dynamodb) == plain


def test_a_failed_condition_returns_the_same_row_with_and_without_shortcuts(dynamodb: Any) -> None:
    dynamodb.put_item(TableName="vaada", Item=row("Ayesha", **EVERY_KIND))
    brought = []
    for mode in (nullcontext(), fast_moto()):
        with mode, pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException) as refused:
            dynamodb.put_item(
                TableName="vaada",
                Item=row("Ayesha"),
                ConditionExpression="attribute_not_exists(pk)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        brought.append(refused.value.response["Item"])
    assert brought[0] == brought[1]


def test_a_failed_transaction_leaves_rows_and_stream_as_they_were(dynamodb: Any) -> None:
    nested = {"nested": {"M": {"deep": {"S": "old"}}}, "members": {"SS": ["one"]}}
    for each in (row("changed", **nested), row("removed"), row("replaced"), row("standing")):
        dynamodb.put_item(TableName="vaada", Item=each)
    before = dynamodb.scan(TableName="vaada")["Items"], stream_records()
    with fast_moto():
        fail_a_transaction(dynamodb)
    assert (dynamodb.scan(TableName="vaada")["Items"], stream_records()) == before
    dynamodb.delete_item(TableName="vaada", Key=key("standing"))
    assert len(stream_records()) == len(before[1]) + 1


def test_a_transaction_copies_only_the_rows_it_changes(dynamodb: Any) -> None:
    for name in ("changed", "removed", "replaced", "standing", "elsewhere"):
        dynamodb.put_item(TableName="vaada", Item=row(name, nested={"M": {}}))
    before = rows_in_moto()
    with fast_moto():
        fail_a_transaction(dynamodb)
    after = rows_in_moto()
    assert after["elsewhere"] is before["elsewhere"], "moto no longer copies tables with copy.deepcopy"
    assert after["changed"] is not before["changed"]
    assert after["replaced"] is before["replaced"]


@pytest.mark.parametrize("length", [404_900, 405_100])
def test_a_row_may_be_as_large_with_and_without_shortcuts(dynamodb: Any, length: int) -> None:
    outcomes = []
    for mode in (nullcontext(), fast_moto()):
        with mode:
            try:
                dynamodb.put_item(
                    TableName="vaada", Item=row("Ayesha", text={"S": "x" * length}, more={"S": "y"})
                )
                outcomes.append("stored")
            except dynamodb.exceptions.ClientError as error:
                outcomes.append(str(error))
    assert outcomes[0] == outcomes[1]
    assert (outcomes[0] == "stored") == (length < 405_000)


def test_a_row_is_measured_once(dynamodb: Any) -> None:
    with fast_moto(), patch.object(LimitedSizeDict, "__setitem__", autospec=True) as used:
        dynamodb.put_item(TableName="vaada", Item=row("Ayesha", **EVERY_KIND))
    assert used.call_count == 1, "moto no longer makes rows with Item.__init__"


def test_addresses_for_requests_are_not_registered() -> None:
    with fast_moto(), mock_aws():
        assert not models.responses_mock.registered()
    with mock_aws():
        assert models.responses_mock.registered()


def test_only_calls_with_bytes_and_refused_ones_become_requests(dynamodb: Any) -> None:
    with (
        fast_moto(),
        patch.object(Endpoint, "make_request", autospec=True, side_effect=Endpoint.make_request) as used,
    ):
        dynamodb.put_item(TableName="vaada", Item=row("Ayesha", text={"S": "B"}))
        dynamodb.get_item(TableName="vaada", Key=key("Ayesha"))
        assert used.call_count == 0
        dynamodb.put_item(TableName="vaada", Item=row("Ayesha", **EVERY_KIND))
        assert used.call_count == 1
        with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException):
            dynamodb.delete_item(
                TableName="vaada", Key=key("Ayesha"), ConditionExpression="attribute_not_exists(pk)"
            )
        assert used.call_count == 2


REPLACED = (
    (DynamoDBBackend, "transact_write_items"),
    (Item, "__init__"),
    (DynamoType, "cast_value"),
    (DynamoType, "size"),
    (table_model, "copy"),
    (responses, "method_names_from_class"),
    (models, "RESPONSES_METHODS"),
    (RequestSigner, "sign"),
    (UserAgentString, "to_string"),
    (BaseClient, "_make_request"),
)


@pytest.mark.parametrize(("place", "name"), REPLACED)
def test_replaced_methods_exist_and_are_restored(place: object, name: str) -> None:
    before = vars(place)[name]
    with fast_moto():
        assert vars(place)[name] is not before
    assert vars(place)[name] is before
