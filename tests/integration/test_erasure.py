"""Erasure: nothing is left of a customer, whatever happens at the same time."""

import json
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from tests.integration.aws_errors import refuse, succeed
from tests.integration.customer_data import items_of, open_shop_with_data
from tests.integration.scripted_desk import ScriptedDesk, client
from tests.integration.shop import Shop, add_customer, change_agent, change_policy, links, token_of, words_of
from tests.times import DAY, HOUR
from tests.unit import rows
from vaada.desk import open_desk
from vaada.gateways.table import Table
from vaada.model.messages import Message
from vaada.model.times import text_of

MINUTES = timedelta(minutes=6)
AMINA = token_of("amina@example.com")


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    """A customer with a promise, a planned survey, a complaint and a held message."""
    return open_shop_with_data(desk)


def erase(shop: Shop) -> Any:
    answer = shop.desk.call(f"POST /api/customers/{shop.customer_id}/erase")
    assert answer.status == 200, answer.body
    return answer.json


# ---------------------------------------------------------------- erasing


def test_an_erased_customer_leaves_only_a_row_in_the_ledger(shop: Shop) -> None:
    assert len(items_of(shop.customer_id)) > 8

    erasure = erase(shop)

    assert (erasure["status"], erasure["erasure_id"]) == ("done", shop.customer_id)
    assert items_of(shop.customer_id) == []
    ledger = shop.desk.call("GET /api/erasures").json["items"]
    assert [set(line) - {"explain"} for line in ledger] == [
        {
            "version",
            "customer_id",
            "erasure_id",
            "status",
            "asked_by",
            "asked_at",
            "done_at",
            "row_kind",
            "wake_at",
        }
    ]


def test_an_erasure_deletes_the_schedules(shop: Shop) -> None:
    assert [name for name in shop.desk.schedules() if name.startswith(shop.customer_id)]

    erase(shop)
    shop.desk.settle()

    assert not [name for name in shop.desk.schedules() if name.startswith(shop.customer_id)]


def test_an_erased_customer_causes_no_more_messages(shop: Shop) -> None:
    sent = len(shop.desk.mails), len(shop.desk.texts)

    erase(shop)
    shop.desk.pass_time(40 * DAY)

    assert (len(shop.desk.mails), len(shop.desk.texts)) == sent


def test_an_erased_customer_is_not_found(shop: Shop) -> None:
    erase(shop)

    for route in (
        f"GET /api/customers/{shop.customer_id}",
        f"GET /api/customers/{shop.customer_id}/timeline",
        f"GET /api/customers/{shop.customer_id}/export",
    ):
        assert shop.desk.call(route).status == 404
    assert shop.desk.call("GET /api/customers").json["items"] == []
    assert shop.desk.call("GET /api/commitments").json["items"] == []
    assert shop.desk.call("POST /api/interactions", shop.contact_body()).status == 422


def test_links_to_an_erased_customer_are_not_found(shop: Shop) -> None:
    shop.desk.pass_time(DAY + HOUR)
    asked = [links(words_of(mail), "/s/") for mail in shop.desk.mails]
    (link,) = [found[0] for found in asked if found]
    assert shop.desk.open(link).status == 200

    erase(shop)

    assert shop.desk.open(link).body == shop.desk.open(f"{link[:-2]}xx").body


def test_an_erasure_may_be_repeated_and_an_unknown_customer_is_not_found(shop: Shop) -> None:
    assert erase(shop) == erase(shop)
    assert shop.desk.call(f"POST /api/customers/{'0' * 16}/erase").status == 404


def test_an_interrupted_erasure_is_completed_by_the_sweep(shop: Shop) -> None:
    def cut(call: str) -> None:
        if call == "dynamodb.BatchWriteItem":
            raise KeyboardInterrupt

    shop.desk.before_call = cut
    with pytest.raises(KeyboardInterrupt):
        erase(shop)
    shop.desk.before_call = succeed
    assert items_of(shop.customer_id)

    shop.desk.pass_time(MINUTES)

    assert items_of(shop.customer_id) == []
    assert shop.desk.call("GET /api/erasures").json["items"][0]["status"] == "done"


def test_a_row_that_is_due_during_an_erasure_is_neither_sent_nor_an_error(shop: Shop) -> None:
    shop.desk.pass_time(DAY - MINUTES)
    sent = len(shop.desk.mails)
    customer = next(item for item in items_of(shop.customer_id) if item["sk"]["S"] == "CUSTOMER")
    client("dynamodb").delete_item(TableName="vaada", Key={"pk": customer["pk"], "sk": customer["sk"]})

    shop.desk.pass_time(2 * MINUTES)  # a row that fails would be raised here

    assert len(shop.desk.mails) == sent


def test_a_contact_recorded_during_an_erasure_is_refused(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    write = Table.write
    erased: list[bool] = []

    def erased_first(table: Table, *rows: Any, **more: Any) -> None:
        if rows[0].kind_of_row == "interaction" and not erased:
            erased.append(True)
            erase(shop)
        write(table, *rows, **more)

    monkeypatch.setattr(Table, "write", erased_first)
    answer = shop.desk.call("POST /api/interactions", shop.contact_body())

    assert erased
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "customer_id")
    assert items_of(shop.customer_id) == []


def test_an_erasure_keeps_a_suppression_as_a_hash_only(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk)
    unsubscribe = links(words_of(_surveyed(shop)), "/u/")[0]
    shop.desk.post(unsubscribe, {"List-Unsubscribe": "One-Click"})

    erase(shop)

    items = client("dynamodb").scan(TableName="vaada")["Items"]
    assert [item for item in items if item["row_kind"]["S"] == "suppression"]
    assert "bilal" not in json.dumps(items).casefold()


def test_an_erasure_leaves_other_customers_alone(shop: Shop) -> None:
    other = Shop(
        shop.desk,
        shop.supervisor_id,
        shop.agent_id,
        add_customer(shop.desk, name="Dana", email="d@example.com"),
    )
    other.promise(shop.desk.now + DAY)
    before = items_of(other.customer_id)

    erase(shop)

    assert items_of(other.customer_id) == before


def test_a_replayed_erasure_erases_what_a_backup_restored(shop: Shop) -> None:
    backup = items_of(shop.customer_id)
    erase(shop)
    for item in backup:
        client("dynamodb").put_item(TableName="vaada", Item=item)

    assert shop.desk.call("POST /api/erasures/replay").json == {"erasures": 1, "next_cursor": None}
    shop.desk.pass_time(MINUTES)

    assert items_of(shop.customer_id) == []


def test_an_erasure_deletes_rows_of_an_unknown_kind(shop: Shop) -> None:
    for item in items_of(shop.customer_id):
        item["row_kind"] = {"S": "of a later release"}
        client("dynamodb").put_item(TableName="vaada", Item=item)

    assert erase(shop)["status"] == "done"
    assert items_of(shop.customer_id) == []


def test_an_unknown_field_of_a_customer_is_ignored(shop: Shop) -> None:
    (customer,) = (item for item in items_of(shop.customer_id) if item["sk"]["S"] == "CUSTOMER")
    customer["consent"]["M"]["whatsapp"] = {"BOOL": True}
    client("dynamodb").put_item(TableName="vaada", Item=customer)

    assert shop.desk.call(f"GET /api/customers/{shop.customer_id}").status == 200
    assert shop.desk.call(f"GET /api/customers/{shop.customer_id}/export").status == 200


def test_a_repeated_erasure_erases_what_a_backup_restored(shop: Shop) -> None:
    backup = items_of(shop.customer_id)
    erase(shop)
    for item in backup:
        if item["sk"]["S"] != "CUSTOMER":
            client("dynamodb").put_item(TableName="vaada", Item=item)

    assert erase(shop)["status"] == "done"
    assert items_of(shop.customer_id) == []


# ---------------------------------------------------------------- batches with other customers


def batch_about_two_customers(desk: ScriptedDesk) -> tuple[Shop, Shop]:
    """Two held reminders about two customers that are sent as one mail. The carrier is first."""
    first = Shop.opened(desk)
    change_agent(desk, first.agent_id, notify_by=["email"])
    other = replace(first, customer_id=add_customer(desk, name="Dana", email="dana@example.com"))
    change_policy(desk, follow_ups={"group_within_minutes": 15})
    at = desk.now + DAY
    first.contact(follow_up={"at": text_of(at), "reason": "Ask for the colour"})
    other.contact(follow_up={"at": text_of(at + timedelta(minutes=1)), "reason": "Ask for the size"})

    desk.before_call = refuse("sesv2.SendEmail", code="TooManyRequestsException")
    desk.pass_time(DAY + timedelta(minutes=3))
    desk.before_call = succeed
    if first.rows("message")[0]["carried_by"]:
        first, other = other, first
    (carrier,), (carried,) = first.rows("message"), other.rows("message")
    assert carrier["carries"] == [carried["message_id"]]
    return first, other


def is_about(mail: EmailMessage, shop: Shop) -> bool:
    return str(shop.rows("follow_up")[0]["reason"]) in words_of(mail)


def test_a_message_carried_for_an_erased_customers_is_still_sent(desk: ScriptedDesk) -> None:
    first, other = batch_about_two_customers(desk)

    erase(first)
    desk.pass_time(HOUR)

    (mail,) = desk.mails
    assert is_about(mail, other)
    assert [row["status"] for row in other.rows("message")] == ["sent"]
    assert first.customer_id not in json.dumps(other.rows("message"))


def test_a_carried_message_is_sent_even_during_an_interrupted_erasure(desk: ScriptedDesk) -> None:
    first, other = batch_about_two_customers(desk)
    for item in items_of(first.customer_id):
        if item["pk"]["S"].endswith(first.customer_id) and item["row_kind"]["S"] != "message":
            key = {"pk": item["pk"], "sk": item["sk"]}
            client("dynamodb").delete_item(TableName="vaada", Key=key)

    desk.pass_time(HOUR)

    (mail,) = desk.mails
    assert is_about(mail, other)
    assert {item["status"]["S"] for item in items_of(first.customer_id) if "carries" in item} == {"withheld"}


def test_a_carried_message_is_held_again_once_its_last_carrier_is_erased(desk: ScriptedDesk) -> None:
    anna, bela, cara = (f"{name:0<16}" for name in ("anna", "bela", "cara"))
    ids = {who: f"{who}{rows.row_id(6)[16:]}" for who in (anna, bela, cara)}
    grouped = {"status": "grouped", "wake_at": None}
    waits: dict[str, dict[str, object]] = {  # Anna's carried Cara's, and then went with Bela's
        anna: {**grouped, "carried_by": ids[bela], "carries": (ids[cara],)},
        bela: {"carries": (ids[anna], ids[cara])},
        cara: {**grouped, "carried_by": ids[anna]},
    }
    table = open_desk().table
    for who, facts in waits.items():
        table.write(rows.message(customer_id=who, message_id=ids[who], **facts))

    found = []
    for who in (anna, bela):
        assert desk.call(f"POST /api/customers/{who}/erase").json["status"] == "done"
        message = table.get(Message, ids[cara])
        assert message is not None
        found.append(message.status)

    assert found == ["grouped", "held"]


# ---------------------------------------------------------------- the export


@pytest.mark.parametrize(
    "route",
    [
        "GET /api/customers/{}/export",
        "POST /api/customers/{}/erase",
        "GET /api/erasures",
        "POST /api/erasures/replay",
    ],
)
def test_only_managers_may_erase_and_export(shop: Shop, route: str) -> None:
    before = items_of(shop.customer_id)

    assert shop.desk.call(route.format(shop.customer_id), user=AMINA).status == 403
    assert items_of(shop.customer_id) == before


def _surveyed(shop: Shop) -> Any:
    shop.survey_link()
    return shop.desk.mails[-1]
