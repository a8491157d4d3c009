"""The export: everything that is stored of a customer, as JSON and as CSV."""

import csv
from io import StringIO
from typing import Any

import pytest

from tests.integration.customer_data import items_without_search_terms, open_shop_with_data
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import Shop, add_customer, links, words_of
from vaada.gateways.items import from_item


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    """A customer with a promise, a planned survey, a complaint and a held message."""
    return open_shop_with_data(desk)


def test_an_export_has_every_row_of_the_customer(shop: Shop) -> None:
    export = shop.desk.call(f"GET /api/customers/{shop.customer_id}/export").json

    ids = {
        row[f"{row['row_kind']}_id"]
        for row in (export["customer"], *export["relationships"], *export["rows"])
    }
    assert ids == {from_item(item).id for item in items_without_search_terms(shop.customer_id)}
    assert export["customer"]["notes"] == "Knows the owner"
    assert export.get("next_cursor") is None


def test_an_export_as_csv_has_a_line_for_each_field(shop: Shop) -> None:
    answer = shop.desk.call(f"GET /api/customers/{shop.customer_id}/export", query={"format": "csv"})

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    lines = list(csv.DictReader(StringIO(answer.body.removeprefix("\ufeff"))))
    said = {(line["kind"], line["field"]): line["value"] for line in lines}
    assert said["customer", "consent.email"] == "true"
    assert said["commitment", "what"] == "Call back with a price"
    assert {line["id"] for line in lines} == {
        from_item(item).id for item in items_without_search_terms(shop.customer_id)
    }


def test_a_formula_in_a_name_is_escaped_in_the_csv(desk: ScriptedDesk) -> None:
    customer_id = add_customer(desk, name='=HYPERLINK("https://evil.example")')

    sheet = desk.call(f"GET /api/customers/{customer_id}/export", query={"format": "csv"}).body

    values = [line["value"] for line in csv.DictReader(StringIO(sheet))]
    assert '\'=HYPERLINK("https://evil.example")' in values
    assert not [value for value in values if value.startswith(("=", "+", "-", "@"))]


def test_a_large_export_is_paged(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vaada.flows.export._ROWS", 3)
    route, found = f"GET /api/customers/{shop.customer_id}/export", 0
    query: dict[str, str] = {}
    while True:
        page = shop.desk.call(route, query=query).json
        found += len(page["rows"])
        if page.get("next_cursor") is None:
            break
        query = {"cursor": page["next_cursor"]}
    first = shop.desk.call(route, query={"format": "csv"})

    on_each_page = 1 + len(page["relationships"])  # with the customer
    assert found == len(items_without_search_terms(shop.customer_id)) - on_each_page
    assert first.headers["Link"].startswith(f"</api/customers/{shop.customer_id}/export?format=csv&cursor=")


def test_an_export_has_the_suppressions_of_the_customer(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk)
    unsubscribe = links(words_of(_surveyed(shop)), "/u/")[0]
    desk.post(unsubscribe, {"List-Unsubscribe": "One-Click"})

    export = desk.call(f"GET /api/customers/{shop.customer_id}/export").json

    assert [stop["surveys"]["reason"] for stop in export["stopped"]] == ["unsubscribed"]


def _surveyed(shop: Shop) -> Any:
    shop.survey_link()
    return shop.desk.mails[-1]
