"""Customers who wait, complain or are upset: clocks in opening time, a checklist, and the supervisor."""

from http import HTTPStatus

from tests.e2e.desk import Desk, link, wrong_fields
from tests.e2e.shared_clock import Waits, Week, scenario
from tests.times import MINUTE


@scenario
def test_a_reply_is_warned_of_and_missed_in_opening_time(desk: Desk, week: Week) -> Waits:
    vera = desk.agent("Vera Kuhn")
    ravi = desk.agent("Ravi Menon", supervisor=vera)
    elsa = desk.customer("Elsa Lund")

    yield week.at("Mon 12:30")
    wrote = {"channel": "sms", "kind": "question"}
    asked = desk.contact(
        elsa, ravi, "Wrote: which tyre fits?", occurred_at=week.at("Mon 12:30").isoformat(), **wrote
    )
    assert asked["reply"]["due_at"].endswith("T14:30:00Z")  # half an hour before lunch, half an hour after

    yield week.at("Mon 14:15")
    assert desk.is_punctual(desk.mail(ravi), week.at("Mon 14:15"), within=5 * MINUTE)

    yield week.at("Mon 14:30")
    assert desk.is_punctual(desk.mail(vera), week.at("Mon 14:30"), within=5 * MINUTE)

    yield week.at("Mon 15:00")
    told = {"direction": "outbound", "case_id": asked["case_id"]}
    desk.contact(elsa, ravi, "Told her.", occurred_at=week.at("Mon 15:00").isoformat(), **wrote, **told)
    [reply] = desk.timeline(elsa, "reply")
    assert (reply["status"], reply["took_seconds"], reply["late_by_seconds"]) == ("given", 90 * 60, 30 * 60)


@scenario
def test_a_contact_outside_opening_hours_is_called_back(desk: Desk, week: Week) -> Waits:
    nils = desk.agent("Nils Berg")
    tove = desk.customer("Tove Dahl")

    yield week.at("Mon 19:00")
    asked = desk.contact(tove, nils, "Rang in the evening.", kind="question")
    assert asked["call_back"]["due_at"].endswith("T10:00:00Z")  # an hour after the shop opens on Tuesday

    yield week.at("Tue 09:00")
    assert desk.is_punctual(desk.mail(nils), week.at("Tue 09:00"), within=5 * MINUTE)
    desk.contact(tove, nils, "Called back.", direction="outbound", case_id=asked["case_id"], resolved=True)
    [promise] = desk.timeline(tove, "commitment")
    assert (promise["status"], promise["late_by_seconds"]) == ("kept", 0)


@scenario
def test_a_complaint_is_resolved_only_after_its_critical_steps(desk: Desk, week: Week) -> Waits:
    otto = desk.agent("Otto Falk")
    case_id = desk.contact(
        desk.customer("Lena Krause"), otto, "The frame cracked.", kind="complaint", awaits_reply=False
    )["case_id"]

    yield week.at("Mon 10:20")
    early = desk.call("POST", f"/api/cases/{case_id}/resolve", json={})
    assert early.status_code == HTTPStatus.CONFLICT
    critical = ["steps.apologised", "steps.solved", "steps.confirmed", "steps.cause_recorded"]
    assert wrong_fields(early) == critical
    for field in critical:
        step = field.removeprefix("steps.")
        said = (
            {"cause": "A bad weld", "prevention": "Welds are looked at"} if step == "cause_recorded" else {}
        )
        desk.personal |= set(said.values())
        desk.manager.post(f"/api/cases/{case_id}/steps/{step}", said)
    assert desk.manager.post(f"/api/cases/{case_id}/resolve", {})["status"] == "resolved"


@scenario
def test_abuse_reaches_the_supervisor_at_night(desk: Desk, week: Week) -> Waits:
    vera = desk.agent("Vera Moss")
    finn = desk.agent("Finn Daly", supervisor=vera)

    yield week.at("Mon 23:00")
    before = desk.now
    desk.contact(desk.customer("Gus Pike"), finn, "Shouted.", tone="abusive", awaits_reply=False)
    told = desk.mail(vera)
    assert before <= told.at <= before + MINUTE
    assert desk.answer(link(told, "a"), do="done").status_code == HTTPStatus.OK
