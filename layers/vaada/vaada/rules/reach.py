"""Whom to tell, when, and by what: absence, working time, missing supervisors, consent."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from vaada.model.people import Agent, Customer, Medium
from vaada.model.policy import PolicyDocument
from vaada.rules.clock import Hours, at_local

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


def staff_hear_at(hours: Hours, now: datetime, useless_from: datetime | None = None) -> datetime:
    """When to tell a member of staff: now if they are at work, else when they next are.

    Now as well if by then it would be of no use any more.
    """
    if is_at_work(hours, now):
        return now
    opens = hours.opens(now)
    return now if useless_from is not None and opens >= useless_from else opens


def customer_hears_at(customer: Customer, policy: PolicyDocument, now: datetime) -> datetime:
    """When to write to the customer: now, or once it is no longer night where they are."""
    hours = policy.customers
    zone = customer.time_zone or policy.business.time_zone
    local = now.astimezone(ZoneInfo(zone))
    if hours.write_from <= local.time() < hours.write_until:
        return now
    day = local.date() + timedelta(days=local.time() >= hours.write_until)
    return max(at_local(day, hours.write_from, zone), now)  # a repeated hour may have passed once already


def media_for_agent(agent: Agent, by: tuple[Medium, ...] | None = None, *, texts: bool) -> tuple[Medium, ...]:
    """How the agent is told: as the policy says with `by`, else as they want to be.

    By e-mail where texts are off or there is no number: no setting loses a reminder.
    """
    possible = tuple(
        medium for medium in by or agent.notify_by if medium == "email" or (texts and agent.phone is not None)
    )
    return possible or ("email",)


def other_media(agent: Agent, wanted: tuple[Medium, ...], *, texts: bool) -> tuple[Medium, ...]:
    """How the agent can be told where none of what is `wanted` works."""
    has_phone = texts and agent.phone is not None
    possible: tuple[Medium, ...] = ("email", "sms") if has_phone else ("email",)
    return tuple(medium for medium in possible if medium not in wanted)


def medium_for_customer(
    customer: Customer, stopped: frozenset[Medium] = frozenset(), *, texts: bool
) -> Medium | None:
    """What the customer agreed to and can be reached by, the preferred one first. None: nothing.

    `stopped` is by what they are not to be written to any more.
    """
    by_mail = customer.email and customer.consent.email and "email" not in stopped
    by_text = texts and customer.phone and customer.consent.sms and "sms" not in stopped
    email: Medium | None = "email" if by_mail else None
    sms: Medium | None = "sms" if by_text else None
    return (sms or email) if customer.preferred_channel == "sms" else (email or sms)


def served(customer: Customer, agent_id: str) -> Customer:
    """The customer, now also served by this agent; the first to serve them becomes their own agent."""
    if agent_id in customer.served_by:
        return customer
    return customer.changed(agent_id=customer.agent_id or agent_id, served_by=(*customer.served_by, agent_id))
