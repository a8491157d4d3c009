"""What a thousand interactions cost: the calls of one interaction and its consequences, at list prices.

A contact is recorded with a promise and a follow-up and is resolved; the customer is asked and answers, the
agent is reminded of the follow-up and warned of the promise. Storage, logs, alarms and idle sweeps are left
out.

Then a month of five agents in the console. The page of one's day is read again every minute while it is seen,
which is most of the requests.
"""

import json
import logging
import math
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from rich.console import Console
from rich.table import Table

from bench.sweep import simulated_desk
from tests.integration.console import signed_in
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import Shop, change_agent, links, words_of
from vaada.desk import open_desk
from vaada.model.times import text_of

HOUR = timedelta(hours=1)
PRICES = {  # dollars in us-east-1, November 2026
    "DynamoDB write units": 0.625e-6,
    "DynamoDB read units": 0.125e-6,
    "mails": 0.1e-3,
    "schedules": 1e-6,
    "invocations, 0.5 s at 512 MB": 0.2e-6 + 0.25 * 1.33334e-5,
    "HTTP API requests": 1e-6,
}
INVOCATIONS = (
    11  # the API; one plan; four syncs of schedules; two steps and a survey; the page, shown and sent
)
_WHOLE = {
    "dynamodb.GetItem": "DynamoDB read units",
    "sesv2.SendEmail": "mails",
    "scheduler.CreateSchedule": "schedules",
}
_INDEXES = (
    ("row_kind", "list_key"),
    ("agent_kind", "list_key"),
    ("customer_kind", "list_key"),
    ("due_shard", "wake_at"),
)


CONSOLE_MONTH = {  # requests of five agents in 22 days
    "my day, again after a minute": 5 * 22 * 5 * 60,  # five hours a day
    "my day": 5 * 22 * 15,
    "a customer": 880,
    "find, as one types": 880 * 4,
    "a new contact": 880,
    "what will follow from it": 880 * 3,
    "record it": 880,
}


def main() -> None:
    """Simulate one interaction and use of the console, and print the cost of a thousand and of a month."""
    logging.disable(logging.CRITICAL)
    print_interactions()
    print_console()


def print_interactions() -> None:
    """Print what a thousand interactions cost."""
    counted = one_interaction()
    shown = Table("what", "for one", "a thousand, $", title="A thousand interactions, no free allowances")
    total = 0.0
    for what, price in PRICES.items():
        cost = counted[what] * price * 1000
        total += cost
        shown.add_row(what, f"{counted[what]:g}", f"{cost:.3f}")
    shown.add_row("sum", "", f"{total:.2f}")
    Console().print(shown)


def one_interaction() -> Counter[str]:
    """Return how many units of each price one interaction uses."""
    counted: Counter[str] = Counter()
    with simulated_desk() as desk:
        shop = Shop.opened(desk)
        change_agent(desk, shop.agent_id, notify_by=["email"])
        desk.settle()
        on_call = desk.on_call

        def count(call: str, request: dict[str, Any]) -> Any:
            counted.update(_units(call, request))
            return on_call(call, request)

        desk.on_call = count  # type: ignore[method-assign]
        shop.contact(
            resolved=True,
            commitments=[{"what": "Call back", "due_at": text_of(desk.now + 30 * HOUR)}],
            follow_up={"at": text_of(desk.now + 25 * HOUR), "reason": "Ask for the colour"},
        )
        desk.pass_time(24 * HOUR)
        desk.answer(links(words_of(desk.mails[-1]), "/s/")[0], score="5")
        desk.settle()
        desk.pass_time(3 * HOUR)
    counted["HTTP API requests"] = 3
    counted["invocations, 0.5 s at 512 MB"] = INVOCATIONS
    return counted


def print_console() -> None:
    """Print what the console costs in a month."""
    shown = Table("request", "a month", "calls", "read units", "write units", title="A month in the console")
    total: Counter[str] = Counter()
    for request, (calls, read, written) in console_requests().items():
        times = CONSOLE_MONTH[request]
        shown.add_row(request, f"{times:,}", f"{calls}", f"{read:g}", f"{written:g}")
        total.update({"requests": times, "read": times * read, "written": times * written})
    Console().print(shown)
    for what, number in total.items():
        print(f"{what}: {number:,.0f}")


def console_requests() -> dict[str, tuple[int, float, float]]:
    """Return the calls to AWS, the read units and the write units of each request. The agent has 15 tasks."""
    with simulated_desk() as desk:
        shop = Shop.opened(desk)
        for number in range(5):
            shop.promise(desk.now + HOUR + number * HOUR)
            shop.follow_up(desk.now + HOUR + number * HOUR)
            shop.contact(channel="email", direction="inbound", awaits_reply=True)
        browser = signed_in(desk, shop.agent_id)
        browser.open("/desk/")  # what a function reads once
        contact = browser.open(f"/desk/contacts/new?customer_id={shop.customer_id}").form(
            "/desk/contacts/new"
        )
        fields = {**contact.fields, "summary": "Asked when the bicycle is ready."}
        acts: dict[str, Callable[[], object]] = {
            "my day, again after a minute": lambda: browser.part("/desk/"),
            "my day": lambda: browser.open("/desk/"),
            "a customer": lambda: browser.open(f"/desk/customers/{shop.customer_id}"),
            "find, as one types": lambda: browser.part("/desk/find?q=bil"),
            "a new contact": lambda: browser.open(f"/desk/contacts/new?customer_id={shop.customer_id}"),
            "what will follow from it": lambda: browser.post("/desk/contacts/plan", fields),
            "record it": lambda: browser.post("/desk/contacts/new", fields),
        }
        return {request: _measured(desk, act) for request, act in acts.items()}


def _measured(desk: ScriptedDesk, act: Callable[[], object]) -> tuple[int, float, float]:
    units: Counter[str] = Counter()
    client, on_call, before = open_desk().table.client, desk.on_call, desk.calls.total()

    def write(call: str, request: dict[str, Any]) -> Any:
        units.update({"written": _units(call, request).get("DynamoDB write units", 0)})
        return on_call(call, request)

    def reading(read: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(**asked: Any) -> Any:
            answer = read(**asked)
            units.update({"read": _read(asked, answer)})
            return answer

        return wrapped

    with (
        patch.object(desk, "on_call", write),
        patch.object(client, "query", reading(client.query)),
        patch.object(client, "get_item", reading(client.get_item)),
        patch.object(client, "batch_get_item", reading(client.batch_get_item)),
    ):
        act()
    return desk.calls.total() - before, units["read"], units["written"]


def _read(asked: dict[str, Any], answer: dict[str, Any]) -> float:
    """Return the read units of an answer: one per 4 KB if strongly consistent, or else half of one."""
    if "Items" in answer:  # a query: all of its rows together
        blocks = math.ceil(sum(map(_kilobytes, answer["Items"])) / 4) or 1
        return blocks * (1 if asked.get("ConsistentRead") else 0.5)
    [keys] = [*asked.get("RequestItems", {}).values()] or [asked]
    rows = [row for found in answer.get("Responses", {}).values() for row in found] or [
        answer.get("Item", {})
    ]
    return sum(math.ceil(_kilobytes(row) / 4) or 1 for row in rows) * (
        1 if keys.get("ConsistentRead") else 0.5
    )


def _units(call: str, request: dict[str, Any]) -> dict[str, float]:
    if call in _WHOLE:
        return {_WHOLE[call]: 1}
    asked = json.loads(request["body"]) if call.startswith("dynamodb.") else {}
    match call:
        case "dynamodb.BatchGetItem":
            [table] = asked["RequestItems"].values()
            return {"DynamoDB read units": len(table["Keys"])}
        case "dynamodb.Query":
            return {"DynamoDB read units": 0.5}
        case "dynamodb.PutItem":
            return {"DynamoDB write units": _written(asked["Item"])}
        case "dynamodb.TransactWriteItems":
            puts = [each["Put"]["Item"] for each in asked["TransactItems"] if "Put" in each]
            others = len(asked["TransactItems"]) - len(puts)
            written = sum(_kilobytes(item) + _written(item) for item in puts)  # each item twice
            return {"DynamoDB write units": written + 2 * others}
        case _:
            return {}


def _written(item: dict[str, Any]) -> int:
    return _kilobytes(item) + _in_indexes(item)


def _in_indexes(item: dict[str, Any]) -> int:
    whole = sum(_kilobytes(item) for keys in _INDEXES if all(key in item for key in keys))
    # The index by id has little of a row, and is written when the row is new.
    return whole + ("listed_id" in item and item["version"] == {"N": "1"})


def _kilobytes(item: dict[str, Any]) -> int:
    return math.ceil(len(json.dumps(item)) * 0.7 / 1024)  # what DynamoDB counts is less than its JSON


if __name__ == "__main__":
    main()
