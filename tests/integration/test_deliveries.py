"""What SES, SNS and customers send in, as AWS documents it, and what comes of it."""

import json
from datetime import timedelta
from typing import Any

import pytest

from functions.receive_text.app import handler as receive_text
from functions.record_delivery.app import handler as record_delivery
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.test_events import sample
from tests.unit import rows
from vaada.desk import open_desk
from vaada.flows.suppressing import stopped_media
from vaada.model.messages import Message
from vaada.model.people import Customer, Medium
from vaada.model.work import FollowUp, Survey

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
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


def tell(name: str, **other: str) -> int:
    """Hand the sample to the function, with other words in the place of its own."""
    text = json.dumps(sample(f"record_delivery/{name}"))
    for before, after in other.items():
        text = text.replace({"message_id": OUR_ID, "address": "bilal@example.com"}[before], after)
    return record_delivery(json.loads(text), None)


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
    return set(stopped_media(open_desk(), bilal, survey=survey))


# ---------------------------------------------------------------- mail


@pytest.mark.parametrize(
    ("name", "delivery"),
    [
        ("mail_sent", "accepted"),
        ("mail_delivered", "delivered"),
        ("mail_delayed", "delayed"),
        ("mail_rejected", "rejected"),
        ("mail_complained_of", "complained"),
        ("mail_bounced", "bounced"),
        ("mail_bounced_for_now", "bounced"),
    ],
)
def test_what_became_of_a_mail_is_written_to_it_once(name: str, delivery: str) -> None:
    write_mail()

    assert [tell(name) for _ in range(3)] == [1, 1, 1]

    assert (message().delivery, message().version) == (delivery, 2)
    assert message().delivered_at is not None


def test_news_by_way_of_a_topic_are_read_too() -> None:
    write_mail()

    assert tell("mails_by_topic") == 2

    assert message().delivery == "delivered"


def test_news_of_others_mail_and_of_mail_long_gone_change_nothing(desk: ScriptedDesk) -> None:
    assert tell("mail_of_another_sender") == 0
    assert tell("mail_delivered") == 1
    assert messages(desk) == []


@pytest.mark.parametrize("name", ["mail_sent", "mail_delivered"])
def test_news_settle_a_mail_whose_outcome_was_unknown(name: str) -> None:
    write_mail(status="unknown", provider_id=None, sent_at=None, why_not="no answer came from the provider")

    tell(name)

    assert (message().status, message().provider_id, message().why_not) == ("sent", SES_ID, None)


@pytest.mark.parametrize(
    ("name", "surveys", "anything"),
    [
        ("mail_bounced", {"email"}, {"email"}),
        ("mail_complained_of", {"email"}, {"email"}),
        ("mail_bounced_for_now", set(), set()),
        ("mail_delayed", set(), set()),
    ],
)
def test_only_a_dead_address_and_a_complaint_stop_an_address(
    name: str, surveys: set[Medium], anything: set[Medium]
) -> None:
    write_mail()

    tell(name, address="Bilal@Example.com")

    assert (stopped(), stopped(survey=False)) == (surveys, anything)


def test_who_cannot_be_mailed_is_texted_the_same_once(desk: ScriptedDesk) -> None:
    write_mail()

    for _ in range(3):
        tell("mail_bounced")
    desk.pass_time(HOUR)

    ((number, words),) = desk.texts
    assert number == "+923001234567"
    assert "/s/" in words
    assert [(row["medium"], row["status"]) for row in messages(desk)] == [("email", "sent"), ("sms", "sent")]


def test_an_answer_that_came_meanwhile_makes_the_text_needless(desk: ScriptedDesk) -> None:
    write_mail()
    survey = open_desk().table.get(Survey, rows.row_id(5))
    assert survey is not None
    open_desk().table.write(survey.changed(status="answered", score=5, answered_at=rows.MONDAY))

    tell("mail_bounced")
    desk.pass_time(HOUR)

    assert desk.texts == []
    assert messages(desk)[-1]["why_not"] == "no longer needed when it could be sent"


def test_a_full_mailbox_is_tried_once_more_after_four_hours_and_then_left_alone(desk: ScriptedDesk) -> None:
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


def test_a_mail_and_a_text_that_both_fail_for_now_do_not_follow_each_other_for_ever(
    desk: ScriptedDesk,
) -> None:
    write_mail()

    for _ in range(5):
        for row in messages(desk):
            if row["medium"] == "email":
                tell("mail_bounced_for_now", message_id=row["message_id"])
        desk.pass_time(HOUR)

    assert len(messages(desk)) == 2


def test_the_supervisor_hears_of_an_agents_address_that_does_not_work(desk: ScriptedDesk) -> None:
    open_desk().table.write(rows.follow_up(status="due", wake_at=None))
    write_mail(
        about_id=rows.row_id(4),
        about_kind="follow_up",
        purpose="follow_up_reminder",
        to="agent",
        recipient_id=rows.AGENT_ID,
    )

    for _ in range(2):
        tell("mail_bounced", address="amina@example.com")
    desk.settle()
    desk.pass_time(HOUR)

    found = [row for row in desk.timeline(rows.CUSTOMER_ID) if row.get("origin") == "bounced"]
    assert [(row["agent_id"], row["told"], row["status"]) for row in found] == [(SANA, "agent", "due")]
    assert [str(mail["to"]) for mail in desk.mails] == ["Sana <sana@example.com>"]


# ---------------------------------------------------------------- texts


def test_a_text_that_arrived_says_so() -> None:
    write_text()

    assert tell("text_delivered") == 1

    assert message().delivery == "delivered"
    assert tell("log_checked") == 0


def test_a_text_that_failed_stops_no_number_and_is_mailed_instead(desk: ScriptedDesk) -> None:
    write_text()

    for _ in range(2):
        tell("text_failed")
    desk.pass_time(HOUR)

    assert stopped() == set()
    assert len(desk.mails) == 1


def test_stop_stops_the_number_until_start(desk: ScriptedDesk) -> None:
    story = []
    for name in ("stop", "stop", "start", "start"):
        assert receive_text(sample(f"receive_text/{name}"), None) == 1
        story.append((stopped(), stopped(survey=False)))

    assert story == [({"sms"}, {"sms"})] * 2 + [(set(), set())] * 2
    assert desk.texts == []


@pytest.mark.parametrize("delivered", [False, True])
def test_a_number_answers_the_survey_that_the_text_asked(*, delivered: bool) -> None:
    write_text()
    if delivered:
        tell("text_delivered")

    for _ in range(2):
        receive_text(sample("receive_text/answer"), None)

    survey = open_desk().table.get(Survey, rows.row_id(5))
    assert survey is not None
    assert (survey.status, survey.score, survey.amendments) == ("answered", 5, ())


@pytest.mark.parametrize("name", ["question", "answer_to_nothing"])
def test_other_words_and_numbers_that_answer_nothing_change_nothing(name: str) -> None:
    write_text()

    receive_text(sample(f"receive_text/{name}"), None)

    survey = open_desk().table.get(Survey, rows.row_id(5))
    assert survey is not None
    assert (survey.status, survey.version) == ("sent", 1)
    assert stopped() == set()


def test_a_number_in_answer_to_a_text_to_staff_is_no_answer(desk: ScriptedDesk) -> None:
    open_desk().table.write(rows.follow_up(wake_at=None))
    write_text(about_id=rows.row_id(4), about_kind="follow_up", purpose="follow_up_reminder", to="agent")

    receive_text(sample("receive_text/answer"), None)

    assert open_desk().table.get(FollowUp, rows.row_id(4)) == rows.follow_up(wake_at=None)
    assert desk.mails == []
