"""A customer with data of many kinds, and everything that the table has of them."""

import json
from typing import Any

from tests.integration.scripted_desk import ScriptedDesk, client
from tests.integration.shop import Shop
from tests.times import DAY

KEPT = {"receipt", "pace", "erasure"}
"""Kinds of rows that may mention a customer after their erasure."""


def open_shop_with_data(desk: ScriptedDesk) -> Shop:
    """A shop whose customer has a promise, a planned survey, a complaint and a held message."""
    shop = Shop.opened(desk, phone="+923009999999", notes="Knows the owner")
    shop.promise(desk.now + DAY)
    shop.contact(resolved=True)
    shop.contact(kind="complaint", tone="upset", summary="The cake was dry")
    return shop


def items_of(customer_id: str) -> list[dict[str, Any]]:
    """All items of the table that mention the customer, except those of `KEPT`."""
    items = client("dynamodb").scan(TableName="vaada")["Items"]
    return [item for item in items if customer_id in json.dumps(item) and item["row_kind"]["S"] not in KEPT]


def items_without_search_terms(customer_id: str) -> list[dict[str, Any]]:
    """The same without search terms, which repeat data of the customer's own row."""
    return [item for item in items_of(customer_id) if item["row_kind"]["S"] != "search_term"]
