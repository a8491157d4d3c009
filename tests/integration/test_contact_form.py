"""The contact form: an entry becomes a contact; bots, floods and other people's addresses are stopped."""

import re
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.scripted_desk import ENVIRONMENT, Response, ScriptedDesk
from tests.integration.shop import Shop, add_customer, change_policy, links, nonce_of, record_call, words_of
from tests.times import DAY, HOUR, MINUTE
from tests.unit.present.hostile_text import MARKUP
from vaada.rules.contact_form import FORMS_AN_HOUR, FORMS_AN_HOUR_IN_ALL

HERE = f"{ENVIRONMENT['PUBLIC_URL']}/c/"
ENTRY = {
    "name": "Dana Lee",
    "reach": "dana@example.com",
    "text": "Do you repair tandems?",
    "agreed": "on",
    "lang": "de",
}


def send(desk: ScriptedDesk, *, browser: str = "", **fields: str) -> Response:
    """Open the form, take two seconds, and send it, as a person does."""
    nonce = nonce_of(desk.open(HERE))
    desk.clock.shift(timedelta(seconds=2))
    return desk.post(HERE, {**ENTRY, "nonce": nonce, **fields}, browser=browser)


def customers(desk: ScriptedDesk) -> list[dict[str, Any]]:
    """All customers by name except the shop's own."""
    found = desk.call("GET /api/customers").json["items"]
    return [one for one in found if one["name"] != "Bilal Khan"]


def story(desk: ScriptedDesk, customer_id: str) -> dict[str, dict[str, Any]]:
    """The latest row of each kind of a customer."""
    return {row["row_kind"]: row for row in reversed(desk.timeline(customer_id))}


def test_an_entry_is_a_contact_that_waits_for_a_reply_and_the_address_gets_one_mail(shop: Shop) -> None:
    done = [send(shop.desk) for _ in range(2)]
    shop.desk.pass_time(2 * MINUTE)

    assert [(page.status, "es ist angekommen" in page.body) for page in done] == 2 * [(200, True)]
    (dana,) = customers(shop.desk)
    assert (dana["name"], dana["language"], dana["tags"]) == ("Dana Lee", "de", ["unnamed"])
    assert dana["consent"] == {"email": False, "sms": False, "survey": False, "news": False}
    rows = story(shop.desk, dana["customer_id"])
    assert (rows["interaction"]["channel"], rows["interaction"]["summary"]) == ("web", ENTRY["text"])
    assert (rows["reply"]["status"], rows["reply"]["channel"]) == ("awaited", "web")
    (mail,) = shop.desk.mails
    assert (mail["To"], "tandem" in words_of(mail), "Dana" in words_of(mail)) == (
        "dana@example.com",
        False,
        False,
    )


def test_an_address_that_is_confirmed_can_be_answered_and_no_other(shop: Shop) -> None:
    send(shop.desk)
    shop.desk.pass_time(2 * MINUTE)
    dana = customers(shop.desk)[0]["customer_id"]
    answer = {"agent_id": shop.agent_id, "text": "Ja, gern."}
    before = shop.desk.call(f"POST /api/customers/{dana}/messages", answer)
    (link,) = links(words_of(shop.desk.mails[0]), "/c/")

    shown = shop.desk.open(link)
    scanned = shop.desk.post(link, {})
    confirmed = shop.desk.answer(link)
    after = shop.desk.call(f"POST /api/customers/{dana}/messages", answer)

    assert (before.status, shown.status, scanned.status, confirmed.status, after.status) == (
        409,
        200,
        422,
        200,
        201,
    )


def test_a_known_customer_is_found_by_address_or_number_and_keeps_consent(shop: Shop) -> None:
    number = add_customer(shop.desk, name="Zoe", email=None, phone="+447700900123", consent={})

    send(shop.desk, reach="BILAL@example.com", name="Somebody else")
    send(shop.desk, reach="07700 900123")
    shop.desk.pass_time(2 * MINUTE)

    assert [one["name"] for one in customers(shop.desk)] == ["Zoe"]
    assert story(shop.desk, shop.customer_id)["interaction"]["channel"] == "web"
    assert story(shop.desk, number)["interaction"]["summary"] == ENTRY["text"]
    assert (shop.desk.mails, shop.desk.texts) == ([], [])


@pytest.mark.parametrize("last", [0, 1], ids=["the older customer", "the newer customer"])
def test_an_address_of_two_customers_is_whoevers_contact_was_last(shop: Shop, last: int) -> None:
    both = (shop.customer_id, add_customer(shop.desk, name="Dua Khan"))
    shop.desk.pass_time(HOUR)
    record_call(shop.desk, both[last], shop.agent_id)

    send(shop.desk, reach="bilal@example.com")

    written = [row for row in shop.desk.timeline(both[last]) if row.get("summary") == ENTRY["text"]]
    assert len(written) == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": " "}, "write your name"),
        ({"reach": "dana"}, "e-mail address, or a phone number"),
        ({"reach": "dana@example"}, "e-mail address, or a phone number"),
        ({"text": ""}, "what it is about"),
        ({"text": "x" * 2001}, "at most 2000"),
        ({"agreed": ""}, "tick that we may answer"),
        ({"website": "https://spam.example"}, "not sent yet"),
        ({"nonce": "forged"}, "not sent yet"),
    ],
)
def test_a_form_that_is_wrong_or_a_programs_keeps_its_words_and_writes_nothing(
    shop: Shop, fields: dict[str, str], said: str
) -> None:
    page = send(shop.desk, **{"lang": "en", "text": MARKUP, **fields})

    assert (page.status, said in page.body) == (422, True)
    assert MARKUP not in page.body
    assert (customers(shop.desk), shop.desk.mails) == ([], [])


def test_requests_without_the_page_and_too_fast_write_nothing(shop: Shop) -> None:
    shop.desk.count_calls()
    blind = [shop.desk.open(HERE), shop.desk.open(HERE, method="HEAD"), shop.desk.post(HERE, ENTRY)]
    fast = shop.desk.post(HERE, {**ENTRY, "nonce": nonce_of(shop.desk.open(HERE))})

    assert [page.status for page in (*blind, fast)] == [200, 200, 422, 422]
    assert not {"PutItem", "TransactWriteItems"} & set(shop.desk.calls)


def test_a_form_that_is_sent_twice_counts_once(shop: Shop) -> None:
    nonce = nonce_of(shop.desk.open(HERE))
    shop.desk.clock.shift(timedelta(seconds=2))

    pages = [shop.desk.post(HERE, {**ENTRY, "nonce": nonce, "text": text}) for text in ("A", "A", "B")]

    assert [page.status for page in pages] == [200, 200, 422]
    dana = customers(shop.desk)[0]["customer_id"]
    assert len([row for row in shop.desk.timeline(dana) if row["row_kind"] == "interaction"]) == 1


def test_a_flood_is_refused_from_one_browser_and_from_all(shop: Shop) -> None:
    from_one = [send(shop.desk, browser="one").status for _ in range(FORMS_AN_HOUR + 1)]
    assert from_one == [200] * FORMS_AN_HOUR + [429]
    from_all = [
        send(shop.desk, browser=f"browser {n}").status
        for n in range(FORMS_AN_HOUR_IN_ALL - FORMS_AN_HOUR + 1)
    ]
    assert (from_all.count(200), from_all[-1]) == (FORMS_AN_HOUR_IN_ALL - FORMS_AN_HOUR, 429)
    shop.desk.clock.shift(HOUR)
    assert send(shop.desk).status == 200


def test_the_page_says_hours_answer_time_and_kept_promises_if_the_owner_wants_it(shop: Shop) -> None:
    due_at = shop.desk.now + HOUR
    for _ in range(2):
        shop.promise(due_at)
    commitment = shop.rows("commitment")[0]["commitment_id"]
    shop.desk.call(f"POST /api/commitments/{commitment}/keep", {})
    shop.desk.pass_time(2 * HOUR)
    without = shop.desk.open(HERE).body
    change_policy(shop.desk, contact_form={"shows_kept_promises": True})
    shop.desk.clock.shift(2 * MINUTE)

    page = shop.desk.open(HERE).body

    assert "09:00–13:00" in page
    assert "We answer within 4 opening hours." in page
    assert ("kept in the last 90 days" in without, "50% of 2 promises kept in the last 90 days" in page) == (
        False,
        True,
    )


def test_only_the_named_sites_may_show_the_form_and_any_may_load_the_script(shop: Shop) -> None:
    before = shop.desk.open(HERE).headers
    change_policy(shop.desk, contact_form={"origins": ["https://www.example.com"]})
    shop.desk.clock.shift(2 * MINUTE)

    after, script = shop.desk.open(HERE).headers, shop.desk.open(f"{HERE}widget.js")

    assert ("frame-ancestors 'none'" in before["content-security-policy"], before["x-frame-options"]) == (
        True,
        "DENY",
    )
    assert "frame-ancestors https://www.example.com" in after["content-security-policy"]
    assert "x-frame-options" not in after
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["cross-origin-resource-policy"] == "cross-origin"
    assert len(script.body.encode()) <= 3000


def test_every_wrong_link_to_confirm_an_address_gets_the_same_page(shop: Shop) -> None:
    send(shop.desk)
    shop.desk.pass_time(2 * MINUTE)
    (link,) = links(words_of(shop.desk.mails[0]), "/c/")
    shop.survey_link()
    (other,) = links(words_of(shop.desk.mails[-1]), "/u/")

    pages = [shop.desk.open(each) for each in (f"{HERE}x", link[:-4] + "AAAA", other.replace("/u/", "/c/"))]

    assert ({page.status for page in pages}, len({page.body for page in pages})) == ({404}, 1)
    shop.desk.clock.shift(8 * DAY)
    assert (shop.desk.open(link).status, shop.desk.post(link, {}).status) == (410, 410)


def test_a_form_that_is_switched_off_is_not_there(shop: Shop) -> None:
    change_policy(shop.desk, contact_form={"is_open": False})
    shop.desk.clock.shift(2 * MINUTE)

    assert (shop.desk.open(HERE).status, shop.desk.post(HERE, ENTRY).status) == (404, 404)


@pytest.mark.parametrize("origin", ["www.example.com", "https://example.com/path", "http://example.com", "*"])
def test_an_origin_that_is_none_is_refused(desk: ScriptedDesk, origin: str) -> None:
    answer = desk.call("PATCH /api/policy", {"contact_form": {"origins": [origin]}})

    assert answer.status == 422
    assert re.search("contact_form.origins.0", answer.body)
