"""Customers in the console: found, shown with what is owed and why, changed, merged, exported, erased."""

import pytest

from tests.integration.console import Page, counted, signed_in
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import Shop, add_agent, add_customer, writes
from tests.times import DAY, HOUR
from tests.unit.present.hostile_text import MARKUP
from vaada.desk import open_desk
from vaada.flows.messages.suppression import suppress
from vaada.model.times import text_of


def page_of(shop: Shop, customer_id: str = "", *, manager: bool = False, query: str = "") -> Page:
    browser = signed_in(shop.desk, shop.supervisor_id if manager else shop.agent_id, manager=manager)
    return browser.open(f"/desk/customers/{customer_id or shop.customer_id}{query}")


def test_customers_are_listed_and_found_in_any_script(shop: Shop) -> None:
    shop.contact()
    add_customer(shop.desk, name="عائشہ خان", email="ayesha@example.com")
    manager = signed_in(shop.desk, shop.supervisor_id, manager=True)

    everybody = manager.open("/desk/customers").words
    assert "Bilal Khan" in everybody
    assert "عائشہ خان" in everybody
    found = manager.part("/desk/customers?q=عائش")
    assert found.html.lstrip().startswith('<div id="customers">')
    assert "عائشہ خان" in found.words
    assert "Bilal" not in found.words
    assert "Nobody found." in manager.open("/desk/customers?q=nobody").words


def test_an_agent_sees_in_the_list_those_whom_they_serve(shop: Shop) -> None:
    shop.contact()
    stranger = signed_in(shop.desk, add_agent(shop.desk, "Stranger"))

    assert "Bilal Khan" in signed_in(shop.desk, shop.agent_id).open("/desk/customers").words
    assert "Bilal Khan" not in stranger.open("/desk/customers").words
    assert "Bilal Khan" not in stranger.open("/desk/customers?q=bilal").words


def test_the_page_shows_what_is_owed_and_why_at_that_time(shop: Shop) -> None:
    shop.contact(channel="email", kind="question", summary="When is it ready?")

    page = page_of(shop)

    assert "When is it ready?" in page.words
    assert "They have their answer" in page.words
    assert (
        "Why this time? 4 opening hours after the customer was in touch 09:00 – 13:00 4 h count" in page.words
    )


def test_the_story_tells_what_was_not_sent_and_why(shop: Shop) -> None:
    shop.desk.call(f"PATCH /api/customers/{shop.customer_id}", {"consent": {"survey": False}})
    shop.contact(resolved=True, summary="It is done")
    shop.desk.pass_time(DAY + HOUR)

    assert "Not asked how it went. They did not agree to be asked." in page_of(shop).words
    only = page_of(shop, query="?show=not_sent").words
    assert "Not asked how it went." in only
    assert "It is done" not in only


@pytest.mark.parametrize("shown", ["all", "said", "promises", "messages", "not_sent", "surveys", "no-such"])
def test_the_story_can_be_filtered(shop: Shop, shown: str) -> None:
    shop.promise(shop.desk.now + HOUR)
    shop.desk.pass_time(2 * HOUR)
    page = page_of(shop, query=f"?show={shown}")

    assert ("“A promise is late”" in page.words) == (shown == "messages")
    assert ("promised, by" in page.words) == (shown in {"all", "promises", "no-such"})


def test_an_address_that_came_back_says_so_and_a_manager_lifts_it(shop: Shop) -> None:
    shop.contact()
    suppress(open_desk(), "email", "bilal@example.com", "bounced", shop.desk.now)

    agent = page_of(shop)
    manager = page_of(shop, manager=True)
    assert "Nothing is mailed to this address" in agent.words
    assert "The address works again" not in agent.words
    signed_in(shop.desk, shop.supervisor_id, manager=True).send(manager.form("/lift"))
    assert "Nothing is mailed" not in page_of(shop).words


def test_a_customer_is_changed_by_the_form(shop: Shop) -> None:
    shop.contact()
    browser = signed_in(shop.desk, shop.agent_id)
    form = browser.open(f"/desk/customers/{shop.customer_id}/edit").form("/edit")

    page = browser.send(
        form, name="Bilal Ahmed Khan", tags="vip, Wholesale", notes="Third floor", language="ur"
    )

    assert page.title == "Bilal Ahmed Khan"
    stored = shop.desk.call(f"GET /api/customers/{shop.customer_id}").json
    assert (stored["tags"], stored["notes"], stored["language"]) == (
        ["vip", "wholesale"],
        "Third floor",
        "ur",
    )
    assert stored["email"] == "bilal@example.com"
    assert stored["consent"] == {"email": True, "sms": True, "survey": True, "news": False}


def test_wrong_fields_are_named_and_what_was_entered_stays(shop: Shop) -> None:
    shop.contact()
    browser = signed_in(shop.desk, shop.agent_id)
    form = browser.open(f"/desk/customers/{shop.customer_id}/edit").form("/edit")

    page = browser.send(form, email="nobody", check_in_every_days="often", notes="Third floor")

    assert page.status == 422
    assert "This is not an e-mail address." in page.words
    assert "Write a number of days" in page.words
    assert page.form("/edit").fields["notes"] == "Third floor"
    assert "This number cannot be dialled." in browser.send(form, phone="12").words


def test_two_people_who_change_one_customer_see_both_and_lose_nothing(shop: Shop) -> None:
    shop.contact()
    browser = signed_in(shop.desk, shop.agent_id)
    form = browser.open(f"/desk/customers/{shop.customer_id}/edit").form("/edit")
    shop.desk.call(f"PATCH /api/customers/{shop.customer_id}", {"notes": "Second floor"})

    page = browser.send(form, notes="Third floor")

    assert page.status == 409
    assert "Now: Second floor" in page.words
    assert page.form("/edit").fields["notes"] == "Third floor"
    assert browser.send(page.form("/edit")).status == 200
    assert shop.desk.call(f"GET /api/customers/{shop.customer_id}").json["notes"] == "Third floor"


def test_two_records_are_merged_and_the_old_address_leads_to_the_one_that_stays(shop: Shop) -> None:
    shop.contact()
    other = add_customer(shop.desk, name="Bilal Khan", email="bilal@example.com")
    manager = signed_in(shop.desk, shop.supervisor_id, manager=True)
    asked = manager.open(f"/desk/customers/{shop.customer_id}/merge")

    page = manager.send(asked.form("/merge"))

    assert "same name" in asked.words
    assert "Merged: there is one record now." in page.words
    moved = manager.open(f"/desk/customers/{other}")
    assert moved.headers["location"] == f"/desk/customers/{shop.customer_id}"
    back = manager.send(page.form("/unmerge"))
    assert (back.title, back.status) == ("Bilal Khan", 200)
    assert manager.open(f"/desk/customers/{other}").status == 200


def test_a_manager_erases_a_customer_by_typing_the_name(shop: Shop) -> None:
    shop.contact()
    manager = signed_in(shop.desk, shop.supervisor_id, manager=True)
    form = manager.open(f"/desk/customers/{shop.customer_id}/erase").form("/erase")

    wrong = manager.send(form, name="Bilal")
    assert (wrong.status, "That is not the name." in wrong.words) == (422, True)
    manager.send(form, name="  bilal  KHAN ")
    assert manager.open(f"/desk/customers/{shop.customer_id}").status == 404


def test_a_manager_exports_everything_about_a_customer(shop: Shop) -> None:
    shop.contact(summary="A cake for Saturday")
    manager = signed_in(shop.desk, shop.supervisor_id, manager=True)

    file = manager.open(f"/desk/customers/{shop.customer_id}/export")

    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert "A cake for Saturday" in file.html


PAGES = ("", "/edit", "/merge", "/export", "/erase")
FORMS = ("/edit", "/merge", "/unmerge", "/lift", "/erase")


def test_a_customer_of_others_is_closed_on_every_page_and_form(shop: Shop) -> None:
    shop.contact()
    own = add_customer(shop.desk, name="Own", email="own@example.com")
    stranger_id = add_agent(shop.desk, "Stranger")
    shop.desk.call(f"PATCH /api/customers/{own}", {"agent_id": stranger_id})
    stranger = signed_in(shop.desk, stranger_id)
    token = stranger.open("/desk/").form("/desk/sign-out").fields["token"]
    before = writes(shop.desk)

    for page in PAGES:
        assert stranger.open(f"/desk/customers/{shop.customer_id}{page}").status == 403
    for form in FORMS:
        fields = {"token": token, "name": "Bilal Khan", "other_id": own, "version": "1"}
        assert stranger.post(f"/desk/customers/{shop.customer_id}{form}", fields).status == 403
    taken = {"token": token, "other_id": shop.customer_id}
    assert stranger.post(f"/desk/customers/{own}/merge", taken).status == 403
    assert writes(shop.desk) == before


def test_agents_neither_see_nor_do_what_only_managers_may(shop: Shop) -> None:
    shop.contact()
    agent = signed_in(shop.desk, shop.agent_id)
    page = agent.open(f"/desk/customers/{shop.customer_id}")
    token = page.form("/desk/sign-out").fields["token"]
    before = writes(shop.desk)

    assert "Erase" not in page.words
    assert "Export" not in page.words
    for path in ("/export", "/erase"):
        assert agent.open(f"/desk/customers/{shop.customer_id}{path}").status == 403
    for path in ("/lift", "/erase"):
        fields = {"token": token, "name": "Bilal Khan"}
        assert agent.post(f"/desk/customers/{shop.customer_id}{path}", fields).status == 403
    assert writes(shop.desk) == before


def test_hostile_words_are_escaped_on_every_page(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk, name=MARKUP[:190], notes=MARKUP, tags=[MARKUP[:40].lower()])
    shop.contact(summary=MARKUP, commitments=[{"what": MARKUP[:490], "due_at": text_of(desk.now + HOUR)}])
    desk.pass_time(2 * HOUR)
    manager = signed_in(desk, shop.supervisor_id, manager=True)

    for path in ("", *(f"/{shop.customer_id}{page}" for page in ("", "/edit", "/merge", "/erase"))):
        page = manager.open(f"/desk/customers{path}")
        assert page.status == 200
        assert "<script>alert" not in page.html
        assert "<img src=x" not in page.html


def test_a_page_makes_the_same_number_of_queries_for_any_history(shop: Shop) -> None:
    shop.promise(shop.desk.now + HOUR)
    page_of(shop)
    with counted(shop.desk) as few:
        page_of(shop)
    for number in range(10):
        add_customer(shop.desk, name=f"Customer {number}", email=f"c{number}@example.com")
        shop.promise(shop.desk.now + (number + 1) * HOUR)
    with counted(shop.desk) as many:
        page_of(shop)

    assert few == many


def test_the_story_says_who_promised_who_has_it_now_and_who_kept_it_for_them(shop: Shop) -> None:
    add_agent(shop.desk, "Zara")
    omar = add_agent(shop.desk, "Omar")
    case_id = shop.contact(commitments=[{"what": "Send a price", "due_at": "2026-03-04T09:00:00Z"}])[
        "case_id"
    ]
    shop.desk.call(f"POST /api/cases/{case_id}/assign", {"agent_id": omar})
    (promise,) = shop.rows("commitment")
    shop.desk.call(f"POST /api/commitments/{promise['commitment_id']}/keep")

    words = signed_in(shop.desk, None, manager=True).open(f"/desk/customers/{shop.customer_id}").words

    assert "Amina promised, by" in words
    assert "Omar has it since today at 09:00." in words
    assert "a manager did it, for Omar." in words
