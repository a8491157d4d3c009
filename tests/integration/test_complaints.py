"""Complaints and abusive contacts: the six steps, and who is told at once."""

from typing import Any

import pytest

from tests.integration.scripted_desk import Response
from tests.integration.shop import (
    Shop,
    add_agent,
    change_agent,
    change_policy,
    fields_of,
    token_of,
    wait_until,
    words_of,
)
from tests.times import DAY, HOUR
from vaada.model.times import text_of

AMINA = token_of("amina@example.com")
CAUSE = {"cause": "Wrong label", "prevention": "Two people check the label"}
STEPS = ("apologised", "gone_through", "written_down", "solved", "confirmed", "cause_recorded")
CRITICAL = ("apologised", "solved", "confirmed", "cause_recorded")


def complaint(shop: Shop, **facts: object) -> str:
    """Record a complaint. Returns the case's id."""
    case_id: str = shop.contact(kind="complaint", summary="The cake had nuts in it", **facts)["case_id"]
    return case_id


def do_step(shop: Shop, case_id: str, step: str, body: object = None) -> Response:
    return shop.desk.call(f"POST /api/cases/{case_id}/steps/{step}", body, user=AMINA)


def resolve(shop: Shop, case_id: str) -> Response:
    return shop.desk.call(f"POST /api/cases/{case_id}/resolve", user=AMINA)


# ---------------------------------------------------------------- the six steps


def test_a_complaint_has_six_steps_of_which_four_are_critical(shop: Shop) -> None:
    steps = shop.case(complaint(shop))["steps"]

    assert tuple(step["name"] for step in steps) == STEPS
    assert tuple(step["name"] for step in steps if step["critical"]) == CRITICAL


def test_a_case_that_becomes_a_complaint_gets_the_steps(shop: Shop) -> None:
    case_id = shop.contact()["case_id"]
    before = shop.case(case_id)

    complaint(shop, case_id=case_id)

    after = shop.case(case_id)
    assert (before["steps"], before["kind"]) == ([], "request")
    assert (len(after["steps"]), after["kind"]) == (6, "complaint")


def test_missing_critical_steps_are_named_until_they_are_done(shop: Shop) -> None:
    case_id = complaint(shop)

    refused = [resolve(shop, case_id)]
    for step in CRITICAL:
        assert do_step(shop, case_id, step, CAUSE if step == "cause_recorded" else None).status == 200
        refused.append(resolve(shop, case_id))

    assert [answer.status for answer in refused] == [409] * 4 + [200]
    assert [fields_of(answer) for answer in refused[:-1]] == [
        [f"steps.{step}" for step in CRITICAL[done:]] for done in range(4)
    ]


def test_a_step_keeps_who_did_it_first_and_when(shop: Shop) -> None:
    case_id = complaint(shop)
    do_step(shop, case_id, "apologised", {"note": "By phone"})
    shop.desk.pass_time(HOUR)

    again = do_step(shop, case_id, "apologised", {"note": "Again"})

    assert again.json["steps"][0] == {
        "name": "apologised",
        "critical": True,
        "done_at": "2026-03-02T09:00:00Z",
        "done_by": shop.agent_id,
        "note": "By phone",
    }


def test_a_policy_change_leaves_running_checklists_alone(shop: Shop) -> None:
    before = complaint(shop)

    change_policy(shop.desk, cases={"critical_steps": ["apologised"]})
    complaint(shop, case_id=before)
    after = complaint(shop)

    for case_id in (before, after):
        do_step(shop, case_id, "apologised")
    assert fields_of(resolve(shop, before)) == [f"steps.{step}" for step in CRITICAL[1:]]
    assert resolve(shop, after).status == 200


@pytest.mark.parametrize(
    ("step", "body", "status", "field"),
    [
        ("cause_recorded", None, 422, "cause"),
        ("cause_recorded", {"prevention": "Check twice"}, 422, "cause"),
        ("cause_recorded", {"cause": "Wrong label"}, 422, "prevention"),
        ("cause_recorded", {"cause": " ", "prevention": "Check twice"}, 422, "cause"),
        ("apologized", None, 422, "step"),
        ("apologised", {"remark": "By phone"}, 422, "remark"),
    ],
)
def test_an_invalid_step_is_refused_and_the_field_named(
    shop: Shop, step: str, body: object, status: int, field: str
) -> None:
    case_id = complaint(shop)

    answer = do_step(shop, case_id, step, body)

    assert (answer.status, fields_of(answer)) == (status, [field])


def test_a_case_without_a_complaint_has_no_steps(shop: Shop) -> None:
    case_id = shop.contact()["case_id"]

    answer = do_step(shop, case_id, "apologised")

    assert answer.status == 409
    assert "without a complaint" in answer.json["detail"]


def test_a_resolved_contact_does_not_resolve_a_complaint_with_missing_steps(shop: Shop) -> None:
    case_id = complaint(shop)

    shop.contact(case_id=case_id, resolved=True)

    assert shop.case(case_id)["status"] == "open"


@pytest.mark.parametrize("contact_resolved_it", [True, False])
def test_a_resolved_complaint_gets_one_survey(shop: Shop, contact_resolved_it: bool) -> None:
    case_id = complaint(shop)
    if contact_resolved_it:
        shop.contact(case_id=case_id, resolved=True)
    for step in CRITICAL:
        do_step(shop, case_id, step, CAUSE if step == "cause_recorded" else None)

    resolve(shop, case_id)
    shop.desk.pass_time(2 * DAY)

    assert len(shop.rows("survey")) == 1
    assert shop.desk.mail_recipients.count("Bilal Khan <bilal@example.com>") == 1


# ---------------------------------------------------------------- harsh words


@pytest.mark.parametrize("at", ["2026-03-03T02:30", "2026-04-03T11:00"])  # at night, on Good Friday
def test_abuse_reaches_the_supervisor_at_once_in_one_message(shop: Shop, at: str) -> None:
    wait_until(shop.desk, at)

    shop.contact(tone="abusive", summary="Shouted and threatened")

    assert shop.desk.mail_recipients == ["Sana <sana@example.com>"]
    assert "abusive" in words_of(shop.desk.mails[0])
    shop.desk.pass_time(3 * HOUR)
    assert len([mail for mail in shop.desk.mails if "abusive" in words_of(mail)]) == 1


def test_abuse_reaches_the_owner_if_there_is_no_supervisor(shop: Shop) -> None:
    change_agent(shop.desk, shop.agent_id, supervisor_id=None)
    wait_until(shop.desk, "2026-03-03T02:30")

    shop.contact(tone="abusive")

    assert shop.desk.mail_recipients == ["owner@example.com"]


def test_abuse_reaches_the_absent_supervisors_cover(shop: Shop) -> None:
    cover = add_agent(shop.desk, "Omar")
    away: dict[str, Any] = {"away_until": text_of(shop.desk.now + DAY), "covered_by": cover}
    change_agent(shop.desk, shop.supervisor_id, **away)

    shop.contact(tone="abusive")

    assert shop.desk.mail_recipients == ["Omar <omar@example.com>"]


def test_an_upset_customer_reaches_the_supervisor_in_opening_time(shop: Shop) -> None:
    wait_until(shop.desk, "2026-03-06T16:00")

    shop.contact(tone="upset", channel="in_person")
    wait_until(shop.desk, "2026-03-09T12:00")

    (upset,) = [row for row in shop.rows("follow_up") if row["origin"] == "upset"]
    assert (upset["due_at"], upset["agent_id"]) == ("2026-03-09T11:00:00Z", shop.supervisor_id)
    assert shop.desk.mail_recipients == ["Sana <sana@example.com>"]
