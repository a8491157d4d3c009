"""Messages by status, and failed ones that a manager sends again, by the API and in the console."""

import pytest

from tests.integration.aws_errors import refuse, succeed
from tests.integration.console import Browser, counted, signed_in
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import Shop, change_agent, token_of, writes
from tests.times import HOUR, MINUTE
from tests.unit.present.hostile_text import MARKUP
from vaada.desk import open_desk
from vaada.flows.messages.suppression import suppress

HERE = "/desk/messages"
suspended = refuse("sesv2.SendEmail", code="AccountSuspendedException")


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    """A desk on a Monday at 09:00 whose agent reads mail only."""
    shop = Shop.opened(desk)
    change_agent(shop.desk, shop.agent_id, notify_by=["email"])
    return shop


@pytest.fixture
def manager(shop: Shop) -> Browser:
    return signed_in(shop.desk, shop.supervisor_id, manager=True)


def failed_reminder(shop: Shop) -> str:
    """A reminder that SES refused for good. Returns the id of its follow-up."""
    follow_up = shop.follow_up(shop.desk.now + HOUR)
    shop.desk.before_call = suspended
    shop.desk.pass_time(HOUR + 10 * MINUTE)
    shop.desk.before_call = succeed
    return follow_up


def listed(shop: Shop, **query: str) -> list[str]:
    """The statuses of the messages that the API lists."""
    answer = shop.desk.call("GET /api/messages", query=query)
    assert answer.status == 200, answer.body
    return [row["status"] for row in answer.json["items"]]


def test_messages_are_listed_by_status_with_the_reason(shop: Shop) -> None:
    failed_reminder(shop)

    found = shop.desk.call("GET /api/messages", query={"status": "failed"}).json["items"]

    assert [(row["purpose"], row["why_not"]) for row in found] == [
        ("follow_up_reminder", "AccountSuspendedException")
    ]
    assert listed(shop, status="sent") == []
    assert listed(shop) == ["failed"]
    assert shop.desk.call("GET /api/messages", query={"status": "lost"}).status == 422


def test_messages_are_narrowed_to_a_reader_and_a_purpose(shop: Shop) -> None:
    for _ in range(2):
        shop.promise(shop.desk.now + HOUR)
        shop.desk.pass_time(25 * HOUR)

    every, asked = (
        shop.desk.call("GET /api/messages", query={"status": "sent", "limit": "100", **query}).json["items"]
        for query in ({}, {"to": "agent", "purpose": "promise_warning"})
    )
    assert {(row["to"], row["purpose"]) for row in asked} == {("agent", "promise_warning")}
    assert asked == [row for row in every if (row["to"], row["purpose"]) == ("agent", "promise_warning")]
    assert shop.desk.call("GET /api/messages", query={"to": "everybody"}).status == 422

    manager = signed_in(shop.desk, shop.supervisor_id, manager=True)
    page = manager.open(f"{HERE}?status=sent&to=agent&purpose=promise_warning")
    assert page.html.count("data-row") == len(asked) == 2
    assert "“A promise is due soon”" in page.words
    assert 'href="/desk/messages?status=held&amp;to=agent&amp;purpose=promise_warning"' in page.html
    assert manager.open(f"{HERE}?status=sent&to=customer").html.count("data-row") == 0
    assert manager.open(f"{HERE}?status=sent&to=<b>&purpose=nonsense").html.count("data-row") > len(asked)


def test_the_latest_message_comes_first_and_pages_follow_each_other(shop: Shop) -> None:
    for _ in range(3):
        shop.promise(shop.desk.now + HOUR)
        shop.desk.pass_time(2 * HOUR)

    first = shop.desk.call("GET /api/messages", query={"status": "sent", "limit": "2"}).json
    rest = shop.desk.call(
        "GET /api/messages", query={"status": "sent", "limit": "100", "cursor": first["next_cursor"]}
    ).json

    times = [row["created_at"] for row in first["items"] + rest["items"]]
    assert times == sorted(times, reverse=True)
    assert len({row["message_id"] for row in first["items"] + rest["items"]}) == len(times) > 2


def test_a_failed_message_is_sent_once_somebody_has_it_tried_again(shop: Shop) -> None:
    failed_reminder(shop)
    [failed] = shop.rows("message")

    answer = shop.desk.call(f"POST /api/messages/{failed['message_id']}/retry")
    shop.desk.pass_time(2 * MINUTE)

    assert (answer.status, answer.json["status"]) == (200, "waiting")
    assert answer.json["retried_by"].startswith("manager")
    assert [row["status"] for row in shop.rows("message")] == ["sent"]
    assert len(shop.desk.mails) == 1
    assert shop.desk.call(f"POST /api/messages/{failed['message_id']}/retry").status == 409


def test_a_message_that_is_no_longer_true_is_not_sent_again(shop: Shop) -> None:
    follow_up = failed_reminder(shop)
    [failed] = shop.rows("message")
    assert shop.desk.call(f"POST /api/follow-ups/{follow_up}/complete").status == 200

    assert shop.desk.call(f"POST /api/messages/{failed['message_id']}/retry").status == 409
    assert listed(shop, status="failed") == ["failed"]


def test_only_managers_see_all_messages_and_have_them_tried_again(shop: Shop) -> None:
    failed_reminder(shop)
    [failed] = shop.rows("message")
    agent, before = signed_in(shop.desk, shop.agent_id), writes(shop.desk)
    token = agent.open("/desk/sign-ins").form("/desk/sign-out").fields["token"]
    claims = token_of("amina@example.com")

    assert shop.desk.call("GET /api/messages", user=claims).status == 403
    assert shop.desk.call(f"POST /api/messages/{failed['message_id']}/retry", user=claims).status == 403
    assert agent.open(HERE).status == 403
    for action in ("retry", "lift"):
        assert agent.post(f"{HERE}/{failed['message_id']}/{action}", {"token": token}).status == 403
    assert "Messages" not in agent.open("/desk/sign-ins").words
    assert writes(shop.desk) == before


# ---------------------------------------------------------------- in the console


def test_the_page_says_that_nothing_failed(manager: Browser) -> None:
    assert manager.open(HERE).title == "No message has failed."


def test_a_failed_message_says_why_and_is_tried_again_with_one_press(shop: Shop, manager: Browser) -> None:
    failed_reminder(shop)

    page = manager.open(HERE)
    assert page.title == "1 message did not go out."
    assert "Not sent to Amina by e-mail: a reminder." in page.words
    assert "AccountSuspendedException" in page.words
    after = manager.send(page.form("/retry"))

    assert "It is tried again within a minute." in after.words
    assert "Is tried again, to Amina by e-mail: a reminder." in after.words
    shop.desk.pass_time(2 * MINUTE)
    assert manager.open(HERE).title == "No message has failed."
    assert "Sent to Amina by e-mail: a reminder." in manager.open(f"{HERE}?status=sent").words


def test_an_address_that_bounced_is_written_to_again(shop: Shop, manager: Browser) -> None:
    failed_reminder(shop)
    suppress(open_desk(), "email", "amina@example.com", "bounced", shop.desk.now)

    page = manager.open(HERE)
    assert "Nothing is sent to this address since today at" in page.words
    after = manager.send(page.form("/lift"))

    assert "The address may be written to again." in after.words
    assert "/lift" not in after.html


def test_hostile_words_are_escaped(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk, name=MARKUP[:190])
    shop.survey_link()

    html = signed_in(desk, shop.supervisor_id, manager=True).open(f"{HERE}?status=sent").html

    assert "<script>alert" not in html
    assert "<img src=x" not in html


def test_the_page_makes_as_many_calls_for_many_messages_as_for_few(shop: Shop, manager: Browser) -> None:
    def cost() -> dict[str, int]:
        manager.open(f"{HERE}?status=sent")
        with counted(shop.desk) as made:
            assert manager.open(f"{HERE}?status=sent").status == 200
        return made

    shop.promise(shop.desk.now + HOUR)
    shop.desk.pass_time(2 * HOUR)
    few = cost()
    for _ in range(5):
        shop.promise(shop.desk.now + HOUR)
        shop.desk.pass_time(2 * HOUR)

    assert cost() == few
    assert sum(few.values()) <= 5
