"""My page: how an agent works and is notified, where they are signed in, and single-key shortcuts."""

from tests.integration.console import Browser, signed_in
from tests.integration.shop import Shop, add_agent, change_agent
from tests.times import DAY
from vaada.desk import open_desk
from vaada.model.people import Agent

ME = "/desk/me"


def agent_of(shop: Shop) -> Agent:
    agent = open_desk().table.get(Agent, shop.agent_id)
    assert agent is not None
    return agent


def save(browser: Browser, **changes: str) -> int:
    """Fill in the page and save it. An empty value removes the field, like a checkbox that is off."""
    form = browser.open(ME).form(ME)
    fields = {name: value for name, value in {**form.fields, **changes}.items() if value != "off"}
    return browser.post(ME, fields).status


def test_an_agent_sets_hours_language_zone_and_how_they_are_told(shop: Shop) -> None:
    browser = signed_in(shop.desk, shop.agent_id)

    status = save(
        browser,
        hours="own",
        monday="9-13, 14-18",
        saturday="10:00-12:00",
        language="ur",
        time_zone="Asia/Karachi",
        phone="+923001234567",
        notify_sms="on",
        notify_email="off",
    )

    agent = agent_of(shop)
    assert status == 303
    assert agent.working_hours is not None
    assert [str(span) for span in agent.working_hours["monday"]] == ["09:00-13:00", "14:00-18:00"]
    assert (agent.language, agent.time_zone, agent.notify_by) == ("ur", "Asia/Karachi", ("sms",))
    assert '<html lang="ur" dir="rtl"' in browser.open(ME).html

    assert save(browser, hours="business") == 303
    assert agent_of(shop).working_hours is None


def test_an_error_is_shown_above_its_field_and_nothing_is_lost(shop: Shop) -> None:
    browser = signed_in(shop.desk, shop.agent_id)
    form = browser.open(ME).form(ME)
    before = agent_of(shop)

    for changes, said in (
        ({"hours": "own", "monday": "nine to five"}, "Write hours like"),
        ({"hours": "own"}, "Write hours like"),
        ({"time_zone": "Karachi"}, "This is not a time zone"),
        ({"phone": "12"}, "This number cannot be dialled"),
    ):
        page = browser.post(ME, {**form.fields, **changes})
        assert page.status == 422
        assert said in page.words
        (name, value), *_ = reversed(changes.items())
        assert page.form(ME).fields[name] == value
    nobody = {name: value for name, value in form.fields.items() if not name.startswith("notify_")}
    assert "Choose at least one way" in browser.post(ME, nobody).words
    assert agent_of(shop) == before


def test_a_page_that_a_manager_changed_meanwhile_loses_nothing(shop: Shop) -> None:
    browser = signed_in(shop.desk, shop.agent_id)
    form = browser.open(ME).form(ME)
    change_agent(shop.desk, shop.agent_id, name="Amina Malik")

    page = browser.post(ME, {**form.fields, "time_zone": "Asia/Karachi"})

    assert page.status == 409
    assert page.form(ME).fields["time_zone"] == "Asia/Karachi"
    again = page.form(ME)
    assert browser.post(ME, again.fields).status == 303
    assert agent_of(shop).time_zone == "Asia/Karachi"


def test_an_agent_changes_neither_their_name_nor_their_supervisor(shop: Shop) -> None:
    browser = signed_in(shop.desk, shop.agent_id)
    before = agent_of(shop)

    assert save(browser, name="The Boss", supervisor_id="", role="manager", email="x@example.com") == 303

    after = agent_of(shop)
    assert (after.name, after.supervisor_id, after.role, after.email) == (
        before.name,
        before.supervisor_id,
        before.role,
        before.email,
    )


def test_an_agent_enters_and_ends_their_own_absence_and_keeps_their_cover(shop: Shop) -> None:
    browser, path = signed_in(shop.desk, shop.agent_id), f"{ME}/absence"
    omar = add_agent(shop.desk, "Omar")
    change_agent(shop.desk, shop.agent_id, covered_by=omar)
    form = browser.open(path).form(path)
    assert "Omar" in browser.open(path).words
    on, back = (f"{shop.desk.now + days * DAY:%Y-%m-%d}" for days in (1, 3))

    fields = {**form.fields, "from_date": on, "until_date": back, "covered_by": shop.supervisor_id}
    page = browser.open(browser.post(path, {**fields, "do": "save"}).headers["location"])

    assert "Your absence is entered." in page.words
    assert "away from" in page.words
    agent = agent_of(shop)
    assert agent.away_from is not None
    assert agent.away_until is not None
    assert (agent.away_until - agent.away_from, agent.covered_by) == (2 * DAY, omar)
    ended = browser.post(path, {**fields, "do": "end"})
    assert "You are back" in browser.open(ended.headers["location"]).words
    assert agent_of(shop).away_from is None


def test_an_absence_that_ends_before_it_begins_is_named_on_ones_own_page(shop: Shop) -> None:
    browser, path = signed_in(shop.desk, shop.agent_id), f"{ME}/absence"
    form = browser.open(path).form(path)
    on, before = (f"{shop.desk.now + days * DAY:%Y-%m-%d}" for days in (3, 1))

    page = browser.post(path, {**form.fields, "from_date": on, "until_date": before, "do": "save"})

    assert page.status == 422
    assert "Enter a day; back is after from." in page.words
    assert page.form(path).fields["from_date"] == on


def test_a_manager_who_is_no_agent_sees_where_they_are_signed_in(shop: Shop) -> None:
    manager = signed_in(shop.desk, None, manager=True)
    page = manager.open(ME)

    assert "You are a manager and no agent" in page.words
    assert "This browser" in page.words
    assert manager.post(ME, page.form("/desk/keys").fields).status == 404


def test_single_keys_are_turned_off_on_ones_own_page(shop: Shop) -> None:
    browser = signed_in(shop.desk, shop.agent_id)
    form = browser.open(ME).form("/desk/keys")

    answer = browser.post(form.action, form.fields)

    assert (answer.status, answer.headers["location"]) == (303, ME)
    assert answer.cookies[0].startswith("__Host-vaada-keys=off;")
