"""Deadlines: an instant, and the account of how it was reached."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from vaada.model.people import Agent
from vaada.model.policy import Delay, PolicyDocument
from vaada.model.rows import CountedTime, Explanation, SkippedTime
from vaada.model.times import to_utc
from vaada.rules.time.clock import Counted, Hours

_KEPT = 500  # stretches, and as many gaps: far beyond any real deadline, far below DynamoDB's 400 KB


@dataclass(frozen=True)
class Deadline:
    """When, and why then."""

    at: datetime
    explain: Explanation


def business_hours(policy: PolicyDocument) -> Hours:
    """When the business is open."""
    return Hours(
        zone=policy.business.time_zone,
        week=policy.opening_hours,
        country=policy.business.country,
        holidays=policy.holidays,
        closed_days=policy.closed_days,
    )


def working_hours(agent: Agent | None, policy: PolicyDocument) -> Hours:
    """When the agent works: their own week, else the business's, by the clocks where they are.

    The business's holidays and closed days are theirs too. Nobody: the business's opening hours.
    """
    return Hours(
        zone=(agent and agent.time_zone) or policy.business.time_zone,
        week=(agent and agent.working_hours) or policy.opening_hours,
        country=policy.business.country,
        holidays=policy.holidays,
        closed_days=policy.closed_days,
    )


def after(delay: Delay, start: datetime, hours: Hours, event: str) -> Deadline:
    """So long after the event, which was at `start`."""
    counted = _opening_time(delay)
    if counted is not None:
        found = hours.after(start, counted)
    elif delay.business_days is not None:
        found = hours.business_days_after(start, delay.business_days)
    elif delay.days is not None:
        found = Counted(hours.days_after(start, delay.days), (), ())
    else:
        found = Counted(to_utc(start + _clock_time(delay)), (), ())
    return Deadline(found.at, explain(f"{words(delay)} after {event}", start, hours, found))


def before(delay: Delay, end: datetime, hours: Hours, event: str) -> Deadline:
    """So long before the event, which is at `end`. Days before are calendar days."""
    counted = _opening_time(delay)
    if counted is not None:
        found = hours.before(end, counted)
    elif delay.business_days is not None:
        found = Counted(hours.days_after(end, -delay.business_days), (), ())
    elif delay.days is not None:
        found = Counted(hours.days_after(end, -delay.days), (), ())
    else:
        found = Counted(to_utc(end - _clock_time(delay)), (), ())
    return Deadline(found.at, explain(f"{words(delay)} before {event}", end, hours, found))


def next_morning(start: datetime, hours: Hours) -> Deadline:
    """When work begins on the next working day."""
    passed = Counted(hours.next_morning(start), (), hours.business_days_after(start, 1).skipped)
    return Deadline(passed.at, explain("the next working morning", start, hours, passed))


def explain(rule: str, start: datetime, hours: Hours, found: Counted) -> Explanation:
    """The account of a count, as rows keep it."""
    return Explanation(
        rule=rule,
        counted_from=start,
        time_zone=hours.zone,
        counted=tuple(CountedTime(start=one.start, end=one.end) for one in found.counted[:_KEPT]),
        skipped=tuple(
            SkippedTime(start=one.start, end=one.end, why=one.why) for one in found.skipped[:_KEPT]
        ),
    )


def words(delay: Delay) -> str:
    """ "4 opening hours"."""
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
