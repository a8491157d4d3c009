"""What a sweep costs: it depends on what is due, not on how much exists.

The same 20 promises are due, beside ever more that were kept. Counted is what DynamoDB is asked, and what it
looks at to answer (`ScannedCount`), which is what it bills; a time would be that of the simulated table.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import boto3
import time_machine
from moto import mock_aws
from rich.console import Console
from rich.table import Table

from tests.integration.scripted_desk import ENVIRONMENT, ScriptedDesk
from tests.integration.shop import Shop
from vaada.desk import open_desk
from vaada.gateways.items import to_item
from vaada.model.ids import new_party_id, new_row_id
from vaada.model.work import Commitment

DUE = 20
KEPT = (0, 500, 2000)
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def main() -> None:
    """Measure, and print the figures and their ratio to the first."""
    logging.disable(logging.CRITICAL)
    shown = Table("rows in all", "calls", "looked at", "ratio", title=f"One sweep with {DUE} promises due")
    first = 0
    for settled in KEPT:
        rows, calls, looked_at = measure(settled)
        first = first or looked_at
        shown.add_row(f"{rows:,}", f"{calls}", f"{looked_at}", f"{looked_at / first:.2f}")
    Console().print(shown)


def measure(settled: int) -> tuple[int, int, int]:
    """Return the rows in the table, and one sweep's calls to AWS and rows looked at."""
    with simulated_desk() as desk:
        shop = Shop.opened(desk)
        for _ in range(DUE):
            shop.desk.call("POST /api/interactions", shop.contact_body(commitments=[_due_promise()]))
        _add_kept_promises(shop, settled)
        desk.clock.move_to(MONDAY + 5 * HOUR)  # no schedule fired: all of it is for the sweep
        client, looked_at = open_desk().table.client, 0

        def counted(read: Callable[..., Any]) -> Callable[..., Any]:
            def wrapped(**asked: Any) -> Any:
                nonlocal looked_at
                answer = read(**asked)
                together = len(answer.get("Responses", {}).get("vaada", ()))
                looked_at += answer.get("ScannedCount", together or 1)
                return answer

            return wrapped

        before = desk.calls.total()
        with (
            patch.object(client, "query", counted(client.query)),
            patch.object(client, "get_item", counted(client.get_item)),
            patch.object(client, "batch_get_item", counted(client.batch_get_item)),
        ):
            desk.sweep()
        pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName="vaada", Select="COUNT")
        rows = sum(page["Count"] for page in pages)
        return rows, desk.calls.total() - before, looked_at


@contextmanager
def simulated_desk() -> Iterator[ScriptedDesk]:
    """Return a desk on a simulated AWS on a Monday morning."""
    with (
        patch.dict("os.environ", ENVIRONMENT),
        mock_aws(),
        time_machine.travel(MONDAY, tick=False) as clock,
    ):
        yield ScriptedDesk(clock)


def _due_promise() -> dict[str, str]:
    return {"what": "Call back", "due_at": (MONDAY + 4 * HOUR).isoformat()}


def _add_kept_promises(shop: Shop, rows: int) -> None:
    """Add old kept promises of other customers."""
    client = boto3.client("dynamodb")
    for _ in range(rows):
        customer_id = new_party_id()
        kept = Commitment(
            commitment_id=new_row_id(customer_id, MONDAY),
            customer_id=customer_id,
            interaction_id=new_row_id(customer_id, MONDAY),
            case_id=new_row_id(customer_id, MONDAY),
            agent_id=shop.agent_id,
            channel="phone",
            what="Call back",
            due_at=MONDAY - 24 * HOUR,
            status="kept",
            created_at=MONDAY - 48 * HOUR,
        )
        client.put_item(TableName="vaada", Item=to_item(kept))


if __name__ == "__main__":
    main()
