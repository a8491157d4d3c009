"""Availability: when staff are away or at work, and when customers may be sent messages."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from vaada.model.people import Agent, Customer
from vaada.model.policy import PolicyDocument
from vaada.rules.time.clock import Hours, at_local
from vaada.rules.time.zones import zone_of

_AFTER_CLOSING = timedelta(
    minutes=15
)  # staff are still there just after closing, and deadlines are often at closing time
_LONGEST_BREAK = timedelta(hours=2)  # a lunch break is part of the working day; a longer gap is not


def is_away(agent: Agent, now: datetime) -> bool:
    """Whether the agent is away now, or has left. An absence without an end lasts until further notice."""
    if agent.left_at is not None:
        return True
    if agent.away_until is None:
        return agent.away_from is not None and agent.away_from <= now
    return (agent.away_from is None or agent.away_from <= now) and now < agent.away_until


def is_at_work(hours: Hours, now: datetime) -> bool:
    """Whether somebody with these hours is within their working day, breaks included."""
    if hours.is_open(now):
        return True
    closed = now - hours.closed_before(now).end
    return closed < _AFTER_CLOSING or closed + (hours.opens(now) - now) <= _LONGEST_BREAK


def staff_reachable_at(hours: Hours, now: datetime, useless_from: datetime | None = None) -> datetime:
    """Return when to notify staff with these hours: now if they are at work, else when they next are.

    Also now if they are next at work at `useless_from` or later.
    """
    if is_at_work(hours, now):
        return now
    opens = hours.opens(now)
    return now if useless_from is not None and opens >= useless_from else opens


def customer_reachable_at(customer: Customer, policy: PolicyDocument, now: datetime) -> datetime:
    """Return when the customer may be sent a message: now, or at the start of their next daytime."""
    hours = policy.customers
    zone = zone_of(customer, policy)
    local = now.astimezone(ZoneInfo(zone))
    if hours.write_from <= local.time() < hours.write_until:
        return now
    day = local.date() + timedelta(days=local.time() >= hours.write_until)
    return max(
        at_local(day, hours.write_from, zone), now
    )  # in an hour that the clocks repeat, it may be past
