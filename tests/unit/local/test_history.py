"""The demo's history: whole, believable, and nothing of it due any more."""

from collections import Counter
from typing import Any

import pytest

from local.history import History
from tests.unit import rows
from vaada.gateways.items import from_item
from vaada.model.times import text_of


@pytest.fixture(scope="module")
def items() -> list[dict[str, Any]]:
    agents = [
        rows.agent(agent_id=f"agent0000000000{n}", name=name) for n, name in enumerate(("Sana", "Zara"))
    ]
    return History(agents, rows.policy(), rows.MONDAY).make()


def test_every_item_is_a_row_that_can_be_read(items: list[dict[str, Any]]) -> None:
    kinds = Counter(from_item(item).kind_of_row for item in items)

    assert {"customer", "interaction", "case", "commitment", "survey", "message", "goodwill"} <= set(kinds)
    assert kinds["interaction"] > 200


def test_nothing_of_it_is_due_before_now(items: list[dict[str, Any]]) -> None:
    waiting = [item for item in items if "wake_at" in item and item["row_kind"]["S"] != "customer"]

    assert {item["row_kind"]["S"] for item in waiting} <= {"commitment", "survey", "relationship"}
    assert all(item["due_at"]["S"] > text_of(rows.MONDAY) for item in waiting)


def test_a_review_of_one_relationship_is_proposed(items: list[dict[str, Any]]) -> None:
    rows_of = [item for item in items if item["row_kind"]["S"] == "relationship"]

    assert [item["status"]["S"] for item in rows_of].count("proposed") == 1


def test_no_two_items_have_one_key(items: list[dict[str, Any]]) -> None:
    keys = Counter((item["pk"]["S"], item["sk"]["S"]) for item in items)

    assert max(keys.values()) == 1
