"""Delivery statuses and answers that SES, SNS and customers send, as AWS documents them."""

import pytest

from tests.integration.provider_events import (
    OUR_ID,
    SES_ID,
    TO_AMINA,
    handle_event,
    handle_sample,
    handle_text,
    message,
    messages,
    sample,
    stopped_media_of_bilal,
    write_mail,
    write_text,
)
from tests.integration.scripted_desk import ScriptedDesk
from tests.times import DAY, HOUR
from tests.unit import rows
from vaada.desk import open_desk
from vaada.model.people import Customer
from vaada.model.work import Survey

# ---------------------------------------------------------------- mail


def test_a_delivery_event_of_an_erased_customer_changes_nothing() -> None:
    write_mail()
    table = open_desk().table
    table.delete_items([one for one in table.items_to_erase(rows.CUSTOMER_ID) if one.id != OUR_ID])

    assert handle_sample("mail_bounced") == 1

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

    assert [handle_sample(name) for _ in range(3)] == [1, 1, 1]

    assert (message().delivery, message().version) == (delivery, 2)
    assert message().delivered_at is not None


def test_delivery_events_from_an_sns_topic_are_read() -> None:
    write_mail()

    assert handle_sample("mails_by_topic") == 2

    assert message().delivery == "delivered"


@pytest.mark.usefixtures("desk")
def test_a_full_mailbox_is_a_bounce_even_without_a_status_code() -> None:
    write_mail()
    event = sample("record_delivery/mail_bounced_for_now")
    for recipient in event["detail"]["bounce"]["bouncedRecipients"]:
        del recipient["status"], recipient["action"]

    handle_event(event)

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

    assert handle_sample(name) == 0
    desk.pass_time(DAY)

    assert (message().delivery, message().version) == (None, 1)
    assert (stopped_media_of_bilal(), desk.mails, desk.texts) == (set(), [], [])


def test_an_event_of_another_sender_or_of_an_unknown_mail_changes_nothing(desk: ScriptedDesk) -> None:
    assert handle_sample("mail_of_another_sender") == 0
    assert handle_sample("mail_delivered") == 1
    assert messages(desk) == []


@pytest.mark.parametrize("name", ["mail_sent", "mail_delivered"])
@pytest.mark.parametrize("status", ["unknown", "failed", "withheld"])
def test_a_delivery_event_settles_a_mail_with_unknown_outcome(name: str, status: str) -> None:
    write_mail(status=status, provider_id=None, sent_at=None, why_not="no answer came from the provider")

    handle_sample(name)

    assert (message().status, message().provider_id, message().why_not) == ("sent", SES_ID, None)


@pytest.mark.parametrize("bounce", ["mail_bounced", "mail_bounced_for_now"])
def test_a_customer_with_another_address_is_mailed_there_and_then_texted(
    desk: ScriptedDesk, bounce: str
) -> None:
    write_mail()
    bilal = open_desk().table.get(Customer, rows.CUSTOMER_ID)
    assert bilal is not None
    open_desk().table.write(bilal.changed(other_emails=("bilal@work.example",)))

    handle_sample(bounce)
    desk.pass_time(HOUR)
    second = messages(desk)[-1]["message_id"]
    for _ in range(2):
        handle_sample(bounce, message_id=second, address="bilal@work.example")
    desk.pass_time(2 * DAY)

    assert desk.mail_recipients == ["Bilal Khan <bilal@work.example>"]
    assert [number for number, _ in desk.texts] == ["+923001234567"]
    assert [row["medium"] for row in messages(desk)] == ["email", "email", "sms"]


# ---------------------------------------------------------------- surveys that cannot arrive


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


# ---------------------------------------------------------------- texts


def test_a_delivered_text_has_its_delivery_status() -> None:
    write_text()

    assert handle_sample("text_delivered") == 1

    assert message().delivery == "delivered"
    assert handle_sample("log_checked") == 0


@pytest.mark.parametrize("delivered", [False, True])
def test_a_texted_number_answers_the_survey(*, delivered: bool) -> None:
    write_text()
    if delivered:
        handle_sample("text_delivered")

    for _ in range(2):
        handle_text(sample("receive_text/answer"))

    survey = open_desk().table.get(Survey, rows.row_id(5))
    assert survey is not None
    assert (survey.status, survey.score, survey.amendments) == ("answered", 5, ())


# ---------------------------------------------------------------- events that cannot be processed at once


pytestmark = pytest.mark.usefixtures("stored_survey")
