"""One person with two records gets surveys and messages as one, by their addresses."""

from dataclasses import replace
from typing import Any

import pytest

from tests.integration.scripted_desk import ScriptedDesk, client
from tests.integration.shop import Shop, add_customer, change_policy, words_of
from tests.times import DAY, HOUR
from vaada.model.times import text_of


@pytest.fixture
def records(desk: ScriptedDesk) -> tuple[Shop, Shop]:
    """Bilal Khan, and B. Khan, who has the same e-mail address and a number besides."""
    first = Shop.opened(desk)
    other = add_customer(desk, name="B. Khan", email="BILAL@example.com", phone="+923001234567")
    return first, replace(first, customer_id=other)


def surveys_sent(desk: ScriptedDesk) -> int:
    """How many surveys were sent, by mail or text."""
    mails = sum("/s/" in words_of(mail) for mail in desk.mails)
    return mails + sum("/s/" in words for _, words in desk.texts)


def usages() -> list[dict[str, Any]]:
    items = client("dynamodb").scan(TableName="vaada")["Items"]
    return [item for item in items if item["row_kind"]["S"] == "address_usage"]


@pytest.mark.parametrize("first", [0, 1])
def test_a_survey_to_one_record_prevents_one_to_the_other(
    desk: ScriptedDesk, records: tuple[Shop, Shop], first: int
) -> None:
    records[first].contact(resolved=True)
    desk.pass_time(2 * DAY)
    records[1 - first].contact(resolved=True)
    desk.pass_time(DAY + HOUR)

    assert surveys_sent(desk) == 1
    [survey] = records[1 - first].rows("survey")
    assert survey["withheld_because"] == "they were asked something lately"


def test_surveys_of_both_records_in_one_minute_ask_once(
    desk: ScriptedDesk, records: tuple[Shop, Shop]
) -> None:
    for shop in records:
        shop.contact(resolved=True)
    desk.pass_time(DAY + HOUR)

    assert surveys_sent(desk) == 1
    assert sorted(survey["status"] for shop in records for survey in shop.rows("survey")) == [
        "sent",
        "withheld",
    ]


def test_the_other_record_may_be_asked_after_the_cool_down(
    desk: ScriptedDesk, records: tuple[Shop, Shop]
) -> None:
    records[0].contact(resolved=True)
    desk.pass_time(32 * DAY)
    records[1].contact(resolved=True)
    desk.pass_time(2 * DAY)

    assert [shop.rows("survey")[0]["status"] for shop in records] == ["expired", "sent"]


def test_an_address_of_ones_own_is_asked_by_itself(desk: ScriptedDesk, records: tuple[Shop, Shop]) -> None:
    dana = replace(records[0], customer_id=add_customer(desk, name="Dana", email="dana@example.com"))
    for shop in (records[0], dana):
        shop.contact(resolved=True)
    desk.pass_time(DAY + HOUR)

    assert surveys_sent(desk) == 2


def test_messages_to_both_records_share_one_budget(desk: ScriptedDesk, records: tuple[Shop, Shop]) -> None:
    change_policy(desk, customers={"messages_at_most": 1})
    for shop in records:
        commitment_id = shop.promise(desk.now + DAY)
        moved = {"due_at": text_of(desk.now + 2 * DAY), "reason": "The flour is late", "tell_customer": True}
        assert desk.call(f"POST /api/commitments/{commitment_id}/renegotiate", moved).status == 200
        desk.pass_time(HOUR)

    notices = [row for shop in records for row in shop.rows("message") if row["purpose"] == "running_late"]
    assert sorted(row["status"] for row in notices) == ["sent", "withheld"]
    assert {row.get("why_not") for row in notices} == {
        None,
        "the customer was written to often enough lately",
    }


def test_the_usage_of_an_address_names_nobody(desk: ScriptedDesk, records: tuple[Shop, Shop]) -> None:
    records[1].contact(resolved=True)
    desk.pass_time(2 * DAY)

    stored = usages()
    assert sorted(item["address_usage_id"]["S"][:4] for item in stored) == ["emai", "sms-"]
    text = str(stored).casefold()
    assert not [word for word in ("bilal", "khan", "3001234567", records[1].customer_id) if word in text]


def test_an_old_and_a_new_number_of_one_telephone_are_one_address(desk: ScriptedDesk) -> None:
    shops: list[Shop] = []
    agreed = {"email": None, "preferred_channel": "sms"}
    for name, phone in (("Ana", "+52 1 55 1234 5678"), ("Ana M.", "+52 55 1234 5678")):
        customer_id = add_customer(desk, name=name, phone=phone, **agreed)
        shops.append(replace(Shop.opened(desk) if not shops else shops[0], customer_id=customer_id))
    for shop in shops:
        shop.contact(resolved=True)
    desk.pass_time(DAY + HOUR)

    assert [number for number, words in desk.texts if "/s/" in words] == ["+525512345678"]
