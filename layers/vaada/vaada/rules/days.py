"""Days of the business: which are open, when they begin, and how to step from one to the next.

All take and return instants in UTC; the policy's zone decides what a day is. A local time that a clock
change skips is moved forward by the gap, one that it repeats is taken the first time (PEP 495, fold=0).
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from vaada.model.policy import WEEKDAYS, PolicyDocument
from vaada.model.times import to_utc


def at_local(day: date, clock: time, zone: str) -> datetime:
    """The instant at which clocks in `zone` show `clock` on `day`."""
    return to_utc(datetime.combine(day, clock, tzinfo=ZoneInfo(zone)))


def next_morning(after: datetime, policy: PolicyDocument) -> datetime:
    """When the business next opens on a later day than the local day of `after`."""
    day = _open_day_after(_local(after, policy).date(), policy)
    return at_local(day, _opening(day, policy), policy.business.time_zone)


def business_days_after(start: datetime, days: int, policy: PolicyDocument) -> datetime:
    """The same local time, `days` open days later. Zero days later is `start` itself."""
    local = _local(start, policy)
    day = local.date()
    for _ in range(days):
        day = _open_day_after(day, policy)
    return at_local(day, local.time(), policy.business.time_zone) if days else to_utc(start)


def days_after(start: datetime, days: int, policy: PolicyDocument) -> datetime:
    """The same local time, `days` calendar days later."""
    local = _local(start, policy)
    return at_local(local.date() + timedelta(days=days), local.time(), policy.business.time_zone)


def _local(at: datetime, policy: PolicyDocument) -> datetime:
    return at.astimezone(UTC).astimezone(ZoneInfo(policy.business.time_zone))


def _intervals(day: date, policy: PolicyDocument) -> list[time]:
    return sorted(interval.opens for interval in policy.opening_hours.get(WEEKDAYS[day.weekday()], ()))


def _opening(day: date, policy: PolicyDocument) -> time:
    return _intervals(day, policy)[0]


def _open_day_after(day: date, policy: PolicyDocument) -> date:
    # The policy is refused when it never opens, so one of the next seven days is open.
    following = (day + timedelta(days=n) for n in range(1, 8))
    return next(candidate for candidate in following if _intervals(candidate, policy))
