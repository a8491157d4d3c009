"""Setup: an empty desk in five steps, each done or skipped, and what the try leads to."""

from datetime import timedelta

import pytest

from tests.integration.console import Browser, Page, signed_in
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import Shop, add_customer, change_policy
from tests.unit.present.hostile_text import MARKUP
from vaada.desk import open_desk
from vaada.model.people import Agent, Customer
from vaada.model.policy import Policy
from vaada.model.setup import SETUP_STEPS, Setup

SETUP = "/desk/setup"


@pytest.fixture
def owner(desk: ScriptedDesk) -> Browser:
    """The owner on day one: a manager who is no agent, at an empty desk."""
    return signed_in(desk, None, manager=True)


def send(browser: Browser, step: str, **fields: str) -> Page:
    """Fill in a step and go on. The value "off" clears a checkbox."""
    form = browser.open(f"{SETUP}/{step}").form(f"{SETUP}/{step}")
    said = {"do": "save", **form.fields, **fields}
    return browser.post(form.action, {name: value for name, value in said.items() if value != "off"})


def setup() -> Setup:
    return open_desk().table.get(Setup, "setup") or Setup()


def agents() -> dict[str, Agent]:
    rows = open_desk().table.list_rows(Agent, 50, None).rows
    return {row.name: row for row in rows if isinstance(row, Agent)}


def customers() -> dict[str, Customer]:
    rows = open_desk().table.list_rows(Customer, 100, None).rows
    return {row.name: row for row in rows if isinstance(row, Customer)}


def test_the_first_run_goes_through_five_steps_and_keeps_its_progress(owner: Browser) -> None:
    for step in SETUP_STEPS:
        assert owner.open(SETUP).headers["location"] == f"{SETUP}/{step}"
        assert owner.open(f"{SETUP}/{step}").words.count("left for later") == SETUP_STEPS.index(step)
        send(owner, step, do="skip")

    page = owner.open(SETUP)
    assert page.status == 200
    assert page.words.count("left for later") == 5
    assert setup().steps == dict.fromkeys(SETUP_STEPS, "skipped")


def test_the_business_gets_its_name_country_zone_and_language(owner: Browser) -> None:
    answer = send(
        owner, "business", name="Noor Cycles", country="PK", time_zone="Asia/Karachi", language="ur"
    )

    assert answer.headers["location"] == f"{SETUP}/hours"
    stored = open_desk().table.get(Policy, "policy")
    assert stored is not None
    business = stored.document.business
    assert (business.name, business.country, business.time_zone, business.language) == (
        "Noor Cycles",
        "PK",
        "Asia/Karachi",
        "ur",
    )
    assert setup().steps == {"business": "done"}


def test_errors_in_the_business_are_named_and_nothing_is_stored(owner: Browser) -> None:
    for fields, said in (
        ({"name": ""}, "Write a name"),
        ({"country": "Pakistan"}, "two letters"),
        ({"time_zone": "Karachi"}, "This is not a time zone"),
    ):
        page = send(owner, "business", **fields)
        assert page.status == 422
        assert said in page.words
    assert open_desk().table.get(Policy, "policy") is None
    assert setup().steps == {}


def test_hours_and_holidays_are_set_and_say_when_a_caller_is_answered(owner: Browser) -> None:
    week = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "")

    answer = send(
        owner, "hours", **{**week, "monday": "10-13, 14-18"}, saturday="10:00-13:00", observed="off"
    )

    assert answer.headers["location"] == f"{SETUP}/colleagues"
    stored = open_desk().table.get(Policy, "policy")
    assert stored is not None
    assert [str(one) for one in stored.document.opening_hours["monday"]] == ["10:00-13:00", "14:00-18:00"]
    assert not stored.document.holidays.observed
    assert "gets an answer by today at 11:00" in owner.open(f"{SETUP}/hours").words

    wrong = send(owner, "hours", tuesday="all day")
    assert wrong.status == 422
    assert "Write hours like" in wrong.words
    assert wrong.form(f"{SETUP}/hours").fields["tuesday"] == "all day"


def test_colleagues_are_invited_and_the_owner_becomes_one_of_them(desk: ScriptedDesk, owner: Browser) -> None:
    form = owner.open(f"{SETUP}/colleagues").form(f"{SETUP}/colleagues")
    fields = {
        **form.fields,
        **{"do": "save", "name_0": "Maryam", "email_0": "manager@example.com"},
        **{"name_1": "Daniel", "email_1": "daniel@example.com"},
    }

    for _ in range(2):
        assert owner.post(form.action, fields).headers["location"] == f"{SETUP}/customers"

    assert agents()["Maryam"].role == "manager"
    assert agents()["Daniel"].role == "agent"
    assert desk.invited == ["manager@example.com", "daniel@example.com"]

    wrong = send(owner, "colleagues", name_0="Sana", email_0="sana", name_1="Dan", email_1="d@example.com")
    assert wrong.status == 422
    assert "This is not an e-mail address." in wrong.words
    taken = send(owner, "colleagues", name_2="Dan", email_2="daniel@example.com")
    assert "belongs to a colleague already" in taken.words


def test_pasted_customers_are_shown_first_and_brought_in_once(desk: ScriptedDesk, owner: Browser) -> None:
    add_customer(desk, name="Ayesha", email="ayesha@example.com")
    lines = "\n".join(
        (
            "Name;Mobile;Mail",
            "Bilal Khan;+44 7700 900123;bilal@example.com",
            "carmen@example.com\tCarmen Ruiz",
            "Ayesha K, ayesha@example.com",
            "Bilal again;07700 900123",
            "; nobody@example.com",
            "Zoe; 12345678901234567890",
        )
    )

    page = send(owner, "customers", lines=lines, do="preview", agreed_email="on")

    assert (page.status, page.title) == (200, "Bring your customers")
    assert "New: 2" in page.words
    assert "Here already, left out: 2" in page.words
    assert "Cannot be read, left out: 2" in page.words
    assert "6. nobody@example.com – Write a name" in page.words
    assert set(customers()) == {"Ayesha"}

    form = page.form(f"{SETUP}/customers")
    for _ in range(2):
        assert owner.post(form.action, {**form.fields, "do": "bring"}).status == 303
    assert set(customers()) == {"Ayesha", "Bilal Khan", "Carmen Ruiz"}
    assert customers()["Bilal Khan"].consent.model_dump() == {
        "email": True,
        "sms": False,
        "survey": False,
        "news": False,
    }
    assert setup().steps == {"customers": "done"}


def upload(browser: Browser, page: Page, file: bytes, **fields: str) -> Page:
    """Send the step with a file, or with an empty one."""
    form = page.form(f"{SETUP}/customers")
    return browser.upload(form.action, {**form.fields, **fields}, file)


def test_no_lines_or_too_many_are_named(owner: Browser) -> None:
    assert "at least one line." in send(owner, "customers", lines=" \n", do="preview").words
    many = "\n".join(f"Customer {number}" for number in range(5001)).encode()
    assert "too many lines" in upload(owner, owner.open(f"{SETUP}/customers"), many, do="preview").words
    assert customers() == {}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_is_shown_first_with_its_wrong_lines_and_brought_in_once(
    owner: Browser, encoding: str
) -> None:
    table = 'Name,E-mail,Phone\r\n"Müller, Jörg",joerg@example.com,\r\nAna,not-a-mail@,+44 7700 900123\r\n'

    page = upload(owner, owner.open(f"{SETUP}/customers"), table.encode(encoding), do="preview")

    assert "New: 1 2. Müller, Jörg joerg@example.com" in page.words
    assert "Cannot be read, left out: 1 3. Ana" in page.words
    assert "not-a-mail@ – This is not an e-mail address." in page.words
    assert customers() == {}
    for _ in range(2):
        assert upload(owner, page, b"", do="bring").status == 303
    assert set(customers()) == {"Müller, Jörg"}


def test_a_long_file_is_brought_in_part_by_part(owner: Browser) -> None:
    table = "Name;Mail\n" + "".join(f"Customer {n};c{n}@example.com\n" for n in range(1, 106))

    page = upload(owner, owner.open(f"{SETUP}/customers"), table.encode(), do="preview")
    assert "Lines 2 to 101 of 105; these are not saved yet." in page.words
    rest = upload(owner, page, b"", do="bring")
    assert rest.status == 200
    assert "The new ones among the lines before are in." in rest.words
    assert "Lines 102 to 106 of 105" in rest.words
    assert "New: 5" in rest.words
    assert upload(owner, rest, b"", do="bring").status == 303

    assert owner.open("/desk/customers?q=c105@example.com").words.count("Customer 105") == 1
    assert setup().steps == {"customers": "done"}


@pytest.mark.parametrize(
    "body", [b"", b"--edge", b"--edge--", b"\xff\x00", b"--edge\r\n\r\nno name\r\n--edge--"]
)
def test_a_form_with_a_file_that_cannot_be_read_is_refused(owner: Browser, body: bytes) -> None:
    answer = owner.post_raw(f"{SETUP}/customers", body, "multipart/form-data; boundary=edge")

    assert answer.status in {400, 403}


def test_a_try_reminds_the_manager_and_shows_what_became_of_it(shop: Shop) -> None:
    change_policy(shop.desk, business={"name": "Baker & Daughters", "time_zone": "UTC"})
    manager = signed_in(shop.desk, shop.supervisor_id, manager=True)
    form = manager.open(f"{SETUP}/message").form(f"{SETUP}/message")

    for _ in range(2):
        answer = manager.post(form.action, {**form.fields, "do": "save"})
        assert answer.headers["location"] == f"{SETUP}/message"
    assert "It is due in a moment." in manager.open(f"{SETUP}/message").words

    shop.desk.pass_time(timedelta(minutes=8))

    assert [mail["To"] for mail in shop.desk.mails if "See that this reminder arrives" in str(mail)]
    assert "Sent to Sana by e-mail" in manager.open(f"{SETUP}/message").words
    tried_with = setup().tried_with
    assert tried_with is not None
    customer = manager.open(f"/desk/customers/{tried_with}")
    assert "A try of the desk, with myself as the customer." in customer.words


def test_a_manager_who_is_no_agent_is_told_to_become_one_before_a_try(owner: Browser) -> None:
    page = send(owner, "message")

    assert page.status == 422
    assert "Invite yourself as a colleague first." in page.words


def test_setup_is_for_managers(shop: Shop) -> None:
    agent = signed_in(shop.desk, shop.agent_id)
    token = agent.open("/desk/keys").form("/desk/keys").fields["token"]

    for path in ("", *(f"/{step}" for step in SETUP_STEPS)):
        assert agent.open(f"{SETUP}{path}").status == 403
    for step in SETUP_STEPS:
        assert agent.post(f"{SETUP}/{step}", {"token": token, "do": "skip"}).status == 403
    assert setup().steps == {}
    assert SETUP not in agent.open("/desk/").html
    assert signed_in(shop.desk, shop.supervisor_id, manager=True).open(f"{SETUP}/no-step").status == 404


def test_hostile_lines_are_escaped(owner: Browser) -> None:
    page = send(owner, "customers", lines=f"{MARKUP}\n{MARKUP};a@example.com", do="preview")

    assert "<script>alert" not in page.html
    assert "<img src=x" not in page.html
