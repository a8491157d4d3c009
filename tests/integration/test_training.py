"""Training topics by the API and in the console."""

import pytest

from tests.integration.console import signed_in
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import Shop, change_agent, token_of
from tests.times import DAY, HOUR

AMINA = token_of("amina@example.com")


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    """A shop that broke its promise in each of five requests."""
    shop = Shop.opened(desk)
    change_agent(desk, shop.supervisor_id, role="manager")
    for _ in range(5):
        shop.promise(desk.now + HOUR)
    desk.clock.shift(2 * HOUR)
    return shop


def test_a_topic_has_its_cases_its_interval_and_what_was_done(shop: Shop) -> None:
    [topic] = shop.desk.call("GET /api/training-topics").json["items"]
    marked = shop.desk.call(f"POST /api/training-topics/{topic['key']}/mark", {"what": "A checklist"})
    again = shop.desk.call(f"POST /api/training-topics/{topic['key']}/mark", {"what": "Two of us look"})
    shop.desk.clock.shift(DAY)
    [later] = shop.desk.call("GET /api/training-topics").json["items"]

    assert (topic["kind"], topic["name"], topic["effect"]) == ("kind", "request", None)
    assert topic["share"]["troubled"] == topic["share"]["cases"] == len(topic["case_ids"]) == 5
    assert topic["share"]["interval"] == pytest.approx([0.5655, 1.0], abs=0.0001)
    assert (marked.status, again.json["version"]) == (200, 2)
    assert later["effect"]["training"]["what"] == "Two of us look"
    assert later["effect"]["before"]["troubled"] == 5
    assert later["effect"]["after"] is None  # too few
    assert shop.desk.call(f"POST /api/training-topics/{'0' * 16}/mark", {"what": "No"}).status == 404


def test_the_console_shows_topics_and_notes_what_was_done(shop: Shop) -> None:
    manager = signed_in(shop.desk, shop.supervisor_id, manager=True)
    page = manager.open("/desk/training")
    [form] = [form for form in page.forms if form.action.startswith("/desk/training/")]

    manager.post(form.action, {**form.fields, "what": "<b>A checklist</b>"})
    after = manager.open("/desk/training")

    assert "5 of 5 brought trouble; the true share is between 57% and 100%." in page.words
    assert "<b>A checklist</b>" in after.words
    assert "Too few matters yet to say whether it helped." in after.words


def test_training_topics_are_for_managers(shop: Shop) -> None:
    agent = signed_in(shop.desk, shop.agent_id)
    form = agent.open("/desk/me").form("/desk/me")

    assert shop.desk.call("GET /api/training-topics", user=AMINA).status == 403
    assert agent.open("/desk/training").status == 403
    sent = {"token": form.fields["token"], "what": "Mine"}
    assert agent.post(f"/desk/training/{'0' * 16}", sent).status == 403
