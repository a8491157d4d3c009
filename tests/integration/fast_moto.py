"""Makes some methods of moto and botocore faster, so that these tests take less than a third of the time.

Four fifths of it went into moto and botocore:
- a call of DynamoDB becomes a request of HTTP, and its answer a response; here it is passed to moto's method
  for the operation, unless there are bytes in it. What moto refuses is asked again the long way, for its
  answer;
- before a transaction it copies the whole table, once for each row that is written; here only those rows are
  copied that the transaction changes;
- when it makes a row it measures all of it again with each attribute; here once;
- it copies the rows that a query finds before it makes an answer of them, which copies them again;
- it looks through all kinds of values to compare or measure one; here first at texts, as most are;
- with each call it looks up the methods of a class again; here once;
- for each test it registers some 1,300 addresses of AWS for `requests`, which nothing here uses;
- botocore signs each call and describes itself in it; moto only reads whether a call of S3 is signed.

All answers stay the same; `test_fast_moto.py` holds that, and fails when a newer moto lacks what is replaced
here.

`tests/conformance` compares the simulation with moto as it is, so it does without.
"""

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from botocore import xform_name
from botocore.awsrequest import AWSRequest
from botocore.client import BaseClient
from botocore.model import OperationModel
from botocore.signers import RequestSigner
from botocore.useragent import UserAgentString
from moto.core import models, responses
from moto.core.exceptions import ServiceException
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.utils import method_names_from_class
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends, table
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler
from werkzeug.exceptions import HTTPException

_Answer = tuple[Any, dict[str, Any]]
_MakeRequest = Callable[[BaseClient, OperationModel, dict[str, Any], dict[str, Any]], _Answer]
_ABOUT_ROWS = {
    "BatchGetItem",
    "BatchWriteItem",
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "Scan",
    "TransactGetItems",
    "TransactWriteItems",
    "UpdateItem",
}

_transact = DynamoDBBackend.transact_write_items
_method_names = cache(method_names_from_class)
_cast_value = vars(DynamoType)["cast_value"].fget
_size = DynamoType.size
_make_request: _MakeRequest = vars(BaseClient)["_make_request"]


@contextmanager
def fast_moto() -> Iterator[None]:
    """Replace parts of moto during the block. Within it `mock_aws` does not know `requests`."""
    with (
        patch.object(DynamoDBBackend, "transact_write_items", transact_write_items),
        patch.object(Item, "__init__", make_item),
        patch.object(DynamoType, "cast_value", property(cast_value)),
        patch.object(DynamoType, "size", size),
        patch.object(table, "copy", SimpleNamespace(copy=copy.copy, deepcopy=copy_unless_rows)),
        patch.object(responses, "method_names_from_class", _method_names),
        patch.object(models, "RESPONSES_METHODS", []),
        patch.object(RequestSigner, "sign", sign),
        patch.object(UserAgentString, "to_string", lambda _: "vaada"),
        patch.object(BaseClient, "_make_request", make_request),
    ):
        yield


class _Handler(DynamoHandler):
    """A call of DynamoDB with these parameters."""

    def __init__(self, region: str, parameters: dict[str, Any]) -> None:
        super().__init__()
        self.region, self.body = region, parameters

    @property
    def dynamodb_backend(self) -> DynamoDBBackend:
        return dynamodb_backends[DEFAULT_ACCOUNT_ID][self.region]


def make_request(
    self: BaseClient, operation: OperationModel, request: dict[str, Any], context: dict[str, Any]
) -> _Answer:
    """Pass a call about rows to moto's method for it. All other calls take the usual way."""
    if not _is_about_rows(operation) or b'"B": ' in request["body"] or b'"BS": ' in request["body"]:
        return _make_request(self, operation, request, context)
    handler = _Handler(self.meta.region_name, json.loads(request["body"]))
    try:
        result = getattr(handler, xform_name(operation.name))().result
    except (HTTPException, ServiceException):
        return _make_request(self, operation, request, context)
    assert operation.output_shape is not None
    answer = {name: result[name] for name in operation.output_shape.members if result.get(name) is not None}
    answer["ResponseMetadata"] = {"HTTPStatusCode": 200, "RetryAttempts": 0}
    return SimpleNamespace(status_code=200), answer


def _is_about_rows(operation: OperationModel) -> bool:
    return operation.service_model.service_name == "dynamodb" and operation.name in _ABOUT_ROWS


def sign(self: RequestSigner, _operation: str, request: AWSRequest, *_facts: object, **_more: object) -> None:
    """Do not sign the call. Moto only asks whether a call of S3 is signed."""
    if self.signing_name == "s3":
        request.headers["Authorization"] = "AWS4-HMAC-SHA256 Credential=testing"


def make_item(self: Item, hash_key: DynamoType, range_key: DynamoType | None, attrs: dict[str, Any]) -> None:
    """Make a row. Its size is checked once, with the last attribute, and not with each attribute."""
    self.hash_key, self.range_key, self.attrs = hash_key, range_key, LimitedSizeDict()
    attributes = {name: DynamoType(value) for name, value in attrs.items()}
    *others, last = attributes
    dict.update(self.attrs, {name: attributes[name] for name in others})
    self.attrs[last] = attributes[last]


def cast_value(self: DynamoType) -> Any:
    """The value as it is compared."""
    return self.value if self.type == "S" else _cast_value(self)


def size(self: DynamoType) -> int:
    """The bytes of the value."""
    return len(self.value.encode()) if self.type == "S" else _size(self)


def copy_unless_rows(copied: Any) -> Any:
    """Return a copy of what moto copies, unless it is a row or a list of them."""
    if isinstance(copied, Item):
        return copied
    if isinstance(copied, list) and all(isinstance(each, Item) for each in copied):
        return list(copied)
    return copy.deepcopy(copied)


def transact_write_items(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    """Write all or none. Copy only the rows that change, to restore them if it fails."""

    def copy_of_table(table: Table, _memo: dict[int, Any]) -> Table:
        twin = copy.copy(table)
        twin.items = copy.copy(table.items)
        for partition in {partition for partition, _, _ in _written(table, transact_items)}:
            if partition in table.items:
                twin.items[partition] = copy.copy(table.items[partition])
        for partition, sort_key, is_update in _written(table, transact_items):
            if is_update and sort_key in table.items.get(partition, {}):  # others are replaced as a whole
                twin.items[partition][sort_key] = copy.deepcopy(table.items[partition][sort_key])
        if table.stream_shard is not None:
            twin.stream_shard = copy.copy(table.stream_shard)
            twin.stream_shard.table = twin
            twin.stream_shard.items = list(table.stream_shard.items)
        return twin

    with patch.object(Table, "__deepcopy__", copy_of_table, create=True):
        _transact(self, transact_items)


def _written(
    table: Table, transact_items: list[dict[str, Any]]
) -> Iterator[tuple[DynamoType, DynamoType, bool]]:
    """The keys of this table that the transaction may write, and whether it updates a row in place."""
    for each in transact_items:
        for kind, operation in each.items():
            if operation.get("TableName") == table.name:
                key = operation.get("Key") or operation["Item"]
                partition, sort_key = (
                    DynamoType(key[table.hash_key_attr]),
                    DynamoType(key[table.range_key_attr]),
                )
                yield partition, sort_key, kind == "Update"
