"""DynamoDB items: rows parsed once, and keys."""

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
    """Forget all parsed rows, when a history is over."""
    _parsed.clear()


def key_of_item(item: Item) -> tuple[str, str]:
    """The primary key of an item."""
    return item["pk"]["S"], item["sk"]["S"]
