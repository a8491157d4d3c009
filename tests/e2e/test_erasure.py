"""A customer asks for their data, and to be erased."""

import csv
from io import StringIO

from tests.e2e.desk import OWNER, Desk, eventually, link
from tests.e2e.shared_clock import Waits, Week, scenario


@scenario
def test_an_erased_customer_leaves_no_rows_and_causes_no_messages(desk: Desk, week: Week) -> Waits:
    vera = desk.agent("Vera Haas")
    jonas = desk.agent("Jonas Weber", supervisor=vera)
    farida = desk.customer("Farida Noor", time_zone="UTC")
    promise = desk.promise(farida, jonas, "Return the deposit", week.at("Tue 12:00"))
    desk.follow_up(farida, jonas, "Ask about the deposit", week.at("Wed 10:00"))
    desk.resolved(farida, jonas, "Paid the deposit", week.at("Mon 08:00"))

    yield week.at("Tue 09:00")
    asked = link(desk.mail(farida), "s")
    assert desk.open(asked).status_code == 200
    eventually(lambda: promise in desk.schedule_names(), "the promise has a schedule")
    sheet = desk.call("GET", f"/api/customers/{farida.id}/export?format=csv").content.decode("utf-8-sig")
    assert {farida.name, farida.email, "Return the deposit", "Paid the deposit"} <= {
        line["value"] for line in csv.DictReader(StringIO(sheet))
    }

    heard = {who.id: len(desk.mails(who)) for who in (vera, jonas, farida)}
    assert desk.manager.post(f"/api/customers/{farida.id}/erase")["status"] == "done"
    assert _rows(desk, farida.id) == ["ERASURE"]
    eventually(
        lambda: not [name for name in desk.schedule_names() if name.startswith(farida.id)],
        "the stream takes the schedules away",
    )
    assert desk.call("GET", f"/api/customers/{farida.id}").status_code == 404
    gone, bad = desk.open(asked), desk.open(f"{asked[:-3]}AAA")
    assert (gone.status_code, gone.text) == (bad.status_code, bad.text)

    yield week.at("Thu 10:00")
    assert {who.id: len(desk.mails(who)) for who in (vera, jonas, farida)} == heard
    assert desk.mails(OWNER, about="Farida Noor") == []
    assert _rows(desk, farida.id) == ["ERASURE"]


def _rows(desk: Desk, customer_id: str) -> list[str]:
    """The kinds of all rows that mention the customer, except counts and receipts."""
    pages = (
        desk.cloud.client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=desk.cloud.outputs["TableName"])
    )
    items = [item for page in pages for item in page["Items"] if customer_id in str(item)]
    return [item["sk"]["S"] for item in items if item["row_kind"]["S"] not in {"receipt", "pace"}]
