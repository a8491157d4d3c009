"""Add and change agents and customers."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from vaada.desk import Desk
from vaada.flows.optimistic_write import change, require
from vaada.flows.work import current_customer
from vaada.gateways.table import Conflict
from vaada.model.ids import new_party_id
from vaada.model.interactions import Interaction
from vaada.model.people import Agent, Customer, NewAgent, NewCustomer
from vaada.model.phone_numbers import BadPhoneNumber, comparable, to_e164
from vaada.model.receipts import EmailClaim
from vaada.model.rows import Row
from vaada.rules import check_ins
from vaada.rules.customers import distinct

_NEWEST_ROWS = 100
N = TypeVar("N", NewAgent, NewCustomer)


class InvalidChange(Exception):
    """The changed row would be invalid. `errors` are pydantic's."""

    def __init__(self, error: ValidationError) -> None:
        super().__init__(str(error))
        self._error = error

    def errors(self) -> list[ErrorDetails]:
        """Return the errors of the fields."""
        return self._error.errors()


class EmailTaken(Exception):
    """Another agent has this e-mail address."""


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


def add_agent(desk: Desk, new: NewAgent, now: datetime) -> Agent:
    """Add an agent. Raises EmailTaken, UnknownReference, InvalidField, Conflict."""
    new = _normalize_phone(desk, new)
    require_agents(desk, supervisor_id=new.supervisor_id, covered_by=new.covered_by)
    agent = Agent(agent_id=new_party_id(), created_at=now, **dict(new))
    try:
        desk.table.write(agent, _email_claim(agent))
    except Conflict as conflict:
        raise _email_taken_or(conflict) from conflict
    return agent


def change_agent(desk: Desk, agent_id: str, changes: Mapping[str, object]) -> Agent:
    """Change some fields of an agent.

    Raises NotFound, InvalidChange, EmailTaken, UnknownReference, InvalidField, Conflict.
    """
    agent = require(desk, Agent, agent_id)
    new = _normalize_phone(desk, _apply_changes(NewAgent, agent, changes))
    require_agents(desk, supervisor_id=new.supervisor_id, covered_by=new.covered_by)
    changed = agent.changed(**dict(new))
    rows: list[Row] = [changed]
    former: list[Row] = []
    if changed.email != agent.email:
        former.append(require(desk, EmailClaim, agent.email.casefold()))
        rows.append(_email_claim(changed))
    try:
        desk.table.write(*rows, delete=former)
    except Conflict as conflict:
        raise _email_taken_or(conflict) from conflict
    return changed


def add_customer(desk: Desk, new: NewCustomer, now: datetime) -> Customer:
    """Add a customer. Raises UnknownReference, InvalidField, Conflict."""
    new = _normalize_addresses(desk, new)
    require_agents(desk, agent_id=new.agent_id)
    added = Customer(customer_id=new_party_id(), created_at=now, **dict(new))
    customer = check_ins.plan_from(added, now, desk.policy)
    desk.table.write(customer)
    return customer


def change_customer(desk: Desk, customer_id: str, changes: Mapping[str, object], now: datetime) -> Customer:
    """Change some fields of a customer. Raises NotFound, InvalidChange, UnknownReference, InvalidField."""

    def decide(customer: Customer) -> Customer:
        new = _normalize_addresses(desk, _apply_changes(NewCustomer, customer, changes))
        require_agents(desk, agent_id=new.agent_id)
        changed = customer.changed(**dict(new))
        days = check_ins.interval_days(changed, desk.policy)
        if days is None:
            return changed.waiting(None, anchor=None)
        before = (check_ins.interval_days(customer, desk.policy), customer.agent_id)
        if customer.wake_at is not None and before == (days, changed.agent_id):
            return changed
        last = changed.anchor or _last_contact(desk, customer) or now
        return check_ins.plan_from(changed, last, desk.policy)

    return change(desk, Customer, current_customer(desk, customer_id).id, decide)


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


def _normalize_phone(desk: Desk, new: N) -> N:
    """Return the input with its phone number in E.164, by the policy's country. Raises InvalidField."""
    return new.model_copy(update={"phone": _e164(desk, "phone", new.phone)}) if new.phone else new


def _normalize_addresses(desk: Desk, new: NewCustomer) -> NewCustomer:
    """Return the input with its numbers in E.164 and without duplicates. Raises InvalidField."""
    new = _normalize_phone(desk, new)
    others = (_e164(desk, f"other_phones.{n}", number) for n, number in enumerate(new.other_phones))
    phones = distinct(comparable, new.phone, *others)
    emails = distinct(str.casefold, new.email, *new.other_emails)
    changes = {
        "email": emails[0] if emails else None,
        "other_emails": tuple(emails[1:]),
        "phone": phones[0] if phones else None,
        "other_phones": tuple(phones[1:]),
    }
    return new.model_copy(update=changes)


def _e164(desk: Desk, field: str, number: str) -> str:
    try:
        return to_e164(number, desk.policy.business.country)
    except BadPhoneNumber as bad:
        raise InvalidField(field, str(bad)) from bad


def _last_contact(desk: Desk, customer: Customer) -> datetime | None:
    """Return the time of the customer's last interaction among their newest 100 rows, or None."""
    page = desk.table.timeline(customer.record_ids, _NEWEST_ROWS, None)
    return max((row.occurred_at for row in page.rows if isinstance(row, Interaction)), default=None)


def _email_claim(agent: Agent) -> EmailClaim:
    return EmailClaim(email_claim_id=agent.email.casefold(), agent_id=agent.agent_id)


def _email_taken_or(conflict: Conflict) -> Exception:
    return EmailTaken() if any(isinstance(row, EmailClaim) for row in conflict.rows) else conflict


def _apply_changes(kind: type[N], row: Agent | Customer, changes: Mapping[str, object]) -> N:
    fields = row.model_dump(include=set(kind.model_fields))
    try:
        return kind.model_validate({**fields, **changes})
    except ValidationError as error:
        raise InvalidChange(error) from error
