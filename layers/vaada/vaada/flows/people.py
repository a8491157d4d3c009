"""Add and change agents and customers."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from vaada.desk import Desk
from vaada.flows.last_contact import last_contact_at
from vaada.flows.optimistic_write import NotFound, change, lost_new_row, require, retry_on_conflict
from vaada.flows.references import InvalidField, UnknownReference, require_agents, require_present_agents
from vaada.flows.work import current_customer
from vaada.gateways.table import Conflict
from vaada.model.ids import new_party_id
from vaada.model.people import Agent, Customer
from vaada.model.people_input import NewAgent, NewCustomer
from vaada.model.phone_numbers import BadPhoneNumber, comparable, to_e164
from vaada.model.receipts import EmailClaim
from vaada.model.rows import Row
from vaada.rules import check_ins
from vaada.rules.customer_merge import distinct

_EMPTY: dict[str, object] = {"tags": (), "other_emails": (), "other_phones": (), "consent": {}}
"""The values of cleared fields where they are not None. A field that cannot be empty refuses None."""

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


def add_agent(desk: Desk, new: NewAgent, now: datetime) -> Agent:
    """Add an agent. Raises EmailTaken, UnknownReference, InvalidField, Busy, Conflict."""
    new = _normalize_phone(desk, new)
    require_present_agents(desk, supervisor_id=new.supervisor_id, covered_by=new.covered_by)
    agent = Agent(agent_id=new_party_id(), created_at=now, **dict(new))
    try:
        retry_on_conflict(
            agent.id, lambda: desk.table.write(agent, _email_claim(agent)), is_final=lost_new_row
        )
    except Conflict as conflict:
        raise _email_taken_or(conflict) from conflict
    return agent


def change_agent(desk: Desk, agent_id: str, changes: Mapping[str, object]) -> Agent:
    """Change some fields of an agent.

    Raises NotFound, InvalidChange, EmailTaken, UnknownReference, InvalidField, Busy.
    """
    try:
        return retry_on_conflict(
            agent_id, lambda: _try_to_change_agent(desk, agent_id, changes), is_final=_is_email_taken
        )
    except Conflict as conflict:
        raise _email_taken_or(conflict) from conflict


def _try_to_change_agent(desk: Desk, agent_id: str, changes: Mapping[str, object]) -> Agent:
    agent = require(desk, Agent, agent_id)
    changed = changed_agent(desk, agent, changes)
    if not _differs(changed, agent):
        return agent
    rows: list[Row] = [changed]
    former: list[Row] = []
    if changed.email != agent.email:
        former.append(require(desk, EmailClaim, agent.email.casefold()))
        rows.append(_email_claim(changed))
    desk.table.write(*rows, delete=former)
    return changed


def changed_agent(desk: Desk, agent: Agent, changes: Mapping[str, object]) -> Agent:
    """Return the agent with some fields changed, unwritten.

    Raises InvalidChange, EmailTaken, UnknownReference, InvalidField.
    """
    new = _normalize_phone(desk, _apply_changes(NewAgent, agent, changes))
    if new.supervisor_id != agent.supervisor_id:
        _require_no_circle(desk, agent.id, new.supervisor_id)
    others = {field: getattr(new, field) for field in ("supervisor_id", "covered_by")}
    require_present_agents(
        desk, **{field: other for field, other in others.items() if other != getattr(agent, field)}
    )
    changed = agent.changed(**dict(new))
    is_other_address = changed.email.casefold() != agent.email.casefold()
    if is_other_address and desk.table.get(EmailClaim, changed.email.casefold()) is not None:
        raise EmailTaken
    return changed


def add_customer(desk: Desk, new: NewCustomer, now: datetime, by: str | None = None) -> Customer:
    """Add a customer. An agent `by` who adds a customer for a colleague sees them, too.

    Raises UnknownReference, InvalidField, Busy, Conflict.
    """
    new = normal_customer(desk, new)
    require_present_agents(desk, agent_id=new.agent_id)
    if new.referred_by is not None:
        _referrer(desk, new.referred_by)
    added = Customer(customer_id=new_party_id(), created_at=now, **dict(new))
    if by is not None and by != new.agent_id:
        added = added.model_copy(update={"served_by": (by,)})
    customer = check_ins.plan_from(added, now, desk.policy)
    retry_on_conflict(customer.id, lambda: desk.table.write(customer), is_final=lost_new_row)
    return customer


def change_customer(desk: Desk, customer_id: str, changes: Mapping[str, object], now: datetime) -> Customer:
    """Change some fields of a customer. Their former agent still sees them, see `served_by`.

    Raises NotFound, InvalidChange, UnknownReference, InvalidField, Busy.
    """
    served_by = () if changes.get("served_by", "") is None else changes.get("served_by")
    others = {name: value for name, value in changes.items() if name != "served_by"}

    def decide(customer: Customer) -> Customer:
        changed = planned(customer)
        return changed if _differs(changed, customer) else customer

    def planned(customer: Customer) -> Customer:
        new = normal_customer(desk, _apply_changes(NewCustomer, customer, others))
        serve = customer.served_by
        if new.referred_by is not None and new.referred_by != customer.referred_by:
            referrer = _referrer(desk, new.referred_by)
            if referrer.id == customer.id:
                raise InvalidField("referred_by", "is the same customer; they cannot come through themselves")
        if new.agent_id != customer.agent_id:
            require_present_agents(desk, agent_id=new.agent_id)
            serve = tuple(distinct(str, *serve, customer.agent_id))
        if isinstance(served_by, tuple):
            require_agents(desk, **{f"served_by.{n}": each for n, each in enumerate(served_by)})
            serve = served_by
        changed = customer.changed(**dict(new), served_by=serve)
        days = check_ins.interval_days(changed, desk.policy)
        if days is None:
            return changed.waiting(None, anchor=None)
        before = (check_ins.interval_days(customer, desk.policy), customer.agent_id)
        if customer.wake_at is not None and before == (days, changed.agent_id):
            return changed
        last = changed.anchor or last_contact_at(desk, customer) or now
        return check_ins.plan_from(changed, last, desk.policy)

    return change(desk, Customer, current_customer(desk, customer_id).id, decide)


def _referrer(desk: Desk, customer_id: str) -> Customer:
    """Return the customer through whom another came. Raises UnknownReference."""
    try:
        return current_customer(desk, customer_id)
    except NotFound:
        raise UnknownReference("referred_by", "customer") from None


def _differs(changed: Row, row: Row) -> bool:
    """Whether anything but the version differs from the stored row."""
    return changed.model_dump(exclude={"version"}) != row.model_dump(exclude={"version"})


def _require_no_circle(desk: Desk, agent_id: str, supervisor_id: str | None) -> None:
    """Raise InvalidField if the agent supervises the new supervisor, directly or through others."""
    passed, above = {agent_id}, supervisor_id
    while above is not None and above not in passed:
        passed.add(above)
        supervisor = desk.table.get(Agent, above)
        above = supervisor.supervisor_id if supervisor else None
        if above == agent_id and supervisor is not None:
            message = f"would close a circle: this agent supervises {supervisor.name}"
            raise InvalidField("supervisor_id", message)


def _normalize_phone(desk: Desk, new: N) -> N:
    """Return the input with its phone number in E.164, by the policy's country. Raises InvalidField."""
    return new.model_copy(update={"phone": _e164(desk, "phone", new.phone)}) if new.phone else new


def normal_customer(desk: Desk, new: NewCustomer) -> NewCustomer:
    """Return the input with its numbers in E.164 and each address only once. Raises InvalidField."""
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


def _email_claim(agent: Agent) -> EmailClaim:
    return EmailClaim(
        email_claim_id=agent.email.casefold(), agent_id=agent.agent_id, has_left=agent.left_at is not None
    )


def _is_email_taken(conflict: Conflict) -> bool:
    """Whether the write failed because of the address, and not because somebody changed the same agent."""
    return bool(conflict.rows) and all(isinstance(row, EmailClaim) for row in conflict.rows)


def _email_taken_or(conflict: Conflict) -> Exception:
    return EmailTaken() if any(isinstance(row, EmailClaim) for row in conflict.rows) else conflict


def _apply_changes(kind: type[N], row: Agent | Customer, changes: Mapping[str, object]) -> N:
    fields = row.model_dump(include=set(kind.model_fields))
    emptied = {name: _EMPTY.get(name) if value is None else value for name, value in changes.items()}
    return valid(kind, {**fields, **emptied})


def valid(kind: type[N], fields: Mapping[str, object]) -> N:
    """Return the input with these fields. Raises InvalidChange."""
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        raise InvalidChange(error) from error
