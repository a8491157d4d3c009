"""moto with two shortcuts, with which these tests take less than half the time.

Three quarters of it went into moto. It serialises an attribute value by looking for each of the ten members
that one could have, and before a transaction it copies the whole table, once for each row that is written.
Here an attribute value is read by the one member that it has, and only those partitions are copied that the
transaction names. All answers stay the same; `test_fast_moto.py` holds that, and fails when a newer moto
lacks the methods that are replaced here.

`tests/conformance` compares the simulation with moto as it is, so it does without.
"""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.core.model import MapShape
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

_serialize_map = BaseJSONSerializer._serialize_type_map
_transact = DynamoDBBackend.transact_write_items


@contextmanager
def fast_moto() -> Iterator[None]:
    """moto takes the shortcuts while this lasts."""
    with (
        patch.object(BaseJSONSerializer, "_serialize_type_map", serialize_map),
        patch.object(DynamoDBBackend, "transact_write_items", transact_write_items),
    ):
        yield


def serialize_map(
    self: BaseJSONSerializer, serialized: dict[str, Any], value: Any, shape: MapShape, key: str
) -> None:
    """Serialise a map; one of attribute values without asking for the members that they do not have."""
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
    """Write all or none; what moto puts back if it fails shares all partitions but those that are written."""

    def copy_of_table(table: Table, _memo: dict[int, Any]) -> Table:
        twin = copy.copy(table)
        twin.items = copy.copy(table.items)
        for partition in _written_partitions(table, transact_items):
            if partition in table.items:
                twin.items[partition] = copy.deepcopy(table.items[partition])
        if table.stream_shard is not None:
            twin.stream_shard = copy.copy(table.stream_shard)
            twin.stream_shard.table = twin
            twin.stream_shard.items = list(table.stream_shard.items)
        return twin

    with patch.object(Table, "__deepcopy__", copy_of_table, create=True):
        _transact(self, transact_items)


def _written_partitions(table: Table, transact_items: list[dict[str, Any]]) -> set[DynamoType]:
    """The partitions of this table in which the transaction may write."""
    operations = [operation for each in transact_items for operation in each.values()]
    return {
        DynamoType(key[table.hash_key_attr])
        for operation in operations
        if operation.get("TableName") == table.name
        for key in [operation.get("Key") or operation["Item"]]
    }
