"""Deadlines: compute an instant from a delay, and explain how."""

from datetime import datetime, timedelta
from typing import NamedTuple

from vaada.model.people import Agent
from vaada.model.policy import Delay, PolicyDocument
from vaada.model.rows import CountedTime, Explanation, SkippedTime
from vaada.model.times import to_utc
from vaada.rules.time.clock import Hours, TimeCount
from vaada.rules.time.zones import zone_of

_SPAN_LIMIT = (
    500  # spans counted and skipped, each: more than any real deadline has, and far below DynamoDB's 400 KB
)


class Deadline(NamedTuple):
    """An instant, with the explanation."""

    at: datetime
    explain: Explanation


def business_hours(policy: PolicyDocument) -> Hours:
    """Return the opening hours of the business."""
    return Hours(
        zone=policy.business.time_zone,
        week=policy.opening_hours,
        country=policy.business.country,
        holidays=policy.holidays,
        closed_days=policy.closed_days,
    )


def working_hours(agent: Agent | None, policy: PolicyDocument) -> Hours:
    """Return the agent's working hours: their own week, else the business's, in their own time zone.

    The business's holidays and closed days apply. Without an agent: the business's opening hours.
    """
    return Hours(
        zone=zone_of(agent, policy),
        week=(agent and agent.working_hours) or policy.opening_hours,
        country=policy.business.country,
        holidays=policy.holidays,
        closed_days=policy.closed_days,
    )


def after(delay: Delay, start: datetime, hours: Hours, event: str) -> Deadline:
    """Return the deadline `delay` after `start`. The explanation calls `start` by the name `event`."""
    open_time = _opening_time(delay)
    if open_time is not None:
        count = hours.after(start, open_time)
    elif delay.business_days is not None:
        count = hours.business_days_after(start, delay.business_days)
    elif delay.days is not None:
        count = TimeCount(hours.days_after(start, delay.days), (), ())
    else:
        count = TimeCount(to_utc(start + _clock_time(delay)), (), ())
    return Deadline(count.at, explain(f"{describe(delay)} after {event}", start, hours, count))


def before(delay: Delay, end: datetime, hours: Hours, event: str) -> Deadline:
    """Return the deadline `delay` before `end`, called `event`. Business days count as calendar days."""
    open_time = _opening_time(delay)
    if open_time is not None:
        count = hours.before(end, open_time)
    elif delay.business_days is not None:
        count = TimeCount(hours.days_after(end, -delay.business_days), (), ())
    elif delay.days is not None:
        count = TimeCount(hours.days_after(end, -delay.days), (), ())
    else:
        count = TimeCount(to_utc(end - _clock_time(delay)), (), ())
    return Deadline(count.at, explain(f"{describe(delay)} before {event}", end, hours, count))


def next_morning(start: datetime, hours: Hours) -> Deadline:
    """Return when work begins on the next working day."""
    passed = hours.next_morning(start)
    return Deadline(passed.at, explain("the next working morning", start, hours, passed))


def explain(rule: str, start: datetime, hours: Hours, count: TimeCount) -> Explanation:
    """Return the explanation of a computed time, as rows store it."""
    return Explanation(
        rule=rule,
        counted_from=start,
        time_zone=hours.zone,
        counted=tuple(CountedTime(start=one.start, end=one.end) for one in count.counted[:_SPAN_LIMIT]),
        skipped=tuple(
            SkippedTime(start=one.start, end=one.end, why=one.why) for one in count.skipped[:_SPAN_LIMIT]
        ),
    )


def describe(delay: Delay) -> str:
    """Return the delay in words, such as "4 opening hours"."""
    ((unit, amount),) = delay.model_dump().items()
    if unit.endswith("minutes") and amount % 60 == 0:
        unit, amount = unit.replace("minutes", "hours"), amount // 60
    plain = unit.replace("_", " ")
    return f"{amount} {plain[:-1] if amount == 1 else plain}"


def _opening_time(delay: Delay) -> timedelta | None:
    if delay.opening_hours is not None:
        return timedelta(hours=delay.opening_hours)
    return timedelta(minutes=delay.opening_minutes) if delay.opening_minutes is not None else None


def _clock_time(delay: Delay) -> timedelta:
    return timedelta(hours=delay.hours or 0, minutes=delay.minutes or 0)
