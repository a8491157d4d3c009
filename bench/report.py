"""What a report on a year costs: the CPU time to read and count its rows, and the number of queries.

The rows come in pages of a megabyte, as DynamoDB sends them, and only with the attributes that are asked for.
The time to make these pages is left out. "Whole rows" reads everything, as a list does.
"""

import json
import logging
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from botocore.awsrequest import AWSResponse
from moto.core.models import botocore_stubber
from rich.console import Console
from rich.table import Table as Shown

from bench.sweep import simulated_desk
from bench.warm import response_of
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import Shop
from tests.unit import rows
from vaada.gateways import aws
from vaada.gateways.items import to_item
from vaada.gateways.table import Table
from vaada.model.ids import new_party_id, new_row_id
from vaada.model.rows import CountedTime, Explained, Explanation, Row

ROWS = (1_000, 10_000, 50_000)
YEAR_BEGINS = datetime(2025, 3, 3, 9, tzinfo=UTC)
_MEGABYTE = 1_000_000


def main() -> None:
    """Measure, and print the figures."""
    logging.disable(logging.CRITICAL)
    shown = Shown("rows", "queries", "CPU", "with whole rows", "ratio", title="A report over a year")
    for count in ROWS:
        with simulated_desk() as desk:
            Shop.opened(desk)
            stored = Stored(count)
            queries, seconds = _measure(desk, stored)
            with patch.object(Table, "rows_for_report", _whole_rows):
                _, whole = _measure(desk, stored)
        shown.add_row(
            f"{count:,}", f"{queries}", f"{seconds:.2f} s", f"{whole:.2f} s", f"× {whole / seconds:.1f}"
        )
    Console().print(shown)


def _measure(desk: ScriptedDesk, stored: "Stored") -> tuple[int, float]:
    events: Any = aws.dynamodb().meta.events
    events.register_first("before-send", stored.respond)
    botocore_stubber.enabled = False
    stored.seconds, stored.queries = 0.0, 0
    query = {"from": YEAR_BEGINS.isoformat(), "to": (YEAR_BEGINS + timedelta(days=365)).isoformat()}
    try:
        begun = time.process_time()
        answer = desk.call("GET /api/reports/service", query=query)
        seconds = time.process_time() - begun - stored.seconds
    finally:
        botocore_stubber.enabled = True
        events.unregister("before-send", stored.respond)
    if answer.status != 200 or answer.json["all"]["promises"]["due"] != stored.promises:  # noqa: PLR2004 - HTTP
        raise SystemExit(answer.body[:500])
    return stored.queries, seconds


def _whole_rows(
    table: Table, kind: type[Row], _: object, status: str, *period: datetime, agent_id: None
) -> Any:
    cursor, (begins, ends) = None, period
    while True:
        page = table.list_rows(
            kind, 1000, cursor, agent_id=agent_id, status=status, due_from=begins, due_by=ends
        )
        yield from page.rows
        if (cursor := page.next_cursor) is None:
            return


class Stored:
    """The index of rows by kind, with the wanted number of rows, spread over a year."""

    def __init__(self, count: int) -> None:
        self.seconds, self.queries, self.promises = 0.0, 0, 0
        self._items: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for row in _year(count):
            self.promises += row.kind_of_row == "commitment"
            item = to_item(row)
            self._items[row.kind_of_row, item["list_key"]["S"].partition("#")[0]].append(item)

    def respond(self, request: Any, **_: object) -> AWSResponse:
        """Answer a query with a page of a megabyte. Other calls go to the simulated AWS."""
        begun = time.process_time()
        if not request.headers["X-Amz-Target"].endswith(b".Query"):
            botocore_stubber.enabled = True
            simulated: Any = botocore_stubber("before-send", request)
            botocore_stubber.enabled = False
            self.seconds += time.process_time() - begun
            return response_of(request.url, (simulated.status_code, {}, simulated.content))
        asked = json.loads(request.body)
        values = asked["ExpressionAttributeValues"]
        found = self._items[values[":key"]["S"], values[":first"]["S"].partition("#")[0]]
        start = int(asked["ExclusiveStartKey"]["pk"]["S"]) if "ExclusiveStartKey" in asked else 0
        page, size = [], 0
        for item in found[start:]:
            size += len(json.dumps(item)) * 7 // 10  # what DynamoDB counts is less than its JSON
            page.append(item)
            if size > _MEGABYTE or len(page) == asked["Limit"]:
                break
        names = set(asked.get("ExpressionAttributeNames", {}).values())
        shown = [{name: item[name] for name in names & item.keys()} for item in page] if names else page
        body: dict[str, Any] = {"Items": shown, "Count": len(shown), "ScannedCount": len(page)}
        if start + len(page) < len(found):
            key = {"pk": {"S": str(start + len(page))}, "sk": {"S": ""}}
            body["LastEvaluatedKey"] = {**key, "row_kind": {"S": ""}, "list_key": {"S": ""}}
        response = response_of(request.url, (200, {}, json.dumps(body).encode()))
        self.queries += 1
        self.seconds += time.process_time() - begun
        return response


def _year(count: int) -> Iterator[Row]:
    explained = Explained(
        due_at=Explanation(
            rule="the reply target of the channel",
            counted_from=YEAR_BEGINS,
            time_zone="UTC",
            counted=tuple(
                CountedTime(start=YEAR_BEGINS, end=YEAR_BEGINS + timedelta(hours=4)) for _ in range(2)
            ),
        )
    )
    for number in range(count):
        at = YEAR_BEGINS + number * timedelta(days=364) / count
        at = at.replace(microsecond=0)
        customer_id = new_party_id()
        own_id, about = new_row_id(customer_id, at), {"customer_id": customer_id, "explain": explained}
        match number % 4:
            case 0:
                yield rows.commitment(
                    at, **about, commitment_id=own_id, status="kept", kept_at=at, channel="phone"
                )
            case 1:
                yield rows.reply(at, **about, reply_id=own_id, status="given", took_seconds=60)
            case 2:
                yield rows.case(customer_id=customer_id, case_id=own_id, status="resolved", opened_at=at)
            case _:
                yield rows.survey(
                    **about, survey_id=own_id, due_at=at, status="answered", score=5, sent_at=at
                )


if __name__ == "__main__":
    main()
