"""DynamoDB items: conversion to and from plain values and rows, faster than boto3 does it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from vaada.gateways.items import from_item
from vaada.model.rows import Row

Item = dict[str, Any]
_parsed: dict[int, tuple[Item, Row]] = {}


def parsed(item: Item) -> Row:
    """`from_item`, once for each item: items are never changed, only replaced, and rows are frozen."""
    known = _parsed.get(id(item))
    if known is None or known[0] is not item:
        known = _parsed[id(item)] = (item, from_item(item))
    return known[1]


def forget_parsed() -> None:
    """A history is over."""
    _parsed.clear()


def attribute(value: Any) -> dict[str, Any]:
    """As boto3's TypeSerializer has it, for what rows are made of, in a fraction of the time."""
    kind = type(value)
    if kind is str:
        return {"S": value}
    if kind is bool:
        return {"BOOL": value}
    if kind is int:
        return {"N": str(value)}
    if kind is list:
        return {"L": [attribute(each) for each in value]}
    if kind is dict:
        return {"M": {name: attribute(each) for name, each in value.items()}}
    raise TypeError(f"rows have no {kind}")


def plain(attribute: Mapping[str, Any]) -> Any:
    """And back, as boto3's TypeDeserializer has it."""
    if (text := attribute.get("S")) is not None:
        return text
    for kind, value in attribute.items():  # of which there is one
        if kind == "L":
            return [plain(each) for each in value]
        if kind == "M":
            return {name: plain(each) for name, each in value.items()}
        return Decimal(value) if kind == "N" else value
    raise TypeError("an attribute has a kind and a value")


def key_of_item(item: Item) -> tuple[str, str]:
    """Where it lies."""
    return item["pk"]["S"], item["sk"]["S"]
