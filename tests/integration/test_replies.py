"""Replies: how long customers wait for one, who is told, and what stops the clock."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.integration.shop import (
    Shop,
    add_agent,
    change_agent,
    change_policy,
    fields_of,
    links,
    token_of,
    wait_until,
    words_of,
)
from tests.times import DAY, HOUR, MINUTE
from vaada.model.times import text_of


def reply_of(shop: Shop) -> Any:
    """The latest reply that the customer waits for."""
    return shop.rows("reply")[0]


def opening_time(explanation: Any) -> timedelta:
    """The time that an explanation counted. Checks that its periods have no gap and no overlap."""
    pieces = sorted(
        (datetime.fromisoformat(piece["start"]), datetime.fromisoformat(piece["end"]))
        for piece in (*explanation["counted"], *explanation["skipped"])
    )
    for (_, end), (start, _) in pairwise(pieces):
        assert end == start
    return sum(
        (
            datetime.fromisoformat(piece["end"]) - datetime.fromisoformat(piece["start"])
            for piece in explanation["counted"]
        ),
        timedelta(),
    )


def test_each_channel_has_its_own_target_and_in_person_has_none(shop: Shop) -> None:
    channels = ("phone", "sms", "social", "chat", "email", "web", "in_person")

    replies = {channel: shop.contact(channel=channel)["reply"] for channel in channels}

    assert {channel: reply and reply["due_at"][11:16] for channel, reply in replies.items()} == {
        **dict.fromkeys(("phone", "sms", "social", "chat"), "10:00"),
        **dict.fromkeys(("email", "web"), "13:00"),
        "in_person": None,
    }


@pytest.mark.parametrize(
    ("region", "came", "channel", "due", "passed_over"),
    [
        (None, "2026-03-02T12:30", "phone", "2026-03-02T14:30:00Z", {"closed"}),  # over lunch
        (None, "2026-03-06T17:30", "email", "2026-03-09T12:30:00Z", {"closed"}),  # over a weekend
        (
            "ENG",
            "2026-04-02T17:30",
            "phone",
            "2026-04-07T09:30:00Z",
            {"closed", "Good Friday", "Easter Monday"},
        ),
        ("SCT", "2026-04-02T17:30", "phone", "2026-04-06T09:30:00Z", {"closed", "Good Friday"}),
    ],
)
def test_the_target_skips_closed_time_and_explains_it(
    shop: Shop, region: str | None, came: str, channel: str, due: str, passed_over: set[str]
) -> None:
    change_policy(shop.desk, holidays={"region": region})
    wait_until(shop.desk, came)

    reply = shop.contact(channel=channel)["reply"]

    assert reply["due_at"] == due
    assert {piece["why"] for piece in reply["explain"]["due_at"]["skipped"]} == passed_over
    target = 4 * HOUR if channel == "email" else HOUR
    assert opening_time(reply["explain"]["due_at"]) == target


def test_the_agent_is_warned_once_and_the_supervisor_told_once(shop: Shop) -> None:
    shop.contact()

    shop.desk.pass_time(3 * DAY)

    assert {when for when, *_ in shop.sent_messages("reply_warning")} == {"03-02T09:46"}  # the next sweep
    assert {(to, by) for _, to, by in shop.sent_messages("reply_warning")} == {
        ("agent", "email"),
        ("agent", "sms"),
    }
    assert shop.sent_messages("reply_missed") == [("03-02T10:00", "supervisor", "email")]


@pytest.mark.parametrize("supervised", [True, False])
def test_a_missed_reply_reaches_the_supervisors_cover_or_the_owner(shop: Shop, supervised: bool) -> None:
    cover = add_agent(shop.desk, "Omar")
    away = {"away_until": text_of(shop.desk.now + DAY), "covered_by": cover}
    change_agent(shop.desk, shop.supervisor_id, **away)
    if not supervised:
        change_agent(shop.desk, shop.agent_id, supervisor_id=None)
    shop.contact()

    shop.desk.pass_time(2 * HOUR)

    reader = "Omar <omar@example.com>" if supervised else "owner@example.com"
    assert str(shop.desk.mails[-1]["to"]) == reader


def test_a_missed_reply_is_not_repeated_at_every_sweep(shop: Shop) -> None:
    shop.contact()
    shop.desk.pass_time(2 * HOUR)
    before = len(shop.desk.mails)

    for _ in range(5):
        shop.desk.sweep()

    assert len(shop.desk.mails) == before


@pytest.mark.parametrize("by", ["outbound", "resolved", "tap", "case"])
def test_a_reply_stops_the_clock(shop: Shop, by: str) -> None:
    case_id = shop.contact()["case_id"]
    shop.desk.pass_time(50 * MINUTE)
    link = links(words_of(shop.desk.mails[-1]), "/a/")[0]

    match by:
        case "outbound":
            shop.contact(case_id=case_id, direction="outbound")
        case "resolved":
            shop.contact(case_id=case_id, resolved=True)
        case "tap":
            assert shop.desk.answer(link, do="answered").status == 200
        case "case":
            assert shop.desk.call(f"POST /api/cases/{case_id}/resolve").status == 200
    shop.desk.pass_time(2 * HOUR)

    (reply,) = shop.rows("reply")
    took = 3002 if by == "tap" else 3000  # the page is looked at for two seconds
    assert (reply["status"], reply["took_seconds"], reply["late_by_seconds"]) == ("given", took, 0)
    assert shop.sent_messages("reply_missed") == []


def test_a_late_reply_says_how_late_in_opening_time(shop: Shop) -> None:
    wait_until(shop.desk, "2026-03-02T11:30")
    case_id = shop.contact()["case_id"]
    wait_until(shop.desk, "2026-03-02T14:30")

    shop.contact(case_id=case_id, direction="outbound")

    reply = reply_of(shop)
    assert (reply["took_seconds"], reply["late_by_seconds"]) == (2 * 3600, 3600)


def test_a_question_after_a_reply_starts_another_reply(shop: Shop) -> None:
    first = shop.contact()
    shop.contact(case_id=first["case_id"], direction="outbound")
    shop.desk.pass_time(30 * MINUTE)

    second = shop.contact(case_id=first["case_id"])

    assert (first["reply"]["which"], second["reply"]["which"]) == ("first", "next")
    assert second["reply"]["due_at"] == "2026-03-02T10:30:00Z"


def test_a_second_question_before_the_reply_does_not_move_the_target(shop: Shop) -> None:
    case_id = shop.contact()["case_id"]
    shop.desk.pass_time(30 * MINUTE)

    shop.contact(case_id=case_id)

    (reply,) = shop.rows("reply")
    assert reply["due_at"] == "2026-03-02T10:00:00Z"


@pytest.mark.parametrize("by", ["go-on", "inbound"])
def test_a_paused_clock_resumes_with_the_remaining_time(shop: Shop, by: str) -> None:
    case_id = shop.contact()["case_id"]
    shop.desk.pass_time(40 * MINUTE)

    shop.desk.call(f"POST /api/cases/{case_id}/wait")
    paused = reply_of(shop)
    wait_until(shop.desk, "2026-03-03T12:50")
    silent = shop.sent_messages("reply_missed")
    if by == "go-on":
        shop.desk.call(f"POST /api/cases/{case_id}/go-on")
    else:
        shop.contact(case_id=case_id)

    assert (paused["status"], paused["remaining_seconds"], silent) == ("paused", 20 * 60, [])
    reply = reply_of(shop)
    assert (reply["status"], reply["due_at"]) == ("awaited", "2026-03-03T14:10:00Z")
    assert opening_time(reply["explain"]["due_at"]) == 20 * MINUTE


def test_a_clock_paused_after_its_target_is_not_missed_again(shop: Shop) -> None:
    case_id = shop.contact()["case_id"]
    shop.desk.pass_time(90 * MINUTE)
    shop.desk.call(f"POST /api/cases/{case_id}/wait")
    shop.desk.pass_time(DAY)

    shop.desk.call(f"POST /api/cases/{case_id}/go-on")
    shop.desk.pass_time(DAY)

    assert len(shop.sent_messages("reply_missed")) == 1


def test_an_agent_pauses_the_clock_from_the_link_in_the_warning(shop: Shop) -> None:
    shop.contact()
    shop.desk.pass_time(50 * MINUTE)

    shop.desk.answer(links(words_of(shop.desk.mails[-1]), "/a/")[0], do="waiting")
    shop.desk.pass_time(DAY)

    assert (reply_of(shop)["status"], shop.sent_messages("reply_missed")) == ("paused", [])


def test_thanks_neither_starts_nor_resumes_a_clock(shop: Shop) -> None:
    case_id = shop.contact()["case_id"]
    shop.desk.call(f"POST /api/cases/{case_id}/wait")

    thanks = shop.contact(case_id=case_id, summary="Thanks a lot!")
    alone = shop.contact(summary="Thank you so much")

    assert (thanks["reply"], alone["reply"]) == (None, None)
    assert [reply["status"] for reply in shop.rows("reply")] == ["paused"]


@pytest.mark.parametrize(
    "facts",
    [
        {"direction": "outbound"},
        {"resolved": True},
        {"awaits_reply": False},
        {"commitments": [{"what": "Call back", "due_at": "2026-03-03T09:00:00Z"}]},
    ],
)
def test_a_contact_that_needs_no_reply_starts_no_clock(shop: Shop, facts: dict[str, object]) -> None:
    assert shop.contact(**facts)["reply"] is None


def test_the_policy_sets_the_targets_and_a_channel_without_one_has_no_clock(shop: Shop) -> None:
    change_policy(shop.desk, replies={"opening_minutes": {"phone": 30}})

    called, wrote = shop.contact(), shop.contact(channel="email")

    assert (called["reply"]["due_at"], wrote["reply"]) == ("2026-03-02T09:30:00Z", None)


# ---------------------------------------------------------------- outside opening hours


def test_a_contact_outside_opening_hours_becomes_a_promise_to_call_back(shop: Shop) -> None:
    wait_until(shop.desk, "2026-03-07T11:00")

    recorded = shop.contact()
    wait_until(shop.desk, "2026-03-09T10:30")

    back = recorded["call_back"]
    assert (back["origin"], back["due_at"]) == ("call_back", "2026-03-09T10:00:00Z")
    assert opening_time(back["explain"]["due_at"]) == HOUR
    assert {when for when, *_ in shop.sent_messages("promise_warning")} == {"03-09T09:00"}
    assert {when for when, *_ in shop.sent_messages("promise_overdue")} == {"03-09T10:00"}
    assert shop.sent_messages("reply_warning") + shop.sent_messages("reply_missed") == []


def test_a_call_back_keeps_the_promise_and_gives_the_reply(shop: Shop) -> None:
    wait_until(shop.desk, "2026-03-07T11:00")
    case_id = shop.contact()["case_id"]
    wait_until(shop.desk, "2026-03-09T09:30")

    shop.contact(case_id=case_id, direction="outbound")
    wait_until(shop.desk, "2026-03-09T18:00")

    (back,), (reply,) = shop.rows("commitment"), shop.rows("reply")
    assert (back["status"], back["late_by_seconds"], reply["status"]) == ("kept", 0, "given")
    assert shop.sent_messages("promise_overdue") == []


@pytest.mark.parametrize("by", ["keep", "tap", "withdraw"])
def test_a_question_after_the_call_back_starts_a_clock_again(shop: Shop, by: str) -> None:
    wait_until(shop.desk, "2026-03-07T11:00")
    recorded = shop.contact()
    back_id = recorded["call_back"]["commitment_id"]
    wait_until(shop.desk, "2026-03-09T09:29:58" if by == "tap" else "2026-03-09T09:30")
    match by:
        case "tap":  # which takes two seconds
            shop.desk.answer(links(words_of(shop.desk.mails[-1]), "/a/")[0], do="kept")
        case "keep":
            shop.desk.call(f"POST /api/commitments/{back_id}/keep")
        case "withdraw":
            shop.desk.call(f"POST /api/commitments/{back_id}/withdraw", {"reason": "Wrong number"})

    asked = shop.contact(case_id=recorded["case_id"])
    wait_until(shop.desk, "2026-03-09T18:00")

    assert asked["reply"]["due_at"] == "2026-03-09T10:30:00Z"
    assert shop.sent_messages("reply_missed") == [("03-09T10:30", "supervisor", "email")]


def test_an_answer_written_down_before_the_night_question_makes_a_call_needless(shop: Shop) -> None:
    case_id = shop.contact(channel="email", summary="Do you bake for Easter?")["case_id"]
    wait_until(shop.desk, "2026-03-03T10:00")
    shop.contact(case_id=case_id, direction="outbound", channel="email", summary="Yes")

    late = shop.contact(
        case_id=case_id, channel="email", summary="Which?", occurred_at="2026-03-02T21:00:00Z"
    )

    assert (late["call_back"], shop.case(case_id)["call_back_id"]) == (None, None)
    assert shop.case(case_id)["reply_id"] is None
    assert [row["status"] for row in shop.rows("reply")] == ["given"]


@pytest.mark.parametrize("thanked", [False, True])
def test_an_answer_given_before_the_night_question_leaves_a_call_to_be_made(
    shop: Shop, thanked: bool
) -> None:
    case_id = shop.contact(channel="email", summary="Do you bake for Easter?")["case_id"]
    wait_until(shop.desk, "2026-03-02T15:00")
    shop.contact(case_id=case_id, direction="outbound", channel="email", summary="Yes")
    wait_until(shop.desk, "2026-03-03T10:00")
    if thanked:
        shop.contact(case_id=case_id, channel="email", summary="Thanks")

    late = shop.contact(
        case_id=case_id, channel="email", summary="Which?", occurred_at="2026-03-02T21:00:00Z"
    )

    assert late["call_back"]["status"] == "open"
    assert late["call_back"]["due_at"] == late["reply"]["due_at"] == "2026-03-03T13:00:00Z"
    assert shop.case(case_id)["call_back_id"] == late["call_back"]["commitment_id"]
    assert late["reply"]["wake_at"] is None  # the call has the clock


def test_a_call_is_kept_when_a_late_contact_shows_an_earlier_answer(shop: Shop) -> None:
    wait_until(shop.desk, "2026-03-02T21:00")
    asked = shop.contact(channel="email", summary="Which?")
    wait_until(shop.desk, "2026-03-03T16:00")
    shop.contact(case_id=asked["case_id"], direction="outbound", channel="email", summary="All of them")
    shop.contact(
        case_id=asked["case_id"], direction="outbound", channel="phone", occurred_at="2026-03-03T11:00:00Z"
    )

    call = shop.desk.call(f"GET /api/commitments/{asked['call_back']['commitment_id']}").json
    assert (call["status"], call["kept_at"], call["late_by_seconds"]) == ("kept", "2026-03-03T11:00:00Z", 0)


@pytest.mark.parametrize(("hour", "due_at"), [(20, "2026-03-03T13:00:00Z"), (15, None)])
def test_a_call_is_promised_since_they_wait_in_whatever_order_it_is_written(
    shop: Shop, hour: int, due_at: str | None
) -> None:
    wait_until(shop.desk, "2026-03-06T09:00")
    case_id = shop.contact(channel="email", summary="Still not?", occurred_at="2026-03-04T21:00:00Z")[
        "case_id"
    ]

    first = shop.contact(
        case_id=case_id, channel="email", summary="Which?", occurred_at=f"2026-03-02T{hour}:00:00Z"
    )

    calls = {row["status"]: row["due_at"] for row in shop.rows("commitment")}
    assert calls == {"withdrawn": "2026-03-05T13:00:00Z", **({"open": due_at} if due_at else {})}
    assert (first["call_back"] is None, reply_of(shop)["wake_at"] is None) == (
        due_at is None,
        due_at is not None,
    )


def test_the_clock_runs_from_opening_if_the_policy_wants_no_call_backs(shop: Shop) -> None:
    change_policy(shop.desk, replies={"call_back_outside_hours": False})
    wait_until(shop.desk, "2026-03-07T11:00")

    recorded = shop.contact()
    wait_until(shop.desk, "2026-03-09T10:30")

    assert (recorded["call_back"], recorded["reply"]["due_at"]) == (None, "2026-03-09T10:00:00Z")
    assert shop.sent_messages("reply_missed") == [("03-09T10:00", "supervisor", "email")]


# ---------------------------------------------------------------- who sees it, and why then


def test_lists_and_single_rows_explain_their_times(shop: Shop) -> None:
    change_policy(shop.desk, commitments={"warn_before": {"opening_hours": 6}})
    due_at = text_of(shop.desk.now + 4 * DAY + 8 * HOUR)  # Friday at 17:00
    shop.contact(commitments=[{"what": "Call with a price", "due_at": due_at}])
    wait_until(shop.desk, "2026-03-06T17:30")
    shop.contact(channel="email")
    paths = {"commitments": "commitment", "follow-ups": "follow_up", "replies": "reply"}

    for path, kind in paths.items():
        (listed,) = shop.desk.call(f"GET /api/{path}").json["items"]
        single = shop.desk.call(f"GET /api/{path}/{listed[f'{kind}_id']}").json

        assert listed["explain"] == single["explain"]
        assert any(listed["explain"].values())


def test_a_warning_counted_in_opening_time_is_explained(shop: Shop) -> None:
    change_policy(shop.desk, commitments={"warn_before": {"opening_hours": 6}})
    shop.promise(shop.desk.now + DAY + 2 * HOUR)  # Tuesday at 11:00

    (promise,) = shop.rows("commitment")

    assert promise["wake_at"] == "2026-03-02T14:00:00Z"  # two hours of Tuesday, four of Monday
    assert opening_time(promise["explain"]["wake_at"]) == 6 * HOUR


def test_a_follow_up_after_a_friday_is_due_on_monday_and_explains_it(shop: Shop) -> None:
    wait_until(shop.desk, "2026-03-06T11:00")
    shop.contact(channel="in_person")

    (follow_up,) = shop.rows("follow_up")

    assert follow_up["due_at"] == "2026-03-09T11:00:00Z"
    skipped = follow_up["explain"]["due_at"]["skipped"]
    assert [(piece["start"], piece["end"]) for piece in skipped] == [
        ("2026-03-07T00:00:00Z", "2026-03-09T00:00:00Z")
    ]


def test_agents_see_only_the_replies_they_owe(shop: Shop) -> None:
    add_agent(shop.desk, "Omar")
    reply_id = shop.contact()["reply"]["reply_id"]

    amina, omar = token_of("amina@example.com"), token_of("omar@example.com")

    assert shop.desk.call(f"GET /api/replies/{reply_id}", user=amina).status == 200
    assert shop.desk.call(f"GET /api/replies/{reply_id}", user=omar).status == 403
    assert shop.desk.call("GET /api/replies", user=omar).json["items"] == []
    assert fields_of(shop.desk.call("GET /api/replies", query={"status": "late"})) == ["status"]


def test_thanks_with_the_agents_name_starts_no_clock_but_a_question_does(shop: Shop) -> None:
    thanks = shop.contact(summary="Thanks Amina, have a good weekend")
    asked = shop.contact(summary="Thanks, was it sent")
    waits = shop.contact(summary="Thanks Amina", awaits_reply=True)

    assert thanks["reply"] is None
    assert asked["reply"]["status"] == waits["reply"]["status"] == "awaited"
