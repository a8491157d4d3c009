"""The policy: one that cannot work is refused with the field and the reason."""

from typing import Any

import pytest

from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import fields_of

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
    ("replies", {"opening_minutes": {"phone": 0}}, "replies.opening_minutes.phone", "at least"),
    ("replies", {"opening_minutes": {"fax": 60}}, "replies.opening_minutes.fax", "phone"),
    ("cases", {"critical_steps": ["apologized"]}, "cases.critical_steps.0", "apologised"),
    ("goodwill", {"allowance_per_case": "-1"}, "goodwill.allowance_per_case", "at least"),
    ("goodwill", {"currency": "dollars"}, "goodwill.currency", "must be the three letters"),
    ("check_ins", {"every_days_by_tag": {"vip": 0}}, "check_ins.every_days_by_tag.vip", "at least"),
)


def test_an_invalid_policy_is_refused_with_field_and_reason(desk: ScriptedDesk) -> None:
    before = desk.call("GET /api/policy").json

    for part, rules, field, reason in _UNWORKABLE:
        others = {} if part == "opening_hours" else before[part]
        answer = desk.call("PUT /api/policy", {**before, part: {**others, **rules}})

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


def test_a_policy_without_all_of_its_sections_is_refused_and_they_are_named(desk: ScriptedDesk) -> None:
    policy = desk.call("GET /api/policy").json
    left_out = {name: value for name, value in policy.items() if name not in {"surveys", "closed_days"}}

    answer = desk.call("PUT /api/policy", left_out)
    empty = desk.call("PUT /api/policy", {})

    assert (answer.status, fields_of(answer)) == (422, ["closed_days", "surveys"])
    assert (empty.status, fields_of(empty)) == (422, list(policy))
    assert desk.call("GET /api/policy").json == policy


def test_a_field_that_a_section_leaves_out_stays_as_it_is(desk: ScriptedDesk) -> None:
    desk.call(
        "PATCH /api/policy", {"goodwill": {"currency": "EUR"}, "replies": {"warn_opening_minutes_before": 9}}
    )
    policy = desk.call("GET /api/policy").json

    answer = desk.call(
        "PUT /api/policy", {**policy, "goodwill": {"allowance_per_case": "40.00"}, "replies": {}}
    )

    goodwill = {**policy["goodwill"], "allowance_per_case": "40.00"}
    assert (answer.status, answer.json) == (200, {**policy, "goodwill": goodwill})


def test_one_part_of_the_policy_is_changed_and_the_others_stay(desk: ScriptedDesk) -> None:
    before = desk.call("GET /api/policy").json

    changed = desk.call(
        "PATCH /api/policy", {"goodwill": {"currency": "EUR"}, "surveys": {"review_url": "https://r.example"}}
    )
    cleared = desk.call("PATCH /api/policy", {"surveys": {"review_url": None}})

    assert (changed.status, changed.json["goodwill"]) == (200, {**before["goodwill"], "currency": "EUR"})
    assert changed.json["surveys"]["review_url"] == "https://r.example/"
    assert cleared.json == {**before, "goodwill": changed.json["goodwill"]}
    assert desk.call("GET /api/policy").json == cleared.json


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"goodwil": {"currency": "EUR"}}, "goodwil"),
        ({"goodwill": {"currencies": "EUR"}}, "goodwill.currencies"),
        ({"goodwill": None}, "goodwill"),
        ({"goodwill": "EUR"}, "goodwill"),
        ({"replies": {"opening_minutes": {"phone": 0}}}, "replies.opening_minutes.phone"),
        ({"opening_hours": {"monday": [{"opens": "09:00", "closes": "09:00"}]}}, "opening_hours.monday.0"),
    ],
)
def test_a_wrong_part_of_the_policy_is_refused_and_the_field_named(
    desk: ScriptedDesk, changes: dict[str, object], field: str
) -> None:
    before = desk.call("GET /api/policy").json

    answer = desk.call("PATCH /api/policy", changes)

    assert (answer.status, fields_of(answer)) == (422, [field])
    assert desk.call("GET /api/policy").json == before


def test_a_policy_is_written_only_over_the_version_that_was_read(desk: ScriptedDesk) -> None:
    first = desk.call("GET /api/policy")
    desk.call("PATCH /api/policy", {"goodwill": {"currency": "EUR"}})

    late = [
        desk.call("PUT /api/policy", first.json, if_match=first.headers["ETag"]),
        desk.call("PATCH /api/policy", {"goodwill": {"currency": "GBP"}}, if_match=first.headers["ETag"]),
    ]
    read = desk.call("GET /api/policy")
    unchanged = desk.call("PUT /api/policy", read.json, if_match=read.headers["ETag"])
    pounds = {**read.json, "goodwill": {**read.json["goodwill"], "currency": "GBP"}}
    in_time = desk.call("PUT /api/policy", pounds, if_match=unchanged.headers["ETag"])

    assert [answer.status for answer in late] == [412, 412]
    assert (unchanged.headers["ETag"], read.json["goodwill"]["currency"]) == (read.headers["ETag"], "EUR")
    assert (in_time.status, in_time.json["goodwill"]["currency"]) == (200, "GBP")
    assert in_time.headers["ETag"] != read.headers["ETag"]
