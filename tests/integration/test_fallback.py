"""Fallbacks: a message that cannot be delivered goes by another medium or to the next recipient."""

import json
from datetime import timedelta

import pytest

from tests.integration.aws_errors import refuse, succeed
from tests.integration.provider_events import (
    OUR_ID,
    SANA,
    TO_AMINA,
    bounce_follow_ups,
    bounce_from_amina,
    change_amina,
    handle_sample,
    handle_text,
    message,
    messages,
    recipients_of,
    refuse_mails,
    remind_amina,
    remove_phone,
    sample,
    stopped_media_of_bilal,
    text_to_amina_too,
    write_mail,
    write_text,
)
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import add_customer, words_of
from tests.times import DAY, HOUR, MINUTE
from tests.unit import rows
from vaada.desk import open_desk
from vaada.flows.due.advance import advance
from vaada.flows.messages.suppression import suppress
from vaada.model.people import Customer, Medium
from vaada.model.receipts import EmailClaim
from vaada.model.suppressions import StopReason
from vaada.model.times import text_of
from vaada.model.work import FollowUp, Survey

pytestmark = pytest.mark.usefixtures("stored_survey")


def test_a_bounced_agent_mail_and_the_dead_address_are_told_to_the_supervisor(
    desk: ScriptedDesk,
) -> None:
    bounce_from_amina()

    desk.settle()
    desk.pass_time(HOUR)

    assert [(row["agent_id"], row["told"], row["status"]) for row in bounce_follow_ups(desk)] == [
        (SANA, "agent", "due")
    ]
    assert recipients_of(desk, "Ask how the cake was") == ["Sana <sana@example.com>"]
    assert recipients_of(desk, "Amina gets no mail") == ["Sana <sana@example.com>"]


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

    handle_sample("mail_bounced", message_id=f"{dana}{OUR_ID[16:]}", address="amina@example.com")
    desk.pass_time(HOUR)

    (follow_up,) = (row for row in desk.timeline(dana) if row.get("origin") == "bounced")
    assert (follow_up["agent_id"], follow_up["status"]) == (SANA, "due")
    assert recipients_of(desk, "Amina gets no mail") == ["Sana <sana@example.com>"]


def test_an_agent_with_a_phone_is_texted_if_their_mail_bounces(desk: ScriptedDesk) -> None:
    change_amina(desk, phone="+447700900123")
    bounce_from_amina()

    desk.pass_time(HOUR)

    assert [number for number, _ in desk.texts] == ["+447700900123"]
    assert recipients_of(desk, "Ask how the cake was") == []


def test_a_bounced_mail_that_was_also_texted_is_not_replaced(desk: ScriptedDesk) -> None:
    change_amina(desk, phone="+447700900123", notify_by=["email", "sms"])
    text = rows.row_id(9)
    write_text(**TO_AMINA, message_id=text)
    bounce_from_amina(twins=(text,))

    desk.pass_time(HOUR)

    assert desk.texts == []
    assert recipients_of(desk, "Ask how the cake was") == []
    assert len(bounce_follow_ups(desk)) == 1


def test_a_mail_that_bounces_after_its_text_failed_goes_to_the_supervisor(
    desk: ScriptedDesk,
) -> None:
    text_to_amina_too(desk)
    remind_amina(desk, "Ask for the size")
    (mail,) = (row for row in messages(desk) if row["medium"] == "email")

    handle_sample("mail_bounced", address="amina@example.com", message_id=mail["message_id"])
    desk.pass_time(HOUR)

    assert recipients_of(desk, "Ask for the size") == ["Amina <amina@example.com>", "Sana <sana@example.com>"]
    assert desk.texts == []


def test_the_supervisor_is_told_once_if_both_mail_and_text_are_refused(desk: ScriptedDesk) -> None:
    text_to_amina_too(desk)
    refuse_mails(desk)

    remind_amina(desk, "Ask for the size")

    assert recipients_of(desk, "Ask for the size") == ["Sana <sana@example.com>"]


def test_a_message_fails_after_each_recipient_and_medium_was_tried_once(desk: ScriptedDesk) -> None:
    text_to_amina_too(desk)
    refuse_mails(desk, times=100)

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

    handle_sample("mail_rejected", address="amina@example.com")  # which says nothing of her address
    desk.pass_time(HOUR)

    assert recipients_of(desk, "Ask how the cake was") == ["Sana <sana@example.com>"]
    assert bounce_follow_ups(desk) == []


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
    handle_sample("mail_bounced", address="amina@example.com", message_id=rows.row_id(9))

    remind_amina(desk, "Ask for the size")

    assert len(bounce_follow_ups(desk)) == 1
    assert recipients_of(desk, "Ask for the size") == ["Sana <sana@example.com>"]
    assert not any("amina@example.com" in str(mail["to"]) for mail in desk.mails)


@pytest.mark.parametrize("status", ["held", "waiting", "sending"])
def test_a_pending_message_to_a_dead_address_goes_to_the_supervisor(desk: ScriptedDesk, status: str) -> None:
    open_desk().table.write(rows.follow_up(status="due", wake_at=None))
    at = desk.now + MINUTE
    write_mail(**TO_AMINA, status=status, attempts=int(status == "sending"), wake_at=at, sent_at=None)

    suppress(open_desk(), "email", "amina@example.com", "bounced", desk.now)
    desk.pass_time(HOUR)

    assert recipients_of(desk, "Ask how the cake was") == ["Sana <sana@example.com>"]


def test_an_agent_with_a_new_address_is_mailed_there(desk: ScriptedDesk) -> None:
    open_desk().table.write(EmailClaim(email_claim_id="amina@example.com", agent_id=rows.AGENT_ID))
    bounce_from_amina()
    change_amina(desk, email="amina@example.org")

    remind_amina(desk, "Ask for the size")

    assert recipients_of(desk, "Ask for the size") == ["Amina <amina@example.org>"]


def test_the_owner_is_told_if_agent_and_supervisor_have_dead_addresses(desk: ScriptedDesk) -> None:
    for address in ("amina@example.com", "sana@example.com"):
        suppress(open_desk(), "email", address, "bounced", desk.now)

    remind_amina(desk, "Ask for the size")

    assert recipients_of(desk, "Ask for the size") == ["owner@example.com"]


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

    handle_sample("mail_complained_of", address="amina@example.com")
    remind_amina(desk, "Ask for the size")

    (row,) = bounce_follow_ups(desk)
    assert "Talk to them" in row["reason"]
    assert recipients_of(desk, "Ask for the size") == ["Sana <sana@example.com>"]


def test_a_customer_whose_mail_bounces_is_texted_the_survey_once(desk: ScriptedDesk) -> None:
    write_mail()

    for _ in range(3):
        handle_sample("mail_bounced")
    desk.pass_time(HOUR)

    ((number, words),) = desk.texts
    assert number == "+923001234567"
    assert "/s/" in words
    assert [(row["medium"], row["status"]) for row in messages(desk)] == [("email", "sent"), ("sms", "sent")]


def test_a_survey_answered_meanwhile_is_not_texted(desk: ScriptedDesk) -> None:
    write_mail()
    survey = open_desk().table.get(Survey, rows.row_id(5))
    assert survey is not None
    open_desk().table.write(survey.changed(status="answered", score=5, answered_at=rows.MONDAY))

    handle_sample("mail_bounced")
    desk.pass_time(HOUR)

    assert desk.texts == []
    assert messages(desk)[-1]["why_not"] == "no longer needed when it could be sent"


def test_a_full_mailbox_is_retried_once_after_four_hours(desk: ScriptedDesk) -> None:
    write_mail()
    remove_phone()

    handle_sample("mail_bounced_for_now")
    desk.pass_time(4 * HOUR - timedelta(seconds=1))
    before = len(desk.mails)
    desk.pass_time(HOUR)
    second = messages(desk)[-1]["message_id"]
    handle_sample("mail_bounced_for_now", message_id=second)
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
                handle_sample("mail_bounced_for_now", message_id=row["message_id"])
        desk.pass_time(HOUR)

    assert len(messages(desk)) == 2


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


@pytest.mark.parametrize("name", ["mail_bounced", "mail_rejected"])
def test_a_bounced_survey_without_a_fallback_is_withheld_and_not_counted(
    desk: ScriptedDesk, name: str
) -> None:
    write_mail()
    remove_phone()

    handle_sample(name)

    survey = open_desk().table.get(Survey, rows.row_id(5))
    assert survey is not None
    assert survey.status == "withheld"
    assert str(survey.withheld_because).startswith("it could not be sent")
    period = {"from": "2026-03-01", "to": "2026-03-31"}
    assert desk.call("GET /api/reports/service", query=period).json["all"]["satisfaction"] == {}


@pytest.mark.parametrize("name", ["mail_bounced", "mail_rejected"])
def test_a_bounced_survey_with_a_fallback_stays_sent(desk: ScriptedDesk, name: str) -> None:
    write_mail()

    handle_sample(name)
    desk.pass_time(HOUR)

    survey = open_desk().table.get(Survey, rows.row_id(5))
    assert survey is not None
    assert (survey.status, len(desk.texts)) == ("sent", 1)


@pytest.mark.parametrize("read", range(1, 13))
def test_a_survey_is_sent_or_withheld_whenever_its_address_dies(desk: ScriptedDesk, read: int) -> None:
    remove_phone()
    due = rows.survey(version=2, case_id=None, wake_at=desk.now + HOUR)
    open_desk().table.write(due)
    reads = [0]

    def stopped_meanwhile(call: str) -> None:
        reads[0] += call == "dynamodb.GetItem"
        if reads[0] == read:
            desk.before_call = succeed
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
    remove_phone()
    write_mail(status="waiting", wake_at=desk.now, provider_id=None, sent_at=None)
    refuse_mails(desk)
    refused = desk.before_call

    tried: list[str] = []

    def answered_by_a_scanner(call: str) -> None:
        tried.append(call)
        if call == "dynamodb.TransactWriteItems" and "sesv2.SendEmail" in tried:  # the record of the refusal
            desk.before_call = succeed
            survey = open_desk().table.get(Survey, rows.row_id(5))
            assert survey is not None
            open_desk().table.write(survey.changed())
        refused(call)

    desk.before_call = answered_by_a_scanner
    desk.sweep()

    survey = open_desk().table.get(Survey, rows.row_id(5))
    assert survey is not None
    assert (message().status, survey.status) == ("failed", "withheld")


def test_a_survey_whose_fallback_is_stopped_before_sending_is_withheld(desk: ScriptedDesk) -> None:
    write_mail()
    handle_sample("mail_bounced")

    handle_text(sample("receive_text/stop"))
    desk.pass_time(HOUR)

    survey = open_desk().table.get(Survey, rows.row_id(5))
    assert survey is not None
    assert (survey.status, desk.texts) == ("withheld", [])


def test_a_bounced_reminder_leaves_the_survey_sent() -> None:
    write_mail(purpose="survey_reminder")
    remove_phone()

    handle_sample("mail_bounced")

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

    handle_sample("mail_bounced")
    desk.pass_time(HOUR)

    after = open_desk().table.get(Customer, rows.CUSTOMER_ID)
    assert after is not None
    assert (len(desk.texts), len(after.written_at)) == (1, 3)


def test_a_failed_text_stops_no_number_and_is_mailed_instead(desk: ScriptedDesk) -> None:
    write_text()

    for _ in range(2):
        handle_sample("text_failed")
    desk.pass_time(HOUR)

    assert stopped_media_of_bilal() == set()
    assert len(desk.mails) == 1


def test_a_text_to_a_number_on_the_opt_out_list_of_aws_stops_the_number(desk: ScriptedDesk) -> None:
    """AWS accepts such a text, drops it, and says so in the log group of failures."""
    write_text()

    for _ in range(2):
        handle_sample("text_to_an_opted_out_number")
    desk.pass_time(HOUR)

    assert stopped_media_of_bilal() == {"sms"}
    assert len(desk.mails) == 1


def test_a_number_that_aws_refuses_as_opted_out_is_not_tried_again_until_start(desk: ScriptedDesk) -> None:
    change_amina(desk, phone="+447700900123", notify_by=["sms"])
    desk.before_call = refuse("sns.Publish", code="OptedOut")
    remind_amina(desk, "Ask for the size")
    assert recipients_of(desk, "Ask for the size") == ["Amina <amina@example.com>"]
    desk.before_call, publishes = succeed, desk.calls["sns.Publish"]

    remind_amina(desk, "Ask for the colour")
    assert desk.calls["sns.Publish"] == publishes
    texted = {"originationNumber": "+447700900123", "messageBody": "START"}
    handle_text({"Records": [{"Sns": {"MessageId": "start", "Message": json.dumps(texted)}}]})
    remind_amina(desk, "Ask for the shape")

    assert [words for _, words in desk.texts if "shape" in words]
