"""Every open case has one next step, one series of reminders, and an end."""

from typing import Any

from tests.integration.shop import Shop, change_policy, wait_until
from tests.times import DAY, HOUR, MINUTE
from vaada.model.times import text_of

AUTOMATIC = {"unresolved", "no_answer", "promise_ended"}


def next_steps(shop: Shop) -> list[dict[str, Any]]:
    """The open follow-ups that the desk made by itself."""
    rows = shop.rows("follow_up")
    return [row for row in rows if row["origin"] in AUTOMATIC and row["status"] in {"scheduled", "due"}]


def the_next_step(shop: Shop) -> tuple[str, str]:
    """Why there is one, and when it is due."""
    (row,) = next_steps(shop)
    return row["origin"], row["due_at"]


# ---------------------------------------------------------------- one thread of reminders


def test_a_conversation_of_four_contacts_leaves_one_follow_up_and_one_mail(shop: Shop) -> None:
    case_id = shop.contact(channel="email", summary="Do you have it in blue?")["case_id"]
    for direction in ("outbound", "inbound", "outbound"):
        shop.desk.pass_time(30 * MINUTE)
        shop.contact(case_id=case_id, channel="email", direction=direction, summary="And in green")
    last = shop.desk.now

    assert the_next_step(shop) == ("unresolved", text_of(last + DAY))
    wait_until(shop.desk, last + DAY + MINUTE)
    assert len([mail for mail in shop.desk.mails if "not resolved" in str(mail)]) == 1


def test_an_agreed_date_or_a_promise_takes_the_place_of_the_automatic_one(shop: Shop) -> None:
    case_id = shop.contact()["case_id"]

    due = text_of(shop.desk.now + 3 * DAY)
    shop.contact(case_id=case_id, direction="outbound", commitments=[{"what": "Send it", "due_at": due}])

    assert next_steps(shop) == []


def test_an_answer_to_our_question_is_no_repeat_contact(shop: Shop) -> None:
    case_id = shop.contact(summary="I need a new chain")["case_id"]
    shop.desk.pass_time(HOUR)
    shop.contact(case_id=case_id, direction="outbound", summary="Which model is your bike?")
    waits = shop.case(case_id)["waiting_for_customer"]
    shop.desk.pass_time(HOUR)
    shop.contact(case_id=case_id, summary="It is the 2019 one")

    case = shop.case(case_id)
    assert (waits, case["waiting_for_customer"], case["repeat_contacts"]) == (True, False, [])


def test_a_question_of_ours_that_opens_a_case_waits_for_the_customer(shop: Shop) -> None:
    recorded = shop.contact(direction="outbound", kind="question", summary="Asked for the size of the wheel")

    assert shop.case(recorded["case_id"])["waiting_for_customer"]
    assert the_next_step(shop) == ("no_answer", "2026-03-05T09:00:00Z")


def test_an_answer_written_down_before_the_question_is_no_question_of_ours(shop: Shop) -> None:
    shop.desk.pass_time(2 * HOUR)
    asked, answered = (text_of(shop.desk.now - ago * MINUTE) for ago in (60, 30))
    answer = shop.contact(direction="outbound", kind="question", occurred_at=answered, summary="It is steel")
    case_id = answer["case_id"]
    waits = shop.case(case_id)["waiting_for_customer"]

    shop.contact(case_id=case_id, kind="question", occurred_at=asked, summary="Which metal is it")

    assert (waits, shop.case(case_id)["waiting_for_customer"]) == (True, False)
    assert the_next_step(shop)[0] == "unresolved"


def test_a_stated_wait_counts_more_than_the_question_mark(shop: Shop) -> None:
    told = shop.contact(direction="outbound", summary="Is it not a fine bike?", awaits_reply=False)
    asked = shop.contact(direction="outbound", summary="Sent the list of colours", awaits_reply=True)

    assert not shop.case(told["case_id"])["waiting_for_customer"]
    assert shop.case(asked["case_id"])["waiting_for_customer"]


# ---------------------------------------------------------------- nothing open is left alone


def test_a_case_opened_again_by_hand_has_a_follow_up(shop: Shop) -> None:
    case_id = shop.contact(resolved=True)["case_id"]
    shop.desk.pass_time(HOUR)

    shop.desk.call(f"POST /api/cases/{case_id}/reopen", {"reason": "It squeals again"})

    assert the_next_step(shop) == ("unresolved", "2026-03-03T10:00:00Z")


def test_a_follow_up_cancelled_at_once_is_followed_by_another(shop: Shop) -> None:
    case_id = shop.contact(resolved=True)["case_id"]
    shop.desk.call(f"POST /api/cases/{case_id}/reopen", {"reason": "It squeals again"})
    (made,) = shop.rows("follow_up")

    cancelled = shop.desk.call(f"POST /api/follow-ups/{made['follow_up_id']}/cancel")

    assert cancelled.status == 200
    assert sorted(row["status"] for row in shop.rows("follow_up")) == ["cancelled", "scheduled"]


def test_a_complaint_recorded_as_resolved_with_missing_steps_has_a_follow_up(shop: Shop) -> None:
    recorded = shop.contact(kind="complaint", resolved=True)

    (row,) = next_steps(shop)
    assert shop.case(recorded["case_id"])["status"] == "open"
    assert row["reason"].startswith("This was not resolved yet. Steps to do: apologised")


def test_the_last_kept_promise_asks_whether_the_matter_is_solved(shop: Shop) -> None:
    due = [{"what": what, "due_at": text_of(shop.desk.now + DAY)} for what in ("Call", "Send it")]
    recorded = shop.contact(commitments=due)
    first, last = (row["commitment_id"] for row in recorded["commitments"])

    shop.desk.call(f"POST /api/commitments/{first}/keep")
    assert next_steps(shop) == []
    shop.desk.call(f"POST /api/commitments/{last}/keep")

    assert the_next_step(shop) == ("promise_ended", "2026-03-03T09:00:00Z")


def test_a_kept_promise_of_a_resolved_case_asks_nothing(shop: Shop) -> None:
    due = [{"what": "Call", "due_at": text_of(shop.desk.now + DAY)}]
    recorded = shop.contact(commitments=due)
    shop.resolve(recorded["case_id"])

    shop.desk.call(f"POST /api/commitments/{recorded['commitments'][0]['commitment_id']}/keep")

    assert next_steps(shop) == []


def test_waiting_for_a_customer_ends_with_a_follow_up(shop: Shop) -> None:
    case_id = shop.contact()["case_id"]

    shop.desk.call(f"POST /api/cases/{case_id}/wait")
    assert the_next_step(shop) == ("no_answer", "2026-03-05T09:00:00Z")
    wait_until(shop.desk, "2026-03-05T09:02")
    assert "has not answered" in str(shop.desk.mails[-1].get_body(("plain",)))

    shop.desk.call(f"POST /api/cases/{case_id}/go-on")
    assert the_next_step(shop)[0] == "unresolved"


def test_the_policy_says_how_long_a_case_waits_for_the_customer(shop: Shop) -> None:
    change_policy(shop.desk, follow_ups={"no_answer_after_business_days": 5})
    case_id = shop.contact()["case_id"]

    shop.desk.call(f"POST /api/cases/{case_id}/wait")

    assert the_next_step(shop) == ("no_answer", "2026-03-09T09:00:00Z")


def test_a_follow_up_that_is_done_is_followed_by_the_next_while_the_case_is_open(shop: Shop) -> None:
    shop.contact(direction="outbound")
    (row,) = next_steps(shop)

    shop.desk.call(f"POST /api/follow-ups/{row['follow_up_id']}/complete")

    assert the_next_step(shop) == ("promise_ended", "2026-03-05T09:00:00Z")


def test_a_promise_given_up_after_a_year_leaves_the_case_a_next_step(shop: Shop) -> None:
    change_policy(shop.desk, commitments={"broken_days_after": 2})
    shop.contact(commitments=[{"what": "Call", "due_at": text_of(shop.desk.now + HOUR)}])

    wait_until(shop.desk, "2026-03-04T11:00")

    assert shop.rows("commitment")[0]["status"] == "broken"
    assert the_next_step(shop)[0] == "promise_ended"


def test_a_first_contact_that_only_says_thanks_opens_nothing(shop: Shop) -> None:
    recorded = shop.contact(summary="Thank you very much!")

    assert shop.case(recorded["case_id"])["status"] == "resolved"
    assert next_steps(shop) == []


# ---------------------------------------------------------------- an end


def test_resolving_ends_the_automatic_reminders_and_names_what_was_agreed(shop: Shop) -> None:
    due = text_of(shop.desk.now + DAY)
    case_id = shop.contact()["case_id"]
    shop.contact(
        case_id=case_id,
        commitments=[{"what": "Call", "due_at": due}],
        follow_up={"at": due, "reason": "Ask for the colour"},
    )

    resolved = shop.desk.call(f"POST /api/cases/{case_id}/resolve").json

    assert next_steps(shop) == []
    assert {row["row_kind"] for row in resolved["still_open"]} == {"commitment", "follow_up"}


def test_resolving_can_end_what_was_agreed_as_well(shop: Shop) -> None:
    due = text_of(shop.desk.now + DAY)
    recorded = shop.contact(
        commitments=[{"what": "Call", "due_at": due}], follow_up={"at": due, "reason": "Ask for the colour"}
    )

    body = {"outcome": "They bought elsewhere", "agreed_work": "end"}
    resolved = shop.desk.call(f"POST /api/cases/{recorded['case_id']}/resolve", body).json

    assert resolved["still_open"] == []
    assert shop.rows("commitment")[0]["status"] == "withdrawn"
    assert [row["status"] for row in shop.rows("follow_up")] == ["cancelled"]
