"""Recording who there is and what took place."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from vaada.desk import Desk
from vaada.flows.once import Receipts
from vaada.flows.writing import Busy, change, require
from vaada.gateways.table import Conflict
from vaada.model.ids import new_party_id, new_row_id
from vaada.model.interactions import Interaction, NewInteraction
from vaada.model.people import Agent, Customer, NewAgent, NewCustomer
from vaada.model.policy import Policy, PolicyDocument
from vaada.model.receipts import EmailClaim
from vaada.model.rows import Row
from vaada.rules import planning, reach

_TRIES = 4
N = TypeVar("N", NewAgent, NewCustomer)


class Invalid(Exception):
    """What would come of the change is not valid. `errors` are as pydantic gives them."""

    def __init__(self, error: ValidationError) -> None:
        super().__init__(str(error))
        self._error = error

    def errors(self) -> list[ErrorDetails]:
        """What is wrong, field by field."""
        return self._error.errors()


class Taken(Exception):
    """Another agent has this e-mail address already."""


class Unknown(Exception):
    """A field names somebody who does not exist."""

    def __init__(self, field: str, kind: str) -> None:
        super().__init__(f"there is no such {kind}")
        self.field = field


def add_agent(desk: Desk, new: NewAgent, receipts: Receipts, now: datetime) -> Agent:
    """Add an agent. Raises Taken, Unknown, Conflict."""
    _require_agents(desk, supervisor_id=new.supervisor_id, covered_by=new.covered_by)
    agent = Agent(agent_id=new_party_id(), created_at=now, **dict(new))
    try:
        desk.table.write(agent, _claim(agent), *receipts(agent.agent_id))
    except Conflict as conflict:
        raise _taken_or(conflict) from conflict
    return agent


def change_agent(desk: Desk, agent_id: str, changes: Mapping[str, object]) -> Agent:
    """Change some fields of an agent. Raises NotThere, Invalid, Taken, Unknown, Conflict."""
    agent = require(desk, Agent, agent_id)
    new = _merged(NewAgent, agent, changes)
    _require_agents(desk, supervisor_id=new.supervisor_id, covered_by=new.covered_by)
    changed = agent.changed(**dict(new))
    rows: list[Row] = [changed]
    former: list[Row] = []
    if changed.email != agent.email:
        former.append(require(desk, EmailClaim, agent.email.casefold()))
        rows.append(_claim(changed))
    try:
        desk.table.write(*rows, gone=former)
    except Conflict as conflict:
        raise _taken_or(conflict) from conflict
    return changed


def add_customer(desk: Desk, new: NewCustomer, receipts: Receipts, now: datetime) -> Customer:
    """Add a customer. Raises Unknown, Conflict."""
    _require_agents(desk, agent_id=new.agent_id)
    customer = Customer(customer_id=new_party_id(), created_at=now, **dict(new))
    desk.table.write(customer, *receipts(customer.customer_id))
    return customer


def change_customer(desk: Desk, customer_id: str, changes: Mapping[str, object]) -> Customer:
    """Change some fields of a customer. Raises NotThere, Invalid, Unknown."""

    def decide(customer: Customer) -> Customer:
        new = _merged(NewCustomer, customer, changes)
        _require_agents(desk, agent_id=new.agent_id)
        return customer.changed(**dict(new))

    return change(desk, Customer, customer_id, decide)


def record_interaction(desk: Desk, new: NewInteraction, receipts: Receipts, now: datetime) -> Interaction:
    """Write a contact down, with what was promised and asked for in it. Raises Unknown, Busy, Conflict."""
    _require_agents(desk, agent_id=new.agent_id, handed_over_from=new.handed_over_from)
    interaction_id = new_row_id(new.customer_id, now)
    stated = new.model_dump(exclude={"occurred_at", "case_id", "commitments", "follow_up"})
    interaction = Interaction(
        **stated,
        interaction_id=interaction_id,
        case_id=new.case_id or new_row_id(new.customer_id, now),
        occurred_at=new.occurred_at or now,
        recorded_at=now,
        wake_at=now + planning.PATIENCE,
        commitments=new.commitments,
        follow_up=new.follow_up,
    )
    rows = (interaction, *planning.stated(interaction, desk.policy), *receipts(interaction_id))
    for _ in range(_TRIES):
        customer = desk.table.get(Customer, new.customer_id)
        if customer is None:
            raise Unknown("customer_id", "customer")
        served = reach.served(customer, new.agent_id)
        try:
            desk.table.write(*rows, *([served] if served is not customer else []))
        except Conflict as conflict:
            if all(row is served for row in conflict.rows):
                continue
            raise
        return interaction
    raise Busy(new.customer_id)


def write_policy(desk: Desk, document: PolicyDocument, now: datetime) -> PolicyDocument:
    """Put a new policy in force. Other functions follow within a minute."""
    stored = desk.table.get(Policy, "policy")
    changes = {"document": document, "changed_at": now}
    desk.table.write(stored.changed(**changes) if stored else Policy.model_validate(changes))
    desk.forget_policy()
    return document


def _require_agents(desk: Desk, **named: str | None) -> None:
    for field, agent_id in named.items():
        if agent_id is not None and desk.table.get(Agent, agent_id) is None:
            raise Unknown(field, "agent")


def _claim(agent: Agent) -> EmailClaim:
    return EmailClaim(email_claim_id=agent.email.casefold(), agent_id=agent.agent_id)


def _taken_or(conflict: Conflict) -> Exception:
    return Taken() if any(isinstance(row, EmailClaim) for row in conflict.rows) else conflict


def _merged(kind: type[N], row: Agent | Customer, changes: Mapping[str, object]) -> N:
    stands = {name: getattr(row, name) for name in kind.model_fields}
    try:
        return kind.model_validate({**stands, **changes})
    except ValidationError as error:
        raise Invalid(error) from error
