"""People: who is there and who supervises whom; managers invite, change, enter absences, and let leave."""

from datetime import timedelta

import pytest

from tests.integration.console import Browser, Page, counted, signed_in
from tests.integration.shop import Shop, add_agent, add_customer, change_agent
from tests.times import DAY
from tests.unit.present.hostile_text import MARKUP
from vaada.console import people
from vaada.desk import open_desk
from vaada.flows.messages.suppression import suppress
from vaada.model.people import Agent

PEOPLE = "/desk/people"


@pytest.fixture
def manager(shop: Shop) -> Browser:
    return signed_in(shop.desk, shop.supervisor_id, manager=True)


def stored(agent_id: str) -> Agent:
    agent = open_desk().table.get(Agent, agent_id)
    assert agent is not None
    return agent


def by_name(name: str) -> Agent:
    rows = open_desk().table.list_rows(Agent, 50, None).rows
    return next(row for row in rows if isinstance(row, Agent) and row.name == name)


def send(browser: Browser, path: str, **changes: str) -> Page:
    """Open a page, fill in its form and send it."""
    form = browser.open(path).form(path)
    return browser.post(path, {**form.fields, **changes})


def press(browser: Browser, agent_id: str, action: str) -> Page:
    form = browser.open(PEOPLE).form(f"/{agent_id}/{action}")
    return browser.open(browser.post(form.action, form.fields).headers["location"])


def test_everybody_sees_who_is_there_who_stands_in_and_who_answers_to_whom(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar", supervisor_id=shop.agent_id)
    until = (shop.desk.now + DAY).isoformat()
    change_agent(shop.desk, omar, away_until=until, covered_by=shop.agent_id)

    page = signed_in(shop.desk, shop.agent_id).open(PEOPLE)

    assert "Away until tomorrow at 09:00, Amina stands in." in page.words or "Amina stands in." in page.words
    tree = page.html[page.html.index('class="tree"') :]
    assert tree.index("Sana") < tree.index("Amina") < tree.index("Omar")
    assert "Invite a colleague" not in page.words
    assert "sign in" not in page.words


def test_the_page_says_until_when_an_agent_is_away(shop: Shop) -> None:
    hours = {"monday": [{"opens": "12:00", "closes": "18:00"}]}
    change_agent(shop.desk, shop.agent_id, working_hours=hours)

    words = signed_in(shop.desk, shop.agent_id).open(PEOPLE).words

    assert "Off work until Mon 12:00 Amina" in words or "Off work until 12:00 Amina" in words
    assert "At work Sana" in words


def test_a_colleague_is_invited_once_and_gets_a_mail_with_the_way_in(shop: Shop, manager: Browser) -> None:
    form = manager.open(f"{PEOPLE}/new").form(f"{PEOPLE}/new")
    fields = {**form.fields, "name": "Hamza", "email": "Hamza@example.com", "supervisor_id": shop.agent_id}

    for _ in range(2):
        assert manager.post(form.action, fields).status == 303

    hamza = by_name("Hamza")
    assert (hamza.supervisor_id, hamza.role) == (shop.agent_id, "agent")
    assert shop.desk.groups["Hamza@example.com"] == "agents"
    assert shop.desk.invited == ["Hamza@example.com"]
    assert "Invited; has not signed in yet." in manager.open(PEOPLE).words

    assert "The invitation is on its way." in press(manager, hamza.id, "invite").words
    assert shop.desk.invited == ["Hamza@example.com"] * 2


def test_an_error_in_an_invitation_is_shown_above_its_field(shop: Shop, manager: Browser) -> None:
    for changes, said in (
        ({"name": "", "email": "hamza@example.com"}, "Write a name"),
        ({"name": "Hamza", "email": "hamza"}, "This is not an e-mail address"),
        ({"name": "Hamza", "email": "amina@example.com"}, "belongs to a colleague already"),
        ({"name": "Hamza", "email": "h@example.com", "supervisor_id": "0" * 16}, "Choose a colleague"),
    ):
        page = send(manager, f"{PEOPLE}/new", **changes)
        assert page.status == 422
        assert said in page.words
        assert page.form(f"{PEOPLE}/new").fields["email"] == changes["email"]
    assert shop.desk.invited == []


def test_a_colleague_becomes_a_manager_and_an_agent_again(shop: Shop, manager: Browser) -> None:
    path = f"{PEOPLE}/{shop.agent_id}"
    press(manager, shop.agent_id, "invite")

    send(manager, path, role="manager", name="Amina Malik")
    assert (stored(shop.agent_id).role, stored(shop.agent_id).name) == ("manager", "Amina Malik")
    assert shop.desk.groups["amina@example.com"] == "managers"

    send(manager, path, role="agent")
    assert shop.desk.groups["amina@example.com"] == "agents"


def test_another_address_is_invited_and_the_former_one_signs_in_no_more(shop: Shop, manager: Browser) -> None:
    press(manager, shop.agent_id, "invite")

    send(manager, f"{PEOPLE}/{shop.agent_id}", email="amina.malik@example.com")

    assert shop.desk.invited == ["amina@example.com", "amina.malik@example.com"]
    assert shop.desk.kept_out == {"amina@example.com"}


def test_two_managers_who_change_one_colleague_lose_nothing(shop: Shop, manager: Browser) -> None:
    path = f"{PEOPLE}/{shop.agent_id}"
    form = manager.open(path).form(path)
    change_agent(shop.desk, shop.agent_id, time_zone="Asia/Karachi")

    page = manager.post(path, {**form.fields, "name": "Amina Malik"})

    assert page.status == 409
    assert page.form(path).fields["name"] == "Amina Malik"
    assert stored(shop.agent_id).name == "Amina"


def test_somebody_is_kept_out_and_let_in_again(shop: Shop, manager: Browser) -> None:
    press(manager, shop.agent_id, "invite")

    assert "cannot sign in any more" in press(manager, shop.agent_id, "keep-out").words
    assert shop.desk.kept_out == {"amina@example.com"}
    assert "Cannot sign in." in manager.open(PEOPLE).words
    assert "can sign in again" in press(manager, shop.agent_id, "let-in").words
    assert shop.desk.kept_out == set()


def test_nobody_keeps_themselves_out(shop: Shop, manager: Browser) -> None:
    press(manager, shop.supervisor_id, "invite")
    page = manager.open(PEOPLE)
    token = page.form(f"/{shop.agent_id}/invite").fields["token"]

    assert f"/{shop.supervisor_id}/keep-out" not in page.html
    answer = manager.post(f"{PEOPLE}/{shop.supervisor_id}/keep-out", {"token": token})
    assert answer.status == 404
    assert manager.open(f"{PEOPLE}/{shop.supervisor_id}/leave").status == 404
    leave = {"token": token, "to": shop.agent_id}
    assert manager.post(f"{PEOPLE}/{shop.supervisor_id}/leave", leave).status == 404
    demoted = send(manager, f"{PEOPLE}/{shop.supervisor_id}", role="agent")
    assert demoted.status == 422
    assert "Only another manager may take this from you." in demoted.words
    assert stored(shop.supervisor_id).left_at is None


def test_an_absence_says_what_moves_and_begins_and_ends_in_the_readers_zone(
    shop: Shop, manager: Browser
) -> None:
    omar = add_agent(shop.desk, "Omar")
    shop.promise(shop.desk.now + DAY)
    path = f"{PEOPLE}/{shop.agent_id}/absence"
    change_agent(shop.desk, shop.supervisor_id, time_zone="Asia/Karachi")
    assert "1 promise" in manager.open(path).words

    on = f"{shop.desk.now + DAY:%Y-%m-%d}"
    back = f"{shop.desk.now + 3 * DAY:%Y-%m-%d}"
    assert send(manager, path, from_date=on, until_date=back, covered_by=omar, do="save").status == 303

    agent = stored(shop.agent_id)
    assert agent.away_from is not None
    assert agent.away_until is not None
    assert agent.away_from.isoformat().startswith(f"{shop.desk.now:%Y-%m-%d}T19:00")
    assert agent.away_until - agent.away_from == timedelta(days=2)
    assert agent.covered_by == omar
    assert "Omar stands in" in manager.open(PEOPLE).words

    send(manager, path, do="end")
    assert (stored(shop.agent_id).away_from, stored(shop.agent_id).away_until) == (None, None)


def test_an_absence_that_cannot_be_is_named(shop: Shop, manager: Browser) -> None:
    path = f"{PEOPLE}/{shop.agent_id}/absence"
    on, before = f"{shop.desk.now + 3 * DAY:%Y-%m-%d}", f"{shop.desk.now + DAY:%Y-%m-%d}"

    for fields in ({"from_date": ""}, {"from_date": on, "until_date": before}):
        page = send(manager, path, do="save", **fields)
        assert page.status == 422
        assert "Enter a day; back is after from." in page.words
    unknown = send(manager, path, do="save", from_date=on, covered_by="0" * 16)
    assert "Choose a colleague who is there." in unknown.words


def test_everybody_sees_who_works_at_hours_of_their_own(shop: Shop) -> None:
    hours = {
        "monday": [{"opens": "12:00", "closes": "20:00"}],
        "saturday": [{"opens": "10:00", "closes": "12:00"}],
    }
    change_agent(shop.desk, shop.agent_id, working_hours=hours)

    page = signed_in(shop.desk, shop.supervisor_id).open(PEOPLE)

    assert "Working hours Mon 12:00-20:00 · Sat 10:00-12:00" in page.words
    assert page.words.count("Working hours") == 1


def test_an_agent_leaves_with_what_moves_shown_first_and_comes_back(shop: Shop, manager: Browser) -> None:
    shop.promise(shop.desk.now + DAY)
    omar = add_agent(shop.desk, "Omar")
    press(manager, shop.agent_id, "invite")
    path = f"{PEOPLE}/{shop.agent_id}/leave"
    shown = manager.open(path).words
    assert "1 promise" in shown
    assert "1 open matter" in shown
    assert send(manager, path, to="").status == 422

    assert send(manager, path, to=omar).status == 303

    assert stored(shop.agent_id).left_to == omar
    assert shop.rows("commitment")[0]["agent_id"] == omar
    assert shop.desk.kept_out == {"amina@example.com"}
    assert "Has left" in manager.open(PEOPLE).words

    assert "They are back." in press(manager, shop.agent_id, "return").words
    assert stored(shop.agent_id).left_at is None
    assert shop.desk.kept_out == set()


def test_some_customers_of_an_agent_who_leaves_go_to_somebody_else(shop: Shop, manager: Browser) -> None:
    omar = add_agent(shop.desk, "Omar")
    dana = add_customer(shop.desk, name="Dana", email="dana@example.com", agent_id=shop.agent_id)
    shop.contact(kind="request")
    path = f"{PEOPLE}/{shop.agent_id}/leave"
    shown = manager.open(path).html
    assert all(f'name="customer-{one}"' in shown for one in (dana, shop.customer_id))

    wrong = send(manager, path, to=omar, **{f"customer-{dana}": "0" * 16})
    assert wrong.status == 422
    assert "Choose a colleague who is there." in wrong.words
    assert stored(shop.agent_id).left_at is None
    assert send(manager, path, to=omar, **{f"customer-{dana}": shop.supervisor_id}).status == 303

    agents = {
        row["customer_id"]: row["agent_id"] for row in shop.desk.call("GET /api/customers").json["items"]
    }
    assert agents == {dana: shop.supervisor_id, shop.customer_id: omar}
    assert {row["agent_id"] for row in shop.rows("case")} == {omar}


def test_the_page_says_if_it_does_not_list_all_customers_of_the_leaver(
    shop: Shop, manager: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Dana", "Hina"):
        add_customer(shop.desk, name=name, email=f"{name}@example.com", agent_id=shop.agent_id)
    add_agent(shop.desk, "Omar")
    path, words = f"{PEOPLE}/{shop.agent_id}/leave", "Not all of their customers are listed here."

    assert words not in manager.open(path).words
    monkeypatch.setattr(people, "_MOST_CUSTOMERS", 1)
    assert words in manager.open(path).words


def test_an_address_that_came_back_says_so_and_is_lifted(shop: Shop, manager: Browser) -> None:
    suppress(open_desk(), "email", "amina@example.com", "bounced", shop.desk.now)

    assert "A message came back" in manager.open(PEOPLE).words
    assert "The address may be written to again." in press(manager, shop.agent_id, "lift").words
    assert "A message came back" not in manager.open(PEOPLE).words


def test_agents_change_nobody_and_see_no_way_to(shop: Shop) -> None:
    agent = signed_in(shop.desk, shop.agent_id)
    before = stored(shop.supervisor_id)
    token = agent.open("/desk/keys").form("/desk/keys").fields["token"]

    for path in ("/new", *(f"/{shop.supervisor_id}{page}" for page in ("", "/absence", "/leave"))):
        assert agent.open(f"{PEOPLE}{path}").status == 403
        assert agent.post(f"{PEOPLE}{path}", {"token": token, "name": "Mine"}).status == 403
    for action in ("invite", "let-in", "keep-out", "return", "lift"):
        assert agent.post(f"{PEOPLE}/{shop.supervisor_id}/{action}", {"token": token}).status == 403
    assert stored(shop.supervisor_id) == before
    assert (shop.desk.invited, shop.desk.kept_out) == ([], set())


def test_hostile_names_are_escaped_on_every_page(shop: Shop, manager: Browser) -> None:
    change_agent(shop.desk, shop.agent_id, name=MARKUP[:90])

    for path in ("", *(f"/{shop.agent_id}{page}" for page in ("", "/absence", "/leave"))):
        page = manager.open(f"{PEOPLE}{path}")
        assert page.status == 200
        assert "<script>alert" not in page.html
        assert "<img src=x" not in page.html


def test_the_page_makes_the_same_number_of_calls_for_any_number_of_people(
    shop: Shop, manager: Browser
) -> None:
    manager.open(PEOPLE)
    with counted(shop.desk) as few:
        manager.open(PEOPLE)
    for number in range(8):
        add_agent(shop.desk, f"Agent{number}", supervisor_id=shop.agent_id)
    with counted(shop.desk) as many:
        manager.open(PEOPLE)

    assert few == many
