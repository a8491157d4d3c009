"""DynamoDB's items on the wire, as they are: botocore does not walk through each value of each attribute.

An item in a request or a response is JSON already in the form in which we keep it, {"name": {"S": "…"}, …}.
botocore compares each value with its model of the API, which takes most of the time of a read of many rows.
Only binary values would differ, and rows have none. If a later botocore works differently, what is overridden
here is not called any more, and calls are as slow as without it.
"""

# botocore calls these methods by the name of the type, and its type stubs leave them out.
# mypy: disable-error-code="misc"

from typing import Any

from botocore.parsers import JSONParser, ResponseParser, ResponseParserFactory
from botocore.serialize import JSONSerializer
from botocore.session import Session

_VALUE = "AttributeValue"


class _ItemParser(JSONParser):
    """Parses responses of services that speak JSON. The values of items are taken as they are."""

    def _handle_structure(self, shape: Any, value: Any) -> Any:
        return value if shape.name == _VALUE else super()._handle_structure(shape, value)

    def _handle_map(self, shape: Any, value: Any) -> Any:
        return value if shape.value.name == _VALUE else super()._handle_map(shape, value)


class _ParserFactory(ResponseParserFactory):
    def create_parser(self, protocol_name: str) -> ResponseParser:
        return _ItemParser() if protocol_name == "json" else super().create_parser(protocol_name)


class _ItemSerializer(JSONSerializer):
    """Makes the body of requests of services that speak JSON. The values of items are taken as they are."""

    def _serialize_type_structure(self, serialized: Any, value: Any, shape: Any, key: Any) -> None:
        if shape.name == _VALUE:
            serialized[key] = value
        else:
            super()._serialize_type_structure(serialized, value, shape, key)

    def _serialize_type_map(self, serialized: Any, value: Any, shape: Any, key: Any) -> None:
        if shape.value.name == _VALUE:
            serialized[key] = value
        else:
            super()._serialize_type_map(serialized, value, shape, key)


def read_items_as_they_are(session: Session) -> None:
    """Let the clients of this session return items as they come."""
    session.register_component("response_parser_factory", _ParserFactory())


def write_items_as_they_are(client: Any) -> None:
    """Let this client, which does not check parameters, send items as they are given."""
    if type(getattr(client, "_serializer", None)) is JSONSerializer:
        client._serializer = _ItemSerializer()  # a session has no component for it
