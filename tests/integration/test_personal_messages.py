"""What an agent writes to a customer: once, in the thread, within consent, caps and quiet hours."""

from base64 import b64encode
from typing import Any

import pytest

from tests.integration.provider_events import handle_sample
from tests.integration.scripted_desk import ENVIRONMENT, Response, client
from tests.integration.shop import Shop, add_customer, change_customer, change_policy, fields_of, words_of
from tests.times import HOUR, MINUTE
from vaada.desk import open_desk
from vaada.model.interactions import Interaction, MailDetails

TWO_MINUTES = 2 * MINUTE


def write(
    shop: Shop, text: str = "Your wheel is ready.", *, key: str | None = None, **more: object
) -> Response:
    body = {"agent_id": shop.agent_id, "text": text, **more}
    return shop.desk.call(f"POST /api/customers/{shop.customer_id}/messages", body, key=key)


def message_of(shop: Shop) -> dict[str, Any]:
    (message,) = (row for row in shop.rows("message") if row["purpose"] == "personal")
    return message


def asked_by_mail(shop: Shop, **mail: object) -> str:
    """The customer asks by mail. Returns the id of the case."""
    recorded = shop.contact(channel="email", summary="Where is my wheel?")
    contact = open_desk().table.get(Interaction, recorded["interaction_id"])
    assert contact is not None
    open_desk().table.write(contact.changed(mail=MailDetails.model_validate(mail)))
    case_id: str = recorded["case_id"]
    return case_id


def test_a_message_is_a_contact_that_answers_and_goes_out_once(shop: Shop) -> None:
    case_id = asked_by_mail(shop)

    answers = [write(shop, key="one"), write(shop, key="one")]
    shop.desk.pass_time(TWO_MINUTES)

    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0].json["message_id"] == answers[1].json["message_id"]
    (mail,) = shop.desk.mails
    assert mail["To"] == "Bilal Khan <bilal@example.com>"
    assert (
        " ".join(words_of(mail).split()) == "Hello Bilal Khan, Your wheel is ready. Amina, Baker & Daughters"
    )
    (outbound,) = (row for row in shop.rows("interaction") if row["direction"] == "outbound")
    assert (outbound["channel"], outbound["case_id"], outbound["summary"]) == (
        "email",
        case_id,
        "Your wheel is ready.",
    )
    (reply,) = shop.rows("reply")
    assert (reply["status"], reply["given_by"]) == ("given", outbound["interaction_id"])
    assert message_of(shop)["status"] == "sent"


def test_an_answer_stands_in_the_thread_of_the_mail_it_answers(shop: Shop) -> None:
    asked_by_mail(
        shop,
        subject="My wheel",
        message_id="2@mail.example.com",
        references=("1@mail.example.com",),
    )

    write(shop)
    shop.desk.pass_time(TWO_MINUTES)

    (mail,) = shop.desk.mails
    assert mail["Subject"] == "Re: My wheel"
    assert mail["In-Reply-To"] == "<2@mail.example.com>"
    assert mail["References"] == "<1@mail.example.com> <2@mail.example.com>"
    assert "Auto-Submitted" not in mail


def test_a_message_at_night_waits_for_the_morning_unless_it_is_sent_now(shop: Shop) -> None:
    shop.desk.pass_time(12 * HOUR)  # 21:00

    held = write(shop, "Tomorrow then.").json
    write(shop, "Right now.", send_now=True)
    shop.desk.pass_time(TWO_MINUTES)

    assert held["wake_at"] == "2026-03-03T09:00:00Z"
    (mail,) = shop.desk.mails
    assert "Right now." in words_of(mail)
    shop.desk.pass_time(12 * HOUR + TWO_MINUTES)
    assert "Tomorrow then." in words_of(shop.desk.mails[1])


@pytest.mark.parametrize(
    ("customer", "medium", "reason"),
    [
        ({"consent": {"email": False, "sms": True, "survey": True}}, "email", "did not agree"),
        ({"phone": None}, "sms", "no address of this kind"),
        ({"email": None, "phone": "+923001112233"}, "email", "no address of this kind"),
    ],
)
def test_nothing_is_written_without_consent_or_an_address(
    shop: Shop, customer: dict[str, object], medium: str, reason: str
) -> None:
    change_customer(shop.desk, shop.customer_id, **customer)

    answer = write(shop, medium=medium)
    shop.desk.pass_time(TWO_MINUTES)

    assert (answer.status, reason in answer.json["detail"]) == (409, True)
    assert (shop.desk.mails, shop.desk.texts, shop.rows("interaction")) == ([], [], [])


def test_a_customer_who_wrote_by_mail_is_answered_by_mail_without_consent(shop: Shop) -> None:
    change_customer(shop.desk, shop.customer_id, consent={"email": False, "sms": False, "survey": False})
    asked_by_mail(shop)

    assert write(shop).status == 201
    shop.desk.pass_time(TWO_MINUTES)

    assert len(shop.desk.mails) == 1


def test_the_budget_holds_back_all_but_an_answer_that_is_waited_for(shop: Shop) -> None:
    change_policy(shop.desk, customers={"messages_at_most": 1})
    asked_by_mail(shop)
    write(shop, "First.")
    shop.desk.pass_time(TWO_MINUTES)

    refused = write(shop, "And another thing.")
    asked_by_mail(shop)
    write(shop, "Second answer.")
    shop.desk.pass_time(TWO_MINUTES)

    assert (refused.status, "often enough" in refused.json["detail"]) == (409, True)
    assert [words_of(mail).split()[3] for mail in shop.desk.mails] == ["First.", "Second"]


def test_a_text_has_the_greeting_too_and_must_not_be_too_long(shop: Shop) -> None:
    change_customer(shop.desk, shop.customer_id, phone="+923001112233", language="de")

    too_long = write(shop, "x" * 700, medium="sms")
    with_subject = write(shop, medium="sms", subject="Wheel")
    write(shop, "Ihr Rad ist fertig.", medium="sms")
    shop.desk.pass_time(TWO_MINUTES)

    assert (fields_of(too_long), fields_of(with_subject)) == (["text"], ["subject"])
    assert shop.desk.texts == [
        ("+923001112233", "Guten Tag Bilal Khan,\nIhr Rad ist fertig.\nAmina, Baker & Daughters")
    ]


def test_a_message_that_does_not_arrive_becomes_a_follow_up_of_the_agent(shop: Shop) -> None:
    asked_by_mail(shop)
    write(shop)
    shop.desk.pass_time(TWO_MINUTES)
    message = message_of(shop)

    for _ in range(2):
        handle_sample("mail_bounced", message_id=message["message_id"])

    (told,) = (row for row in shop.rows("follow_up") if row["origin"] == "not_sent")
    assert (told["agent_id"], told["interaction_id"]) == (shop.agent_id, message["about_id"])
    assert message_of(shop)["why_not"] == "it was bounced"


def test_an_address_that_is_stopped_meanwhile_gets_nothing(shop: Shop) -> None:
    shop.desk.pass_time(12 * HOUR)
    write(shop)
    change_customer(shop.desk, shop.customer_id, email=None)
    shop.desk.pass_time(12 * HOUR + TWO_MINUTES)

    assert "bilal@example.com" not in shop.desk.mail_recipients
    assert message_of(shop)["status"] == "withheld"
    assert [row["origin"] for row in shop.rows("follow_up") if row["origin"] == "not_sent"] == ["not_sent"]


def test_another_customers_case_is_refused(shop: Shop) -> None:
    case_id = shop.contact()["case_id"]
    other = add_customer(shop.desk, name="Dana", email="dana@example.com")

    answer = shop.desk.call(
        f"POST /api/customers/{other}/messages",
        {"agent_id": shop.agent_id, "case_id": case_id, "text": "Hello"},
    )

    assert fields_of(answer) == ["case_id"]


A_FILE = {
    "name": "Angebot für Sie.pdf",
    "media_type": "application/pdf",
    "content": b64encode(b"%PDF").decode(),
}


def stored_files() -> list[str]:
    found = client("s3").list_objects_v2(Bucket=ENVIRONMENT["INBOUND_MAIL_BUCKET"])
    return [one["Key"] for one in found.get("Contents", [])]


def test_files_go_with_the_mail_once_and_are_kept(shop: Shop) -> None:
    shop.contact()
    files = [A_FILE, {"name": "notes.txt", "media_type": "text/plain", "content": b64encode(b"ok").decode()}]

    answers = [write(shop, key="one", attachments=files) for _ in range(2)]
    shop.desk.pass_time(TWO_MINUTES)

    assert [answer.status for answer in answers] == [201, 201]
    (mail,) = shop.desk.mails
    assert [(one.get_filename(), one.get_content_type()) for one in mail.iter_attachments()] == [
        ("Angebot für Sie.pdf", "application/pdf"),
        ("notes.txt", "text/plain"),
    ]
    assert "Your wheel is ready." in words_of(mail)
    (outbound,) = (row for row in shop.rows("interaction") if row["mail"])
    keys = [file["key"] for file in outbound["mail"]["attachments"]]
    assert keys == stored_files()
    export = shop.desk.call(f"GET /api/customers/{shop.customer_id}/export").json
    assert [file["name"] for file in export["files"]] == ["Angebot für Sie.pdf", "notes.txt"]

    shop.desk.call(f"POST /api/customers/{shop.customer_id}/erase", {})
    assert stored_files() == []


@pytest.mark.parametrize(
    ("attachments", "problem"),
    [
        ([{**A_FILE, "name": "run.EXE"}], "of a kind that Amazon SES does not send"),
        (
            [{**A_FILE, "content": b64encode(b"x" * 2_000_001).decode()}] * 2,
            "more than 4000000 bytes together",
        ),
        ([A_FILE] * 11, "at most 10"),
        ([{**A_FILE, "content": "no Base64"}], "is not Base64"),
        ([{**A_FILE, "content": ""}], "at least 1"),
        ([{**A_FILE, "media_type": "a file"}], "does not look as it must"),
    ],
)
def test_files_that_cannot_be_sent_are_refused_by_name(shop: Shop, attachments: Any, problem: str) -> None:
    shop.contact()

    answer = write(shop, attachments=attachments)

    assert (answer.status, problem in answer.body) == (422, True), answer.body
    assert fields_of(answer)[0].startswith("attachments")
    assert (shop.rows("message"), stored_files()) == ([], [])


def test_a_message_of_an_unknown_agent_is_refused_and_deletes_no_earlier_file(shop: Shop) -> None:
    write(shop, attachments=[A_FILE])
    before = stored_files()
    another = {**A_FILE, "content": b64encode(b"another").decode()}

    by_mail = write(shop, agent_id="0" * 16, attachments=[another])
    by_text = write(shop, agent_id="0" * 16, medium="sms")

    assert [(answer.status, fields_of(answer)) for answer in (by_mail, by_text)] == [(422, ["agent_id"])] * 2
    assert stored_files() == before


def test_files_do_not_go_with_a_text(shop: Shop) -> None:
    shop.contact()
    change_customer(shop.desk, shop.customer_id, phone="+442079460018")

    answer = write(shop, medium="sms", attachments=[A_FILE])

    assert "leave them out for a text" in answer.body


def test_a_mail_whose_file_is_gone_is_not_sent_without_it(shop: Shop) -> None:
    shop.contact()
    write(shop, attachments=[A_FILE])
    client("s3").delete_object(Bucket=ENVIRONMENT["INBOUND_MAIL_BUCKET"], Key=stored_files()[0])
    shop.desk.pass_time(TWO_MINUTES)

    assert (message_of(shop)["status"], message_of(shop)["why_not"]) == ("failed", "a file of it is gone")
    assert "Bilal Khan <bilal@example.com>" not in shop.desk.mail_recipients
