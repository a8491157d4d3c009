"""Promises: the agent is warned, an overdue promise is flagged and escalated, each once."""

from datetime import datetime

from tests.e2e.desk import OWNER, Desk, eventually
from tests.e2e.shared_clock import Waits, Week, scenario
from tests.times import MINUTE


@scenario
def test_an_overdue_promise_follows_the_ladder(desk: Desk, week: Week) -> Waits:
    vera = desk.agent("Vera Novak")
    daniel = desk.agent("Daniel Okafor", supervisor=vera, notify_by=["email", "sms"])
    ayesha = desk.customer("Ayesha Rahman")
    due_at, what = week.at("Mon 14:00"), "Bring the bicycle home"
    promise = desk.promise(ayesha, daniel, what, due_at)

    yield week.at("Mon 10:00")
    warning = desk.mail(daniel)
    assert desk.is_punctual(warning, week.at("Mon 10:00"))
    assert "Promise due at 14:00" in warning.subject
    assert desk.is_punctual(desk.text(daniel), week.at("Mon 10:00"))
    assert desk.row(ayesha, promise).get("flagged_at") is None
    eventually(lambda: promise in desk.schedule_names(), "a schedule makes the flag punctual")
    assert desk.schedule(promise)[0] == f"at({due_at:%Y-%m-%dT%H:%M:%S})"

    yield due_at
    overdue = desk.mail(daniel, number=2)
    assert desk.is_punctual(overdue, due_at)
    assert "Promise overdue" in overdue.subject
    flagged_at = datetime.fromisoformat(desk.row(ayesha, promise)["flagged_at"])
    assert due_at <= flagged_at <= due_at + 5 * MINUTE
    [listed] = desk.manager.get("/api/commitments", agent_id=daniel.id, status="overdue")["items"]
    assert listed["commitment_id"] == promise
    assert desk.mails(vera) == []

    yield week.at("Mon 18:00")  # four opening hours later
    escalated = desk.mail(vera)
    assert desk.is_punctual(escalated, week.at("Mon 18:00"), within=3 * MINUTE)
    assert "Daniel Okafor's promise is overdue by 4 hours" in escalated.subject
    assert desk.mails(OWNER, about=what) == []

    yield week.at("Tue 09:00")
    assert desk.mails(OWNER, about=what) == []

    yield week.at("Tue 14:00")  # one business day later
    assert desk.is_punctual(desk.mail(OWNER, about=what), week.at("Tue 14:00"), within=3 * MINUTE)
    kept = desk.manager.post(f"/api/commitments/{promise}/keep")
    assert (kept["status"], kept["late_by_seconds"] >= 24 * 3600) == ("kept", True)

    yield week.at("Wed 09:00")
    assert [len(desk.mails(who)) for who in (daniel, vera)] == [2, 1]
    assert len(desk.texts(daniel)) == 2
    assert len(desk.mails(OWNER, about=what)) == 1


@scenario
def test_a_promise_kept_in_time_sends_only_the_warning(desk: Desk, week: Week) -> Waits:
    vera = desk.agent("Vera Costa")
    ines = desk.agent("Ines Silva", supervisor=vera)
    what = "Send the receipt again"
    promise = desk.promise(desk.customer("Mateo Cruz"), ines, what, week.at("Mon 14:02"))

    yield week.at("Mon 10:02")
    desk.mail(ines)
    kept = desk.manager.post(f"/api/commitments/{promise}/keep")
    assert (kept["status"], kept["late_by_seconds"]) == ("kept", 0)
    desk.manager.post(f"/api/cases/{kept['case_id']}/resolve")  # else she is asked whether it is solved

    yield week.at("Tue 14:00")
    assert len(desk.mails(ines)) == 1
    assert desk.mails(vera) == []
    assert desk.mails(OWNER, about=what) == []


@scenario
def test_a_promise_that_is_due_soon_sends_its_warning_at_once(desk: Desk, week: Week) -> Waits:
    emil = desk.agent("Emil Larsen")

    yield week.at("Mon 10:00")
    before = desk.now
    promise = desk.promise(desk.customer("Greta Vogel"), emil, "Look for the lost key", week.at("Mon 12:00"))
    warning = desk.mail(emil)
    assert before <= warning.at <= before + MINUTE
    assert "Promise due at 12:00" in warning.subject
    desk.manager.post(f"/api/commitments/{promise}/withdraw", {"reason": "The key was found"})

    yield week.at("Mon 14:00")
    assert len(desk.mails(emil)) == 1


@scenario
def test_a_renegotiated_promise_warns_again_and_is_never_overdue(desk: Desk, week: Week) -> Waits:
    vera = desk.agent("Vera Petrov")
    yusuf = desk.agent("Yusuf Demir", supervisor=vera)
    noor = desk.customer("Noor Ali")
    promise = desk.promise(noor, yusuf, "Deliver the trailer", week.at("Mon 14:04"))

    yield week.at("Mon 10:04")
    desk.mail(yusuf)
    agreed = {"due_at": week.at("Tue 18:00").isoformat(), "reason": "The part comes a day later"}
    desk.personal.add(agreed["reason"])
    desk.manager.post(f"/api/commitments/{promise}/renegotiate", agreed)

    yield week.at("Mon 18:00")
    assert len(desk.mails(yusuf)) == 1
    assert desk.row(noor, promise).get("flagged_at") is None

    yield week.at("Tue 14:00")
    again = desk.mail(yusuf, number=2)
    assert desk.is_punctual(again, week.at("Tue 14:00"))
    assert "Promise due at 18:00" in again.subject
    desk.manager.post(f"/api/commitments/{promise}/keep")

    yield week.at("Wed 09:00")
    row = desk.row(noor, promise)
    assert [change["what"] for change in row["history"]] == ["renegotiated", "kept"]
    assert row["history"][0]["reason"] == agreed["reason"]
    assert len(desk.mails(yusuf)) == 2
    assert desk.mails(vera) == []


@scenario
def test_the_owner_gets_the_escalation_if_there_is_no_supervisor(desk: Desk, week: Week) -> Waits:
    lone = desk.agent("Kofi Mensah")
    what = "Repaint the frame"
    promise = desk.promise(desk.customer("Ida Holm"), lone, what, week.at("Mon 14:02"))

    yield week.at("Tue 09:02")  # four opening hours later
    told = desk.mail(OWNER, about=what)
    assert desk.is_punctual(told, week.at("Tue 09:02"), within=3 * MINUTE)
    desk.manager.post(f"/api/commitments/{promise}/keep")
    eventually(lambda: promise not in desk.schedule_names(), "no schedule is left")

    yield week.at("Tue 14:00")
    assert len(desk.mails(OWNER, about=what)) == 1
