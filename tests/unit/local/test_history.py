"""The demo's history: complete, believable, and with nothing due."""

from collections import Counter
from typing import Any

import pytest

from local.history import History
from tests.unit import rows
from vaada.gateways.items import from_item
from vaada.model.campaigns import CampaignRecipient
from vaada.model.cases import Case
from vaada.model.people import Customer
from vaada.model.relationships import Relationship
from vaada.model.times import text_of
from vaada.model.training import Training
from vaada.rules.relationships import GAP
from vaada.rules.training import LEAST


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

    assert {item["row_kind"]["S"] for item in waiting} <= {
        "commitment",
        "survey",
        "relationship",
        "campaign_recipient",
    }
    assert all(item.get("due_at", item["wake_at"])["S"] > text_of(rows.MONDAY) for item in waiting)


def test_customers_got_a_tip_and_some_come_to_an_evening(items: list[dict[str, Any]]) -> None:
    answers = Counter(one.answer for one in map(from_item, items) if isinstance(one, CampaignRecipient))

    assert [item["status"]["S"] for item in items if item["row_kind"]["S"] == "campaign"] == ["sent"] * 2
    assert answers["yes"] > 1


def test_a_review_of_one_relationship_is_proposed(items: list[dict[str, Any]]) -> None:
    rows_of = [item for item in items if item["row_kind"]["S"] == "relationship"]

    assert [item["status"]["S"] for item in rows_of].count("proposed") == 1


def test_the_shop_has_parted_with_one_customer_by_a_letter_without_gaps(items: list[dict[str, Any]]) -> None:
    (letter,) = (one.letter for one in map(from_item, items) if isinstance(one, Relationship) and one.letter)
    (parted,) = (one for one in map(from_item, items) if isinstance(one, Customer) and one.parted_at)

    assert GAP not in letter.model_dump_json()
    assert parted.name == "Dale Mercer"


def test_something_was_done_about_a_topic_that_has_cases_before_and_since(
    items: list[dict[str, Any]],
) -> None:
    (done,) = (one for one in map(from_item, items) if isinstance(one, Training))
    opened = [
        one.opened_at for one in map(from_item, items) if isinstance(one, Case) and one.kind == done.name
    ]

    assert sum(at < done.done_at for at in opened) >= LEAST
    assert sum(at >= done.done_at for at in opened) >= LEAST


def test_no_two_items_have_one_key(items: list[dict[str, Any]]) -> None:
    keys = Counter((item["pk"]["S"], item["sk"]["S"]) for item in items)

    assert max(keys.values()) == 1
