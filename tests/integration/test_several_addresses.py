"""A customer with several addresses: if one fails, the next one is tried."""

from typing import Any

import pytest

from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import Shop, add_customer, change_policy, words_of
from tests.times import DAY
from vaada.desk import open_desk
from vaada.flows.messages.suppression import is_suppressed, suppress
from vaada.model.people import Medium

MAILS = ("bilal@example.com", "bilal@work.example", "bilal@home.example")
PHONES = ("+923001234567", "+923007654321")
ALL: dict[str, Any] = {
    "email": MAILS[0],
    "other_emails": MAILS[1:],
    "phone": PHONES[0],
    "other_phones": PHONES[1:],
}


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    return Shop.opened(desk, **ALL)


def stop(desk: ScriptedDesk, *addresses: str) -> None:
    """Suppress the addresses."""
    for address in addresses:
        medium: Medium = "email" if "@" in address else "sms"
        suppress(open_desk(), medium, address, "bounced" if "@" in address else "texted_stop", desk.now)


def asked(shop: Shop) -> list[str]:
    """Record a resolved contact and let a day pass. Returns the addresses that got the survey."""
    shop.contact(resolved=True)
    mails, texts = len(shop.desk.mails), len(shop.desk.texts)
    shop.desk.pass_time(DAY)
    new = [str(mail["to"]) for mail in shop.desk.mails[mails:] if "/s/" in words_of(mail)]
    found = [address for address in MAILS for to in new if address in to]
    return found + [number for number, words in shop.desk.texts[texts:] if "/s/" in words]


@pytest.mark.parametrize(
    ("stopped", "at"),
    [
        ((), MAILS[0]),
        (MAILS[:1], MAILS[1]),
        (MAILS[1:2], MAILS[0]),
        (MAILS[:2], MAILS[2]),
        (MAILS, PHONES[0]),
        ((*MAILS, PHONES[0]), PHONES[1]),
    ],
)
def test_the_first_address_that_works_is_written_to(shop: Shop, stopped: tuple[str, ...], at: str) -> None:
    stop(shop.desk, *stopped)

    assert asked(shop) == [at]


def test_a_customer_who_prefers_texts_is_mailed_if_no_number_works(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk, **ALL, preferred_channel="sms")
    stop(desk, *PHONES)

    assert asked(shop) == [MAILS[0]]


def test_a_customer_without_an_address_gets_nothing(shop: Shop) -> None:
    stop(shop.desk, *MAILS, *PHONES)

    assert asked(shop) == []
    assert shop.rows("survey")[0]["withheld_because"] == (
        "there is no address that the customer agreed to and that works"
    )


def test_a_stop_by_text_leaves_the_other_number_and_the_mail(shop: Shop) -> None:
    stop(shop.desk, PHONES[0])

    assert [is_suppressed(open_desk(), "sms", number, survey=True) for number in PHONES] == [True, False]
    assert not is_suppressed(open_desk(), "email", MAILS[0], survey=True)


def test_unsubscribing_is_for_all_addresses(shop: Shop) -> None:
    link = shop.survey_link().replace("/s/", "/s/")
    unsubscribe = next(
        word for mail in shop.desk.mails for word in str(mail["list-unsubscribe"] or "").strip("<>").split()
    )
    assert link

    shop.desk.post(unsubscribe, {})

    stopped = [is_suppressed(open_desk(), "email", mail, survey=True) for mail in MAILS]
    assert stopped + [is_suppressed(open_desk(), "sms", phone, survey=True) for phone in PHONES] == [True] * 5
    assert not is_suppressed(open_desk(), "email", MAILS[1], survey=False)


def test_a_repeated_address_is_kept_once_and_the_first_one_is_used(desk: ScriptedDesk) -> None:
    change_policy(desk, business={"country": "PK"})
    customer_id = add_customer(
        desk,
        email=None,
        other_emails=["Bilal@Example.com", "bilal@example.com", "b@example.com"],
        phone="0300 1234567",
        other_phones=["+92 300 1234567", "0300 7654321"],
    )

    shown = desk.call(f"GET /api/customers/{customer_id}").json

    assert (shown["email"], shown["other_emails"]) == ("Bilal@example.com", ["b@example.com"])
    assert (shown["phone"], shown["other_phones"]) == (PHONES[0], [PHONES[1]])


def test_addresses_are_changed_as_a_list_and_a_wrong_one_is_named(shop: Shop) -> None:
    path = f"PATCH /api/customers/{shop.customer_id}"

    assert shop.desk.call(path, {"other_emails": []}).json["other_emails"] == []
    wrong = shop.desk.call(path, {"other_phones": [PHONES[1], "0300 12"]})
    assert (wrong.status, wrong.json["errors"][0]["field"]) == (422, "other_phones.1")
    many = shop.desk.call(path, {"other_emails": [f"{n}@example.com" for n in range(10)]})
    assert (many.status, many.json["errors"][0]["field"]) == (422, "other_emails")


def test_a_customer_is_found_by_any_of_their_addresses(shop: Shop) -> None:
    for q in (*MAILS, *PHONES):
        found = shop.desk.call("GET /api/customers", query={"q": q}).json["items"]
        assert [customer["customer_id"] for customer in found] == [shop.customer_id]
