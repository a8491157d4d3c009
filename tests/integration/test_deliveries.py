"""What SES, SNS and customers send in, as AWS documents it, and what comes of it."""

import base64
import gzip
import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.receive_text.app import handler as receive_text
from functions.record_delivery.app import handler as record_delivery
from tests.integration.people import add_customer, change_policy, token_of, words_of
from tests.integration.scripted_desk import Answer, Context, ScriptedDesk
from tests.integration.test_events import sample
from tests.unit import rows
from vaada.desk import open_desk
from vaada.flows.due.advance import advance
from vaada.flows.messages.recipients import working_addresses
from vaada.flows.messages.suppression import addresses_of, suppress
from vaada.gateways.addresses import KeyUnavailable
from vaada.model.messages import Message
from vaada.model.people import Customer, Medium
from vaada.model.receipts import EmailClaim
from vaada.model.suppressions import StopReason
from vaada.model.times import text_of
from vaada.model.work import FollowUp, Survey

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OUR_ID, SES_ID = rows.row_id(6), "EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000"
TEXT_ID = "34d9b400-c6dd-5444-820d-fbeb0f1f54cf"
SANA = "sana000000000000"
ABOUT_SURVEY = {
    "about_id": rows.row_id(5),
    "about_kind": "survey",
    "purpose": "survey",
    "to": "customer",
    "recipient_id": rows.CUSTOMER_ID,
}

pytestmark = pytest.mark.usefixtures("standing")


@pytest.fixture
def standing(desk: ScriptedDesk) -> None:
    """A customer who was asked, and their agent."""
    assert desk.mails == []
    open_desk().table.write(
        rows.agent(supervisor_id=SANA),
        rows.agent(agent_id=SANA, name="Sana", email="sana@example.com"),
        rows.customer(),
        rows.interaction(resolved=True),
        rows.survey(status="sent", step=None, wake_at=None, sent_at=rows.MONDAY),
    )


def write_mail(**facts: object) -> None:
    """The mail that the samples tell of."""
    sent = {"status": "sent", "provider_id": SES_ID, "sent_at": rows.MONDAY, "wake_at": None}
    open_desk().table.write(rows.message(**{**ABOUT_SURVEY, **sent, **facts}))


def write_text(**facts: object) -> None:
    """The text that the samples tell of."""
    write_mail(medium="sms", provider_id=TEXT_ID, **facts)


def without_phone() -> None:
    bilal = open_desk().table.get(Customer, rows.CUSTOMER_ID)
    assert bilal is not None
    open_desk().table.write(bilal.changed(phone=None))


def hear(event: dict[str, Any]) -> Any:
    """Hand the event to the function that hears news."""
    return record_delivery(event, Context())  # type: ignore[arg-type]  # all of a context that is read


def receive(event: dict[str, Any]) -> int:
    """Hand the event to the function that hears texts."""
    return receive_text(event, Context())  # type: ignore[arg-type]  # all of a context that is read


def tell(name: str, **other: str) -> int:
    """Hand the sample to the function, with other words in the place of its own."""
    text = json.dumps(sample(f"record_delivery/{name}"))
    for before, after in other.items():
        text = text.replace({"message_id": OUR_ID, "address": "bilal@example.com"}[before], after)
    count: int = hear(json.loads(text))
    return count


def message() -> Message:
    found = open_desk().table.get(Message, OUR_ID)
    assert found is not None
    return found


def messages(desk: ScriptedDesk) -> list[dict[str, Any]]:
    """All messages, the oldest first."""
    story = desk.timeline(rows.CUSTOMER_ID)
    return sorted(
        (row for row in story if row["row_kind"] == "message"), key=lambda row: row.get("sent_at") or "~"
    )


def stopped(*, survey: bool = True) -> set[Medium]:
    bilal = rows.customer()
    media = {medium for medium, _ in addresses_of(bilal)}
    return media - working_addresses(open_desk(), bilal, survey=survey).keys()


# ---------------------------------------------------------------- mail


def test_a_delivery_event_of_an_erased_customer_changes_nothing() -> None:
    write_mail()
    table = open_desk().table
    table.delete_items([one for one in table.items_to_erase(rows.CUSTOMER_ID) if one.id != OUR_ID])

    assert tell("mail_bounced") == 1

    assert message().delivery is None


@pytest.mark.parametrize(
    ("name", "delivery"),
    [
        ("mail_sent", "accepted"),
        ("mail_delivered", "delivered"),
        ("mail_delayed", "delayed"),
        ("mail_rejected", "rejected"),
        ("mail_complained_of", "complained"),
        ("mail_complained_of_before", "complained"),
        ("mail_complained_of_without_report", "complained"),
        ("mail_bounced", "bounced"),
        ("mail_bounced_before", "bounced"),
        ("mail_bounced_for_now", "bounced"),
        ("mail_not_sent_at_all", "bounced"),
    ],
)
def test_the_delivery_status_of_a_mail_is_written_once(name: str, delivery: str) -> None:
    write_mail()

    assert [tell(name) for _ in range(3)] == [1, 1, 1]

    assert (message().delivery, message().version) == (delivery, 2)
    assert message().delivered_at is not None


def test_delivery_events_from_an_sns_topic_are_read() -> None:
    write_mail()

    assert tell("mails_by_topic") == 2

    assert message().delivery == "delivered"


@pytest.mark.usefixtures("desk")
def test_a_full_mailbox_is_a_bounce_even_without_a_status_code() -> None:
    write_mail()
    event = sample("record_delivery/mail_bounced_for_now")
    for recipient in event["detail"]["bounce"]["bouncedRecipients"]:
        del recipient["status"], recipient["action"]

    hear(event)

    assert message().delivery == "bounced"


@pytest.mark.parametrize(
    "name",
    [
        "mail_answered_by_a_machine",
        "mail_answered_by_an_unknown_machine",
        "mail_clicked",
        "mail_is_no_spam",
        "mail_not_rendered",
        "mail_opened",
        "mail_subscribed",
    ],
)
def test_an_event_that_tells_nothing_of_the_delivery_changes_nothing(desk: ScriptedDesk, name: str) -> None:
    write_mail()

    assert tell(name) == 0
    desk.pass_time(DAY)

    assert (message().delivery, message().version) == (None, 1)
    assert (stopped(), desk.mails, desk.texts) == (set(), [], [])


def test_an_event_of_another_sender_or_of_an_unknown_mail_changes_nothing(desk: ScriptedDesk) -> None:
    assert tell("mail_of_another_sender") == 0
    assert tell("mail_delivered") == 1
    assert messages(desk) == []


@pytest.mark.parametrize("name", ["mail_sent", "mail_delivered"])
@pytest.mark.parametrize("status", ["unknown", "failed", "withheld"])
def test_a_delivery_event_settles_a_mail_with_unknown_outcome(name: str, status: str) -> None:
    write_mail(status=status, provider_id=None, sent_at=None, why_not="no answer came from the provider")

    tell(name)

    assert (message().status, message().provider_id, message().why_not) == ("sent", SES_ID, None)


@pytest.mark.parametrize(
    ("name", "surveys", "anything"),
    [
        ("mail_bounced", {"email"}, {"email"}),
        ("mail_bounced_before", {"email"}, {"email"}),
        ("mail_not_sent_at_all", {"email"}, {"email"}),
        ("mail_complained_of", {"email"}, {"email"}),
        ("mail_complained_of_before", {"email"}, {"email"}),
        ("mail_complained_of_without_report", {"email"}, {"email"}),
        ("mail_bounced_for_now", set(), set()),
        ("mail_delayed", set(), set()),
    ],
)
def test_only_a_permanent_bounce_or_a_complaint_stops_an_address(
    name: str, surveys: set[Medium], anything: set[Medium]
) -> None:
    write_mail()

    tell(name, address="Bilal@Example.com")

    assert (stopped(), stopped(survey=False)) == (surveys, anything)


def test_a_customer_whose_mail_bounces_is_texted_the_survey_once(desk: ScriptedDesk) -> None:
    write_mail()

    for _ in range(3):
        tell("mail_bounced")
    desk.pass_time(HOUR)

    ((number, words),) = desk.texts
    assert number == "+923001234567"
    assert "/s/" in words
    assert [(row["medium"], row["status"]) for row in messages(desk)] == [("email", "sent"), ("sms", "sent")]


@pytest.mark.parametrize("bounce", ["mail_bounced", "mail_bounced_for_now"])
def test_a_customer_with_another_address_is_mailed_there_and_then_texted(
    desk: ScriptedDesk, bounce: str
) -> None:
    write_mail()
    bilal = open_desk().table.get(Customer, rows.CUSTOMER_ID)
    assert bilal is not None
    open_desk().table.write(bilal.changed(other_emails=("bilal@work.example",)))

    tell(bounce)
    desk.pass_time(HOUR)
    second = messages(desk)[-1]["message_id"]
    for _ in range(2):
        tell(bounce, message_id=second, address="bilal@work.example")
    desk.pass_time(2 * DAY)

    assert [str(mail["to"]) for mail in desk.mails] == ["Bilal Khan <bilal@work.example>"]
    assert [number for number, _ in desk.texts] == ["+923001234567"]
    assert [row["medium"] for row in messages(desk)] == ["email", "email", "sms"]


def test_a_survey_answered_meanwhile_is_not_texted(desk: ScriptedDesk) -> None:
    write_mail()
    survey = open_desk().table.get(Survey, rows.row_id(5))
    assert survey is not None
    open_desk().table.write(survey.changed(status="answered", score=5, answered_at=rows.MONDAY))

    tell("mail_bounced")
    desk.pass_time(HOUR)

    assert desk.texts == []
    assert messages(desk)[-1]["why_not"] == "no longer needed when it could be sent"


def test_a_full_mailbox_is_retried_once_after_four_hours(desk: ScriptedDesk) -> None:
    write_mail()
    without_phone()

    tell("mail_bounced_for_now")
    desk.pass_time(4 * HOUR - timedelta(seconds=1))
    before = len(desk.mails)
    desk.pass_time(HOUR)
    second = messages(desk)[-1]["message_id"]
    tell("mail_bounced_for_now", message_id=second)
    desk.pass_time(2 * DAY)

    assert (before, len(desk.mails)) == (0, 1)
    assert [(row["delivery"], row["status"]) for row in messages(desk)] == [("bounced", "sent")] * 2


def test_mail_and_text_that_both_fail_do_not_replace_each_other_forever(
    desk: ScriptedDesk,
) -> None:
    write_mail()

    for _ in range(5):
        for row in messages(desk):
            if row["medium"] == "email":
                tell("mail_bounced_for_now", message_id=row["message_id"])
        desk.pass_time(HOUR)

    assert len(messages(desk)) == 2


# ---------------------------------------------------------------- addresses of staff

TO_AMINA = {
    "about_id": rows.row_id(4),
    "about_kind": "follow_up",
    "purpose": "follow_up_reminder",
    "to": "agent",
    "recipient_id": rows.AGENT_ID,
}


def bounce_from_amina(**message: Any) -> None:
    """A reminder of an open follow-up could not be delivered: her address does not work."""
    open_desk().table.write(rows.follow_up(status="due", wake_at=None))
    write_mail(**TO_AMINA, **message)
    for _ in range(2):
        tell("mail_bounced", address="amina@example.com")


def change_amina(desk: ScriptedDesk, **changes: object) -> None:
    assert desk.call(f"PATCH /api/agents/{rows.AGENT_ID}", changes).status == 200


def remind_amina(desk: ScriptedDesk, reason: str) -> None:
    """A follow-up of hers falls due in an hour, and the hour passes."""
    contact = {
        "customer_id": rows.CUSTOMER_ID,
        "agent_id": rows.AGENT_ID,
        "channel": "phone",
        "direction": "inbound",
        "kind": "request",
        "summary": "Wants a cake for Saturday",
        "follow_up": {"at": text_of(desk.now + HOUR), "reason": reason},
    }
    assert desk.call("POST /api/interactions", contact).status == 201
    desk.pass_time(HOUR + 5 * MINUTE)


def told(desk: ScriptedDesk, reason: str) -> list[str]:
    """Whom a mail with these words went to, in order."""
    return [str(mail["to"]) for mail in desk.mails if reason in words_of(mail)]


def refuse(desk: ScriptedDesk, times: int = 1) -> None:
    """SES refuses so many mails for good."""
    left = [times]

    def refused(call: str) -> None:
        if call == "sesv2.SendEmail" and left[0]:
            left[0] -= 1
            answer = {"Error": {"Code": "BadRequestException"}, "ResponseMetadata": {"HTTPStatusCode": 400}}
            raise ClientError(answer, call)  # type: ignore[arg-type]  # enough of one

    desk.before_call = refused


def text_to_amina_too(desk: ScriptedDesk) -> None:
    """She reads mails and texts, but there is no money for texts."""
    change_amina(desk, phone="+447700900123", notify_by=["email", "sms"])
    change_policy(desk, sending={"texts_spend_a_month": "0.00"})


def bounced(desk: ScriptedDesk) -> list[dict[str, Any]]:
    """The follow-ups that tell of an address that is stopped."""
    return [row for row in desk.timeline(rows.CUSTOMER_ID) if row.get("origin") == "bounced"]


def test_a_bounced_agent_mail_and_the_dead_address_are_told_to_the_supervisor(
    desk: ScriptedDesk,
) -> None:
    bounce_from_amina()

    desk.settle()
    desk.pass_time(HOUR)

    assert [(row["agent_id"], row["told"], row["status"]) for row in bounced(desk)] == [
        (SANA, "agent", "due")
    ]
    assert told(desk, "Ask how the cake was") == ["Sana <sana@example.com>"]
    assert told(desk, "Amina gets no mail") == ["Sana <sana@example.com>"]


def test_a_dead_address_is_reported_even_after_the_first_customer_is_erased(
    desk: ScriptedDesk,
) -> None:
    bounce_from_amina()
    dana = add_customer(desk, name="Dana", email="dana@example.com")
    desk.call(f"POST /api/customers/{rows.CUSTOMER_ID}/erase")
    about = {**rows.follow_up().model_dump(), "follow_up_id": f"{dana}{rows.row_id(4)[16:]}"}
    work = FollowUp.model_validate({**about, "customer_id": dana, "status": "due", "wake_at": None})
    open_desk().table.write(work)
    write_mail(**{**TO_AMINA, "about_id": work.id}, message_id=f"{dana}{OUR_ID[16:]}", customer_id=dana)

    tell("mail_bounced", message_id=f"{dana}{OUR_ID[16:]}", address="amina@example.com")
    desk.pass_time(HOUR)

    (follow_up,) = (row for row in desk.timeline(dana) if row.get("origin") == "bounced")
    assert (follow_up["agent_id"], follow_up["status"]) == (SANA, "due")
    assert told(desk, "Amina gets no mail") == ["Sana <sana@example.com>"]


def test_an_agent_with_a_phone_is_texted_if_their_mail_bounces(desk: ScriptedDesk) -> None:
    change_amina(desk, phone="+447700900123")
    bounce_from_amina()

    desk.pass_time(HOUR)

    assert [number for number, _ in desk.texts] == ["+447700900123"]
    assert told(desk, "Ask how the cake was") == []


def test_a_bounced_mail_that_was_also_texted_is_not_replaced(desk: ScriptedDesk) -> None:
    change_amina(desk, phone="+447700900123", notify_by=["email", "sms"])
    text = rows.row_id(9)
    write_text(**TO_AMINA, message_id=text)
    bounce_from_amina(twins=(text,))

    desk.pass_time(HOUR)

    assert desk.texts == []
    assert told(desk, "Ask how the cake was") == []
    assert len(bounced(desk)) == 1


def test_a_mail_that_bounces_after_its_text_failed_goes_to_the_supervisor(
    desk: ScriptedDesk,
) -> None:
    text_to_amina_too(desk)
    remind_amina(desk, "Ask for the size")
    (mail,) = (row for row in messages(desk) if row["medium"] == "email")

    tell("mail_bounced", address="amina@example.com", message_id=mail["message_id"])
    desk.pass_time(HOUR)

    assert told(desk, "Ask for the size") == ["Amina <amina@example.com>", "Sana <sana@example.com>"]
    assert desk.texts == []


def test_the_supervisor_is_told_once_if_both_mail_and_text_are_refused(desk: ScriptedDesk) -> None:
    text_to_amina_too(desk)
    refuse(desk)

    remind_amina(desk, "Ask for the size")

    assert told(desk, "Ask for the size") == ["Sana <sana@example.com>"]


def test_a_message_fails_after_each_recipient_and_medium_was_tried_once(desk: ScriptedDesk) -> None:
    text_to_amina_too(desk)
    refuse(desk, times=100)

    remind_amina(desk, "Ask for the size")
    desk.pass_time(HOUR)

    whom = [(row["recipient_id"], row["medium"], row["status"]) for row in messages(desk)]
    assert sorted(whom, key=str) == sorted(
        [
            (rows.AGENT_ID, "email", "withheld"),
            (rows.AGENT_ID, "sms", "withheld"),
            (SANA, "email", "withheld"),
            (None, "email", "failed"),
        ],
        key=str,
    )


def test_the_fallback_after_mail_and_text_is_the_supervisor(desk: ScriptedDesk) -> None:
    text_to_amina_too(desk)
    change_amina(desk, notify_by=["email"])
    open_desk().table.write(rows.follow_up(status="due", wake_at=None))
    write_mail(**TO_AMINA)

    tell("mail_rejected", address="amina@example.com")  # which says nothing of her address
    desk.pass_time(HOUR)

    assert told(desk, "Ask how the cake was") == ["Sana <sana@example.com>"]
    assert bounced(desk) == []


def test_a_bounced_carrier_is_replaced_for_the_messages_it_carried(
    desk: ScriptedDesk,
) -> None:
    change_amina(desk, phone="+447700900123", notify_by=["email", "sms"])
    open_desk().table.write(rows.commitment(rows.MONDAY - HOUR, status="open", wake_at=None))
    promise = {"about_id": rows.row_id(3), "about_kind": "commitment", "purpose": "promise_overdue"}
    carried = {"status": "grouped", "carried_by": OUR_ID, "sent_at": None, "provider_id": None}
    write_mail(**{**TO_AMINA, **promise, **carried}, message_id=rows.row_id(8))
    write_text(**TO_AMINA, message_id=rows.row_id(9))

    bounce_from_amina(twins=(rows.row_id(9),), carries=(rows.row_id(8),))
    desk.pass_time(HOUR)

    ((number, words),) = desk.texts
    assert number == "+447700900123"
    page = desk.open(next(word for word in words.split() if "/a/" in word)).body
    assert "Call back with a price" in page


def test_a_carrier_with_other_messages_is_not_withheld_as_a_repetition(
    desk: ScriptedDesk,
) -> None:
    open_desk().table.write(rows.follow_up(status="due", wake_at=None))
    open_desk().table.write(rows.commitment(rows.MONDAY - HOUR, status="open", wake_at=None))
    held = {"status": "held", "attempts": 0, "wake_at": desk.now + 2 * MINUTE, "sent_at": None}
    promise = {"about_id": rows.row_id(3), "about_kind": "commitment", "purpose": "promise_overdue"}
    carried = {"status": "grouped", "carried_by": rows.row_id(7), "sent_at": None}
    write_mail(**{**TO_AMINA, **held})
    soon = {"wake_at": desk.now + 3 * MINUTE, "carries": (rows.row_id(8),)}
    write_mail(**{**TO_AMINA, **held, **soon}, message_id=rows.row_id(7))
    write_mail(**{**TO_AMINA, **promise, **carried}, message_id=rows.row_id(8))

    desk.pass_time(HOUR)

    (mail,) = desk.mails
    assert "Call back with a price" in words_of(mail)


def test_a_dead_address_gets_no_more_mail_and_is_reported_once(
    desk: ScriptedDesk,
) -> None:
    bounce_from_amina()
    write_mail(**TO_AMINA, message_id=rows.row_id(9))
    tell("mail_bounced", address="amina@example.com", message_id=rows.row_id(9))

    remind_amina(desk, "Ask for the size")

    assert len(bounced(desk)) == 1
    assert told(desk, "Ask for the size") == ["Sana <sana@example.com>"]
    assert not any("amina@example.com" in str(mail["to"]) for mail in desk.mails)


@pytest.mark.parametrize("status", ["held", "waiting", "sending"])
def test_a_pending_message_to_a_dead_address_goes_to_the_supervisor(desk: ScriptedDesk, status: str) -> None:
    open_desk().table.write(rows.follow_up(status="due", wake_at=None))
    at = desk.now + MINUTE
    write_mail(**TO_AMINA, status=status, attempts=int(status == "sending"), wake_at=at, sent_at=None)

    suppress(open_desk(), "email", "amina@example.com", "bounced", desk.now)
    desk.pass_time(HOUR)

    assert told(desk, "Ask how the cake was") == ["Sana <sana@example.com>"]


def test_an_agent_with_a_new_address_is_mailed_there(desk: ScriptedDesk) -> None:
    open_desk().table.write(EmailClaim(email_claim_id="amina@example.com", agent_id=rows.AGENT_ID))
    bounce_from_amina()
    change_amina(desk, email="amina@example.org")

    remind_amina(desk, "Ask for the size")

    assert told(desk, "Ask for the size") == ["Amina <amina@example.org>"]


def test_the_owner_is_told_if_agent_and_supervisor_have_dead_addresses(desk: ScriptedDesk) -> None:
    for address in ("amina@example.com", "sana@example.com"):
        suppress(open_desk(), "email", address, "bounced", desk.now)

    remind_amina(desk, "Ask for the size")

    assert told(desk, "Ask for the size") == ["owner@example.com"]


def test_a_message_fails_if_the_owners_address_is_dead_too(
    desk: ScriptedDesk, caplog: pytest.LogCaptureFixture
) -> None:
    for address in ("amina@example.com", "sana@example.com", "owner@example.com"):
        suppress(open_desk(), "email", address, "bounced", desk.now)
    caplog.set_level("ERROR", logger="vaada")

    remind_amina(desk, "Ask for the size")

    failed = [row["why_not"] for row in messages(desk) if row["status"] == "failed"]
    assert failed == ["the owner's address is stopped"]
    assert any(record.levelname == "ERROR" for record in caplog.records)
    assert desk.mails == []


def test_an_agents_spam_complaint_stops_mail_and_reaches_the_supervisor(
    desk: ScriptedDesk,
) -> None:
    open_desk().table.write(rows.follow_up(status="due", wake_at=None))
    write_mail(**TO_AMINA)

    tell("mail_complained_of", address="amina@example.com")
    remind_amina(desk, "Ask for the size")

    (row,) = bounced(desk)
    assert "Talk to them" in row["reason"]
    assert told(desk, "Ask for the size") == ["Sana <sana@example.com>"]


# ---------------------------------------------------------------- the way back


def write_again(desk: ScriptedDesk, place: str, **user: Any) -> Answer:
    return desk.call(f"POST /api/{place}/write-again", **user)


def test_write_again_lifts_a_bounce_and_a_second_bounce_is_reported_again(
    desk: ScriptedDesk,
) -> None:
    bounce_from_amina()

    answer = write_again(desk, f"agents/{rows.AGENT_ID}")
    remind_amina(desk, "Ask for the size")
    write_mail(**TO_AMINA, message_id=rows.row_id(9))
    tell("mail_bounced", address="amina@example.com", message_id=rows.row_id(9))

    assert (answer.status, answer.json) == (200, {"stopped": []})
    assert told(desk, "Ask for the size") == ["Amina <amina@example.com>"]
    assert len(bounced(desk)) == 2


@pytest.mark.parametrize("reason", ["bounced", "complained", "unsubscribed", "texted_stop"])
def test_write_again_lifts_only_a_bounce(desk: ScriptedDesk, reason: StopReason) -> None:
    medium: Medium = "sms" if reason == "texted_stop" else "email"
    address = "+923001234567" if medium == "sms" else "bilal@example.com"
    suppress(open_desk(), medium, address, reason, desk.now)

    still = write_again(desk, f"customers/{rows.CUSTOMER_ID}").json["stopped"]

    assert [(one["medium"], one["reason"]) for one in still] == [(medium, reason)][: reason != "bounced"]
    assert stopped() == (set() if reason == "bounced" else {medium})


@pytest.mark.parametrize("names", [("bounced", "complained_of"), ("complained_of", "bounced")])
def test_write_again_does_not_lift_a_complaint_beside_a_bounce(
    desk: ScriptedDesk, names: tuple[str, str]
) -> None:
    for n, name in enumerate(names, start=7):
        write_mail(message_id=rows.row_id(n))
        tell(f"mail_{name}", message_id=rows.row_id(n))

    write_again(desk, f"customers/{rows.CUSTOMER_ID}")

    assert stopped(survey=False) == {"email"}


@pytest.mark.parametrize("place", [f"agents/{rows.AGENT_ID}", f"customers/{rows.CUSTOMER_ID}"])
def test_only_managers_may_use_write_again(desk: ScriptedDesk, place: str) -> None:
    suppress(open_desk(), "email", "bilal@example.com", "bounced", desk.now)
    desk.call("POST /api/agents", {"name": "Omar", "email": "omar@example.com"})

    assert write_again(desk, place, user=token_of("omar@example.com")).status == 403
    assert stopped() == {"email"}


# ---------------------------------------------------------------- a new date


@pytest.mark.parametrize(("gone", "texts"), [(["email"], 1), (["email", "sms"], 0)])
def test_a_new_date_is_told_by_the_other_medium_if_the_address_is_stopped(
    desk: ScriptedDesk, gone: list[Medium], texts: int
) -> None:
    open_desk().table.write(rows.commitment(desk.now + DAY, step="warn", wake_at=desk.now + 20 * HOUR))
    for medium in gone:
        address = "bilal@example.com" if medium == "email" else "+923001234567"
        suppress(open_desk(), medium, address, "complained", desk.now)

    later = {"due_at": text_of(desk.now + 2 * DAY), "reason": "The oven broke", "tell_customer": True}
    answer = desk.call(f"POST /api/commitments/{rows.row_id(3)}/renegotiate", later)
    desk.pass_time(HOUR)

    assert answer.status == 200, answer.body
    assert (len(desk.texts), desk.mails) == (texts, [])
    assert [row["medium"] for row in messages(desk)] == ["sms"] * texts


def test_a_held_late_notice_uses_the_other_medium_if_its_address_dies(
    desk: ScriptedDesk,
) -> None:
    open_desk().table.write(rows.commitment(desk.now + DAY, status="open", wake_at=None))
    promise = {"about_id": rows.row_id(3), "about_kind": "commitment", "purpose": "running_late"}
    waits = {"status": "held", "attempts": 0, "wake_at": desk.now + HOUR, "sent_at": None}
    write_mail(**{**promise, **waits}, created_at=desk.now)

    suppress(open_desk(), "email", "bilal@example.com", "bounced", desk.now)
    desk.pass_time(2 * HOUR)

    assert [number for number, _ in desk.texts] == ["+923001234567"]
    assert [(row["medium"], row["status"]) for row in messages(desk)] == [("sms", "sent")]


@pytest.mark.parametrize("reason", ["unsubscribed", "complained"])
def test_the_promise_page_offers_a_medium_that_is_not_stopped(desk: ScriptedDesk, reason: StopReason) -> None:
    open_desk().table.write(rows.commitment(desk.now + DAY, step="warn", wake_at=desk.now + 20 * HOUR))
    suppress(open_desk(), "email", "bilal@example.com", reason, desk.now)

    page = desk.open(open_desk().links.url("action", rows.row_id(3))).body

    assert ("by text message" in page, "by e-mail" in page) == (
        reason == "complained",
        reason == "unsubscribed",
    )


# ---------------------------------------------------------------- surveys that cannot arrive


@pytest.mark.parametrize("name", ["mail_bounced", "mail_rejected"])
def test_a_bounced_survey_without_a_fallback_is_withheld_and_not_counted(
    desk: ScriptedDesk, name: str
) -> None:
    write_mail()
    without_phone()

    tell(name)

    survey = open_desk().table.get(Survey, rows.row_id(5))
    assert survey is not None
    assert survey.status == "withheld"
    assert str(survey.withheld_because).startswith("it could not be sent")
    period = {"from": "2026-03-01", "to": "2026-03-31"}
    assert desk.call("GET /api/reports/service", query=period).json["all"]["satisfaction"] == {}


@pytest.mark.parametrize("name", ["mail_bounced", "mail_rejected"])
def test_a_bounced_survey_with_a_fallback_stays_sent(desk: ScriptedDesk, name: str) -> None:
    write_mail()

    tell(name)
    desk.pass_time(HOUR)

    survey = open_desk().table.get(Survey, rows.row_id(5))
    assert survey is not None
    assert (survey.status, len(desk.texts)) == ("sent", 1)


@pytest.mark.parametrize("read", range(1, 13))
def test_a_survey_is_sent_or_withheld_whenever_its_address_dies(desk: ScriptedDesk, read: int) -> None:
    without_phone()
    due = rows.survey(version=2, case_id=None, wake_at=desk.now + HOUR)
    open_desk().table.write(due)
    reads = [0]

    def stopped_meanwhile(call: str) -> None:
        reads[0] += call == "dynamodb.GetItem"
        if reads[0] == read:
            desk.before_call = lambda _: None
            suppress(open_desk(), "email", "bilal@example.com", "complained", desk.now)

    desk.clock.shift(HOUR)
    desk.before_call = stopped_meanwhile
    advance(open_desk(), Survey, due.id, due.version, desk.now)

    after = open_desk().table.get(Survey, due.id)
    assert after is not None
    assert (after.status, len(messages(desk))) in {("sent", 1), ("withheld", 0)}


def test_a_survey_changed_while_its_mail_is_refused_is_still_withheld(
    desk: ScriptedDesk,
) -> None:
    without_phone()
    write_mail(status="waiting", wake_at=desk.now, provider_id=None, sent_at=None)
    refuse(desk)
    refused = desk.before_call

    def answered_by_a_scanner(call: str) -> None:
        if call == "dynamodb.TransactWriteItems":  # the record of the refusal
            desk.before_call = lambda _: None
            survey = open_desk().table.get(Survey, rows.row_id(5))
            assert survey is not None
            open_desk().table.write(survey.changed())
        refused(call)

    desk.before_call = answered_by_a_scanner
    desk.sweep()

    survey = open_desk().table.get(Survey, rows.row_id(5))
    assert survey is not None
    assert (message().status, survey.status) == ("failed", "withheld")


def test_a_mail_with_a_transaction_conflict_is_recorded_and_sent_once(
    desk: ScriptedDesk,
) -> None:
    open_desk().table.write(rows.follow_up(status="due", wake_at=None))
    write_mail(**TO_AMINA, status="waiting", wake_at=desk.now, provider_id=None, sent_at=None)
    under_way = open_desk().table.client.exceptions.TransactionConflictException
    sent: list[str] = []

    def busy(call: str) -> None:
        if call == "dynamodb.PutItem" and sent:
            desk.before_call = lambda _: None
            raise under_way({"Error": {"Code": "TransactionConflictException"}}, "PutItem")
        sent.extend([call] * (call == "sesv2.SendEmail"))

    desk.before_call = busy
    desk.sweep()
    desk.pass_time(HOUR)

    assert (len(desk.mails), message().status) == (1, "sent")


def test_a_survey_whose_fallback_is_stopped_before_sending_is_withheld(desk: ScriptedDesk) -> None:
    write_mail()
    tell("mail_bounced")

    receive(sample("receive_text/stop"))
    desk.pass_time(HOUR)

    survey = open_desk().table.get(Survey, rows.row_id(5))
    assert survey is not None
    assert (survey.status, desk.texts) == ("withheld", [])


def test_a_bounced_reminder_leaves_the_survey_sent() -> None:
    write_mail(purpose="survey_reminder")
    without_phone()

    tell("mail_bounced")

    survey = open_desk().table.get(Survey, rows.row_id(5))
    assert survey is not None
    assert survey.status == "sent"


def test_a_replacement_of_a_bounced_mail_does_not_count_in_the_frequency_cap(
    desk: ScriptedDesk,
) -> None:
    bilal = open_desk().table.get(Customer, rows.CUSTOMER_ID)
    assert bilal is not None
    open_desk().table.write(bilal.changed(written_at=(rows.MONDAY,) * 3))
    write_mail()

    tell("mail_bounced")
    desk.pass_time(HOUR)

    after = open_desk().table.get(Customer, rows.CUSTOMER_ID)
    assert after is not None
    assert (len(desk.texts), len(after.written_at)) == (1, 3)


# ---------------------------------------------------------------- texts


def test_a_delivered_text_has_its_delivery_status() -> None:
    write_text()

    assert tell("text_delivered") == 1

    assert message().delivery == "delivered"
    assert tell("log_checked") == 0


def test_a_failed_text_stops_no_number_and_is_mailed_instead(desk: ScriptedDesk) -> None:
    write_text()

    for _ in range(2):
        tell("text_failed")
    desk.pass_time(HOUR)

    assert stopped() == set()
    assert len(desk.mails) == 1


def test_a_texted_stop_stops_the_number_until_a_texted_start(desk: ScriptedDesk) -> None:
    story = []
    for name in ("stop", "stop", "start", "start"):
        assert receive(sample(f"receive_text/{name}")) == 1
        story.append((stopped(), stopped(survey=False)))

    assert story == [({"sms"}, {"sms"})] * 2 + [(set(), set())] * 2
    assert desk.texts == []


@pytest.mark.parametrize("delivered", [False, True])
def test_a_texted_number_answers_the_survey(*, delivered: bool) -> None:
    write_text()
    if delivered:
        tell("text_delivered")

    for _ in range(2):
        receive(sample("receive_text/answer"))

    survey = open_desk().table.get(Survey, rows.row_id(5))
    assert survey is not None
    assert (survey.status, survey.score, survey.amendments) == ("answered", 5, ())


@pytest.mark.parametrize("name", ["question", "answer_to_nothing"])
def test_other_texts_change_nothing(name: str) -> None:
    write_text()

    receive(sample(f"receive_text/{name}"))

    survey = open_desk().table.get(Survey, rows.row_id(5))
    assert survey is not None
    assert (survey.status, survey.version) == ("sent", 1)
    assert stopped() == set()


def test_a_texted_number_after_a_text_to_staff_is_no_answer(desk: ScriptedDesk) -> None:
    open_desk().table.write(rows.follow_up(wake_at=None))
    write_text(about_id=rows.row_id(4), about_kind="follow_up", purpose="follow_up_reminder", to="agent")

    receive(sample("receive_text/answer"))

    assert open_desk().table.get(FollowUp, rows.row_id(4)) == rows.follow_up(wake_at=None)
    assert desk.mails == []


# ---------------------------------------------------------------- what cannot be heard at once


def failing(call: str, *names: str) -> None:
    if call in names:
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, call)


def test_a_failed_stop_waits_in_the_queue_without_the_number_and_is_retried(desk: ScriptedDesk) -> None:
    desk.before_call = lambda call: failing(call, "dynamodb.PutItem")
    assert receive(sample("receive_text/stop")) == 1
    desk.before_call = lambda _call: None
    [waiting] = desk.waiting
    assert stopped() == set()

    desk.deliver_queued_events()

    assert (stopped(), desk.waiting) == ({"sms"}, [])
    assert json.loads(waiting).keys() == {"kind", "suppression_id", "said"}
    assert "923001234567" not in waiting


def test_a_failed_bounce_waits_in_the_queue_without_the_address_and_is_retried(desk: ScriptedDesk) -> None:
    write_mail()
    desk.before_call = lambda call: failing(call, "dynamodb.TransactWriteItems")
    assert tell("mail_bounced") == 1
    desk.before_call = lambda _call: None
    [waiting] = desk.waiting
    assert message().delivery is None

    desk.deliver_queued_events()

    assert (message().delivery, stopped(), desk.waiting) == ("bounced", {"email"}, [])
    assert "@" not in waiting


@pytest.mark.parametrize("name", ["answer", "stop"])
def test_a_text_retried_after_a_crash_counts_once(desk: ScriptedDesk, name: str) -> None:
    write_text()
    desk.after_call = lambda call: failing(call, "dynamodb.PutItem", "dynamodb.TransactWriteItems")
    receive(sample(f"receive_text/{name}"))
    desk.after_call = lambda _call: None
    before = all_of_bilal()
    assert desk.waiting

    desk.deliver_queued_events()

    assert all_of_bilal() == before
    assert desk.waiting == []


def all_of_bilal() -> tuple[object, ...]:
    survey = open_desk().table.get(Survey, rows.row_id(5))
    return survey, stopped(), message()


def test_an_event_that_fails_again_stays_queued_and_blocks_no_other(desk: ScriptedDesk) -> None:
    write_mail()
    letters = sample("record_delivery/queued_events")

    answer = hear(letters)

    assert answer == {"batchItemFailures": [{"itemIdentifier": letters["Records"][1]["messageId"]}]}
    assert message().delivery == "bounced"
    assert desk.waiting == []  # the queue has it already


def test_an_event_that_cannot_be_queued_fails_the_function_for_a_retry(desk: ScriptedDesk) -> None:
    desk.before_call = lambda call: failing(call, "dynamodb.PutItem", "sqs.SendMessage")
    with pytest.raises(ClientError):
        receive(sample("receive_text/stop"))
    desk.before_call = lambda _call: None

    receive(sample("receive_text/stop"))

    assert (stopped(), desk.waiting) == ({"sms"}, [])


@pytest.mark.parametrize("name", ["stop", "start"])
def test_a_missing_address_key_fails_the_function_and_queues_nothing(desk: ScriptedDesk, name: str) -> None:
    desk.before_call = lambda call: failing(call, "ssm.GetParameter")

    with pytest.raises(KeyUnavailable):
        receive(sample(f"receive_text/{name}"))

    assert desk.waiting == []


def a_log(*messages: str, data: str | None = None) -> dict[str, Any]:
    """The log of SNS's deliveries with these entries, which are numbered, or with data of another kind."""
    entries = [
        {"id": f"{number:056d}", "timestamp": 1772442002000, "message": each}
        for number, each in enumerate(messages, 1)
    ]
    log = json.dumps({"messageType": "DATA_MESSAGE", "logEvents": entries})
    return {"awslogs": {"data": data or base64.b64encode(gzip.compress(log.encode())).decode()}}


def by_topic(*messages: str) -> dict[str, Any]:
    """An event of SNS with these messages, which are numbered."""
    return {
        "Records": [
            {"Sns": {"MessageId": f"95df01b4-ee98-5cb9-9903-{number:012d}", "Message": each}}
            for number, each in enumerate(messages, 1)
        ]
    }


def mail_of(name: str, **other: object) -> dict[str, Any]:
    """A sample of EventBridge with other particulars."""
    event = sample(f"record_delivery/{name}")
    return {**event, "detail": {**event["detail"], **other}}


ARRIVED = json.dumps({"notification": {"messageId": TEXT_ID}, "status": "SUCCESS"})
EVENT_ID = "12345678-1234-1234-1234-123456789012"  # in the samples
STOP = {"messageBody": "stop", "originationNumber": "+923001234567"}


@pytest.mark.parametrize(
    ("event", "event_id", "error"),
    [
        (mail_of("mail_bounced", mail="bilal@example.com"), EVENT_ID, "Attr"),
        (mail_of("mail_bounced", bounce={"timestamp": "soon"}), EVENT_ID, "Val"),
        ({"detail": "bilal@example.com", "id": "bilal@example.com"}, "request", "Attr"),
        ({}, "request", "Key"),
        ({"Records": ["bilal@example.com"]}, "request", "Type"),
        (by_topic("bilal@example.com"), "95df01b4-ee98-5cb9-9903-000000000001", "JSON"),
        (a_log("of +923001234567"), f"{1:056d}", "JSON"),
        (a_log(json.dumps({"status": "SUCCESS"})), f"{1:056d}", "Key"),
        (a_log(data="bilal@example.com"), "request", "Err"),
        (a_log(data=base64.b64encode(b"bilal").decode()), "request", "Bad"),
        ({"awslogs": None}, "request", "Type"),
    ],
)
def test_an_unreadable_event_waits_in_the_queue_by_its_id(
    desk: ScriptedDesk, event: dict[str, Any], event_id: str, error: str
) -> None:
    assert hear(event) == 1

    for _ in range(2):
        [waiting] = desk.waiting
        desk.deliver_queued_events()
    told = json.loads(waiting)
    assert told.keys() == {"kind", "source", "event_id", "error"}
    assert (told["kind"], told["event_id"]) == ("unreadable", event_id)
    assert error in told["error"]
    assert "ilal" not in waiting
    assert "3001234567" not in waiting


@pytest.mark.parametrize(
    "text", ["+923001234567", json.dumps({"messageBody": "stop"}), json.dumps({**STOP, "messageBody": 5})]
)
def test_an_unreadable_text_does_not_block_others(desk: ScriptedDesk, text: str) -> None:
    assert receive(by_topic(text, json.dumps(STOP))) == 2

    [waiting] = desk.waiting
    assert json.loads(waiting)["event_id"] == "95df01b4-ee98-5cb9-9903-000000000001"
    assert "923001234567" not in waiting
    assert stopped() == {"sms"}


def test_an_unreadable_log_entry_does_not_block_others(desk: ScriptedDesk) -> None:
    write_text()

    assert hear(a_log("not JSON", ARRIVED)) == 2

    assert (len(desk.waiting), message().delivery) == (1, "delivered")


def test_the_log_names_failed_events_by_ids_only(
    desk: ScriptedDesk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("ERROR", logger="vaada")
    desk.before_call = lambda call: failing(call, "dynamodb.PutItem")
    receive(sample("receive_text/stop"))
    receive(by_topic("+923001234567"))
    desk.deliver_queued_events()

    failed = [record for record in caplog.records if record.message.startswith("news failed")]
    assert [vars(record)["news"] for record in failed] == [
        *map(json.loads, desk.waiting),  # as they were put there
        *("0", "1"),  # the letters in the queue
    ]
    assert "923001234567" not in caplog.text  # nor does what was raised


@pytest.mark.parametrize(
    ("tell_of", "calls"),
    [
        (lambda: tell("mail_delivered"), {"dynamodb.GetItem": 2, "dynamodb.PutItem": 1}),
        (lambda: tell("mail_delayed"), {"dynamodb.GetItem": 2, "dynamodb.PutItem": 1}),
        (
            lambda: receive(sample("receive_text/stop")),
            {"ssm.GetParameter": 1, "dynamodb.GetItem": 1, "dynamodb.PutItem": 1},
        ),
        (lambda: receive(sample("receive_text/question")), {}),
        (lambda: receive(sample("receive_text/answer_to_nothing")), {}),
        (lambda: receive(sample("receive_text/answer")), {"dynamodb.Query": 1}),
    ],
)
def test_an_event_that_succeeds_makes_no_call_to_the_queue(
    desk: ScriptedDesk, tell_of: Any, calls: dict[str, int]
) -> None:
    write_mail()
    desk.calls.clear()

    tell_of()

    assert desk.calls == Counter(calls)
