"""Contacts are written down in any order: replies, promised calls and the rest are the same."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.shop import Shop, change_policy
from tests.times import DAY, HOUR, MINUTE

WRITE: dict[str, object] = {"direction": "outbound", "channel": "email"}
ASK: dict[str, object] = {"channel": "email", "summary": "Is it ready?"}
STORIES: dict[str, list[tuple[str, dict[str, object]]]] = {
    "a question at night and its answer": [("02T20:00", ASK), ("03T09:30", WRITE)],
    "a question of today, its answer, and a question at night": [
        ("02T10:00", ASK),
        ("02T12:00", WRITE),
        ("02T20:00", ASK),
    ],
    "two questions at night, answered twice": [
        ("02T20:00", ASK),
        ("03T10:00", WRITE),
        ("03T20:00", ASK),
        ("04T10:00", WRITE),
    ],
    "a question by day, and again at night": [("02T16:00", ASK), ("02T20:00", ASK), ("03T09:30", WRITE)],
    "a question at night, and again by day": [("02T20:00", ASK), ("03T11:00", ASK)],
    "our own contact before the question": [("02T10:00", WRITE), ("02T11:00", ASK), ("02T12:00", WRITE)],
    "a question on a channel without a target": [
        ("02T10:00", {"channel": "social"}),
        ("02T11:00", WRITE),
        ("02T12:00", ASK),
    ],
    "a matter that is settled, and taken up again at night": [
        ("02T10:00", ASK),
        ("02T11:00", {"resolved": True}),
        ("02T20:00", ASK),
    ],
    "thanks after the answer": [("02T20:00", ASK), ("03T10:00", WRITE), ("03T11:00", {"summary": "Thanks"})],
    "a question of ours, and a promise": [
        ("02T20:00", ASK),
        ("03T10:00", {**WRITE, "awaits_reply": True}),
        ("03T11:00", {"commitments": [{"what": "Send it", "due_at": "2026-03-20T09:00:00Z"}]}),
    ],
}


def facts(shop: Shop, case_id: str) -> dict[str, Any]:
    """What the case says, its replies, promised calls and open follow-ups; what was taken back is none."""
    case = shop.case(case_id)
    names = ("status", "answered", "served", "waiting_for_customer", "last_contact_at", "contacts")
    replies = (row for row in shop.rows("reply") if row["case_id"] == case_id and row["status"] != "closed")
    calls = (row for row in shop.rows("commitment") if row["case_id"] == case_id)
    planned = (row for row in shop.rows("follow_up") if row["case_id"] == case_id)
    asked = {row["survey_id"]: row["status"] for row in shop.rows("survey")}
    reply_facts = ("which", "asked_at", "due_at", "status", "given_at", "took_seconds", "late_by_seconds")
    return {
        **{name: case[name] for name in names},
        "replies": sorted(str([row[name] for name in reply_facts]) for row in replies),
        "calls": sorted(
            str([row[name] for name in ("origin", "due_at", "status", "kept_at", "late_by_seconds")])
            for row in calls
            if row["status"] != "withdrawn"
        ),
        "follow_ups": sorted(
            (row["origin"], row["due_at"]) for row in planned if row["status"] in {"scheduled", "due"}
        ),
        "survey": asked.get(case["survey_id"]),
    }


def orders(number: int) -> Iterator[tuple[int, ...]]:
    """Orders of this many contacts: from the first to the last and back, each begun anywhere."""
    forwards = tuple(range(number))
    for n in forwards:
        yield (*forwards[n:], *forwards[:n])
        yield (*forwards[n:], *forwards[:n])[::-1]


@pytest.mark.parametrize("name", STORIES)
def test_contacts_written_down_in_any_order_make_the_same_case(shop: Shop, name: str) -> None:
    change_policy(shop.desk, replies={"opening_minutes": {"phone": 60, "email": 240}})
    shop.desk.pass_time(7 * DAY)
    found: dict[tuple[int, ...], dict[str, Any]] = {}

    for order in orders(len(STORIES[name])):
        known: dict[str, object] = {}
        for n in order:
            at, contact = STORIES[name][n]
            recorded = shop.contact(**contact, **known, occurred_at=f"2026-03-{at}:00Z")
            known = {"case_id": recorded["case_id"]}
            shop.desk.clock.move_to(shop.desk.now + MINUTE)
        found[order] = facts(shop, str(known["case_id"]))

    right = found[tuple(range(len(STORIES[name])))]
    assert {order: one for order, one in found.items() if one != right} == {}


def test_what_people_were_told_stays_when_the_answer_is_written_down_late(shop: Shop) -> None:
    asked = shop.contact()
    night = shop.contact(channel="email", occurred_at="2026-03-02T08:00:00Z")
    shop.desk.pass_time(8 * HOUR)
    told = [shop.sent_messages(purpose) for purpose in ("reply_missed", "promise_overdue")]

    for case_id in (asked["case_id"], night["case_id"]):
        shop.contact(case_id=case_id, direction="outbound", occurred_at="2026-03-02T09:30:00Z")
    shop.desk.pass_time(DAY)

    call = shop.desk.call(f"GET /api/commitments/{night['call_back']['commitment_id']}").json
    assert (call["status"], call["kept_at"], call["late_by_seconds"]) == ("kept", "2026-03-02T09:30:00Z", 0)
    assert call["flagged_at"] == "2026-03-02T13:00:00Z"  # the agent was told so then
    reply = shop.desk.call(f"GET /api/replies/{asked['reply']['reply_id']}").json
    assert (reply["status"], reply["late_by_seconds"], reply["missed_at"]) == ("given", 0, None)
    assert all(told)
    assert [shop.sent_messages(purpose) for purpose in ("reply_missed", "promise_overdue")] == told
