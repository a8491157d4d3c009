"""Promises: warned of, flagged and escalated on the minute; kept, renegotiated, withdrawn."""

from datetime import datetime, timedelta

from tests.integration.shop import Shop, add_agent, change_agent, change_policy, links
from tests.times import DAY, HOUR
from vaada.model.times import text_of


def test_a_promise_is_warned_of_flagged_and_escalated_on_the_minute(shop: Shop) -> None:
    shop.promise(shop.desk.now + 8 * HOUR)

    shop.desk.pass_time(3 * DAY)

    assert shop.all_messages() == [
        ("03-02T13:00", "agent", "email", "promise_warning"),
        ("03-02T13:00", "agent", "sms", "promise_warning"),
        ("03-02T17:00", "agent", "email", "promise_overdue"),
        ("03-02T17:00", "agent", "sms", "promise_overdue"),
        ("03-03T12:00", "supervisor", "email", "promise_escalation"),  # one hour on Monday, three on Tuesday
        ("03-03T17:00", "owner", "email", "promise_escalation"),
    ]
    assert shop.desk.mail_recipients == [
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
    assert {purpose for *_, purpose in shop.all_messages() if "promise" in purpose} == {"promise_warning"}
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
    assert shop.all_messages() == []
    shop.desk.pass_time(DAY)
    assert {purpose for *_, purpose in shop.all_messages()} == {"promise_warning", "promise_overdue"}


def test_messages_for_an_absent_agent_go_to_their_cover(shop: Shop) -> None:
    cover = add_agent(shop.desk, "Omar")
    away = {"away_until": text_of(shop.desk.now + 3 * DAY), "covered_by": cover}
    change_agent(shop.desk, shop.agent_id, **away)

    shop.promise(shop.desk.now + HOUR)
    shop.desk.pass_time(2 * HOUR)

    assert {str(mail["to"]) for mail in shop.desk.mails} == {"Omar <omar@example.com>"}


def test_the_owner_gets_the_escalation_if_there_is_no_supervisor(shop: Shop) -> None:
    change_agent(shop.desk, shop.agent_id, supervisor_id=None)

    shop.promise(shop.desk.now + HOUR)
    shop.desk.pass_time(7 * HOUR)

    assert str(shop.desk.mails[-1]["to"]) == "owner@example.com"


def test_a_new_date_entered_on_the_page_is_in_the_agents_time_zone(shop: Shop) -> None:
    change_agent(shop.desk, shop.agent_id, time_zone="Asia/Karachi")
    shop.promise(shop.desk.now + HOUR)
    link = links(shop.desk.texts[0][1], "/a/")[0]

    missing = shop.desk.answer(link, do="new_date", date="2026-03-04", time="10:00")
    past = shop.desk.answer(link, do="new_date", date="2026-03-01", time="10:00", reason="The oven broke")
    shop.desk.answer(link, do="new_date", date="2026-03-04", time="10:00", reason="The oven broke")

    assert (missing.status, past.status) == (422, 422)
    (commitment,) = shop.rows("commitment")
    assert commitment["due_at"] == "2026-03-04T05:00:00Z"


def test_a_changed_policy_moves_the_warning(shop: Shop) -> None:
    change_policy(shop.desk, commitments={"warn_before": {"hours": 1}})

    shop.promise(shop.desk.now + 8 * HOUR)
    shop.desk.pass_time(7 * HOUR)

    assert {when for when, *_ in shop.all_messages()} == {"03-02T16:00"}


def test_a_withdrawn_promise_leaves_the_index_of_due_rows(shop: Shop) -> None:
    commitment_id = shop.promise(shop.desk.now + 8 * HOUR)
    shop.contact(resolved=True)
    before = set(shop.desk.due_ids())

    shop.desk.call(f"POST /api/commitments/{commitment_id}/withdraw", {"reason": "Customer gave up"})

    assert before - set(shop.desk.due_ids()) == {commitment_id}
    assert all(datetime.fromisoformat(row["wake_at"]) for row in shop.rows("survey"))
