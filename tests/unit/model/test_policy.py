"""The form of a policy: rules that are refused, and how tags are stored."""

import pytest
from pydantic import ValidationError

from tests.unit.rows import policy


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        (
            {"commitments": {"warn_before": {"hours": 4, "minutes": 30}}},
            "must have exactly one of minutes, hours",
        ),
        ({"commitments": {"warn_before": {}}}, "must have exactly one of"),
        ({"commitments": {"warn_before": {"weeks": 1}}}, "Extra inputs"),
        ({"commitments": {"ladder": [{"tell": "customer", "after": {"hours": 1}}]}}, "'agent', 'supervisor'"),
        ({"commitments": {"ladder": [{"tell": "owner", "after": {"hours": 1}, "by": []}]}}, "at least 1"),
        ({"commitments": {"warn_befor": {"hours": 4}}}, "Extra inputs"),
        (
            {"customers": {"write_from": "20:00", "write_until": "09:00"}},
            "write_from must be before write_until",
        ),
        ({"customers": {"write_from": "09:00", "write_until": "09:00"}}, "nobody is ever written to"),
        ({"customers": {"write_from": "09:00:30"}}, "must be a whole minute"),
        ({"opening_hours": {}}, "never opens: give at least one day an interval"),
        ({"opening_hours": {"mon": []}}, "'monday'"),
        ({"follow_ups": {"reminders_at_most": 2}}, "supervisor_hears_after_reminders must be less"),
        ({"replies": {"opening_minutes": {"fax": 60}}}, "'phone'"),
        ({"replies": {"opening_minutes": {"phone": 0}}}, "greater than or equal to 1"),
        ({"cases": {"critical_steps": ["grovelled"]}}, "'apologised'"),
        ({"goodwill": {"allowance_per_case": "-1"}}, "greater than or equal to 0"),
        ({"goodwill": {"allowance_per_case": "0.001"}}, "2 decimal places"),
        ({"goodwill": {"currency": "rupees"}}, "match pattern"),
        ({"check_ins": {"every_days_by_tag": {"vip": 0}}}, "greater than or equal to 1"),
        ({"surveys": {"remind_after_days": 14}}, "must be less than close_after_days"),
    ],
)
def test_an_invalid_rule_is_refused(rules: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        policy(**rules)


def test_a_tag_is_stored_in_lower_case() -> None:
    rules = policy(check_ins={"every_days_by_tag": {" VIP ": 30}})

    assert rules.check_ins.every_days_by_tag == {"vip": 30}
