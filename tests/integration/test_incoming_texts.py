"""Texts from customers: answers are matched by their number; no keyword and no answer is a contact."""

import copy
import json
from typing import Any

import pytest

from tests.integration.provider_events import handle_text, sample, stopped_media_of_bilal, write_text
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import add_customer, record_call
from tests.times import DAY, HOUR
from tests.unit import rows
from vaada.desk import open_desk
from vaada.model.people import Customer
from vaada.model.work import Survey

pytestmark = pytest.mark.usefixtures("stored_survey")

BILAL, STRANGER = "+923001234567", "+923219876543"


def a_text(words: str, *, number: str = BILAL, text_id: str = "text-1", **fields: Any) -> dict[str, Any]:
    event = copy.deepcopy(sample("receive_text/question"))
    text = {**json.loads(event["Records"][0]["Sns"]["Message"]), **fields}
    text |= {"messageBody": words, "originationNumber": number, "inboundMessageId": text_id}
    event["Records"][0]["Sns"]["Message"] = json.dumps({k: v for k, v in text.items() if v is not None})
    return event


def unhinted(words: str, **fields: Any) -> dict[str, Any]:
    return a_text(words, previousPublishedMessageId=None, **fields)


def survey(survey_id: str = rows.row_id(5)) -> Survey:
    found = open_desk().table.get(Survey, survey_id)
    assert found is not None
    return found


def contacts(desk: ScriptedDesk, customer_id: str = rows.CUSTOMER_ID) -> list[dict[str, Any]]:
    """The contacts by text on the customer's timeline."""
    story = desk.timeline(customer_id)
    return [row for row in story if row["row_kind"] == "interaction" and row["channel"] == "sms"]


def customers_of(desk: ScriptedDesk, number: str) -> list[dict[str, Any]]:
    return list(desk.call("GET /api/customers", query={"q": number[-7:]}).json["items"])


@pytest.mark.parametrize("words", ["5", "5️⃣", "5/5", "(5)", "5 👍", "Thank you! 5"])
@pytest.mark.parametrize("number", [BILAL, "923001234567", "+92 300 1234567", "00923001234567"])
def test_an_answer_is_matched_by_the_number_without_any_hint(
    desk: ScriptedDesk, words: str, number: str
) -> None:
    handle_text(unhinted(words, number=number))

    assert (survey().status, survey().score) == ("answered", 5)
    assert contacts(desk) == []


def test_a_hint_at_another_message_does_not_matter() -> None:
    handle_text(a_text("5", previousPublishedMessageId="a-message-that-nobody-knows"))

    assert (survey().status, survey().score) == ("answered", 5)


def test_the_latest_open_survey_is_answered(desk: ScriptedDesk) -> None:
    sent = {"status": "sent", "step": None, "wake_at": None}
    open_desk().table.write(
        rows.survey(survey_id=rows.row_id(8), kind="promise", sent_at=rows.MONDAY + DAY, **sent)
    )

    handle_text(unhinted("Yes"))

    assert (survey(rows.row_id(8)).status, survey(rows.row_id(8)).score) == ("answered", 1)
    assert survey().status == "sent"
    assert contacts(desk) == []


def test_an_open_survey_is_answered_before_an_answer_is_changed() -> None:
    """The hint is at the SMS of a survey that was answered an hour ago; another one is open since."""
    handle_text(unhinted("4"))
    asked = rows.message(
        about_id=survey().id, about_kind="survey", purpose="survey", to="customer", medium="sms"
    )
    sent = asked.model_copy(update={"status": "sent", "wake_at": None, "provider_id": "sms-1"})
    later = {"status": "sent", "step": None, "wake_at": None, "sent_at": rows.MONDAY + HOUR}
    open_desk().table.write(sent, rows.survey(survey_id=rows.row_id(8), **later))

    handle_text(a_text("2", text_id="text-2", previousPublishedMessageId="sms-1"))

    assert (survey().score, survey(rows.row_id(8)).score) == (4, 2)


def test_an_answer_that_comes_twice_counts_once(desk: ScriptedDesk) -> None:
    for _ in range(2):
        handle_text(unhinted("4"))

    assert (survey().score, survey().amendments) == (4, ())
    assert contacts(desk) == []


def test_words_are_a_contact_that_waits_for_a_reply(desk: ScriptedDesk) -> None:
    write_text()

    for _ in range(3):
        handle_text(a_text("When do you open?\r\nAnd until when?"))

    (contact,) = contacts(desk)
    assert contact["summary"] == "When do you open?\nAnd until when?"
    assert (contact["direction"], contact["agent_id"]) == ("inbound", rows.AGENT_ID)
    assert contact["occurred_at"] == "2026-03-02T09:00:00Z"  # not after now, whatever the clock of SNS says
    (reply,) = (row for row in desk.timeline(rows.CUSTOMER_ID) if row["row_kind"] == "reply")
    assert reply["interaction_id"] == contact["interaction_id"]
    assert (survey().status, survey().version) == ("sent", 1)
    assert stopped_media_of_bilal() == set()


@pytest.mark.parametrize("words", ["And how much is the fan?", "Hello, it is me again"])
def test_the_latest_open_case_is_suggested_for_a_text(desk: ScriptedDesk, words: str) -> None:
    asked = {
        **{"customer_id": rows.CUSTOMER_ID, "agent_id": rows.AGENT_ID, "channel": "phone", "kind": "order"},
        "direction": "inbound",
    }
    cases = []
    for summary in ("The brake squeals", "Where is the fan?"):
        cases.append(desk.call("POST /api/interactions", {**asked, "summary": summary}).json["case_id"])
        desk.pass_time(HOUR)

    handle_text(unhinted(words))

    contact = contacts(desk)[0]
    found = desk.call(f"GET /api/interactions/{contact['interaction_id']}").json
    assert found["suggested_case_ids"] == [cases[-1]]


def test_two_texts_are_two_contacts(desk: ScriptedDesk) -> None:
    handle_text(a_text("When do you open?", text_id="text-1"))
    handle_text(a_text("When do you open?", text_id="text-2"))

    assert len(contacts(desk)) == 2


@pytest.mark.parametrize("words", ["5", "Yes"])
def test_a_number_or_a_yes_is_a_contact_where_no_survey_is_open(desk: ScriptedDesk, words: str) -> None:
    open_desk().table.write(survey().changed(status="expired"))

    handle_text(unhinted(words))

    assert [contact["summary"] for contact in contacts(desk)] == [words]


@pytest.mark.parametrize("last", [0, 1], ids=["the older customer", "the newer customer"])
def test_a_number_of_two_customers_is_whoevers_contact_was_last(desk: ScriptedDesk, last: int) -> None:
    both = (rows.CUSTOMER_ID, add_customer(desk, name="Dua Khan", email=None, phone=BILAL))
    desk.pass_time(HOUR)
    record_call(desk, both[last])

    handle_text(unhinted("When do you open?"))

    assert [len(contacts(desk, one)) for one in both] == [int(n == last) for n in range(2)]


def test_an_unknown_number_becomes_a_customer_to_be_named(desk: ScriptedDesk) -> None:
    for text_id in ("text-1", "text-2", "text-2"):
        handle_text(unhinted("Do you repair fans?", number=STRANGER, text_id=text_id))

    (customer,) = customers_of(desk, STRANGER)
    assert (customer["name"], customer["phone"], customer["tags"]) == (STRANGER, STRANGER, ["unnamed"])
    assert not any(customer["consent"].values())
    assert len(contacts(desk, customer["customer_id"])) == 2


def test_an_erased_stranger_who_writes_again_is_a_new_customer(desk: ScriptedDesk) -> None:
    handle_text(unhinted("Do you repair fans?", number=STRANGER))
    (before,) = customers_of(desk, STRANGER)
    desk.call(f"POST /api/customers/{before['customer_id']}/erase")
    desk.pass_time(HOUR)

    handle_text(unhinted("Hello again", number=STRANGER, text_id="text-2"))

    (after,) = customers_of(desk, STRANGER)
    assert after["customer_id"] != before["customer_id"]


def test_the_last_text_of_an_agent_is_no_contact(desk: ScriptedDesk) -> None:
    desk.call(f"PATCH /api/agents/{rows.AGENT_ID}", {"phone": STRANGER})

    handle_text(unhinted("ok", number=STRANGER))

    assert customers_of(desk, STRANGER) == []


@pytest.mark.parametrize("number", ["12345", "DHL", ""])
def test_a_short_code_or_a_name_is_nobody_who_can_be_answered(desk: ScriptedDesk, number: str) -> None:
    handle_text(unhinted("Your code is 1234", number=number))

    assert contacts(desk) == []


def test_a_stop_within_a_sentence_is_a_contact_and_stops_nothing(desk: ScriptedDesk) -> None:
    handle_text(a_text("Please stop by the shop tomorrow"))

    assert len(contacts(desk)) == 1
    assert stopped_media_of_bilal() == set()


@pytest.mark.parametrize("words", ["", "\u200b", " \n "])
def test_a_text_without_words_is_still_noticed(desk: ScriptedDesk, words: str) -> None:
    handle_text(a_text(words))

    assert len(contacts(desk)) == 1


def test_a_contact_that_fails_is_raised_so_that_it_comes_again(desk: ScriptedDesk) -> None:
    def fails(call: str) -> None:
        if call == "dynamodb.TransactWriteItems":
            raise RuntimeError("the table is away")

    desk.before_call = fails
    with pytest.raises(RuntimeError):
        handle_text(a_text("When do you open?"))
    desk.before_call = lambda _: None

    handle_text(a_text("When do you open?"))

    assert len(contacts(desk)) == 1
    bilal = open_desk().table.get(Customer, rows.CUSTOMER_ID)
    assert bilal is not None
