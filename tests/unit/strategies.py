"""Hypothesis strategies: policies with random weeks, zones, closed days and ladders, and moments."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from vaada.model.hours import WEEKDAYS
from vaada.model.policy import PolicyDocument

ZONES = (
    "UTC",
    "America/New_York",
    "America/Santiago",
    "Asia/Karachi",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/London",
    "Pacific/Apia",
)
_DAYS = (
    ("09:00-17:00",),
    ("09:00-13:00", "14:00-18:00"),
    ("08:00-10:00", "16:00-20:00"),
    ("06:30-07:15",),
    ("22:00-02:00",),
    ("00:00-24:00",),
)

zones = st.sampled_from(ZONES)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(  # noqa: DTZ001 - made aware next
    lambda at: at.replace(tzinfo=UTC, microsecond=0)
)
stretches = st.integers(0, 90 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
opening_delays = st.one_of(
    st.fixed_dictionaries({"opening_minutes": st.integers(1, 6000)}),
    st.fixed_dictionaries({"opening_hours": st.integers(0, 100)}),
)
delays = st.one_of(
    st.fixed_dictionaries({"minutes": st.integers(1, 9000)}),
    st.fixed_dictionaries({"hours": st.integers(0, 200)}),
    opening_delays,
    st.fixed_dictionaries({"days": st.integers(0, 40)}),
    st.fixed_dictionaries({"business_days": st.integers(0, 20)}),
)


def _week(days: set[str], intervals: tuple[str, ...]) -> dict[str, list[dict[str, str]]]:
    parts = [dict(zip(("opens", "closes"), interval.split("-"), strict=True)) for interval in intervals]
    return dict.fromkeys(days, parts)


weeks = st.builds(_week, st.sets(st.sampled_from(WEEKDAYS), min_size=1), st.sampled_from(_DAYS))
_rungs = st.fixed_dictionaries({"tell": st.sampled_from(["agent", "supervisor", "owner"]), "after": delays})
_closures = st.builds(
    lambda first, days: {"first": first, "last": first + timedelta(days=days), "name": "Rebuilding"},
    st.dates(date(2020, 1, 1), date(2034, 12, 1)),
    st.integers(0, 40),
)
policies = st.builds(
    lambda zone, country, week, closed, warn, ladder: PolicyDocument.model_validate(
        {
            "business": {"name": "Bakery", "time_zone": zone, "country": country, "language": "en"},
            "opening_hours": week,
            "closed_days": closed,
            "commitments": {"warn_before": warn, "ladder": ladder},
        }
    ),
    zones,
    st.sampled_from(["GB", "US", "PK", "IL"]),
    weeks,
    st.lists(_closures, max_size=3),
    delays,
    st.lists(_rungs, max_size=4),
)
