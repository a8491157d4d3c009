"""Answers by WhatsApp: within a day, to the number that wrote, once; and what becomes of them."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from functions.receive_whatsapp.app import handler
from tests.integration.console import signed_in
from tests.integration.fake_whatsapp import FakeWhatsApp
from tests.integration.provider_events import sample
from tests.integration.scripted_desk import Context, Response, ScriptedDesk
from tests.integration.shop import change_policy
from tests.times import DAY, HOUR, MINUTE
from tests.unit import rows
from vaada.desk import open_desk
from vaada.model.messages import Message

pytestmark = pytest.mark.usefixtures("asked")

TWO_MINUTES = 2 * MINUTE
TEXT = "We open at nine."


def receive(name: str, change: Callable[[dict[str, Any]], None] = lambda _: None) -> list[str]:
    """Let a sample of an event come in, in which what Meta reports is changed. The outcomes."""
    event = sample(f"receive_whatsapp/{name}")
    message = json.loads(event["Records"][0]["Sns"]["Message"])
    entry = json.loads(message["whatsAppWebhookEntry"])
    change(entry["changes"][0]["value"])
    message["whatsAppWebhookEntry"] = json.dumps(entry)
    event["Records"][0]["Sns"]["Message"] = json.dumps(message)
    return handler(event, Context())  # type: ignore[arg-type]  # all of a context that is read


@pytest.fixture(autouse=True)
def whatsapp(monkeypatch: pytest.MonkeyPatch) -> FakeWhatsApp:
    return FakeWhatsApp.installed(monkeypatch)


@pytest.fixture
def asked(stored_survey: None, whatsapp: FakeWhatsApp) -> None:
    """The customer has asked by WhatsApp, at 09:00."""
    assert stored_survey is None
    assert whatsapp.sent == []
    assert receive("words") == ["contact"]


def write(desk: ScriptedDesk, text: str = TEXT, *, key: str | None = None, **more: object) -> Response:
    body = {"agent_id": rows.AGENT_ID, "text": text, **more}
    return desk.call(f"POST /api/customers/{rows.CUSTOMER_ID}/messages", body, key=key)


def of_kind(desk: ScriptedDesk, kind: str) -> list[dict[str, Any]]:
    return [row for row in desk.timeline(rows.CUSTOMER_ID) if row["row_kind"] == kind]


def message_of(desk: ScriptedDesk) -> dict[str, Any]:
    (message,) = (row for row in of_kind(desk, "message") if row["purpose"] == "personal")
    return message


def status_of(desk: ScriptedDesk, name: str) -> list[str]:
    """Let the status of the message that was sent come in."""

    def ours(value: dict[str, Any]) -> None:
        value["statuses"][0]["biz_opaque_callback_data"] = message_of(desk)["message_id"]

    return receive(name, ours)


def test_an_answer_goes_out_once_by_the_way_the_question_came(
    desk: ScriptedDesk, whatsapp: FakeWhatsApp
) -> None:
    answers = [write(desk, key="one"), write(desk, key="one")]
    desk.pass_time(TWO_MINUTES)

    assert [answer.status for answer in answers] == [201, 201]
    (sent,) = whatsapp.sent
    assert (sent["to"], sent["biz_opaque_callback_data"]) == ("+923001234567", message_of(desk)["message_id"])
    assert sent["text"]["body"].split("\n\n")[1:2] == [TEXT]
    (outbound,) = (row for row in of_kind(desk, "interaction") if row["direction"] == "outbound")
    assert (outbound["channel"], outbound["summary"]) == ("whatsapp", TEXT)
    (reply,) = of_kind(desk, "reply")
    assert (reply["status"], reply["given_by"]) == ("given", outbound["interaction_id"])
    assert (message_of(desk)["status"], message_of(desk)["medium"]) == ("sent", "whatsapp")


def test_an_answer_after_a_day_is_refused_and_other_ways_are_offered(
    desk: ScriptedDesk, whatsapp: FakeWhatsApp
) -> None:
    case_id = next(row for row in of_kind(desk, "interaction") if row["channel"] == "whatsapp")["case_id"]
    desk.pass_time(DAY)

    refused = write(desk, medium="whatsapp", case_id=case_id)
    other = write(desk, case_id=case_id)
    desk.pass_time(TWO_MINUTES)

    assert (refused.status, "more than 24 hours old" in refused.body) == (409, True)
    assert (other.status, other.json["medium"]) == (201, "email")
    assert whatsapp.sent == []


def test_one_that_would_wait_beyond_the_day_must_be_sent_now(
    desk: ScriptedDesk, whatsapp: FakeWhatsApp
) -> None:
    change_policy(desk, customers={"write_from": "15:00", "write_until": "20:00"})
    desk.pass_time(22 * HOUR)  # noon in Karachi, two hours before the end

    refused = write(desk, medium="whatsapp")
    sent = write(desk, medium="whatsapp", send_now=True)
    desk.pass_time(TWO_MINUTES)

    assert (refused.status, "24 hours, which end before" in refused.body) == (409, True)
    assert (sent.status, len(whatsapp.sent)) == (201, 1)


def test_one_that_was_held_up_beyond_the_day_becomes_a_follow_up(
    desk: ScriptedDesk, whatsapp: FakeWhatsApp
) -> None:
    whatsapp.fails["SendWhatsAppMessage"] = ("ThrottledRequestException", 429)
    desk.pass_time(23 * HOUR)
    write(desk, medium="whatsapp", send_now=True)
    desk.pass_time(5 * HOUR)

    assert (message_of(desk)["status"], whatsapp.sent) == ("withheld", [])
    assert "24 hours" in message_of(desk)["why_not"]
    assert [row["origin"] for row in of_kind(desk, "follow_up") if row["origin"] == "not_sent"] == [
        "not_sent"
    ]


def test_a_customer_who_has_not_written_by_whatsapp_is_not_written_to_by_it(desk: ScriptedDesk) -> None:
    case_id = desk.call(
        "POST /api/interactions",
        {
            **{"customer_id": rows.CUSTOMER_ID, "agent_id": rows.AGENT_ID, "channel": "whatsapp"},
            **{"direction": "inbound", "kind": "question", "summary": "Told me on my own phone"},
        },
    ).json["case_id"]

    refused = write(desk, medium="whatsapp", case_id=case_id)

    assert refused.status == 422
    assert "have not written about this case" in refused.body


def test_a_number_that_stopped_gets_no_answer(desk: ScriptedDesk, whatsapp: FakeWhatsApp) -> None:
    receive("stop")

    assert write(desk, medium="whatsapp").status == 409
    assert whatsapp.sent == []


def test_a_number_that_stops_before_it_goes_out_gets_none(desk: ScriptedDesk, whatsapp: FakeWhatsApp) -> None:
    write(desk)
    receive("stop", lambda value: value["messages"][0].update(id="wamid.stop"))
    desk.pass_time(TWO_MINUTES)

    assert (message_of(desk)["status"], whatsapp.sent) == ("withheld", [])


def test_only_the_number_that_wrote_is_written_to(desk: ScriptedDesk, whatsapp: FakeWhatsApp) -> None:
    write(desk)
    desk.call(f"PATCH /api/customers/{rows.CUSTOMER_ID}", {"phone": "+442079460000", "other_phones": []})
    desk.pass_time(TWO_MINUTES)

    assert whatsapp.sent == []
    assert message_of(desk)["status"] == "withheld"


def test_files_and_subjects_are_for_mails(desk: ScriptedDesk) -> None:
    file = {"name": "a.txt", "content": "eA=="}

    assert "attachments" in write(desk, medium="whatsapp", attachments=[file]).body
    assert "subject" in write(desk, medium="whatsapp", subject="Hours").body


@pytest.mark.parametrize(
    ("name", "delivery"),
    [("status_sent", "accepted"), ("status_delivered", "delivered"), ("status_read", "delivered")],
)
def test_a_status_is_recorded_once(desk: ScriptedDesk, name: str, delivery: str) -> None:
    write(desk)
    desk.pass_time(TWO_MINUTES)

    assert [status_of(desk, name), status_of(desk, name)] == [[delivery], ["already known"]]
    assert (message_of(desk)["status"], message_of(desk)["delivery"]) == ("sent", delivery)


def test_a_failure_becomes_one_follow_up(desk: ScriptedDesk, whatsapp: FakeWhatsApp) -> None:
    write(desk)
    desk.pass_time(TWO_MINUTES)

    assert [status_of(desk, "status_failed"), status_of(desk, "status_failed")] == [
        ["rejected"],
        ["already known"],
    ]
    assert len([row for row in of_kind(desk, "follow_up") if row["origin"] == "not_sent"]) == 1
    desk.pass_time(DAY)
    assert len(whatsapp.sent) == 1


def test_a_status_settles_a_message_whose_response_was_lost(
    desk: ScriptedDesk, whatsapp: FakeWhatsApp
) -> None:
    whatsapp.fails["SendWhatsAppMessage"] = ("DependencyException", 502)
    write(desk)
    desk.pass_time(10 * MINUTE)
    assert message_of(desk)["status"] == "unknown"

    status_of(desk, "status_delivered")

    assert (message_of(desk)["status"], message_of(desk)["delivery"]) == ("sent", "delivered")


def test_a_status_of_what_the_desk_has_not_sent_changes_nothing() -> None:
    assert receive("status_sent") == ["no such message"]
    assert receive("status_sent", lambda value: value["statuses"][0].pop("biz_opaque_callback_data")) == []
    assert receive("status_sent", lambda value: value["statuses"][0].update(status="deleted")) == []


def test_a_customer_who_quotes_our_answer_goes_on_with_its_case(desk: ScriptedDesk) -> None:
    write(desk)
    desk.pass_time(TWO_MINUTES)
    status_of(desk, "status_sent")
    desk.pass_time(3 * DAY)

    def later(value: dict[str, Any]) -> None:
        value["messages"][0] |= {"id": "wamid.later", "timestamp": str(int(desk.now.timestamp()))}

    receive("quoted_answer", later)

    contacts = [row for row in of_kind(desk, "interaction") if row["channel"] == "whatsapp"]
    newest, *earlier = (row["direction"] for row in contacts)
    assert newest == "inbound"
    assert sorted(earlier) == ["inbound", "outbound"]  # within one second, so in either order
    assert len({row["case_id"] for row in contacts}) == 1


def test_the_form_says_until_when_whatsapp_is_open(desk: ScriptedDesk, whatsapp: FakeWhatsApp) -> None:
    browser = signed_in(desk, rows.AGENT_ID)
    page = browser.open(f"/desk/customers/{rows.CUSTOMER_ID}/write")
    assert "WhatsApp open until tomorrow at 09:00" in page.words

    browser.send(page.form("/write"), text=TEXT, medium="whatsapp", do="send")
    desk.pass_time(TWO_MINUTES)

    assert len(whatsapp.sent) == 1
    page = browser.open(f"/desk/customers/{rows.CUSTOMER_ID}")
    assert "by WhatsApp: a personal message." in page.words


def test_the_form_says_that_whatsapp_is_closed(desk: ScriptedDesk) -> None:
    desk.pass_time(DAY)

    page = signed_in(desk, rows.AGENT_ID).open(f"/desk/customers/{rows.CUSTOMER_ID}/write")

    assert "WhatsApp: Their last message by WhatsApp is more than 24 hours old." in page.words
    stored = open_desk().table.get(Message, rows.row_id(6))
    assert stored is None
