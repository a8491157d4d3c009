"""What the API refuses, with a reason that helps: times, values, bodies, methods."""

import json
from typing import Any

import pytest

from tests.integration.scripted_desk import Response, ScriptedDesk
from tests.integration.shop import Shop, add_agent, fields_of
from tests.times import DAY, HOUR
from vaada.model.times import text_of

NUMBERS: tuple[object, ...] = (20260305, 0, 1772726400, 1772726400.5, True, [])
DIGITS = ("20260305", "0", "1772726400", "2026-03-05")
NO_RFC_3339 = ("2026-03-05T10:00Z", "2026-03-05 10:00:00Z", "2026-03-05T10:00:00", "2026-W10-4T10:00:00Z")


def message_of(answer: Response) -> str:
    assert answer.status == 422, answer.body
    (error,) = answer.json["errors"]
    message: str = error["message"]
    return message


@pytest.mark.parametrize("no_time", [*NUMBERS, *DIGITS, *NO_RFC_3339], ids=str)
def test_only_a_time_with_an_offset_is_a_time(shop: Shop, no_time: object) -> None:
    promise, follow_up = shop.promise(shop.desk.now + DAY), shop.follow_up(shop.desk.now + DAY)
    case_id = shop.case(shop.contact()["case_id"])["case_id"]
    asked: list[tuple[str, dict[str, Any], str]] = [
        ("POST /api/interactions", shop.contact_body(occurred_at=no_time), "occurred_at"),
        (
            "POST /api/interactions",
            shop.contact_body(commitments=[{"what": "Call", "due_at": no_time}]),
            "commitments.0.due_at",
        ),
        (
            "POST /api/interactions",
            shop.contact_body(follow_up={"reason": "Ask", "at": no_time}),
            "follow_up.at",
        ),
        (f"POST /api/commitments/{promise}/keep", {"kept_at": no_time}, "kept_at"),
        (
            f"POST /api/commitments/{promise}/renegotiate",
            {"due_at": no_time, "reason": "Late"},
            "due_at",
        ),
        (f"POST /api/follow-ups/{follow_up}/snooze", {"until": no_time}, "until"),
        (f"POST /api/cases/{case_id}/wait", {"until": no_time}, "until"),
        (f"PATCH /api/agents/{shop.agent_id}", {"away_until": no_time}, "away_until"),
    ]

    for route, body, field in asked:
        answer = shop.desk.call(route, body)

        assert (answer.status, fields_of(answer)) == (422, [field])
        assert "2026-03-31T18:00:00+05:00" in message_of(answer)


@pytest.mark.parametrize("day", ["20260305", "2026-W10-4", "0", "", 20260305, "2026-02-30"])
def test_only_a_day_of_the_calendar_is_a_day(desk: ScriptedDesk, day: object) -> None:
    closed = {"closed_days": [{"first": day, "name": "Inventory"}]}

    assert fields_of(desk.call("PATCH /api/policy", closed)) == ["closed_days.0.first"]
    assert fields_of(desk.call("GET /api/reports/service", query={"from": str(day)})) == ["from"]


def test_a_promise_is_kept_between_its_making_and_now(shop: Shop) -> None:
    made_at = shop.desk.now
    promise = shop.promise(made_at + HOUR)
    shop.desk.pass_time(DAY)
    keep = f"POST /api/commitments/{promise}/keep"

    early = shop.desk.call(keep, {"kept_at": "1970-01-02T00:00:00Z"})
    late = shop.desk.call(keep, {"kept_at": text_of(shop.desk.now + HOUR)})

    assert "before the promise was made" in message_of(early)
    assert "in the future" in message_of(late)
    assert shop.desk.call(keep, {"kept_at": text_of(made_at)}).json["late_by_seconds"] == 0


def test_an_old_contact_is_history_without_clocks_reminders_or_mails(shop: Shop) -> None:
    told = shop.contact(
        occurred_at=text_of(shop.desk.now - 365 * DAY), tone="abusive", kind="complaint", awaits_reply=True
    )
    resolved = shop.contact(occurred_at=text_of(shop.desk.now - 40 * DAY), resolved=True)
    shop.desk.pass_time(10 * DAY)

    assert (told["is_history"], told["reply"], told["call_back"]) == (True, None, None)
    assert [shop.case(one["case_id"])["status"] for one in (told, resolved)] == ["resolved", "resolved"]
    assert {row["row_kind"] for row in shop.desk.timeline(shop.customer_id)} == {"interaction", "case"}
    assert (shop.desk.mails, shop.desk.texts) == ([], [])


def test_due_times_are_in_the_future_and_at_most_ten_years_ahead(shop: Shop) -> None:
    promise, follow_up = shop.promise(shop.desk.now + DAY), shop.follow_up(shop.desk.now + DAY)
    for at, reason in (("2026-03-02T08:00:00Z", "in the future"), ("2126-03-02T08:00:00Z", "ten years")):
        case_id = shop.case(shop.contact()["case_id"])["case_id"]
        for route, body in (
            (f"POST /api/follow-ups/{follow_up}/snooze", {"until": at}),
            (f"POST /api/commitments/{promise}/renegotiate", {"due_at": at, "reason": "Late"}),
            (f"POST /api/cases/{case_id}/wait", {"until": at}),
        ):
            assert reason in message_of(shop.desk.call(route, body))
    past = {"commitments": [{"what": "Call", "due_at": "2025-03-02T08:00:00Z"}]}
    assert "before the contact" in message_of(
        shop.desk.call("POST /api/interactions", shop.contact_body(**past))
    )


def test_a_case_waits_until_the_day_that_was_said_and_says_why(shop: Shop) -> None:
    case_id = shop.contact(channel="email")["case_id"]
    until = shop.desk.now + 9 * DAY

    waits = shop.desk.call(
        f"POST /api/cases/{case_id}/wait", {"until": text_of(until), "note": "She measures the wall"}
    )

    assert waits.json["history"][-1]["reason"] == "She measures the wall"
    assert [row["due_at"] for row in shop.rows("follow_up")] == [text_of(until)]


@pytest.mark.parametrize(
    ("body", "field", "reason"),
    [
        ({"name": "\u200b\u200e"}, "name", "no visible character"),
        ({"name": "\u202e\u2066\u2069"}, "name", "no visible character"),
        ({"name": "\u3164"}, "name", "no visible character"),
        ({"name": None}, "name", "cannot be null"),
        ({"name": 5}, "name", "must be text"),
        ({"name": "Zoya", "email": f"{'z' * 65}@example.com"}, "email", "too long before the @-sign"),
        ({"name": "Zoya", "time_zone": "localtime"}, "time_zone", "Asia/Karachi"),
        ({"name": "Zoya", "time_zone": "Factory"}, "time_zone", "Asia/Karachi"),
        ({"name": "Zoya", "time_zone": "right/Europe/London"}, "time_zone", "Asia/Karachi"),
        ({"name": "Zoya", "time_zone": "posix/Asia/Tokyo"}, "time_zone", "Asia/Karachi"),
        ({"name": "Zoya", "tags": ["vip", "VIP "]}, "tags", "twice"),
        ({"name": "Zoya", "tags": ["caf\u00e9", "cafe\u0301"]}, "tags", "twice"),
        ({"name": "Zoya", "check_in_every_days": 0}, "check_in_every_days", "at least 1"),
        ({"name": "Zoya", "check_in_every_days": True}, "check_in_every_days", "a whole number"),
        ({"name": "Zoya", "check_in_every_days": 1.5}, "check_in_every_days", "a whole number"),
        ({"name": "Zoya", "language": "Urdu!"}, "language", "BCP 47"),
        ({"name": "Zoya", "agent_id": "somebody"}, "agent_id", "is not an id"),
    ],
)
def test_an_impossible_value_is_refused_with_a_plain_reason(
    desk: ScriptedDesk, body: dict[str, object], field: str, reason: str
) -> None:
    answer = desk.call("POST /api/customers", body)

    assert (answer.status, fields_of(answer)) == (422, [field])
    assert reason in message_of(answer)


def test_supervisors_cannot_go_in_a_circle(desk: ScriptedDesk) -> None:
    sana = add_agent(desk, "Sana")
    omar = add_agent(desk, "Omar", supervisor_id=sana)
    amina = add_agent(desk, "Amina", supervisor_id=omar)

    for above in (omar, amina):
        answer = desk.call(f"PATCH /api/agents/{sana}", {"supervisor_id": above})
        assert (answer.status, fields_of(answer)) == (422, ["supervisor_id"])
        assert "circle" in message_of(answer)
    assert desk.call(f"PATCH /api/agents/{amina}", {"supervisor_id": sana}).status == 200


def test_nobody_takes_a_matter_over_from_themselves(shop: Shop) -> None:
    answer = shop.desk.call("POST /api/interactions", shop.contact_body(handed_over_from=shop.agent_id))

    assert (answer.status, fields_of(answer)) == (422, ["handed_over_from"])
    assert "colleague" in message_of(answer)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ('{"name": "Zoya", "name": "Zara"}', '"name"'),
        ('{"name": "Zoya", "consent": {"email": true, "email": false}}', '"email"'),
    ],
)
def test_a_name_twice_in_an_object_is_refused(desk: ScriptedDesk, body: str, name: str) -> None:
    answer = desk.call("POST /api/customers", body)

    assert (answer.status, answer.json["detail"]) == (400, f"The body has {name} twice in one object.")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_a_number_that_json_does_not_have_is_refused(shop: Shop, number: str) -> None:
    path = f"POST /api/cases/{shop.contact()['case_id']}/goodwill"

    assert shop.desk.call(path, f'{{"amount": {number}, "reason": "Sorry"}}').status == 400


def test_a_body_that_would_be_lost_is_refused(shop: Shop) -> None:
    case_id = shop.contact()["case_id"]
    calls = (
        f"POST /api/customers/{shop.customer_id}/erase",
        f"POST /api/customers/{shop.customer_id}/write-again",
        f"POST /api/customers/{shop.customer_id}/unmerge",
        f"POST /api/agents/{shop.agent_id}/return",
        f"POST /api/cases/{case_id}/unmerge",
        f"GET /api/cases/{case_id}",
    )
    for call in calls:
        answer = shop.desk.call(call, {"reason": "They asked"})
        assert (answer.status, fields_of(answer)) == (422, ["body"])
        assert "not used" in message_of(answer)
    assert shop.desk.call(f"POST /api/agents/{shop.agent_id}/write-again", {}).status == 200


def test_an_unknown_path_is_not_found_and_a_wrong_method_is_told_the_right_ones(desk: ScriptedDesk) -> None:
    for query in ({}, {"q": "x"}):
        assert desk.call("GET /api/nothing", query=query).status == 404
        assert desk.call("POST /api/customers/x/y/z", {}, query=query).status == 404
        wrong = desk.call("DELETE /api/policy", query=query)
        assert (wrong.status, wrong.headers["Allow"]) == (405, "GET, PATCH, PUT, HEAD")
    assert desk.call("PUT /api/customers", {"name": "Zoya"}).headers["Allow"] == "GET, POST, HEAD"
    head = desk.call("HEAD /api/policy")
    assert (head.status, head.body, head.headers["ETag"]) == (200, "", '"0"')


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON", "APPLICATION/JSON; Charset=UTF-8"])
def test_the_content_type_may_be_in_any_case(desk: ScriptedDesk, kind: str) -> None:
    assert desk.call("POST /api/customers", {"name": "Zoya"}, content_type=kind).status == 201


def test_null_clears_what_may_be_empty(shop: Shop) -> None:
    path = f"PATCH /api/customers/{shop.customer_id}"
    full = {
        "notes": "Mornings",
        "tags": ["vip"],
        "language": "ur",
        "time_zone": "Asia/Karachi",
        "other_emails": ["b@example.com"],
        "preferred_channel": "sms",
        "check_in_every_days": 30,
        "served_by": [shop.agent_id],
    }
    assert shop.desk.call(path, full).status == 200

    cleared = shop.desk.call(path, dict.fromkeys([*full, "consent", "phone", "agent_id"]))

    assert cleared.status == 200
    assert [cleared.json[name] or None for name in full] == [None] * len(full)
    assert cleared.json["consent"] == {"email": False, "sms": False, "survey": False, "news": False}


def test_refusals_never_mention_the_implementation(shop: Shop) -> None:
    bodies: list[object] = [
        {"name": "X", "email": "x@example.com", "notify_by": "email"},
        {"name": "X", "email": "x@example.com", "working_hours": {"mon": []}},
        {"name": "X", "email": "x@example.com", "working_hours": []},
        {"name": "X", "email": "x@example.com", "working_hours": {"monday": [{"opens": 9}]}},
        {"name": ["X"], "email": 5},
        [],
        "X",
        None,
    ]
    for body in bodies:
        text = json.dumps(shop.desk.call("POST /api/agents", json.dumps(body)).json)
        for word in ("tuple", "dict", "[key]", "Input should", "valid", "str ", "model", "NoneType"):
            assert word not in text, text
