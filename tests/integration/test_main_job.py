"""The main job: a promise given is a promise tracked."""

from datetime import datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from tests.integration.people import Shop, add_agent, links, words_of
from tests.integration.scripted_desk import ScriptedDesk
from vaada.model.times import text_of

REMINDER = ("email", "follow_up_reminder")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    return Shop.opened(desk)


def told(shop: Shop) -> list[tuple[str, str, str, str]]:
    """Every message of the story: when, to whom, by what and what for, in order."""
    rows = shop.rows("message")
    return sorted((row["sent_at"][5:16], row["to"], row["medium"], row["purpose"]) for row in rows)


def test_a_promise_is_warned_of_flagged_and_escalated_on_the_minute(shop: Shop) -> None:
    shop.promise(shop.desk.now + 8 * HOUR)

    shop.desk.pass_time(3 * DAY)

    assert told(shop) == [
        ("03-02T13:00", "agent", "email", "promise_warning"),
        ("03-02T13:00", "agent", "sms", "promise_warning"),
        ("03-02T17:00", "agent", "email", "promise_overdue"),
        ("03-02T17:00", "agent", "sms", "promise_overdue"),
        ("03-03T12:00", "supervisor", "email", "promise_escalation"),  # one hour on Monday, three on Tuesday
        ("03-03T17:00", "owner", "email", "promise_escalation"),
    ]
    assert [str(mail["to"]) for mail in shop.desk.mails] == [
        "Amina <amina@example.com>",
        "Amina <amina@example.com>",
        "Sana <sana@example.com>",
        "owner@example.com",
    ]


def test_a_promise_kept_after_its_warning_sends_no_more_messages(shop: Shop) -> None:
    commitment_id = shop.promise(shop.desk.now + 8 * HOUR)
    shop.desk.pass_time(5 * HOUR)

    kept = shop.desk.call(f"POST /api/commitments/{commitment_id}/keep")
    shop.desk.pass_time(3 * DAY)

    assert (kept.status, kept.json["status"], kept.json["late_by_seconds"]) == (200, "kept", 0)
    assert {purpose for *_, purpose in told(shop)} == {"promise_warning"}
    assert shop.desk.schedules() == {}


def test_an_overdue_promise_is_listed_flagged_and_kept_late(shop: Shop) -> None:
    commitment_id = shop.promise(shop.desk.now + HOUR)
    shop.desk.pass_time(2 * HOUR)

    (overdue,) = shop.desk.call("GET /api/commitments", query={"status": "overdue"}).json["items"]
    kept = shop.desk.call(f"POST /api/commitments/{commitment_id}/keep").json

    assert (overdue["commitment_id"], overdue["flagged_at"]) == (commitment_id, "2026-03-02T10:00:00Z")
    assert (kept["status"], kept["late_by_seconds"]) == ("kept", 3600)
    assert shop.desk.call("GET /api/commitments", query={"status": "overdue"}).json["items"] == []


def test_a_promise_is_listed_as_overdue_from_the_second_it_is_due(shop: Shop) -> None:
    shop.promise(shop.desk.now + HOUR)

    shop.desk.pass_time(HOUR - timedelta(seconds=1))
    before = shop.desk.call("GET /api/commitments", query={"status": "overdue"}).json["items"]
    shop.desk.pass_time(timedelta(seconds=1))
    (overdue,) = shop.desk.call("GET /api/commitments", query={"status": "overdue"}).json["items"]

    assert before == []
    assert overdue["flagged_at"] == overdue["due_at"]


def test_a_renegotiated_promise_keeps_its_id_and_follows_the_new_date(shop: Shop) -> None:
    commitment_id = shop.promise(shop.desk.now + 8 * HOUR)
    agreed = {"due_at": text_of(shop.desk.now + 2 * DAY), "reason": "The oven broke"}

    moved = shop.desk.call(f"POST /api/commitments/{commitment_id}/renegotiate", agreed)
    shop.desk.pass_time(DAY)

    assert (moved.json["commitment_id"], moved.json["status"]) == (commitment_id, "open")
    assert told(shop) == []
    shop.desk.pass_time(DAY)
    assert {purpose for *_, purpose in told(shop)} == {"promise_warning", "promise_overdue"}


def test_an_unresolved_contact_reminds_the_agent_each_morning_until_it_is_done(shop: Shop) -> None:
    shop.contact()

    shop.desk.pass_time(2 * DAY + HOUR)
    (follow_up,) = shop.desk.call("GET /api/follow-ups", query={"status": "due"}).json["items"]
    shop.desk.call(f"POST /api/follow-ups/{follow_up['follow_up_id']}/complete")
    shop.desk.pass_time(7 * DAY)

    reminders = [when for when, _, medium, purpose in told(shop) if (medium, purpose) == REMINDER]
    assert reminders == ["03-03T09:00", "03-04T09:02"]


def test_reminders_stop_after_five_and_the_supervisor_is_told_with_the_third(shop: Shop) -> None:
    shop.contact(follow_up={"at": text_of(shop.desk.now + HOUR), "reason": "Ask for the colour"})

    shop.desk.pass_time(14 * DAY)

    emails = [(when, to) for when, to, medium, _ in told(shop) if medium == "email"]
    assert emails == [
        ("03-02T10:00", "agent"),
        ("03-03T09:02", "agent"),  # the later ones wait a minute, for others of that morning
        ("03-04T09:00", "supervisor"),
        ("03-04T09:02", "agent"),
        ("03-05T09:02", "agent"),
        ("03-06T09:02", "agent"),
    ]


def test_a_snooze_moves_the_reminder_and_its_schedule(shop: Shop) -> None:
    shop.contact(follow_up={"at": text_of(shop.desk.now + HOUR), "reason": "Ask for the colour"})
    (follow_up,) = shop.desk.call("GET /api/follow-ups").json["items"]

    until = text_of(shop.desk.now + 30 * HOUR)
    snoozed = shop.desk.call(f"POST /api/follow-ups/{follow_up['follow_up_id']}/snooze", {"until": until})
    shop.desk.settle()

    assert (snoozed.json["status"], snoozed.json["due_at"]) == ("scheduled", until)
    assert list(shop.desk.schedules()) == [follow_up["follow_up_id"]]
    shop.desk.pass_time(29 * HOUR)
    assert told(shop) == []
    shop.desk.pass_time(HOUR)
    assert {when for when, *_ in told(shop)} == {"03-03T15:00"}


def test_messages_for_an_absent_agent_go_to_their_cover(shop: Shop) -> None:
    cover = add_agent(shop.desk, "Omar")
    away = {"away_until": text_of(shop.desk.now + 3 * DAY), "covered_by": cover}
    shop.desk.call(f"PATCH /api/agents/{shop.agent_id}", away)

    shop.promise(shop.desk.now + HOUR)
    shop.desk.pass_time(2 * HOUR)

    assert {str(mail["to"]) for mail in shop.desk.mails} == {"Omar <omar@example.com>"}


def test_the_owner_gets_the_escalation_if_there_is_no_supervisor(shop: Shop) -> None:
    shop.desk.call(f"PATCH /api/agents/{shop.agent_id}", {"supervisor_id": None})

    shop.promise(shop.desk.now + HOUR)
    shop.desk.pass_time(7 * HOUR)

    assert str(shop.desk.mails[-1]["to"]) == "owner@example.com"


def test_a_resolved_contact_gets_one_survey_that_is_answered_once(shop: Shop) -> None:
    link = shop.survey_link()

    form = shop.desk.open(f"{link}?score=4")
    thanks = shop.desk.answer(link, score="4", comment="Lovely cake")
    shop.desk.clock.shift(HOUR)
    again = shop.desk.post(link, {"score": "1"})  # without the page: not a person's
    shop.desk.pass_time(20 * DAY)

    assert (form.status, thanks.status, again.status) == (200, 200, 409)
    (survey,) = shop.desk.call("GET /api/surveys", query={"customer_id": shop.customer_id}).json["items"]
    assert (survey["status"], survey["score"], survey["comment"]) == ("answered", 4, "Lovely cake")
    assert [row["purpose"] for row in shop.rows("message")] == ["praise", "survey"]


def test_a_survey_without_consent_is_withheld_with_the_reason_on_the_timeline(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk, consent={"email": True, "sms": True, "survey": False})

    shop.contact(resolved=True)
    shop.desk.pass_time(2 * DAY)

    (survey,) = shop.rows("survey")
    assert survey["withheld_because"] == "the customer did not agree to surveys"
    assert shop.desk.mails == []


def test_a_customer_who_withdraws_consent_before_a_retry_gets_no_survey(shop: Shop) -> None:
    def throttled(call: str) -> None:
        if call == "sesv2.SendEmail":
            answer = {"Error": {"Code": "ThrottlingException"}, "ResponseMetadata": {"HTTPStatusCode": 429}}
            raise ClientError(answer, call)  # type: ignore[arg-type]  # enough of one

    shop.contact(resolved=True)
    shop.desk.before_call = throttled
    shop.desk.pass_time(DAY)
    shop.desk.before_call = lambda _call: None
    stop = {"consent": {"email": True, "sms": True, "survey": False}}
    shop.desk.call(f"PATCH /api/customers/{shop.customer_id}", stop)
    shop.desk.pass_time(HOUR)

    (message,) = shop.rows("message")
    assert (message["status"], message["why_not"]) == (
        "withheld",
        "the customer said stop before it could be sent",
    )
    assert shop.desk.mails == []


def test_a_customer_without_e_mail_gets_the_survey_as_a_text(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk, email=None, phone="+923009876543", language="ur")

    shop.contact(resolved=True)
    shop.desk.pass_time(2 * DAY)

    ((number, words),) = desk.texts
    assert number == "+923009876543"
    assert len(links(words, "/s/")) == 1


def test_an_agent_snoozes_and_completes_from_the_link_in_the_reminder(shop: Shop) -> None:
    shop.contact(follow_up={"at": text_of(shop.desk.now + HOUR), "reason": "Ask for the colour"})
    shop.desk.pass_time(HOUR)
    link = links(shop.desk.texts[0][1], "/a/")[0]

    form = shop.desk.open(f"{link}?do=tomorrow")
    done = shop.desk.answer(link, do="tomorrow")

    assert (form.status, done.status) == (200, 200)
    (follow_up,) = shop.rows("follow_up")
    assert (follow_up["status"], follow_up["due_at"]) == ("scheduled", "2026-03-03T09:00:00Z")
    assert shop.desk.answer(link, do="done").status == 200
    assert shop.desk.answer(link, do="done").status == 409


def test_a_new_date_entered_on_the_page_is_in_the_agents_time_zone(shop: Shop) -> None:
    shop.desk.call(f"PATCH /api/agents/{shop.agent_id}", {"time_zone": "Asia/Karachi"})
    shop.promise(shop.desk.now + HOUR)
    link = links(shop.desk.texts[0][1], "/a/")[0]

    missing = shop.desk.answer(link, do="new_date", date="2026-03-04", time="10:00")
    past = shop.desk.answer(link, do="new_date", date="2026-03-01", time="10:00", reason="The oven broke")
    shop.desk.answer(link, do="new_date", date="2026-03-04", time="10:00", reason="The oven broke")

    assert (missing.status, past.status) == (422, 422)
    (commitment,) = shop.rows("commitment")
    assert commitment["due_at"] == "2026-03-04T05:00:00Z"


def test_a_changed_policy_moves_the_warning(shop: Shop) -> None:
    policy = shop.desk.call("GET /api/policy").json
    policy["commitments"]["warn_before"] = {"hours": 1}
    assert shop.desk.call("PUT /api/policy", policy).status == 200

    shop.promise(shop.desk.now + 8 * HOUR)
    shop.desk.pass_time(7 * HOUR)

    assert {when for when, *_ in told(shop)} == {"03-02T16:00"}


def test_a_mail_is_multipart_has_the_facts_and_is_marked_as_automatic(shop: Shop) -> None:
    shop.promise(shop.desk.now + HOUR)
    mail = shop.desk.mails[0]

    assert mail.get_content_type() == "multipart/alternative"
    for fact in ("Bilal Khan", "Wants a cake for Saturday", "Call back with a price"):
        assert fact in words_of(mail)
    assert mail["auto-submitted"] == "auto-generated"


def test_a_withdrawn_promise_leaves_the_index_of_due_rows(shop: Shop) -> None:
    commitment_id = shop.promise(shop.desk.now + 8 * HOUR)
    shop.contact(resolved=True)
    before = set(shop.desk.due_ids())

    shop.desk.call(f"POST /api/commitments/{commitment_id}/withdraw", {"reason": "Customer gave up"})

    assert before - set(shop.desk.due_ids()) == {commitment_id}
    assert all(datetime.fromisoformat(row["wake_at"]) for row in shop.rows("survey"))
