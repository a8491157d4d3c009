"""A contact with a mistake is corrected, and everything that depends on it follows."""

from typing import Any

import pytest

from tests.integration.scripted_desk import Response
from tests.integration.shop import Shop, add_agent, change_customer
from tests.times import DAY, HOUR, MINUTE
from vaada.model.times import text_of


def correct(shop: Shop, recorded: Any, **changes: object) -> Response:
    return shop.desk.call(f"PATCH /api/interactions/{recorded['interaction_id']}", changes)


def corrected(shop: Shop, recorded: Any, **changes: object) -> Any:
    answer = correct(shop, recorded, **changes)
    assert answer.status == 200, answer.body
    shop.desk.settle()
    return answer.json


def reply(shop: Shop, recorded: Any) -> Any:
    return shop.desk.call(f"GET /api/replies/{recorded['reply']['reply_id']}").json


def supervisors_work(shop: Shop) -> list[tuple[str, str]]:
    rows = [row for row in shop.rows("follow_up") if row["agent_id"] == shop.supervisor_id]
    return sorted((row["origin"], row["status"]) for row in rows)


def open_follow_ups(shop: Shop) -> list[Any]:
    return [row for row in shop.rows("follow_up") if row["status"] in {"scheduled", "due"}]


def test_the_former_values_stay_readable(shop: Shop) -> None:
    recorded = shop.contact(summary="The front brake squeals", kind="question")
    shop.desk.pass_time(HOUR)

    now = corrected(shop, recorded, summary="The rear brake squeals", kind="request")
    again = corrected(shop, recorded, summary="Both brakes squeal")
    found = shop.desk.call(f"GET /api/interactions/{recorded['interaction_id']}").json

    assert (now["summary"], now["kind"]) == ("The rear brake squeals", "request")
    assert found == again | {"suggested_case_ids": []}
    manager = "manager sub-of-manager"
    first, second = found["corrections"]
    assert (first["summary"], first["kind"], first["by"]) == ("The front brake squeals", "question", manager)
    assert (first["at"], first["tone"], first["occurred_at"]) == ("2026-03-02T10:00:00Z", None, None)
    assert (second["summary"], second["kind"]) == ("The rear brake squeals", None)


def test_a_correction_that_changes_nothing_writes_nothing(shop: Shop) -> None:
    recorded = shop.contact(summary="A cake")

    same = corrected(shop, recorded, summary="A cake", tone="calm")

    assert (same["version"], same["corrections"]) == (1, [])
    assert corrected(shop, recorded)["version"] == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"occurred_at": "2026-03-09T09:00:00Z"}, "occurred_at"),
        ({"summary": ""}, "summary"),
        ({"tone": "angry"}, "tone"),
        ({"agent_id": "0" * 16}, "agent_id"),
    ],
)
def test_what_cannot_be_is_refused(shop: Shop, changes: dict[str, object], field: str) -> None:
    answer = correct(shop, shop.contact(), **changes)

    assert (answer.status, answer.json["errors"][0]["field"]) == (422, field)


# ---------------------------------------------------------------- the tone


def test_a_tone_that_was_missed_reaches_the_supervisor(shop: Shop) -> None:
    recorded = shop.contact(tone="calm")
    shop.desk.pass_time(HOUR)

    corrected(shop, recorded, tone="abusive")
    shop.desk.pass_time(5 * MINUTE)

    assert supervisors_work(shop) == [("abusive", "due")]
    assert shop.case(recorded["case_id"])["abusive"]


def test_a_tone_recorded_by_mistake_takes_its_follow_up_back(shop: Shop) -> None:
    recorded = shop.contact(tone="upset")

    corrected(shop, recorded, tone="calm")
    calm = supervisors_work(shop)
    corrected(shop, recorded, tone="abusive")
    corrected(shop, recorded, tone="upset")

    assert calm == [("upset", "cancelled")]
    assert supervisors_work(shop) == [("abusive", "cancelled"), ("upset", "scheduled")]
    assert not shop.case(recorded["case_id"])["abusive"]


def test_what_the_supervisor_has_done_about_a_tone_stays_done(shop: Shop) -> None:
    recorded = shop.contact(tone="upset")
    (row,) = [row for row in shop.rows("follow_up") if row["origin"] == "upset"]
    shop.desk.call(f"POST /api/follow-ups/{row['follow_up_id']}/complete")

    corrected(shop, recorded, tone="calm")
    corrected(shop, recorded, tone="upset")

    assert supervisors_work(shop) == [("upset", "done")]


# ---------------------------------------------------------------- the kind


def test_a_contact_that_was_a_complaint_brings_the_checklist(shop: Shop) -> None:
    recorded = shop.contact(kind="question")

    corrected(shop, recorded, kind="complaint")
    case = shop.case(recorded["case_id"])
    corrected(shop, recorded, kind="request")
    after = shop.case(recorded["case_id"])

    assert (case["kind"], len(case["steps"])) == ("complaint", 6)
    assert (after["kind"], after["steps"]) == ("request", [])


def test_steps_that_are_done_stay_done_when_another_contact_is_corrected(shop: Shop) -> None:
    recorded = shop.contact(kind="complaint")
    other = shop.contact(case_id=recorded["case_id"])
    shop.desk.call(f"POST /api/cases/{recorded['case_id']}/steps/apologised")

    corrected(shop, other, summary="They called again")

    steps = shop.case(recorded["case_id"])["steps"]
    assert [step["name"] for step in steps if step["done_at"]] == ["apologised"]


# ---------------------------------------------------------------- the time


def test_the_clock_starts_when_the_customer_asked(shop: Shop) -> None:
    recorded = shop.contact(channel="email")  # the target is four hours
    shop.desk.pass_time(HOUR)

    corrected(shop, recorded, occurred_at="2026-03-02T09:30:00Z")

    moved = reply(shop, recorded)
    assert (moved["asked_at"], moved["due_at"]) == ("2026-03-02T09:30:00Z", "2026-03-02T14:30:00Z")
    assert shop.case(recorded["case_id"])["opened_at"] == "2026-03-02T09:30:00Z"
    shop.desk.pass_time(5 * HOUR)
    assert reply(shop, recorded)["missed_at"] == "2026-03-02T14:30:00Z"


@pytest.mark.parametrize(
    ("asked", "missed", "times"),
    [
        ("2026-03-02T08:30:00Z", "2026-03-02T13:00:00Z", 1),  # before opening
        ("2026-03-02T09:20:00Z", "2026-03-02T14:20:00Z", 1),  # an earlier target
        ("2026-03-02T11:00:00Z", "2026-03-02T16:00:00Z", 2),  # a later one
    ],
)
def test_the_supervisor_hears_once_that_one_target_was_missed(
    shop: Shop, asked: str, missed: str, times: int
) -> None:
    shop.desk.pass_time(30 * MINUTE)
    recorded = shop.contact(channel="email")
    shop.desk.pass_time(6 * HOUR)
    assert reply(shop, recorded)["missed_at"] == "2026-03-02T14:30:00Z"

    corrected(shop, recorded, occurred_at=asked)
    shop.desk.pass_time(DAY)

    assert reply(shop, recorded)["missed_at"] == missed
    assert len(shop.sent_messages("reply_missed")) == times


def test_the_time_of_an_answer_says_how_long_it_took(shop: Shop) -> None:
    recorded = shop.contact(channel="email")
    shop.desk.pass_time(2 * HOUR)
    answer = shop.contact(case_id=recorded["case_id"], channel="email", direction="outbound")

    corrected(shop, answer, occurred_at="2026-03-02T09:30:00Z")

    given = reply(shop, recorded)
    assert (given["status"], given["given_at"], given["took_seconds"]) == (
        "given",
        "2026-03-02T09:30:00Z",
        30 * 60,
    )


def test_an_answer_that_came_before_the_question_is_none(shop: Shop) -> None:
    shop.desk.pass_time(HOUR)
    recorded = shop.contact(channel="email")
    shop.desk.pass_time(HOUR)
    answer = shop.contact(case_id=recorded["case_id"], channel="email", direction="outbound")

    corrected(shop, answer, occurred_at="2026-03-02T09:30:00Z")

    waiting = reply(shop, recorded)
    assert (waiting["status"], waiting["given_at"], waiting["took_seconds"]) == ("awaited", None, None)
    assert shop.case(recorded["case_id"])["reply_id"] == waiting["reply_id"]
    shop.desk.pass_time(4 * HOUR)
    assert reply(shop, recorded)["missed_at"] is not None


def test_a_call_promised_for_the_wrong_time_is_taken_back(shop: Shop) -> None:
    shop.desk.pass_time(10 * HOUR)  # 19:00
    recorded = shop.contact(channel="phone")
    call = recorded["call_back"]["commitment_id"]

    corrected(shop, recorded, occurred_at="2026-03-02T16:00:00Z")

    withdrawn = shop.desk.call(f"GET /api/commitments/{call}").json
    assert withdrawn["status"] == "withdrawn"
    assert reply(shop, recorded)["due_at"] == "2026-03-02T17:00:00Z"
    assert shop.case(recorded["case_id"])["call_back_id"] is None


def test_repeats_follow_the_time(shop: Shop) -> None:
    first = shop.contact()
    shop.desk.pass_time(DAY)
    second = shop.contact(case_id=first["case_id"])
    repeats = len(shop.case(first["case_id"])["repeat_contacts"])
    shop.desk.pass_time(30 * DAY)

    corrected(shop, second, occurred_at=text_of(shop.desk.now))

    assert (repeats, shop.case(first["case_id"])["repeat_contacts"]) == (1, [])


# ---------------------------------------------------------------- what is counted from the last contact


def next_check_in(shop: Shop) -> str:
    wake_at: str = shop.desk.call(f"GET /api/customers/{shop.customer_id}").json["wake_at"]
    return wake_at[5:16]


def staying_in_touch(shop: Shop, days: int) -> None:
    change_customer(shop.desk, shop.customer_id, agent_id=shop.agent_id, check_in_every_days=days)


def test_the_next_check_in_is_counted_from_an_earlier_last_contact(shop: Shop) -> None:
    staying_in_touch(shop, 7)
    shop.desk.pass_time(DAY)
    shop.contact(summary="Asks for a price")
    shop.desk.pass_time(2 * DAY)
    last = shop.contact(direction="outbound", summary="Sent it")
    after_contact = next_check_in(shop)

    corrected(shop, last, occurred_at="2026-03-04T10:00:00Z")
    after_correction = next_check_in(shop)
    corrected(shop, last, occurred_at="2026-03-02T10:00:00Z")
    before_another = next_check_in(shop)

    assert (after_contact, after_correction) == ("03-12T09:00", "03-11T09:00")
    assert before_another == "03-10T09:00"  # from the contact before it


def test_the_next_check_in_is_counted_from_the_customers_first_day_at_least(shop: Shop) -> None:
    staying_in_touch(shop, 7)
    shop.desk.pass_time(2 * DAY)
    only = shop.contact()

    corrected(shop, only, occurred_at="2026-02-20T10:00:00Z")

    assert next_check_in(shop) == "03-09T09:00"


def test_a_correction_that_is_no_later_contact_leaves_the_next_check_in(shop: Shop) -> None:
    staying_in_touch(shop, 7)
    first = shop.contact()
    shop.desk.pass_time(2 * DAY)
    shop.contact(case_id=first["case_id"])

    corrected(shop, first, occurred_at="2026-03-02T08:00:00Z", summary="Two cakes")

    assert next_check_in(shop) == "03-11T09:00"


def test_a_contact_that_was_later_than_recorded_completes_the_check_in(shop: Shop) -> None:
    staying_in_touch(shop, 2)
    shop.desk.pass_time(2 * DAY + HOUR)
    recorded = shop.contact(occurred_at="2026-03-03T10:00:00Z")
    (moved,) = [row["due_at"] for row in shop.rows("follow_up") if row["origin"] == "check_in"]

    corrected(shop, recorded, occurred_at="2026-03-04T09:30:00Z")

    (check_in,) = [row for row in shop.rows("follow_up") if row["origin"] == "check_in"]
    assert (moved, check_in["status"]) == ("2026-03-05T09:00:00Z", "done")
    assert next_check_in(shop) == "03-06T09:00"


def test_a_contact_that_was_earlier_than_recorded_moves_the_open_check_in(shop: Shop) -> None:
    staying_in_touch(shop, 4)
    shop.desk.pass_time(4 * DAY + HOUR)
    recorded = shop.contact(occurred_at="2026-03-05T10:00:00Z")

    corrected(shop, recorded, occurred_at="2026-03-03T10:00:00Z")

    (check_in,) = [row for row in shop.rows("follow_up") if row["origin"] == "check_in"]
    assert (check_in["due_at"], check_in["status"]) == ("2026-03-09T09:00:00Z", "scheduled")
    assert next_check_in(shop) == "03-09T09:00"


def test_a_contact_written_down_much_later_is_still_the_last_contact(shop: Shop) -> None:
    staying_in_touch(shop, 90)
    shop.desk.pass_time(60 * DAY)

    recorded = shop.contact(occurred_at="2026-03-20T10:00:00Z")

    assert (recorded["is_history"], next_check_in(shop)) == (True, "06-18T09:00")


# ---------------------------------------------------------------- what else was kept of a contact


def test_a_run_around_that_was_none_is_taken_back(shop: Shop) -> None:
    first = shop.contact()
    for _ in range(3):
        shop.desk.pass_time(DAY)
        last = shop.contact(case_id=first["case_id"])
    told = supervisors_work(shop)

    shop.desk.pass_time(30 * DAY)
    corrected(shop, last, occurred_at=text_of(shop.desk.now))
    taken_back = supervisors_work(shop)
    corrected(shop, last, occurred_at="2026-03-05T10:00:00Z")

    assert [origin for origin, _ in told] == ["run_around"]
    assert taken_back == [("run_around", "cancelled")]
    assert [(origin, status != "cancelled") for origin, status in supervisors_work(shop)] == [
        ("run_around", True)
    ]


def test_a_run_around_that_a_correction_shows_reaches_the_supervisor(shop: Shop) -> None:
    first = shop.contact()
    for summary in ("Is it ready?", "Is it ready now?", "Thanks"):
        shop.desk.pass_time(DAY)
        last = shop.contact(case_id=first["case_id"], summary=summary)
    before = supervisors_work(shop)

    corrected(shop, last, summary="Is it ready at last?")

    assert (before, [origin for origin, _ in supervisors_work(shop)]) == ([], ["run_around"])


def call_back_of(shop: Shop, recorded: Any) -> Any:
    return shop.desk.call(f"GET /api/commitments/{recorded['call_back']['commitment_id']}").json


def asked_at_night(shop: Shop) -> Any:
    shop.desk.pass_time(12 * HOUR)
    asked = shop.contact(channel="email", summary="Is it ready?")
    shop.desk.pass_time(14 * HOUR)
    return asked


def test_a_call_is_kept_when_the_answer_was_given(shop: Shop) -> None:
    asked = asked_at_night(shop)
    answer = shop.contact(case_id=asked["case_id"], direction="outbound", channel="email")
    late = call_back_of(shop, asked)

    corrected(shop, answer, occurred_at="2026-03-03T09:30:00Z")

    in_time = call_back_of(shop, asked)
    assert (late["kept_at"], late["late_by_seconds"] > 0) == ("2026-03-03T11:00:00Z", False)
    assert (in_time["kept_at"], in_time["late_by_seconds"]) == ("2026-03-03T09:30:00Z", 0)
    assert reply(shop, asked)["given_at"] == in_time["kept_at"]


def test_a_call_is_still_to_be_made_if_the_answer_was_none(shop: Shop) -> None:
    asked = asked_at_night(shop)
    answer = shop.contact(case_id=asked["case_id"], direction="outbound", channel="email")

    corrected(shop, answer, occurred_at="2026-03-02T15:00:00Z")

    call, case = call_back_of(shop, asked), shop.case(asked["case_id"])
    assert (call["status"], call["kept_at"], case["call_back_id"]) == ("open", None, call["commitment_id"])
    assert (reply(shop, asked)["status"], reply(shop, asked)["wake_at"]) == ("awaited", None)
    corrected(shop, answer, occurred_at="2026-03-03T10:00:00Z")
    call = call_back_of(shop, asked)
    assert (call["status"], call["kept_at"]) == ("kept", "2026-03-03T10:00:00Z")


def test_a_question_that_came_at_night_after_all_gets_a_promised_call(shop: Shop) -> None:
    shop.desk.pass_time(25 * HOUR)
    asked = shop.contact(channel="email", summary="Is it ready?")

    corrected(shop, asked, occurred_at="2026-03-02T20:00:00Z")

    (call,) = [row for row in shop.rows("commitment") if row["origin"] == "call_back"]
    assert (call["status"], call["due_at"]) == ("open", reply(shop, asked)["due_at"])
    assert (reply(shop, asked)["wake_at"], shop.case(asked["case_id"])["call_back_id"]) == (
        None,
        call["commitment_id"],
    )


def test_a_call_that_a_correction_promises_is_the_owners(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar")
    shop.desk.pass_time(25 * HOUR)
    asked = shop.contact(channel="email", summary="Is it ready?")
    shop.desk.call(f"POST /api/cases/{asked['case_id']}/assign", {"agent_id": omar})

    corrected(shop, asked, occurred_at="2026-03-02T20:00:00Z")

    assert [row["agent_id"] for row in shop.rows("commitment")] == [omar]
    assert reply(shop, asked)["agent_id"] == omar


def test_a_call_that_is_to_be_made_after_all_is_the_owners(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar")
    asked = asked_at_night(shop)
    answer = shop.contact(case_id=asked["case_id"], direction="outbound", channel="email")
    shop.desk.call(f"POST /api/cases/{asked['case_id']}/assign", {"agent_id": omar})

    corrected(shop, answer, occurred_at="2026-03-02T15:00:00Z")

    call = call_back_of(shop, asked)
    assert (call["status"], call["agent_id"], reply(shop, asked)["agent_id"]) == ("open", omar, omar)


def test_the_survey_is_asked_a_day_after_the_contact_as_it_was(shop: Shop) -> None:
    recorded = shop.contact(resolved=True, occurred_at="2026-03-02T08:00:00Z")
    shop.desk.pass_time(3 * HOUR)

    corrected(shop, recorded, occurred_at="2026-03-02T11:00:00Z")

    (survey,) = shop.rows("survey")
    assert (survey["due_at"], survey["wake_at"]) == ("2026-03-03T11:00:00Z", "2026-03-03T11:00:00Z")


def test_a_merged_case_follows_the_corrections_of_its_contacts(shop: Shop) -> None:
    first, second = shop.contact(), shop.contact(kind="complaint", tone="abusive")
    shop.desk.pass_time(DAY)
    last = shop.contact(case_id=first["case_id"])
    shop.merge(first["case_id"], into=second["case_id"])

    corrected(shop, last, occurred_at="2026-03-02T12:00:00Z")
    case = shop.case(second["case_id"])
    corrected(shop, second, kind="question", tone="calm", occurred_at="2026-03-02T13:00:00Z")
    calm = shop.case(second["case_id"])

    contacts = ("last_contact_at", "last_inbound_at", "last_interaction_id")
    assert [case[name] for name in contacts] == [*["2026-03-02T12:00:00Z"] * 2, last["interaction_id"]]
    assert (case["kind"], case["abusive"], len(case["steps"])) == ("complaint", True, 6)
    assert [calm[name] for name in contacts] == [*["2026-03-02T13:00:00Z"] * 2, second["interaction_id"]]
    assert (calm["kind"], calm["abusive"], calm["steps"]) == ("request", False, [])


# ---------------------------------------------------------------- the text


def test_thanks_that_was_recorded_for_a_question_stops_the_clock(shop: Shop) -> None:
    recorded = shop.contact(channel="email", summary="Is it ready?")

    thanks = corrected(shop, recorded, summary="Thanks Amina!")
    stopped = reply(shop, recorded)["status"]
    asked = corrected(shop, recorded, summary="Thanks, is it ready?")

    assert (thanks["only_thanks"], thanks["awaits_reply"], stopped) == (True, False, "closed")
    assert (asked["only_thanks"], asked["awaits_reply"]) == (False, True)
    assert reply(shop, recorded)["status"] == "awaited"
    shop.desk.pass_time(5 * HOUR)
    assert reply(shop, recorded)["missed_at"] == "2026-03-02T13:00:00Z"


def test_a_question_of_ours_that_was_none_waits_for_nobody(shop: Shop) -> None:
    recorded = shop.contact(direction="outbound", kind="request", summary="Sent the list?")
    waited = shop.case(recorded["case_id"])["waiting_for_customer"]

    corrected(shop, recorded, summary="Sent the list")
    (told,) = [row["origin"] for row in open_follow_ups(shop)]
    told_waits = shop.case(recorded["case_id"])["waiting_for_customer"]
    corrected(shop, recorded, kind="question")

    assert (waited, told_waits, told) == (True, False, "unresolved")
    assert shop.case(recorded["case_id"])["waiting_for_customer"]
    assert [row["origin"] for row in open_follow_ups(shop)] == ["no_answer"]


def test_what_was_stated_of_waiting_stays_when_the_text_is_corrected(shop: Shop) -> None:
    recorded = shop.contact(direction="outbound", summary="Is it not fine?", awaits_reply=False)

    corrected(shop, recorded, summary="Is it not a fine bike?")

    assert not shop.case(recorded["case_id"])["waiting_for_customer"]


def test_every_open_case_keeps_a_next_step(shop: Shop) -> None:
    recorded = shop.contact(summary="Is it ready?")
    for changes in (
        {"summary": "Thanks"},
        {"kind": "complaint"},
        {"tone": "upset"},
        {"occurred_at": "2026-02-27T10:00:00Z"},
        {"summary": "Is it ready?", "tone": "calm", "kind": "question"},
    ):
        corrected(shop, recorded, **changes)
        case = shop.case(recorded["case_id"])
        assert case["status"] == "resolved" or case["follow_up_ids"] or case["reply_id"], changes
        automatic = [row for row in open_follow_ups(shop) if row["agent_id"] == shop.agent_id]
        assert len(automatic) <= 1


def test_a_contact_of_a_merged_case_can_be_corrected(shop: Shop) -> None:
    first, second = shop.contact(), shop.contact()
    shop.desk.call(f"POST /api/cases/{first['case_id']}/merge", {"into": second["case_id"]})

    now = corrected(shop, first, kind="complaint", tone="abusive", summary="It was our fault")

    case = shop.case(second["case_id"])
    assert (now["summary"], case["kind"], case["abusive"], len(case["steps"])) == (
        "It was our fault",
        "complaint",
        True,
        6,
    )


# ---------------------------------------------------------------- as if it had been right from the start


Story = list[tuple[int, dict[str, Any]]]
STORIES: dict[str, tuple[Story, int, dict[str, Any]]] = {
    "a question that came earlier": (
        [(2, {"channel": "email"}), (1, {"direction": "outbound", "channel": "email"})],
        0,
        {"occurred_at": "2026-03-02T10:30:00Z"},
    ),
    "an answer that was given earlier": (
        [(1, {"channel": "email"}), (3, {"direction": "outbound", "channel": "email"}), (1, {})],
        1,
        {"occurred_at": "2026-03-02T10:20:00Z"},
    ),
    "a contact of another day": (
        [(1, {}), (24, {}), (24, {"tone": "upset"}), (24, {"direction": "outbound"})],
        2,
        {"occurred_at": "2026-03-02T11:00:00Z", "tone": "calm"},
    ),
    "thanks that was a question": (
        [(1, {"resolved": True}), (1, {"summary": "Thanks"})],
        1,
        {"summary": "Why?"},
    ),
    "a question that did not open a settled case again": (
        [(1, {"resolved": True}), (1, {"summary": "Why?"})],
        1,
        {"summary": "Thanks"},
    ),
    "a question that came before the case was settled": (
        [(2, {"channel": "email"}), (1, {"resolved": True}), (1, {"channel": "email", "summary": "Why?"})],
        2,
        {"occurred_at": "2026-03-02T11:30:00Z"},
    ),
    "an answered question of the evening that came by day": (
        [(12, {"channel": "email"}), (13, {"direction": "outbound", "channel": "email"})],
        0,
        {"occurred_at": "2026-03-02T16:30:00Z"},
    ),
    "an answered question of the day that came in the evening": (
        [(25, {"channel": "email"}), (1, {"direction": "outbound", "channel": "email"})],
        0,
        {"occurred_at": "2026-03-02T20:00:00Z"},
    ),
    "a question of the evening that came later in the evening": (
        [(12, {"channel": "email"}), (26, {})],
        0,
        {"occurred_at": "2026-03-01T15:00:00Z"},
    ),
    "an answer that was given between two questions": (
        [
            (2, {"channel": "email"}),
            (10, {"channel": "email"}),
            (13, {"direction": "outbound", "channel": "email"}),
        ],
        2,
        {"occurred_at": "2026-03-02T12:00:00Z"},
    ),
    "an answer that was a contact of ours before the question": (
        [(2, {"channel": "email"}), (1, {"direction": "outbound", "channel": "email"}), (2, {})],
        1,
        {"occurred_at": "2026-03-02T09:30:00Z"},
    ),
    "a question that came before the first one": (
        [(12, {"channel": "email"}), (13, {"channel": "email"}), (1, {"direction": "outbound"})],
        1,
        {"occurred_at": "2026-03-02T17:30:00Z"},
    ),
    "a question of ours that came earlier": (
        [(1, {}), (5, {"direction": "outbound", "awaits_reply": True}), (3, {"summary": "Thanks"})],
        1,
        {"occurred_at": "2026-03-02T13:00:00Z"},
    ),
    "a question that was thanks": ([(1, {}), (1, {"summary": "Why?"})], 1, {"summary": "Thanks"}),
    "a complaint": ([(1, {}), (1, {"direction": "outbound"})], 0, {"kind": "complaint", "tone": "abusive"}),
}
CASE_FACTS = (
    *(
        "status",
        "kind",
        "agent_id",
        "opened_at",
        "last_contact_at",
        "last_inbound_at",
        "contacts",
        "answered",
    ),
    *("served", "abusive", "waiting_for_customer", "run_around_at", "resolved_at"),
)
REPLY_FACTS = (
    "which",
    "status",
    "asked_at",
    "due_at",
    "given_at",
    "took_seconds",
    "late_by_seconds",
    "missed_at",
)


def facts(shop: Shop, case_id: str) -> dict[str, Any]:
    """The facts of the case, its replies and the supervisors' follow-ups, without ids and histories."""
    case = shop.case(case_id)
    replies = [row for row in shop.rows("reply") if row["case_id"] == case_id]
    planned = [row for row in shop.rows("follow_up") if row["case_id"] == case_id]
    return {
        **{name: case[name] for name in CASE_FACTS},
        "steps": [step["name"] for step in case["steps"]],
        "evidence": [len(case[name]) for name in ("hand_offs", "repeat_contacts", "reopenings")],
        "replies": sorted(
            str([row[name] for name in REPLY_FACTS]) for row in replies if row["status"] != "closed"
        ),
        "supervisors": sorted(
            row["origin"]
            for row in planned
            if row["agent_id"] == shop.supervisor_id and row["status"] in {"scheduled", "due"}
        ),
        "automatic": [
            (row["origin"], row["due_at"])
            for row in planned
            if row["origin"] in {"unresolved", "no_answer"} and row["status"] in {"scheduled", "due"}
        ],
        "calls": sorted(
            str([row[name] for name in ("status", "due_at", "kept_at", "late_by_seconds")])
            for row in shop.rows("commitment")
            if row["case_id"] == case_id and row["status"] != "withdrawn"
        ),
        "surveys": [
            row["due_at"]
            for row in shop.rows("survey")
            if row["case_id"] == case_id and row["status"] == "scheduled"
        ],
    }


def test_a_survey_that_was_sent_is_open_again_after_a_mistaken_reopening(shop: Shop) -> None:
    settled = shop.contact(resolved=True)
    shop.desk.pass_time(25 * HOUR)
    mistaken = shop.contact(case_id=settled["case_id"], summary="Why?")
    withdrawn = [row["status"] for row in shop.rows("survey")]

    corrected(shop, mistaken, summary="Thanks")
    again = [row["status"] for row in shop.rows("survey")]
    shop.desk.pass_time(20 * DAY)

    assert (withdrawn, again) == (["withheld"], ["sent"])
    sent = [(purpose, len(shop.sent_messages(purpose))) for purpose in ("survey", "survey_reminder")]
    assert sent == [("survey", 1), ("survey_reminder", 1)]
    assert [row["status"] for row in shop.rows("survey")] == ["expired"]


def test_a_survey_of_a_case_settled_by_hand_is_asked_after_a_mistaken_reopening(shop: Shop) -> None:
    asked = shop.contact(channel="email")
    shop.contact(case_id=asked["case_id"], direction="outbound")
    shop.resolve(asked["case_id"])
    shop.desk.pass_time(HOUR)
    mistaken = shop.contact(case_id=asked["case_id"], summary="Why?")

    corrected(shop, mistaken, summary="Thanks")
    shop.desk.pass_time(2 * DAY)

    assert shop.case(asked["case_id"])["survey_id"] == shop.rows("survey")[0]["survey_id"]
    assert [row["status"] for row in shop.rows("survey")] == ["sent"]


def test_a_survey_that_is_asked_after_all_is_still_bound_to_the_cool_down(shop: Shop) -> None:
    settled = shop.contact(resolved=True)
    mistaken = shop.contact(case_id=settled["case_id"], summary="Why?")
    shop.contact(resolved=True)
    shop.desk.pass_time(2 * DAY)

    corrected(shop, mistaken, summary="Thanks")
    shop.desk.pass_time(DAY)

    by_case = {row["case_id"]: (row["status"], row["withheld_because"]) for row in shop.rows("survey")}
    assert by_case[settled["case_id"]] == ("withheld", "they were asked something lately")
    assert len(shop.sent_messages("survey")) == 1


@pytest.mark.parametrize("name", STORIES)
def test_a_corrected_case_is_as_if_it_had_been_recorded_right(shop: Shop, name: str) -> None:
    story, mistaken, right = STORIES[name]
    cases: dict[bool, str] = {}
    wrong: Any = None
    for n, (hours, contact) in enumerate(story):
        shop.desk.pass_time(hours * HOUR)
        for is_right in (True, False):
            known = {"case_id": cases[is_right]} if is_right in cases else {}
            changes = {**right} if is_right and n == mistaken else {}
            recorded = shop.contact(**{**contact, **changes, **known})
            cases.setdefault(is_right, recorded["case_id"])
            if n == mistaken and not is_right:
                wrong = recorded

    corrected(shop, wrong, **right)

    assert facts(shop, cases[False]) == facts(shop, cases[True])
