"""Recognition: proposed from the rows, said with one tap, and sent to the agent in the manager's name."""

import pytest

from tests.integration.console import signed_in
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import Shop, change_agent, token_of, words_of
from tests.times import DAY, HOUR
from vaada.model.times import text_of
from vaada.rules.recognition import QUARTER

AMINA = token_of("amina@example.com")
SANA = token_of("sana@example.com", "managers")


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    """A shop with a customer who was happy with Amina and said why."""
    shop = Shop.opened(desk)
    change_agent(desk, shop.agent_id, notify_by=["email"])
    change_agent(desk, shop.supervisor_id, role="manager")
    desk.answer(shop.survey_link(), score="5", comment="She <b>called</b> at once.")
    desk.pass_time(HOUR)
    return shop


def survey_of(shop: Shop) -> str:
    survey_id: str = shop.rows("survey")[0]["survey_id"]
    return survey_id


def test_a_happy_customers_words_are_proposed_and_everybody_is_listed(shop: Shop) -> None:
    items = shop.desk.call("GET /api/recognition/proposals").json["items"]

    of = {one["agent_id"]: one for one in items}
    assert of[shop.agent_id]["is_unseen"]
    assert of[shop.supervisor_id]["proposals"] == []
    [proposal] = of[shop.agent_id]["proposals"]
    assert (proposal["reason"], proposal["evidence_id"]) == ("kind_words", survey_of(shop))


def test_a_promise_is_proposed_as_soon_as_it_is_kept(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk)
    desk.answer(shop.survey_link(), score="1")
    desk.pass_time(HOUR)
    [call_back] = shop.rows("commitment")

    desk.call(f"POST /api/commitments/{call_back['commitment_id']}/keep", {}, user=SANA)
    items = desk.call("GET /api/recognition/proposals").json["items"]

    assert call_back["due_at"] > text_of(desk.now)
    [proposal] = [one for item in items for one in item["proposals"]]
    assert (proposal["reason"], proposal["evidence_id"]) == ("won_back", call_back["commitment_id"])


def test_an_answer_is_proposed_for_a_quarter_after_it_was_given(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk)
    link = shop.survey_link()
    desk.clock.shift(5 * DAY)
    desk.answer(link, score="5", comment="She called at once.")
    desk.clock.shift(QUARTER - HOUR)

    items = desk.call("GET /api/recognition/proposals").json["items"]

    assert [one["reason"] for item in items for one in item["proposals"]] == ["kind_words"]


def test_thanks_reach_the_agent_once_in_the_managers_name(shop: Shop) -> None:
    body = {"evidence_id": survey_of(shop), "note": "I am glad you are here."}
    before = len(shop.desk.mails)

    answers = [shop.desk.call("POST /api/recognition", body, user=SANA) for _ in range(2)]
    shop.desk.pass_time(HOUR)

    assert [answer.status for answer in answers] == [201, 201]
    [mail] = shop.desk.mails[before:]
    assert (mail["To"], mail["Subject"]) == ("Amina <amina@example.com>", "Sana says thank you")
    words = words_of(mail)
    assert "Bilal Khan was happy, and said why." in words
    assert "> She <b>called</b> at once." in words
    assert "I am glad you are here." in words
    assert shop.desk.call("GET /api/recognition").json["items"][0]["said_by"] == shop.supervisor_id
    items = shop.desk.call("GET /api/recognition/proposals").json["items"]
    assert [one for one in items if one["proposals"] or not one["is_unseen"]] == [
        {**items[-1], "proposals": [], "is_unseen": False}
    ]


def test_thanks_wait_until_the_agent_is_back(shop: Shop) -> None:
    until = (shop.desk.now + 2 * DAY).isoformat()
    change_agent(shop.desk, shop.agent_id, away_until=until)
    before = len(shop.desk.mails)

    shop.desk.call("POST /api/recognition", {"evidence_id": survey_of(shop)}, user=SANA)
    shop.desk.pass_time(DAY)
    while_away = len(shop.desk.mails)
    shop.desk.pass_time(2 * DAY)

    assert while_away == before
    assert str(shop.desk.mails[-1]["To"]) == "Amina <amina@example.com>"


def test_nothing_can_be_thanked_for_that_the_record_does_not_show(shop: Shop) -> None:
    case_id = shop.contact()["case_id"]

    for row_id, status in ((case_id, 409), (f"{shop.customer_id}{'0' * 16}", 404)):
        assert shop.desk.call("POST /api/recognition", {"evidence_id": row_id}, user=SANA).status == status


def test_thanks_are_erased_with_the_customer(shop: Shop) -> None:
    shop.desk.call("POST /api/recognition", {"evidence_id": survey_of(shop)}, user=SANA)
    shop.desk.call(f"POST /api/customers/{shop.customer_id}/erase")
    shop.desk.pass_time(HOUR)

    assert shop.desk.call("GET /api/recognition").json["items"] == []


def test_the_console_says_thanks_with_one_press(shop: Shop) -> None:
    manager = signed_in(shop.desk, shop.supervisor_id, manager=True)
    page = manager.open("/desk/thanks")
    form = page.form(f"/desk/thanks/{survey_of(shop)}")
    before = len(shop.desk.mails)

    done = manager.post(form.action, form.fields)
    shop.desk.pass_time(HOUR)

    assert "She <b>called</b> at once." in page.words
    assert done.status == 303
    assert len(shop.desk.mails) == before + 1


def test_each_agent_has_a_page_that_only_they_see(shop: Shop) -> None:
    shop.desk.call("POST /api/recognition", {"evidence_id": survey_of(shop)}, user=SANA)
    shop.promise(shop.desk.now + HOUR)
    shop.desk.pass_time(2 * HOUR)

    page = signed_in(shop.desk, shop.agent_id).open("/desk/me/practice")
    other = signed_in(shop.desk, shop.supervisor_id, manager=True).open("/desk/me/practice")

    assert "0 of 1 promise kept in time" in page.words
    assert "She <b>called</b> at once." in page.words
    assert "A promise to Bilal Khan was not kept in time." in page.words
    assert "Sana" in page.words
    assert "called" not in other.words
    mine = shop.desk.call("GET /api/me/practice", user=AMINA).json
    assert (mine["kept_in_time"], mine["settled"]) == (0, 1)
    assert [one["kind"] for one in mine["examples"]] == ["missed"]
    assert shop.desk.call("GET /api/me/practice").status == 404  # a manager who is no agent


def test_agents_neither_see_nor_say_thanks_of_others(shop: Shop) -> None:
    agent = signed_in(shop.desk, shop.agent_id)

    assert agent.open("/desk/thanks").status == 403
    form = agent.open("/desk/me").form("/desk/me")
    assert agent.post(f"/desk/thanks/{survey_of(shop)}", {"token": form.fields["token"]}).status == 403
    for route in ("GET /api/recognition", "GET /api/recognition/proposals"):
        assert shop.desk.call(route, user=AMINA).status == 403
    body = {"evidence_id": survey_of(shop)}
    assert shop.desk.call("POST /api/recognition", body, user=AMINA).status == 403


def test_thanks_are_part_of_the_customers_record(shop: Shop) -> None:
    shop.desk.call("POST /api/recognition", {"evidence_id": survey_of(shop)}, user=SANA)

    [row] = shop.rows("recognition")
    page = signed_in(shop.desk, shop.supervisor_id, manager=True).open(f"/desk/customers/{shop.customer_id}")

    assert row["reason"] == "kind_words"
    assert page.status == 200
