"""Whom to tell, and by what: absence, missing supervisors, consent."""

from datetime import datetime

from vaada.model.people import Agent, Customer, Medium


def is_away(agent: Agent, now: datetime) -> bool:
    """Whether the agent is absent now."""
    return agent.away_until is not None and now < agent.away_until


def media_for_agent(agent: Agent, *, texts: bool) -> tuple[Medium, ...]:
    """How the agent wants to be told; by e-mail where texts are off: no setting loses a reminder."""
    wanted = tuple(
        medium for medium in agent.notify_by if medium == "email" or (texts and agent.phone is not None)
    )
    return wanted or ("email",)


def medium_for_customer(customer: Customer, *, texts: bool) -> Medium | None:
    """What the customer agreed to and can be reached by, the preferred one first. None: nothing."""
    email: Medium | None = "email" if customer.email and customer.consent.email else None
    sms: Medium | None = "sms" if texts and customer.phone and customer.consent.sms else None
    return (sms or email) if customer.preferred_channel == "sms" else (email or sms)


def served(customer: Customer, agent_id: str) -> Customer:
    """The customer, now also served by this agent; the first to serve them becomes their own agent."""
    if agent_id in customer.served_by:
        return customer
    return customer.changed(agent_id=customer.agent_id or agent_id, served_by=(*customer.served_by, agent_id))
