"""Invite colleagues, change what they may do, and let them leave: their rows, and their sign-in.

Each step may be repeated: what was done is done again, or refused, and the rest follows.
"""

from collections.abc import Mapping
from datetime import datetime

from vaada.desk import Desk
from vaada.flows import departures, people, references
from vaada.flows.idempotency import Key, do_once
from vaada.flows.optimistic_write import require
from vaada.log import logger
from vaada.model.people import Agent
from vaada.model.people_input import NewAgent
from vaada.rules.errors import NotPossible

_AT_ONCE = 40  # rows that are handed over during the request; the sweep hands over the others


def invite(desk: Desk, new: NewAgent, key: Key | None, now: datetime) -> Agent:
    """Add an agent and mail an invitation. Raises EmailTaken, UnknownReference, InvalidField, Conflict."""
    agent = do_once(
        desk,
        key,
        lambda: people.add_agent(desk, new, now),
        lambda agent_id: require(desk, Agent, agent_id),
    )
    if not desk.accounts.invite(agent.email, agent.role, agent.id):
        logger.info("the new agent is a user already", agent_id=agent.id)
    return agent


def change(desk: Desk, agent: Agent, changes: Mapping[str, object]) -> Agent:
    """Change an agent as `change_agent` does. A new address is invited; the old one can no longer sign in.

    The row comes last, so that a form that is sent again finds it as it was, and goes on.
    """
    wanted = people.changed_agent(desk, agent, changes)
    if wanted.email.casefold() != agent.email.casefold():
        desk.accounts.invite(wanted.email, wanted.role, wanted.id)
        desk.accounts.keep_out(agent.email)
    elif "role" in changes:
        desk.accounts.change_role(wanted.email, wanted.role)
    return people.change_agent(desk, agent.id, changes)


def leave(
    desk: Desk, agent_id: str, to: str, by_customer: Mapping[str, str], now: datetime, by: str
) -> Agent:
    """Let an agent leave. One colleague gets all of their work, or several get it by customer.

    Repeated after an interruption, it does what is left. Raises as `departures.leave` does.
    """
    references.require_present_agents(desk, to=to, **by_customer)
    desk.accounts.keep_out(require(desk, Agent, agent_id).email)
    try:
        departures.leave(desk, agent_id, to, by_customer, now, by)
    except NotPossible:
        if not departures.has_left(desk, agent_id, to, by_customer):
            raise
    departures.hand_over_work(desk, agent_id, now, _AT_ONCE)
    return require(desk, Agent, agent_id)


def take_back(desk: Desk, agent_id: str) -> Agent:
    """Let an agent who left come back. One who is back stays so. Raises NotFound, Conflict, Busy."""
    agent = require(desk, Agent, agent_id)
    desk.accounts.let_in(agent.email)
    return departures.take_back(desk, agent_id) if agent.left_at is not None else agent
