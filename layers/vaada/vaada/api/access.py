"""The signed-in user, and what they may see and do.

Managers may do everything. Agents may see and do their own work and serve their own customers, and the same
for those whom they stand in for or supervise, also further up: the cover of a cover, the supervisor of a
supervisor. So whoever gets a message about work may do by the API what its link allows.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from vaada.api.refusals import Refusal
from vaada.desk import Desk
from vaada.flows.customers.search import Reader
from vaada.flows.work_lists import agents_by_id
from vaada.model.people import Agent, Customer
from vaada.model.receipts import EmailClaim
from vaada.model.rows import Row
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply, Survey
from vaada.rules.stand_ins import stand_ins_of

OWN_FIELDS = frozenset({"phone", "notify_by", "time_zone", "language", "working_hours", "weekly_report"})
"""What agents may change about themselves in one form: how they work, and how they are notified."""

OWN_ABSENCE = frozenset({"away_from", "away_until"})
"""What agents may set of their own absence. Only a manager sets who stands in and so sees their work."""

LookUp = Callable[[Sequence[str]], Mapping[str, Agent]]
"""Finds agents by their ids: reads them from the table, or takes them from a list of all agents."""


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

    def require_may_change(self, agent_id: str, fields: Collection[str]) -> None:
        """Raise Refusal (403) unless the user is a manager, or changes only how and when they work."""
        is_own = agent_id == self.agent_id and (OWN_FIELDS | OWN_ABSENCE).issuperset(fields)
        if not self.is_manager and not is_own:
            raise Refusal(HTTPStatus.FORBIDDEN, "Only managers may change this.")

    def reader(self, desk: Desk) -> Reader:
        """Return who searches for customers. The search finds only those whom `require_served` allows."""
        if self.is_manager or self.agent_id is None:
            return Reader(None)
        agents = agents_by_id(desk)
        seen = (each for each in agents if self.may_see_work_of(each, agents))
        return Reader(frozenset({self.agent_id, *seen}))

    def require_served(self, desk: Desk, customer: Customer) -> None:
        """Raise Refusal (403) unless the user serves them or stands in for who does, or is a manager."""
        serves = self.is_manager or self.agent_id in customer.readers
        if not serves and not self._stands_in_for(customer.readers, _read_from(desk)):
            raise Refusal(HTTPStatus.FORBIDDEN, "This customer is served by other agents.")

    def require_served_or_own(self, desk: Desk, customer: Customer, agent_id: str) -> None:
        """Raise Refusal (403) unless the user serves the customer or may see this agent's work."""
        if not self._may_see_work_of(agent_id, _read_from(desk)):
            self.require_served(desk, customer)

    def require_work(self, desk: Desk, work: Commitment | FollowUp | Reply | Survey) -> None:
        """Raise Refusal (403) unless the user may see the work of its agent."""
        self.require_may_see(desk, work.agent_id)

    def require_may_see(self, desk: Desk, agent_id: str) -> None:
        """Raise Refusal (403) unless the user is this agent, stands in for them, or is a manager."""
        if not self._may_see_work_of(agent_id, _read_from(desk)):
            raise Refusal(HTTPStatus.FORBIDDEN, "This is another agent's work.")

    def require_decides(self, desk: Desk, work: Goodwill | Survey) -> None:
        """Raise Refusal (403) unless the user supervises the agent whom it is about, or is a manager.

        Whoever stands in for the supervisor may decide, but nobody about their own.
        """
        if not self._may_decide(work, _read_from(desk)):
            raise Refusal(HTTPStatus.FORBIDDEN, "The agent's supervisor or a manager decides this.")

    def may_see_work_of(self, agent_id: str, agents: Mapping[str, Agent]) -> bool:
        """Whether `require_may_see` would let the user through. `agents` are all agents, by id."""
        return self._may_see_work_of(agent_id, _found_in(agents))

    def may_act_on(self, work: Commitment | FollowUp | Reply | Goodwill, agents: Mapping[str, Agent]) -> bool:
        """Whether `require_work` or `require_decides` would let the user through. `agents` are all, by id."""
        if isinstance(work, Goodwill):
            return self._may_decide(work, _found_in(agents))
        return self.may_see_work_of(work.agent_id, agents)

    def _may_see_work_of(self, agent_id: str, look_up: LookUp) -> bool:
        return self.is_manager or agent_id == self.agent_id or self._stands_in_for([agent_id], look_up)

    def may_decide(self, work: Goodwill | Survey, agents: Mapping[str, Agent]) -> bool:
        """Whether `require_decides` would let the user through. `agents` are all agents, by id."""
        return self._may_decide(work, _found_in(agents))

    def _may_decide(self, work: Goodwill | Survey, look_up: LookUp) -> bool:
        if self.is_manager:
            return True
        agent = look_up([work.agent_id]).get(work.agent_id)
        if agent is None or agent.supervisor_id is None or self.agent_id == work.agent_id:
            return False
        return self.agent_id == agent.supervisor_id or self._stands_in_for([agent.supervisor_id], look_up)

    def _stands_in_for(self, agent_ids: Sequence[str], look_up: LookUp) -> bool:
        """Whether the user stands in for one of these agents, directly or further up."""
        asked, known = list(dict.fromkeys(agent_ids)), set(agent_ids)
        while asked and self.agent_id is not None:
            above = {each for agent in look_up(asked).values() for each in stand_ins_of(agent)}
            if self.agent_id in above:
                return True
            asked = sorted(above - known)
            known |= above
        return False

    def agent_filter(self, desk: Desk, agent_id: str | None = None) -> str | None:
        """Return whose rows to list: the given agent's, else all (None) for a manager, their own for agents.

        Raises Refusal (403) unless the user may see this agent's work.
        """
        if agent_id is not None:
            self.require_may_see(desk, agent_id)
            return agent_id
        return None if self.is_manager else self.agent_id


def email_of(claims: Mapping[str, Any]) -> str:
    """Return the address in the ID token's claims, or nothing."""
    return str(claims.get("email", "")).casefold()


def user_of(desk: Desk, claims: dict[str, Any], *wanted: tuple[type[Row], str | None]) -> User:
    """Return the user of the ID token's claims. Reads the rows in `wanted` ahead.

    Raises Refusal (403) for somebody without access.
    """
    email = email_of(claims)
    if not email:
        raise Refusal(
            HTTPStatus.FORBIDDEN, "The token has no email: send the ID token, not the access token."
        )
    groups = _groups(claims.get("cognito:groups", ""))
    desk.read_ahead((EmailClaim, email), *wanted)
    claim = desk.table.get(EmailClaim, email)
    if claim is not None and claim.has_left:
        raise Refusal(HTTPStatus.FORBIDDEN, "You have left the business: ask a manager if that is wrong.")
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


def _read_from(desk: Desk) -> LookUp:
    return lambda agent_ids: desk.table.get_several(Agent, agent_ids)


def _found_in(agents: Mapping[str, Agent]) -> LookUp:
    return lambda agent_ids: {each: agents[each] for each in agent_ids if each in agents}


def _groups(claim: object) -> set[str]:
    """Return the whole names of the groups: they may have commas and brackets, but no spaces."""
    # API Gateway turns a list claim into the text "[agents managers]".
    if isinstance(claim, list):
        return set(claim)
    return set(str(claim).removeprefix("[").removesuffix("]").split())
