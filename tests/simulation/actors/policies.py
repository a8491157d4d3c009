"""Agents, time zones and policies that a history can draw from."""

from typing import Any

AGENTS: tuple[dict[str, Any], ...] = (
    {"name": "Amina", "email": "amina@example.com", "phone": "+923001234567"},
    {
        "name": "Bela",
        "email": "bela@example.com",
        "phone": "+12125550100",
        "time_zone": "America/New_York",
        "working_hours": {
            day: [{"opens": "08:00", "closes": "16:00"}]
            for day in ("monday", "tuesday", "wednesday", "friday", "saturday")
        },
    },
    {"name": "Kofi", "email": "kofi@example.com", "phone": "+923007654321", "time_zone": "Asia/Karachi"},
)
ZONES = (None, "America/New_York", "Europe/London", "Asia/Karachi", "Australia/Sydney")
LADDERS: tuple[list[dict[str, Any]], ...] = (
    [],
    [{"tell": "owner", "after": {"hours": 1}}],
    [
        {"tell": "agent", "after": {"opening_hours": 1}},
        {"tell": "supervisor", "after": {"opening_hours": 3}, "by": ["email"]},
        {"tell": "owner", "after": {"business_days": 1}},
        {"tell": "owner", "after": {"days": 2}},
    ],
)
RULES: dict[str, tuple[dict[str, Any], ...]] = {
    "follow_ups": (
        {"reminders_at_most": 3, "supervisor_hears_after_reminders": 1, "group_within_minutes": 0},
        {"unresolved_after_business_days": 2, "try_again_after": {"hours": 3}, "unreached_asks_after": 1},
    ),
    "commitments": (
        {"warn_before": {"opening_hours": 2}},
        {"warn_before": {"days": 1}, "broken_days_after": 30},
        {"warn_before": {"minutes": 25}, "ladder": [{"tell": "supervisor", "after": {"minutes": 80}}]},
    ),
    "replies": ({"warn_opening_minutes_before": 0}, {"call_back_outside_hours": False}),
    "cases": ({"hand_offs_at_most": 0}, {"repeat_contacts_at_most": 0, "upset_follow_up_after": {"days": 1}}),
    "customers": ({"messages_at_most": 1}, {"write_from": "11:00", "write_until": "15:00"}),
    "surveys": (
        {"after_resolution": "ces", "after_kept_promise": True, "hours_after_kept_promise": 2},
        {"days_between": 1, "hours_after_resolution": 3, "after_kept_promise": True},
        {"low_score_at_most": {"csat": 1}, "high_score_at_least": {"csat": 5}, "nps_every_days": 30},
    ),
    "goodwill": ({"allowance_per_case": 12},),
}
"""Parts of a policy that differ from the default."""
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday")
HOURS: tuple[dict[str, Any], ...] = (
    {day: [{"opens": "00:00", "closes": "24:00"}] for day in (*WEEK, "saturday", "sunday")},
    {day: [{"opens": "08:00", "closes": "20:00"}] for day in (*WEEK, "saturday")},
    {day: [{"opens": "10:00", "closes": "15:00"}] for day in WEEK},
)
