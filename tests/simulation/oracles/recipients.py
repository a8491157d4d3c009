"""Who can be reached, and by which medium: agents, those who stand in for them, and customers."""

from datetime import datetime

from tests.simulation.oracles.observed import Observed
from tests.simulation.oracles.tolerances import CLOCK_TOLERANCE, UNSETTLED
from vaada.model.people import Agent, Customer, Medium

Notices = dict[str, tuple[str, tuple[Medium, ...] | None]]
"""By purpose of a message: which party is told, and by which media if the policy names them."""


class Recipients:
    """Finds the recipients of messages to staff, apart from the product."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed

    def of(self, party: str, by: tuple[Medium, ...] | None, agent: Agent) -> set[tuple[str | None, Medium]]:
        """The recipients' ids and media; the owner, (None, "email"), if nobody else can be reached."""
        first = None if party == "owner" else agent if party == "agent" else self._agent(agent.supervisor_id)
        reader, media = self._reachable(first, by, set())
        if reader is None:
            return {(None, "email")}
        return {(reader.id, medium) for medium in media}

    def are_unsettled(self) -> bool:
        """Whether an agent's absence or address changed so lately that more than one recipient is right."""
        now, permissions = self._observed.now, self._observed.world.facts.permissions
        for row in self._observed.of_kind(Agent):
            if now - self._observed.changed_at[row.id] < UNSETTLED or row.email in permissions.unsettled:
                return True
            if (changed := permissions.changed_at.get(row.email)) and now - changed < UNSETTLED:
                return True
            if any(at and abs(at - now) < CLOCK_TOLERANCE for at in (row.away_from, row.away_until)):
                return True
        return False

    def _reachable(
        self, agent: Agent | None, by: tuple[Medium, ...] | None, passed: set[str]
    ) -> tuple[Agent | None, tuple[Medium, ...]]:
        if agent is None or agent.id in passed:
            return None, ()
        passed.add(agent.id)
        media = self._media(agent, by) if is_there(agent, self._observed.now) else ()
        if media:
            return agent, media
        for other in (agent.left_to, agent.covered_by, agent.supervisor_id):
            reader, media = self._reachable(self._agent(other), by, passed)
            if reader is not None:
                return reader, media
        return None, ()

    def _media(self, agent: Agent, by: tuple[Medium, ...] | None) -> tuple[Medium, ...]:
        permissions = self._observed.world.facts.permissions
        has: dict[Medium, str | None] = {"email": agent.email, "sms": agent.phone}
        wanted = tuple(one for one in by or agent.notify_by if has[one]) or ("email",)
        others = tuple(one for one in has if has[one] and one not in wanted)
        for media in (wanted, others):
            working = tuple(one for one in media if permissions.stopped_at(str(has[one])) is None)
            if working:
                return working
        return ()

    def _agent(self, agent_id: str | None) -> Agent | None:
        row = self._observed.rows.get(agent_id or "")
        return row if isinstance(row, Agent) else None


def is_there(agent: Agent, at: datetime) -> bool:
    """Whether the agent has not left, and is not away at this time."""
    has_gone = agent.away_from is None or agent.away_from <= at
    is_back = agent.away_until <= at if agent.away_until else agent.away_from is None
    return agent.left_at is None and (is_back or not has_gone)


def may_be_written_to(observed: Observed, customer: Customer, medium: str, *, survey: bool = True) -> bool:
    """Whether the customer has an address for the medium, agreed to it, and did not stop it."""
    permissions = observed.world.facts.permissions
    address = customer.email if medium == "email" else customer.phone
    agreed = permissions.consents.get(customer.id)
    if address is None or agreed is None or not agreed[1][medium]:
        return False
    if survey and customer.id in permissions.surveys:
        return False
    return permissions.stopped_at(address) is None and address not in permissions.unsettled
