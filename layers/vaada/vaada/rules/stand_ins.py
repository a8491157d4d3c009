"""Stand-ins: who gets the messages of an absent agent and may do their work."""

from collections.abc import Mapping
from datetime import datetime

from vaada.model.people import Agent
from vaada.rules.time.availability import is_away


def stand_ins_of(agent: Agent) -> tuple[str, ...]:
    """Return the ids of the agent's stand-ins, in the order in which they are asked.

    Whoever has the work of an agent who has left, the cover, the supervisor.
    """
    return tuple(each for each in (agent.left_to, agent.covered_by, agent.supervisor_id) if each)


def who_is_there(agent_id: str | None, agents: Mapping[str, Agent], now: datetime) -> str | None:
    """Return who does this agent's work now: they themselves, or else the first available stand-in.

    None: nobody, so the owner. `agents` are all agents, by id.
    """
    return _first_there(agent_id, agents, now, set())


def _first_there(
    agent_id: str | None, agents: Mapping[str, Agent], now: datetime, passed: set[str]
) -> str | None:
    """Return the agent if available, or else a stand-in. `passed` prevents loops of covers."""
    agent = agents.get(agent_id) if agent_id else None
    if agent is None or agent.agent_id in passed:
        return None
    if not is_away(agent, now):
        return agent.agent_id
    passed.add(agent.agent_id)
    found = (_first_there(each, agents, now, passed) for each in stand_ins_of(agent))
    return next(filter(None, found), None)
