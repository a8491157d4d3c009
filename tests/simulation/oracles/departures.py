"""Departures: no open work stays with an agent who has left."""

from tests.simulation.oracles.observed import Observed
from vaada.model.cases import Case
from vaada.model.people import Agent, Customer
from vaada.model.work import Commitment, FollowUp, Reply

_OPEN = {"open", "scheduled", "due", "awaited", "paused"}


class Departures:
    """Checks at the end who has the open work."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed

    def check_end(self) -> None:
        """Open work and customers belong to agents of the business."""
        left = {agent.id for agent in self._observed.of_kind(Agent) if agent.left_at is not None}
        for row in self._observed.rows.values():
            is_open = isinstance(row, Case | Commitment | FollowUp | Reply) and row.status in _OPEN
            is_current = isinstance(row, Customer) and row.merged_into is None
            if is_open or is_current:
                assert getattr(row, "agent_id", None) not in left, f"of an agent who has left: {row!r}"
