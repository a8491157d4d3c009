"""Two cases about one matter are merged: one remains with the facts of both. It can be undone for a day."""

from typing import Any

import pytest

from tests.integration.shop import Shop, add_agent
from tests.times import DAY, HOUR, MINUTE
from vaada.model.times import text_of


def do_step(shop: Shop, case_id: str, name: str, **facts: object) -> None:
    answer = shop.desk.call(f"POST /api/cases/{case_id}/steps/{name}", facts)
    assert answer.status == 200, answer.body


def done_steps(shop: Shop, case_id: str) -> dict[str, Any]:
    return {step["name"]: step["note"] for step in shop.case(case_id)["steps"] if step["done_at"]}


def unmerge(shop: Shop, case_id: str) -> Any:
    answer = shop.desk.call(f"POST /api/cases/{case_id}/unmerge")
    assert answer.status == 200, answer.body
    shop.desk.settle()
    return answer.json


def test_a_step_done_in_either_complaint_is_done_with_who_and_when(shop: Shop) -> None:
    one, other = (shop.contact(kind="complaint")["case_id"] for _ in range(2))
    do_step(shop, one, "apologised", note="On the phone")
    shop.desk.pass_time(HOUR)
    do_step(shop, other, "apologised", note="By mail")
    do_step(shop, other, "solved", note="New pads")

    shop.merge(one, into=other)

    assert done_steps(shop, other) == {"apologised": "On the phone", "solved": "New pads"}
    first = next(step for step in shop.case(other)["steps"] if step["name"] == "apologised")
    assert (first["done_at"], first["done_by"][:7]) == ("2026-03-02T09:00:00Z", "manager")


def test_the_causes_of_both_complaints_stay(shop: Shop) -> None:
    cases = [shop.contact(kind="complaint")["case_id"] for _ in range(2)]
    for case_id, cause in zip(cases, ("Worn pads", "A long wait"), strict=True):
        do_step(shop, case_id, "cause_recorded", cause=cause, prevention="Measure")

    shop.merge(cases[0], into=cases[1])

    merged = shop.case(cases[1])
    assert (merged["cause"], merged["prevention"]) == ("A long wait; Worn pads", "Measure")


def test_waiting_for_the_customer_stays_unless_a_clock_runs(shop: Shop) -> None:
    waits, calm, asked = (shop.contact(awaits_reply=awaits)["case_id"] for awaits in (False, False, True))
    shop.desk.call(f"POST /api/cases/{waits}/wait")

    shop.merge(waits, into=calm)
    assert shop.case(calm)["waiting_for_customer"]
    shop.merge(calm, into=asked)
    assert not shop.case(asked)["waiting_for_customer"]


def test_the_clock_that_runs_out_first_stays(shop: Shop) -> None:
    first = shop.contact()
    shop.desk.pass_time(10 * MINUTE)
    second = shop.contact()

    shop.merge(second["case_id"], into=first["case_id"])

    (awaited,) = [row for row in shop.rows("reply") if row["status"] == "awaited"]
    assert awaited["due_at"] == first["reply"]["due_at"]


@pytest.mark.parametrize("turn", [False, True], ids=["into the resolved one", "into the open one"])
def test_a_merged_case_is_open_if_either_was(shop: Shop, *, turn: bool) -> None:
    resolved = shop.contact(resolved=True)["case_id"]
    still = shop.contact()["case_id"]
    case_id, into = (resolved, still) if turn else (still, resolved)

    shop.merge(case_id, into=into)

    merged = shop.case(into)
    assert (merged["status"], merged["resolved_at"], merged["contacts"]) == ("open", None, 2)
    if not turn:  # there is nothing to ask about yet
        assert [row["status"] for row in shop.rows("survey")] == ["withheld"]


def test_two_resolved_cases_are_one_resolved_case(shop: Shop) -> None:
    one, other = (shop.contact(resolved=True)["case_id"] for _ in range(2))
    surveys = {row["survey_id"]: row["status"] for row in shop.rows("survey")}

    shop.merge(one, into=other)

    assert shop.case(other)["status"] == "resolved"
    assert {row["survey_id"]: row["status"] for row in shop.rows("survey")} == surveys


def test_two_cases_with_automatic_follow_ups_keep_the_one_that_is_due_first(shop: Shop) -> None:
    one = shop.contact()["case_id"]
    shop.desk.pass_time(HOUR)
    other = shop.contact()["case_id"]

    shop.merge(other, into=one)

    (open_one,) = [row for row in shop.rows("follow_up") if row["status"] == "scheduled"]
    assert open_one["due_at"] == "2026-03-03T09:00:00Z"


# ---------------------------------------------------------------- undone


def test_an_undone_merge_gives_each_case_what_it_had(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar")
    due = [{"what": "Send a price", "due_at": text_of(shop.desk.now + 2 * DAY)}]
    one = shop.contact(kind="complaint", commitments=due, awaits_reply=True)["case_id"]
    other = shop.contact(agent_id=omar, awaits_reply=True)["case_id"]
    do_step(shop, one, "apologised")
    before = {case_id: shop.case(case_id) for case_id in (one, other)}
    shop.merge(one, into=other)
    shop.desk.pass_time(HOUR)

    unmerge(shop, one)

    for case_id, was in before.items():
        now = shop.case(case_id)
        kept = ("status", "kind", "agent_id", "contacts", "steps", "hand_offs", "granted", "opened_at")
        assert {name: now[name] for name in kept} == {name: was[name] for name in kept}
        assert now["history"][-1]["what"] == "the merge was undone"
    agents = {row["what"]: row["agent_id"] for row in shop.rows("commitment")}
    assert agents == {"Send a price": shop.agent_id}
    replies = {row["case_id"]: row["status"] for row in shop.rows("reply")}
    assert replies == {one: "awaited", other: "awaited"}


def test_rows_since_the_merge_stay_with_the_other_case(shop: Shop) -> None:
    one, other = (shop.contact()["case_id"] for _ in range(2))
    shop.merge(one, into=other)
    shop.desk.pass_time(HOUR)
    shop.contact(case_id=one, direction="outbound")

    unmerge(shop, one)

    assert [shop.case(case_id)["contacts"] for case_id in (one, other)] == [1, 2]
    assert shop.case(other)["answered"]


def test_each_case_has_a_next_step_of_its_own_after_the_undo(shop: Shop) -> None:
    one, other = (shop.contact(direction="outbound")["case_id"] for _ in range(2))
    shop.merge(one, into=other)

    unmerge(shop, one)

    for case_id in (one, other):
        listed = shop.case(case_id)["follow_up_ids"]
        rows = {row["follow_up_id"]: row["status"] for row in shop.rows("follow_up")}
        assert [rows[row_id] for row_id in listed] == ["scheduled"]


def test_a_merge_is_not_undone_after_a_day(shop: Shop) -> None:
    one, other = (shop.contact()["case_id"] for _ in range(2))
    shop.merge(one, into=other)
    shop.desk.pass_time(DAY + MINUTE)

    assert shop.desk.call(f"POST /api/cases/{one}/unmerge").status == 409
    assert shop.desk.call(f"POST /api/cases/{other}/unmerge").status == 409


def test_an_answer_since_the_merge_stays_an_answer_after_the_undo(shop: Shop) -> None:
    mailed = shop.contact(channel="email")
    texted, case_id = shop.contact(channel="sms")["case_id"], mailed["case_id"]
    shop.merge(texted, case_id)  # the mail's clock is closed: the text is due first
    shop.desk.pass_time(HOUR)
    shop.contact(case_id=case_id, direction="outbound", channel="email", summary="It is ready")

    assert shop.desk.call(f"POST /api/cases/{texted}/unmerge").status == 200

    reply = shop.desk.call(f"GET /api/replies/{mailed['reply']['reply_id']}").json
    assert (reply["status"], shop.case(case_id)["reply_id"]) == ("given", None)


def test_a_promise_added_since_the_merge_stays_with_the_other_case(shop: Shop) -> None:
    other = shop.contact()["case_id"]
    shop.desk.pass_time(HOUR)
    one = shop.contact()["case_id"]  # the last contact of both
    shop.merge(one, into=other)
    shop.desk.pass_time(MINUTE)
    promise = {"what": "Send photos", "due_at": text_of(shop.desk.now + DAY)}
    added = shop.desk.call(f"POST /api/cases/{other}/commitments", promise).json

    unmerge(shop, one)

    assert shop.case(one)["commitment_ids"] == []
    assert shop.case(other)["commitment_ids"] == [added["commitment_id"]]


def test_the_survey_of_a_settled_case_is_asked_if_the_merge_that_opened_it_is_undone(shop: Shop) -> None:
    settled, asked = shop.contact(resolved=True)["case_id"], shop.contact(channel="email")["case_id"]
    shop.merge(asked, into=settled)
    withdrawn = [row["status"] for row in shop.rows("survey")]

    unmerge(shop, asked)
    shop.desk.pass_time(2 * DAY)

    assert withdrawn == ["withheld"]
    assert [row["status"] for row in shop.rows("survey")] == ["sent"]


@pytest.mark.parametrize("answered", [True, False])
def test_a_reply_is_the_first_of_merged_cases_unless_one_of_them_had_one(
    shop: Shop, *, answered: bool
) -> None:
    one, other = (shop.contact(channel="email")["case_id"] for _ in range(2))
    if answered:
        shop.contact(case_id=one, direction="outbound")

    shop.merge(one, into=other)
    merged = [row["which"] for row in shop.rows("reply") if row["status"] == "awaited"]
    unmerge(shop, one)

    assert merged == ["next" if answered else "first"]
    assert {row["which"] for row in shop.rows("reply")} == {"first"}


def test_a_reply_that_goes_back_has_its_clock_again(shop: Shop) -> None:
    one, other = (shop.contact()["case_id"] for _ in range(2))
    due_at = text_of(shop.desk.now + HOUR)
    shop.merge(one, into=other)
    shop.desk.pass_time(10 * MINUTE)

    unmerge(shop, one)
    shop.desk.pass_time(3 * HOUR)

    missed = {row["case_id"]: row["missed_at"] for row in shop.rows("reply")}
    assert missed == {one: due_at, other: due_at}


@pytest.mark.parametrize("turn", [False, True], ids=["the one that stayed", "the merged one"])
def test_a_case_that_waits_for_the_customer_still_does_after_the_undo(shop: Shop, *, turn: bool) -> None:
    waits, asked = (shop.contact()["case_id"] for _ in range(2))
    shop.desk.call(f"POST /api/cases/{waits}/wait")
    one, other = (waits, asked) if turn else (asked, waits)
    shop.merge(one, into=other)
    shop.desk.pass_time(MINUTE)

    unmerge(shop, one)

    replies = {row["case_id"]: (row["status"], row["wake_at"] is not None) for row in shop.rows("reply")}
    assert replies == {waits: ("paused", False), asked: ("awaited", True)}
    assert shop.case(waits)["waiting_for_customer"]


def test_a_promised_call_takes_the_place_of_the_clock_after_the_undo(shop: Shop) -> None:
    shop.desk.pass_time(10 * HOUR)  # after closing time
    one, other = (shop.contact()["case_id"] for _ in range(2))
    shop.merge(one, into=other)
    shop.desk.pass_time(MINUTE)

    unmerge(shop, one)

    calls = {row["case_id"]: row["status"] for row in shop.rows("commitment")}
    clocks = {row["case_id"]: row["wake_at"] is not None for row in shop.rows("reply")}
    assert calls == {one: "withdrawn", other: "open"}
    assert clocks == {one: True, other: False}
