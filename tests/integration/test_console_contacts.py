"""Record a contact: with a found or a new customer, with a promise, and with a preview of what follows."""

import pytest

from tests.integration.console import Browser, Form, Page, counted, signed_in
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import Shop, add_agent, add_customer, change_customer, writes
from tests.times import DAY, HOUR, MINUTE
from tests.unit.present.hostile_text import MARKUP
from vaada.model.times import text_of

NEW = "/desk/contacts/new"


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    """A shop whose customer is served by its agent."""
    shop = Shop.opened(desk)
    change_customer(desk, shop.customer_id, agent_id=shop.agent_id)
    return shop


def form(browser: Browser, query: str = "") -> Form:
    return browser.open(f"{NEW}{query}").form(NEW)


def record(shop: Shop, **fields: str) -> Page:
    """Record a contact with the shop's customer, as its agent."""
    browser = signed_in(shop.desk, shop.agent_id)
    sent = browser.send(form(browser, f"?customer_id={shop.customer_id}"), do="save", **fields)
    shop.desk.settle()
    return sent


def test_a_contact_with_a_promise_is_recorded_from_the_form(shop: Shop) -> None:
    due_at = shop.desk.now + 8 * HOUR
    page = record(shop, summary="The brake squeals", what="Call back", at=due_at.isoformat())

    assert page.title == "Bilal Khan"
    assert "Recorded. The desk remembers the rest." in page.words
    [promise] = shop.rows("commitment")
    assert (promise["what"], promise["due_at"], promise["agent_id"]) == (
        "Call back",
        text_of(due_at),
        shop.agent_id,
    )
    assert shop.rows("interaction")[0]["summary"] == "The brake squeals"


def test_the_form_previews_what_the_desk_will_do_by_the_same_rules(shop: Shop) -> None:
    browser = signed_in(shop.desk, shop.agent_id)
    asked = form(browser, f"?customer_id={shop.customer_id}")
    due_at = shop.desk.now + 8 * HOUR
    fields = {**asked.fields, "summary": "A price", "what": "Call back", "at": due_at.isoformat()}
    before = writes(shop.desk)

    plan = browser.post("/desk/contacts/plan", fields, **{"hx-request": "true"})

    assert writes(shop.desk) == before
    assert plan.words == (
        "What the desk will do 13:00 Amina is warned. 17:00 The promise is flagged as late, and Amina hears "
        "of it. Tue 12:00 Sana hears that it is still not kept. Tue 17:00 The owner hears that it is still "
        "not kept. It stops as soon as it is done."
    )
    browser.send(asked, do="save", summary="A price", what="Call back", at=due_at.isoformat())
    shop.desk.pass_time(3 * DAY)
    assert [(at, to) for at, to, _ in shop.sent_messages("promise_escalation")] == [
        ("03-03T12:00", "supervisor"),
        ("03-03T17:00", "owner"),
    ]


def test_a_button_shows_the_same_without_a_script(shop: Shop) -> None:
    browser = signed_in(shop.desk, shop.agent_id)
    asked = form(browser, f"?customer_id={shop.customer_id}")
    before = writes(shop.desk)

    page = browser.send(
        asked, do="plan", summary="A price", what="Call", at="other", at_date="2026-03-03", at_time="16:00"
    )

    assert writes(shop.desk) == before
    assert "Tue 16:00 The promise is flagged as late" in page.words
    assert page.form(NEW).fields["what"] == "Call"


def test_customers_are_found_as_one_types_and_by_a_button(shop: Shop) -> None:
    browser = signed_in(shop.desk, shop.agent_id)

    part = browser.part("/desk/contacts/who?q=bil")
    page = browser.send(form(browser), do="find", q="khan")

    for found in (part, page):
        assert f'name="customer_id" value="{shop.customer_id}"' in found.html


def test_the_form_of_a_new_customer_shows_who_may_be_the_same_person(shop: Shop) -> None:
    browser = signed_in(shop.desk, shop.agent_id)
    carl = add_customer(shop.desk, name="Carl", phone="+923001112233", email="carl@example.com")
    shop.contact(customer_id=carl)

    for typed in ("new_name=Carl", "new_phone=%2B923001112233", "new_email=carl@example.com"):
        found = browser.part(f"/desk/contacts/who?{typed}")
        assert "Is it one of these?" in found.words
        assert f'value="{carl}"' in found.html
    assert browser.part("/desk/contacts/who?new_name=Zoe").words == ""


def test_a_new_customer_comes_with_their_first_contact(shop: Shop) -> None:
    browser = signed_in(shop.desk, shop.agent_id)
    page = browser.send(
        form(browser),
        do="save",
        new_name="Hina Raza",
        new_phone="020 7946 0018",
        agreed_sms="on",
        summary="Asked for the price of a chain",
    )

    assert page.title == "Hina Raza"
    [found] = shop.desk.call("GET /api/customers", query={"q": "hina"}).json["items"]
    assert (found["phone"], found["agent_id"]) == ("+442079460018", shop.agent_id)
    assert found["consent"] == {"email": False, "sms": True, "survey": False, "news": False}


def test_the_same_form_sent_twice_records_once(shop: Shop) -> None:
    browser = signed_in(shop.desk, shop.agent_id)
    asked = form(browser)
    fields = {"do": "save", "new_name": "Hina Raza", "summary": "A price"}

    first = browser.post(NEW, {**asked.fields, **fields})
    again = browser.post(NEW, {**asked.fields, **fields})

    assert first.status == again.status == 303
    assert first.headers["location"] == again.headers["location"]
    assert len(shop.desk.call("GET /api/customers", query={"q": "hina"}).json["items"]) == 1


def test_a_missing_field_is_named_above_it_and_nothing_is_lost(shop: Shop) -> None:
    browser = signed_in(shop.desk, shop.agent_id)
    before = writes(shop.desk)
    page = browser.send(form(browser), do="save", what="Call back", new_phone="12")

    assert page.status == 422
    assert "3 things are missing." in page.words
    for words in (
        "Choose who it is",
        "Write in a few words what was said.",
        "Choose by when you promised it.",
    ):
        assert words in page.words
    assert page.form(NEW).fields["what"] == "Call back"
    assert writes(shop.desk) == before


def test_a_number_that_cannot_be_dialled_is_named(shop: Shop) -> None:
    browser = signed_in(shop.desk, shop.agent_id)
    page = browser.send(form(browser), do="save", new_name="Hina", new_phone="12", summary="A price")

    assert page.status == 422
    assert "This number cannot be dialled." in page.words


def test_a_contact_belongs_to_the_open_matter_that_is_chosen(shop: Shop) -> None:
    case_id = shop.contact()["case_id"]
    record(shop, summary="Asked again", case_id=case_id)

    assert shop.case(case_id)["contacts"] == 2


def test_open_matters_are_told_apart_by_what_was_said(shop: Shop) -> None:
    shop.contact(summary="The saddle squeaks")
    shop.contact(summary="A second wheel")
    browser = signed_in(shop.desk, shop.agent_id)

    for page in (
        browser.open(f"/desk/contacts/new?customer_id={shop.customer_id}"),
        browser.part(f"/desk/contacts/about?customer_id={shop.customer_id}"),
        browser.open(f"/desk/customers/{shop.customer_id}"),
    ):
        assert "The saddle squeaks" in page.words
        assert "A second wheel" in page.words


def test_a_draft_whose_customer_is_gone_is_not_lost(shop: Shop) -> None:
    other = add_agent(shop.desk, "Omar")
    hidden = add_customer(shop.desk, name="Hidden", email="hidden@example.com", agent_id=other)
    browser = signed_in(shop.desk, shop.agent_id)

    for gone in (hidden, "0" * 16):
        answer = browser.open(f"/desk/contacts/new?draft&customer_id={gone}")
        assert (answer.status, answer.headers["location"]) == (303, "/desk/contacts/new?draft=")
    assert browser.open(f"/desk/contacts/new?customer_id={hidden}").status == 403


def test_one_of_four_things_comes_next(shop: Shop) -> None:
    record(shop, summary="It is done", next="resolved")
    assert shop.rows("interaction")[0]["resolved"] is True

    record(shop, summary="They look for the bill", next="wait")
    assert any(row["waiting_for_customer"] for row in shop.rows("case"))

    at = (shop.desk.now + DAY).isoformat()
    record(shop, summary="Ask for the colour", next="remind", remind=at, remind_reason="The colour")
    [follow_up] = [row for row in shop.rows("follow_up") if row["origin"] == "requested"]
    assert (follow_up["reason"], follow_up["due_at"]) == ("The colour", text_of(shop.desk.now + DAY))


def test_an_earlier_contact_is_recorded_with_its_time(shop: Shop) -> None:
    early = {"occurred": "other", "occurred_date": "2026-03-01", "occurred_time": "10:00"}
    record(shop, summary="Yesterday", **early)
    late = record(shop, summary="Tomorrow", **{**early, "occurred_date": "2026-03-09"})

    assert shop.rows("interaction")[0]["occurred_at"] == "2026-03-01T10:00:00Z"
    assert late.status == 422


def test_an_agent_records_in_their_own_name_and_a_manager_in_anybodys(shop: Shop) -> None:
    other = add_agent(shop.desk, "Zara")
    record(shop, summary="Mine", agent_id=other)
    assert shop.rows("interaction")[0]["agent_id"] == shop.agent_id

    shop.desk.pass_time(MINUTE)
    manager = signed_in(shop.desk, None, manager=True)
    asked = form(manager, f"?customer_id={shop.customer_id}")
    assert "Choose whose contact it was." in manager.send(asked, do="save", summary="Hers").words
    manager.send(asked, do="save", summary="Hers", agent_id=other)
    assert shop.rows("interaction")[0]["agent_id"] == other


def test_a_customer_of_others_cannot_be_named(shop: Shop) -> None:
    stranger = signed_in(shop.desk, add_agent(shop.desk, "Stranger"))
    asked = form(stranger)
    before = writes(shop.desk)

    assert stranger.open(f"{NEW}?customer_id={shop.customer_id}").status == 403
    assert stranger.open(f"/desk/contacts/about?customer_id={shop.customer_id}").status == 403
    for path in (NEW, "/desk/contacts/plan"):
        fields = {**asked.fields, "customer_id": shop.customer_id, "summary": "x", "do": "save"}
        assert stranger.post(path, fields).status == 403
    assert shop.customer_id not in stranger.part("/desk/contacts/who?q=bilal").html
    assert writes(shop.desk) == before


def test_hostile_words_are_escaped_in_the_form(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk, name=MARKUP[:190])
    change_customer(desk, shop.customer_id, agent_id=shop.agent_id)
    browser = signed_in(desk, shop.agent_id)
    page = browser.send(form(browser, f"?customer_id={shop.customer_id}"), do="find", q="zq1", summary=MARKUP)

    assert "<script>alert" not in page.html
    assert "<img src=x" not in page.html
    assert "</textarea><img" not in page.html


def test_the_form_makes_the_same_number_of_queries_for_any_number_of_customers(shop: Shop) -> None:
    browser = signed_in(shop.desk, shop.agent_id)
    shop.contact()
    browser.open(f"{NEW}?customer_id={shop.customer_id}")
    with counted(shop.desk) as few:
        browser.open(f"{NEW}?customer_id={shop.customer_id}")
    for number in range(12):
        add_customer(shop.desk, name=f"Bilal {number}", email=f"c{number}@example.com")
        shop.contact(summary=f"Contact {number}")
    with counted(shop.desk) as many:
        browser.open(f"{NEW}?customer_id={shop.customer_id}")

    assert few == many
