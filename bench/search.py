"""What a search for customers costs: the same calls and reads, however many customers there are.

Counted are the calls to DynamoDB and what it looks at to answer (`ScannedCount`), which is what it bills; a
time would be that of the simulated table.
"""

import logging
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import boto3
from rich.console import Console
from rich.table import Table

from bench.sweep import MONDAY, simulated_desk
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import add_customer
from vaada.desk import open_desk
from vaada.gateways.items import search_terms_to_write, to_item
from vaada.model.ids import new_party_id
from vaada.model.people import Customer

CUSTOMERS = (10, 10_000)
AT_ONCE = 25  # items that DynamoDB takes in one call
WANTED = {"name": "Bilal Khan", "email": "bilal@example.com", "phone": "+923001234567"}
TEXTS = ("bilal", "khan bilal", "customer 04711", "bilal@example.com", "4567", "+92 300 1234567")


def main() -> None:
    """Measure, and print the figures."""
    logging.disable(logging.CRITICAL)
    shown = Table("customers", "search", "queries", "reads of rows", "rows looked at", title="One search")
    for customers in CUSTOMERS:
        for text, (queries, reads, looked_at) in measured(customers).items():
            shown.add_row(f"{customers:,}", text, f"{queries}", f"{reads}", f"{looked_at}")
    Console().print(shown)


def measured(customers: int) -> dict[str, tuple[int, int, int]]:
    """Return the queries, the batches of rows read, and the rows looked at, for each text."""
    with simulated_desk() as desk:
        _fill(customers - 1)
        add_customer(desk, **WANTED)
        return {text: _searched(desk, text) for text in TEXTS}


def _searched(desk: ScriptedDesk, text: str) -> tuple[int, int, int]:
    client, looked_at = open_desk().table.client, 0
    query: Callable[..., Any] = client.query

    def counted(**asked: Any) -> Any:
        nonlocal looked_at
        answer = query(**asked)
        looked_at += answer["ScannedCount"]
        return answer

    desk.calls.clear()
    with patch.object(client, "query", counted):
        desk.call("GET /api/customers", query={"q": text})
    return desk.calls["dynamodb.Query"], desk.calls["dynamodb.BatchGetItem"], looked_at


def _fill(customers: int) -> None:
    """Add customers whose names share a word, like names from one country."""
    client, items = boto3.client("dynamodb"), list[Any]()
    for number in range(customers):
        customer = Customer(
            customer_id=new_party_id(),
            name=f"Customer {number:05}",
            email=f"customer{number}@example.com",
            phone=f"+44794{number:07}",
            created_at=MONDAY,
        )
        terms, _ = search_terms_to_write(customer)
        items += [to_item(customer), *terms]
    for first in range(0, len(items), AT_ONCE):
        requests: Any = [{"PutRequest": {"Item": item}} for item in items[first : first + AT_ONCE]]
        client.batch_write_item(RequestItems={"vaada": requests})


if __name__ == "__main__":
    main()
