"""What comes in by WhatsApp: contacts with words and files in their case, STOP, and what starts no clock."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from functions.receive_whatsapp.app import handler
from tests.integration.console import signed_in
from tests.integration.fake_whatsapp import FakeWhatsApp
from tests.integration.provider_events import sample, stopped_media_of_bilal
from tests.integration.scripted_desk import ENVIRONMENT, Context, ScriptedDesk, client
from tests.integration.shop import add_customer, record_call
from tests.times import DAY, HOUR, MINUTE
from tests.unit import rows
from vaada.desk import open_desk
from vaada.flows.incoming_whatsapp import NotProcessed
from vaada.model.people import Customer
from vaada.rules.mail.reading import LARGEST_FILE

pytestmark = pytest.mark.usefixtures("stored_survey")

BUCKET = ENVIRONMENT["INBOUND_MAIL_BUCKET"]
BILAL, STRANGER = "923001234567", "923219876543"


def receive(event: dict[str, Any]) -> list[str]:
    """Let an event come in. The outcomes."""
    return handler(event, Context())  # type: ignore[arg-type]  # all of a context that is read


def changed(name: str, change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """A sample event, in which what Meta reports is changed."""
    event = copy.deepcopy(sample(f"receive_whatsapp/{name}"))
    message = json.loads(event["Records"][0]["Sns"]["Message"])
    entry = json.loads(message["whatsAppWebhookEntry"])
    change(entry["changes"][0]["value"])
    message["whatsAppWebhookEntry"] = json.dumps(entry)
    event["Records"][0]["Sns"]["Message"] = json.dumps(message)
    return event


def said(words: str, *, number: str = BILAL, message_id: str = "wamid.1", **fields: Any) -> dict[str, Any]:
    """A message in words, sent now."""

    def change(value: dict[str, Any]) -> None:
        now = str(int(MOMENT.now.timestamp())) if MOMENT else "1772442000"
        one = {"from": number, "id": message_id, "timestamp": now, "type": "text", "text": {"body": words}}
        value["messages"] = [{**one, **fields}]
        value["contacts"][0]["wa_id"] = number

    return changed("words", change)


MOMENT: ScriptedDesk | None = None


@pytest.fixture(autouse=True)
def moment(desk: ScriptedDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk whose clock the messages are sent by."""
    monkeypatch.setattr("tests.integration.test_incoming_whatsapp.MOMENT", desk)


@pytest.fixture
def whatsapp(monkeypatch: pytest.MonkeyPatch) -> FakeWhatsApp:
    return FakeWhatsApp.installed(monkeypatch)


def contacts(desk: ScriptedDesk, customer_id: str = rows.CUSTOMER_ID) -> list[dict[str, Any]]:
    """The contacts by WhatsApp on the customer's timeline, the latest first."""
    story = desk.timeline(customer_id)
    return [row for row in story if row["row_kind"] == "interaction" and row["channel"] == "whatsapp"]


def replies(desk: ScriptedDesk, customer_id: str = rows.CUSTOMER_ID) -> list[dict[str, Any]]:
    return [row for row in desk.timeline(customer_id) if row["row_kind"] == "reply"]


def customers_of(desk: ScriptedDesk, number: str) -> list[dict[str, Any]]:
    return list(desk.call("GET /api/customers", query={"q": number[-7:]}).json["items"])


def stored_keys() -> list[str]:
    return [one["Key"] for one in client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def test_words_are_a_contact_that_waits_for_a_reply(desk: ScriptedDesk) -> None:
    outcomes = [receive(sample("receive_whatsapp/words")) for _ in range(3)]

    assert outcomes == [["contact"], ["contact, known already"], ["contact, known already"]]
    (contact,) = contacts(desk)
    assert contact["summary"] == "When do you open?"
    assert (contact["direction"], contact["agent_id"]) == ("inbound", rows.AGENT_ID)
    assert contact["occurred_at"] == "2026-03-02T09:00:00Z"
    (reply,) = replies(desk)
    assert (reply["interaction_id"], reply["due_at"][11:16]) == (contact["interaction_id"], "10:00")


@pytest.mark.parametrize("number", [BILAL, f"+{BILAL}"])
def test_the_customer_is_found_by_the_number(desk: ScriptedDesk, number: str) -> None:
    receive(said("Hello?", number=number))

    assert len(contacts(desk)) == 1


@pytest.mark.parametrize("last", [0, 1], ids=["the older customer", "the newer customer"])
def test_a_number_of_two_customers_is_whoevers_contact_was_last(desk: ScriptedDesk, last: int) -> None:
    both = (rows.CUSTOMER_ID, add_customer(desk, name="Dua Khan", email=None, phone=f"+{BILAL}"))
    desk.pass_time(HOUR)
    record_call(desk, both[last])

    receive(said("Hello?"))

    assert [len(contacts(desk, one)) for one in both] == [int(n == last) for n in range(2)]


def test_an_unknown_number_becomes_a_customer_to_be_named(desk: ScriptedDesk) -> None:
    receive(said("Do you repair fans?", number=STRANGER, message_id="wamid.1"))
    receive(said("Table fans", number=STRANGER, message_id="wamid.2"))

    (customer,) = customers_of(desk, STRANGER)
    assert (customer["name"], customer["phone"], customer["tags"]) == (
        "Bilal K.",
        f"+{STRANGER}",
        ["unnamed"],
    )
    assert customer["consent"] == {"email": False, "sms": False, "survey": False, "news": False}
    assert len(contacts(desk, customer["customer_id"])) == 2


def test_a_number_without_a_name_is_the_name(desk: ScriptedDesk) -> None:
    event = changed("words", lambda value: value.pop("contacts"))
    receive(json.loads(json.dumps(event).replace(BILAL, STRANGER)))

    (customer,) = customers_of(desk, STRANGER)
    assert customer["name"] == f"+{STRANGER}"


def test_messages_of_one_conversation_are_one_case(desk: ScriptedDesk) -> None:
    for number, words in enumerate(("Hello", "I have a question", "Is the bike ready?")):
        receive(said(words, message_id=f"wamid.{number}"))
        desk.pass_time(MINUTE)

    assert len({contact["case_id"] for contact in contacts(desk)}) == 1
    assert len(replies(desk)) == 1


def test_a_message_the_next_day_is_another_case(desk: ScriptedDesk) -> None:
    receive(said("Is the bike ready?", message_id="wamid.1"))
    desk.pass_time(25 * HOUR)
    receive(said("Do you sell lamps?", message_id="wamid.2"))

    assert len({contact["case_id"] for contact in contacts(desk)}) == 2


def test_a_message_after_the_case_was_resolved_is_another_case(desk: ScriptedDesk) -> None:
    receive(said("Is the bike ready?", message_id="wamid.1"))
    desk.call(f"POST /api/cases/{contacts(desk)[0]['case_id']}/resolve", {})
    desk.pass_time(HOUR)
    receive(said("Do you sell lamps?", message_id="wamid.2"))

    assert len({contact["case_id"] for contact in contacts(desk)}) == 2


def test_a_quoted_message_names_the_case(desk: ScriptedDesk) -> None:
    receive(said("The brake squeals", message_id="wamid.1"))
    desk.pass_time(3 * DAY)
    receive(said("Do you sell lamps?", message_id="wamid.2"))
    desk.pass_time(HOUR)
    receive(said("It still does", message_id="wamid.3", context={"id": "wamid.1"}))

    latest, _, first = contacts(desk)
    assert latest["case_id"] == first["case_id"]


def test_a_quoted_message_of_somebody_else_names_no_case(desk: ScriptedDesk) -> None:
    receive(said("The brake squeals", message_id="wamid.1"))
    receive(said("I know", number=STRANGER, message_id="wamid.2", context={"id": "wamid.1"}))

    (stranger,) = customers_of(desk, STRANGER)
    (contact,) = contacts(desk, stranger["customer_id"])
    assert contact["case_id"] != contacts(desk)[0]["case_id"]


@pytest.mark.parametrize(
    ("name", "summary", "file"),
    [
        ("image_with_words", "It looks like this", "image.jpg"),
        ("document", "Rechnung März.pdf", "Rechnung März.pdf"),
        ("voice", "audio.ogg", "audio.ogg"),
        ("sticker", "sticker.webp", "sticker.webp"),
    ],
)
def test_a_file_is_kept_under_a_key_without_a_name(
    desk: ScriptedDesk, whatsapp: FakeWhatsApp, name: str, summary: str, file: str
) -> None:
    for _ in range(2):
        receive(sample(f"receive_whatsapp/{name}"))

    (contact,) = contacts(desk)
    ((kept,), (key,)) = (contact["whatsapp"]["attachments"], stored_keys())
    assert (contact["summary"], kept["name"], kept["size"]) == (summary, file, 9)
    assert kept["key"] == key
    assert key.startswith(f"attachments/{rows.CUSTOMER_ID}/")
    assert whatsapp.calls == {"GetWhatsAppMessageMedia": 1}


def test_a_file_is_saved_from_the_customers_page(desk: ScriptedDesk, whatsapp: FakeWhatsApp) -> None:
    receive(sample("receive_whatsapp/image_with_words"))

    browser = signed_in(desk, rows.AGENT_ID)
    page = browser.open(f"/desk/customers/{rows.CUSTOMER_ID}").words
    assert "image.jpg" in page
    assert "by WhatsApp." in page
    saved = browser.open(f"/desk/files/{contacts(desk)[0]['interaction_id']}/1")
    assert "530339869524171" in saved.headers["location"]
    assert whatsapp.sent == []


def test_a_file_that_is_too_large_is_not_kept(
    desk: ScriptedDesk, whatsapp: FakeWhatsApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vaada.flows.incoming_whatsapp.LARGEST_FILE", 5)
    receive(sample("receive_whatsapp/document"))

    ((kept,),) = (contact["whatsapp"]["attachments"] for contact in contacts(desk))
    assert (kept["key"], kept["size"], stored_keys()) == (None, 9, [])
    assert whatsapp.calls
    assert LARGEST_FILE > 5


def test_a_file_that_whatsapp_has_deleted_leaves_the_contact(
    desk: ScriptedDesk, whatsapp: FakeWhatsApp
) -> None:
    whatsapp.fails["GetWhatsAppMessageMedia"] = ("ResourceNotFoundException", 404)

    assert receive(sample("receive_whatsapp/voice")) == ["contact"]
    assert contacts(desk)[0]["whatsapp"]["attachments"][0]["key"] is None


@pytest.mark.parametrize(
    "error",
    [("DependencyException", 502), ("ThrottledRequestException", 429), ("AccessDeniedException", 403)],
)
def test_a_file_that_cannot_be_got_now_has_the_event_passed_again(
    desk: ScriptedDesk, whatsapp: FakeWhatsApp, error: tuple[str, int]
) -> None:
    whatsapp.fails["GetWhatsAppMessageMedia"] = error
    with pytest.raises(NotProcessed):
        receive(sample("receive_whatsapp/voice"))
    assert contacts(desk) == []

    whatsapp.fails.clear()
    receive(sample("receive_whatsapp/voice"))
    assert len(contacts(desk)) == 1


@pytest.mark.parametrize(
    ("name", "summary"),
    [
        ("location", "Baker & Daughters\nMall Road, Lahore\ngeo:31.5204,74.3587"),
        ("shared_contact", "Sana Malik +92 321 9876543"),
        ("button", "Yes, please"),
        ("list_choice", "Brakes"),
        ("quoted_answer", "Yes, at five"),
    ],
)
def test_a_message_that_is_no_text_has_words_too(desk: ScriptedDesk, name: str, summary: str) -> None:
    receive(sample(f"receive_whatsapp/{name}"))

    assert [contact["summary"] for contact in contacts(desk)] == [summary]


def test_a_reaction_is_no_contact(desk: ScriptedDesk) -> None:
    assert receive(sample("receive_whatsapp/reaction")) == ["notice"]
    assert contacts(desk) == []


def test_a_message_that_whatsapp_does_not_pass_on_starts_no_clock(desk: ScriptedDesk) -> None:
    receive(sample("receive_whatsapp/unsupported"))

    assert [contact["awaits_reply"] for contact in contacts(desk)] == [False]
    assert replies(desk) == []


def test_stop_and_start_hold_for_texts_too(desk: ScriptedDesk) -> None:
    assert receive(sample("receive_whatsapp/stop")) == ["stop"]
    assert stopped_media_of_bilal() == {"sms"}

    assert receive(sample("receive_whatsapp/start")) == ["start"]
    assert stopped_media_of_bilal() == set()
    assert contacts(desk) == []


def test_an_agent_who_writes_is_no_customer(desk: ScriptedDesk) -> None:
    agent = desk.call(f"GET /api/agents/{rows.AGENT_ID}").json
    open_desk().table.write(rows.agent(agent_id="third00000000000", phone=f"+{STRANGER}"))

    assert receive(said("Testing", number=STRANGER)) == ["from an agent"]
    assert customers_of(desk, STRANGER) == []
    assert agent["name"]


def test_events_of_another_number_are_not_ours(desk: ScriptedDesk) -> None:
    event = json.loads(json.dumps(sample("receive_whatsapp/words")).replace("976c72a7", "00000000"))

    assert receive(event) == []
    assert contacts(desk) == []


def test_a_part_that_cannot_be_read_holds_back_no_other(desk: ScriptedDesk) -> None:
    def spoil(value: dict[str, Any]) -> None:
        value["messages"].insert(0, {"from": BILAL, "type": "text"})

    with pytest.raises(NotProcessed, match="1 of 2"):
        receive(changed("words", spoil))
    assert len(contacts(desk)) == 1


@pytest.mark.parametrize("message", ["", "{}", '{"context": {}, "whatsAppWebhookEntry": "{"}', "[]"])
def test_an_event_that_cannot_be_read_is_not_lost(desk: ScriptedDesk, message: str) -> None:
    event = sample("receive_whatsapp/words")
    event["Records"][0]["Sns"]["Message"] = message

    if message == '{"context": {}, "whatsAppWebhookEntry": "{"}':
        assert receive(event) == []  # of no number of ours
    else:
        with pytest.raises(NotProcessed):
            receive(event)
    assert contacts(desk) == []


def test_an_erasure_and_an_export_cover_the_files(desk: ScriptedDesk, whatsapp: FakeWhatsApp) -> None:
    receive(sample("receive_whatsapp/document"))

    export = desk.call(f"GET /api/customers/{rows.CUSTOMER_ID}/export").json
    assert [file["name"] for file in export["files"]] == ["Rechnung März.pdf"]
    desk.call(f"POST /api/customers/{rows.CUSTOMER_ID}/erase")
    desk.pass_time(HOUR)
    assert stored_keys() == []
    assert open_desk().table.get(Customer, rows.CUSTOMER_ID) is None
    assert whatsapp.calls


def test_no_personal_data_is_logged(
    desk: ScriptedDesk, caplog: pytest.LogCaptureFixture, whatsapp: FakeWhatsApp
) -> None:
    whatsapp.fails["GetWhatsAppMessageMedia"] = ("DependencyException", 502)
    with pytest.raises(NotProcessed):
        receive(sample("receive_whatsapp/document"))
    receive(sample("receive_whatsapp/words"))

    logged = caplog.text
    assert not [one for one in (BILAL, "When do you open", "wamid", "Rechnung", "Bilal") if one in logged]
    assert desk
