"""Departures: when to look again for an agent's remaining work, and who replaces the agent."""

from datetime import datetime, timedelta

from vaada.model.departures import Departure
from vaada.model.people import Agent

_INDEX_LAG = timedelta(minutes=1)  # lists are eventually consistent, so they are read once more
_AGAIN = timedelta(days=1)


def after_run(departure: Departure, now: datetime, *, moved: int, complete: bool) -> Departure:
    """Return the departure after a run that moved this many rows. `complete`: it read all lists."""
    if not complete:
        return departure.changed(status="under_way", wake_at=now)
    if moved:
        return departure.changed(status="under_way", wake_at=now + _INDEX_LAG)
    return departure.changed(status="done", done_at=departure.done_at or now, wake_at=now + _AGAIN)


def successor_for(departure: Departure, *customer_ids: str) -> str:
    """Return the id of the agent who gets the work of the customer with these records."""
    chosen = (departure.by_customer.get(customer_id) for customer_id in customer_ids)
    return next((agent_id for agent_id in chosen if agent_id), departure.to)


def without(agent: Agent, leaver: Agent, to: str) -> Agent:
    """Return the agent with `to` in place of the agent who left, as supervisor or cover.

    Nobody supervises or covers themselves: instead of themselves they get the leaver's supervisor, or nobody.
    """
    instead = to if to != agent.agent_id else leaver.supervisor_id
    if instead == agent.agent_id:
        instead = None
    changes = {
        field: instead
        for field in ("supervisor_id", "covered_by")
        if getattr(agent, field) == leaver.agent_id
    }
    return agent.changed(**changes) if changes else agent
