"""The policy: one that cannot work is refused with the field and the reason."""

from typing import Any

from tests.integration.scripted_desk import ScriptedDesk

ALL_DAY = [{"opens": "00:00", "closes": "24:00"}]


_UNWORKABLE: tuple[tuple[str, dict[str, Any], str, str], ...] = (
    ("opening_hours", {}, "opening_hours", "never opens"),
    ("opening_hours", {"monday": [{"opens": "09:00", "closes": "09:00"}]}, "opening_hours", "09:00"),
    ("opening_hours", {"monday": [*ALL_DAY, *ALL_DAY]}, "opening_hours", "overlap"),
    ("opening_hours", {"funday": ALL_DAY}, "opening_hours.funday", "monday"),
    ("holidays", {"region": "XX"}, "holidays.region", "known are"),
    ("customers", {"write_from": "20:00", "write_until": "08:00"}, "customers", "write_from"),
    (
        "commitments",
        {"warn_before": {"fortnights": 1}},
        "commitments.warn_before.fortnights",
        "not a field",
    ),
    ("commitments", {"warn_before": {"hours": 1, "days": 1}}, "commitments.warn_before", "exactly one"),
    ("commitments", {"warn_before": {}}, "commitments.warn_before", "exactly one"),
    (
        "commitments",
        {"ladder": [{"tell": "king", "after": {"hours": 1}}]},
        "commitments.ladder.0.tell",
        "",
    ),
    ("replies", {"opening_minutes": {"phone": 0}}, "replies.opening_minutes.phone", "greater"),
    ("replies", {"opening_minutes": {"fax": 60}}, "replies.opening_minutes.fax", "phone"),
    ("cases", {"critical_steps": ["apologized"]}, "cases.critical_steps.0", "apologised"),
    ("goodwill", {"allowance_per_case": "-1"}, "goodwill.allowance_per_case", "greater"),
    ("goodwill", {"currency": "dollars"}, "goodwill.currency", "pattern"),
    ("check_ins", {"every_days_by_tag": {"vip": 0}}, "check_ins.every_days_by_tag.vip", "greater"),
)


def test_an_invalid_policy_is_refused_with_field_and_reason(desk: ScriptedDesk) -> None:
    before = desk.call("GET /api/policy").json

    for part, rules, field, reason in _UNWORKABLE:
        answer = desk.call("PUT /api/policy", {**before, part: rules})

        messages = {error["field"]: error["message"] for error in answer.json["errors"]}
        found = [message for name, message in messages.items() if name.startswith(field)]
        assert (answer.status, len(found)) == (422, 1), (field, messages)
        assert reason in found[0]
    assert desk.call("GET /api/policy").json == before


def test_a_business_that_is_closed_for_years_is_refused(desk: ScriptedDesk) -> None:
    policy = desk.call("GET /api/policy").json
    closures = [
        {"first": f"{year}-01-01", "last": f"{year}-12-31", "name": "Sabbatical"}
        for year in range(2026, 2031)
    ]

    answer = desk.call("PUT /api/policy", {**policy, "closed_days": closures})

    assert answer.status == 422
    assert [error["field"] for error in answer.json["errors"]] == ["closed_days"]
    assert "never opens" in answer.json["detail"]


def test_a_policy_that_was_read_can_be_written_back(desk: ScriptedDesk) -> None:
    policy = desk.call("GET /api/policy").json

    answer = desk.call("PUT /api/policy", policy)

    assert (answer.status, answer.json) == (200, policy)
