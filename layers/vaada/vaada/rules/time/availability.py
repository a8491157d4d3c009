"""Whom to tell, when, and by what: absence, working time, missing supervisors, consent."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from vaada.model.people import Agent, Customer
from vaada.model.policy import PolicyDocument
from vaada.rules.time.clock import Hours, at_local

_GRACE = timedelta(minutes=15)  # who has just closed is still there: a deadline often is the closing time
_BREAK = timedelta(hours=2)  # lunch is part of the working day, a night or an early start is not


def is_away(agent: Agent, now: datetime) -> bool:
    """Whether the agent is absent now."""
    begun = agent.away_from is None or agent.away_from <= now
    return begun and agent.away_until is not None and now < agent.away_until


def is_at_work(hours: Hours, now: datetime) -> bool:
    """Whether a message may reach somebody with these hours now: in their working day, breaks included."""
    if hours.is_open(now):
        return True
    closed = now - hours.closed_before(now).end
    return closed < _GRACE or closed + (hours.opens(now) - now) <= _BREAK


def staff_reachable_at(hours: Hours, now: datetime, useless_from: datetime | None = None) -> datetime:
    """When to tell a member of staff: now if they are at work, else when they next are.

    Now as well if by then it would be of no use any more.
    """
    if is_at_work(hours, now):
        return now
    opens = hours.opens(now)
    return now if useless_from is not None and opens >= useless_from else opens


def customer_reachable_at(customer: Customer, policy: PolicyDocument, now: datetime) -> datetime:
    """When to write to the customer: now, or once it is no longer night where they are."""
    hours = policy.customers
    zone = customer.time_zone or policy.business.time_zone
    local = now.astimezone(ZoneInfo(zone))
    if hours.write_from <= local.time() < hours.write_until:
        return now
    day = local.date() + timedelta(days=local.time() >= hours.write_until)
    return max(at_local(day, hours.write_from, zone), now)  # a repeated hour may have passed once already
