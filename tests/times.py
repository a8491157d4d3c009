"""Durations, and instants by the local time of a zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def at(text: str, zone: str = "UTC") -> datetime:
    """The instant, in UTC, at which the clocks of a zone show this: `2026-03-02T09:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
