"""Makes some methods of moto and botocore faster, so that these tests take less than half the time.

Three quarters of it went into moto:
- it serialises an attribute value by looking for each of the ten members that one could have; here it is read
  by the one member that it has;
- before a transaction it copies the whole table, once for each row that is written; here only those rows are
  copied that the transaction changes;
- when it makes a row it measures all of it again with each attribute; here once;
- with each call it looks up the methods of a class again; here once;
- for each test it registers some 1,300 addresses of AWS for `requests`, which nothing here uses;
- botocore signs each call and describes itself in it; moto only reads whether a call of S3 is signed.

All answers stay the same; `test_fast_moto.py` holds that, and fails when a newer moto lacks what is replaced
here.

`tests/conformance` compares the simulation with moto as it is, so it does without.
"""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from unittest.mock import patch

from botocore.awsrequest import AWSRequest
from botocore.signers import RequestSigner
from botocore.useragent import UserAgentString
from moto.core import models, responses
from moto.core.model import MapShape
from moto.core.serialize import BaseJSONSerializer
from moto.core.utils import method_names_from_class
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table

_serialize_map = BaseJSONSerializer._serialize_type_map
_transact = DynamoDBBackend.transact_write_items
_method_names = cache(method_names_from_class)


@contextmanager
def fast_moto() -> Iterator[None]:
    """Replace parts of moto during the block. Within it `mock_aws` does not know `requests`."""
    with (
        patch.object(BaseJSONSerializer, "_serialize_type_map", serialize_map),
        patch.object(DynamoDBBackend, "transact_write_items", transact_write_items),
        patch.object(Item, "__init__", make_item),
        patch.object(responses, "method_names_from_class", _method_names),
        patch.object(models, "RESPONSES_METHODS", []),
        patch.object(RequestSigner, "sign", sign),
        patch.object(UserAgentString, "to_string", lambda _: "vaada"),
    ):
        yield


def sign(self: RequestSigner, _operation: str, request: AWSRequest, *_facts: object, **_more: object) -> None:
    """Do not sign the call. Moto only asks whether a call of S3 is signed."""
    if self.signing_name == "s3":
        request.headers["Authorization"] = "AWS4-HMAC-SHA256 Credential=testing"


def make_item(self: Item, hash_key: DynamoType, range_key: DynamoType | None, attrs: dict[str, Any]) -> None:
    """Make a row. Its size is checked when the last attribute is set, and not with each."""
    self.hash_key, self.range_key, self.attrs = hash_key, range_key, LimitedSizeDict()
    attributes = {name: DynamoType(value) for name, value in attrs.items()}
    *others, last = attributes
    dict.update(self.attrs, {name: attributes[name] for name in others})
    self.attrs[last] = attributes[last]


def serialize_map(
    self: BaseJSONSerializer, serialized: dict[str, Any], value: Any, shape: MapShape, key: str
) -> None:
    """Serialise a map. For an attribute value, only look at the one member that it has."""
    if getattr(shape.value, "name", "") != "AttributeValue":
        _serialize_map(self, serialized, value, shape, key)
        return
    attributes = {name: _attribute_value(self, each) for name, each in value.items()}
    self._default_serialize(serialized, attributes, shape, key)


def _attribute_value(self: BaseJSONSerializer, value: dict[str, Any]) -> dict[str, Any]:
    [(kind, content)] = value.items()
    match kind:
        case "M":
            return {kind: {name: _attribute_value(self, each) for name, each in content.items()}}
        case "L":
            return {kind: [_attribute_value(self, each) for each in content]}
        case "B":
            return {kind: self._base64(content)}
        case "BS":
            return {kind: [self._base64(each) for each in content]}
    return {kind: content}


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
    """The keys of this table that the transaction may write, and whether a row is changed in its place."""
    for each in transact_items:
        for kind, operation in each.items():
            if operation.get("TableName") == table.name:
                key = operation.get("Key") or operation["Item"]
                partition, sort_key = (
                    DynamoType(key[table.hash_key_attr]),
                    DynamoType(key[table.range_key_attr]),
                )
                yield partition, sort_key, kind == "Update"
