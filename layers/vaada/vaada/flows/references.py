"""Check the agents that a request refers to, and the errors that name the wrong field."""

from vaada.desk import Desk
from vaada.model.people import Agent


class UnknownReference(Exception):
    """A field has the id of a row that does not exist."""

    def __init__(self, field: str, kind: str) -> None:
        super().__init__(f"there is no such {kind}")
        self.field = field


class InvalidField(Exception):
    """A field has an impossible value. The message says why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


def require_present_agents(desk: Desk, **agent_ids: str | None) -> dict[str, Agent]:
    """Return the agents with these ids. Raises UnknownReference, or InvalidField for one who has left."""
    agents = require_agents(desk, **agent_ids)
    for field, agent in agents.items():
        if agent.left_at is not None:
            raise InvalidField(field, "is an agent who has left the business; choose a colleague")
    return agents


def require_agents(desk: Desk, **agent_ids: str | None) -> dict[str, Agent]:
    """Return the agents with the ids in these fields. Raises UnknownReference."""
    agents: dict[str, Agent] = {}
    for field, agent_id in agent_ids.items():
        if agent_id is not None:
            agent = desk.table.get(Agent, agent_id)
            if agent is None:
                raise UnknownReference(field, "agent")
            agents[field] = agent
    return agents
