"""The signed-in user, and what they may see and do.

Managers may do everything. Agents may see and do their own work, the work of those whom they cover or
supervise, and the customers they serve.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from vaada.api.problems import Refusal
from vaada.desk import Desk
from vaada.flows.customers.search import Reader
from vaada.model.people import Agent, Customer
from vaada.model.receipts import EmailClaim
from vaada.model.work import Commitment, FollowUp, Reply, Survey


@dataclass(frozen=True)
class User:
    """A signed-in user. `id` is written to histories. A manager does not have to be an agent."""

    id: str
    is_manager: bool
    agent_id: str | None

    def require_manager(self) -> None:
        """Raise Refusal (403) unless the user is a manager."""
        if not self.is_manager:
            raise Refusal(HTTPStatus.FORBIDDEN, "Only managers may do this.")

    def require_own(self, agent_id: str, field: str) -> None:
        """Raise Refusal (403) unless the user is this agent or a manager."""
        if not self.is_manager and agent_id != self.agent_id:
            raise Refusal(HTTPStatus.FORBIDDEN, f"{field} is another agent; agents act for themselves.")

    def may_see(self, customer: Customer) -> bool:
        """Whether the customer is one whom the user serves; managers see all."""
        return self.is_manager or self.agent_id in customer.readers

    @property
    def reader(self) -> Reader:
        """The user as somebody who searches customers."""
        return Reader(self.may_see, None if self.is_manager else self.agent_id)

    def require_served(self, customer: Customer) -> None:
        """Raise Refusal (403) unless the user serves the customer or is a manager."""
        if not self.may_see(customer):
            raise Refusal(HTTPStatus.FORBIDDEN, "This customer is served by other agents.")

    def require_work(self, desk: Desk, work: Commitment | FollowUp | Reply | Survey) -> None:
        """Raise Refusal (403) unless the user may see the work of its agent."""
        self.require_may_see(desk, work.agent_id)

    def require_may_see(self, desk: Desk, agent_id: str) -> None:
        """Raise Refusal (403) unless the user is this agent, their supervisor or cover, or a manager."""
        if self.is_manager or agent_id == self.agent_id:
            return
        agent = desk.table.get(Agent, agent_id)
        if agent is None or self.agent_id not in {agent.supervisor_id, agent.covered_by}:
            raise Refusal(HTTPStatus.FORBIDDEN, "This is another agent's work.")


def user_of(desk: Desk, claims: dict[str, Any]) -> User:
    """Return the user of the ID token's claims. Raises Refusal (403) for somebody without access."""
    email = str(claims.get("email", "")).casefold()
    if not email:
        raise Refusal(
            HTTPStatus.FORBIDDEN, "The token has no email: send the ID token, not the access token."
        )
    groups = _groups(claims.get("cognito:groups", ""))
    claim = desk.table.get(EmailClaim, email)
    agent_id = claim.agent_id if claim else None
    if "managers" in groups:
        return User(agent_id or f"manager {claims['sub']}", True, agent_id)
    if "agents" in groups and agent_id:
        return User(agent_id, False, agent_id)
    detail = (
        "No agent has your e-mail address yet: ask a manager to add you."
        if "agents" in groups
        else "You are in neither of the groups agents and managers: ask a manager to add you."
    )
    raise Refusal(HTTPStatus.FORBIDDEN, detail)


def _groups(claim: object) -> set[str]:
    # API Gateway turns a list claim into the text "[agents managers]".
    return set(claim) if isinstance(claim, list) else set(str(claim).strip("[]").replace(",", " ").split())
