"""Contacts that customers make without an agent: which agent gets them, and customers without a name."""

from collections.abc import Sequence
from datetime import datetime
from itertools import count

from vaada.desk import Desk
from vaada.flows.customers.search import has_address
from vaada.flows.last_contact import last_contact_at
from vaada.flows.optimistic_write import retry_on_conflict
from vaada.model.erasures import Erasure
from vaada.model.ids import derived_party_id
from vaada.model.people import Agent, Customer, Medium

UNNAMED = "unnamed"
"""The tag of a customer whose name nobody has confirmed yet."""

_MOST_AGENTS = 100


class NobodyServes(Exception):
    """There is no agent who could get a contact."""


def present_agents(desk: Desk) -> list[Agent]:
    """Return the agents who have not left, the earliest first. Raises NobodyServes."""
    page = desk.table.list_rows(Agent, _MOST_AGENTS, None)
    agents = [row for row in page.rows if isinstance(row, Agent) and row.left_at is None]
    if not agents:
        raise NobodyServes
    return sorted(agents, key=lambda agent: agent.created_at)


def agent_for(customer: Customer, agents: list[Agent]) -> Agent:
    """Return the customer's own agent, or else the first manager, or else any agent."""
    own = (agent for agent in agents if agent.id == customer.agent_id)
    managers = (agent for agent in agents if agent.role == "manager")
    return next(own, None) or next(managers, None) or agents[0]


def last_in_touch(desk: Desk, customers: Sequence[Customer]) -> Customer | None:
    """Return which of the customers with the same address had the last contact. None: there are none."""
    if len(customers) == 1:
        return customers[0]
    return max(
        customers, key=lambda one: (last_contact_at(desk, one) or one.created_at, one.id), default=None
    )


def unnamed_customer(
    desk: Desk, medium: Medium, address: str, name: str, now: datetime, *, language: str | None = None
) -> Customer:
    """Return the customer for an unknown address. The first message from there creates it.

    Their id is computed from the address, because the index by which addresses are found is a little late.
    """

    def attempt() -> Customer:
        for number_of_try in count():
            cause = f"{desk.addresses.hash_address(medium, address)}/{number_of_try}"
            customer_id = derived_party_id(cause)
            known = desk.table.get(Customer, customer_id)
            if known is not None and has_address(known, medium, address):
                return known
            if known is None and desk.table.get(Erasure, customer_id) is None:
                break  # otherwise the customer has another address by now, or was erased
        new = Customer(
            customer_id=customer_id,
            name=name,
            email=address if medium == "email" else None,
            phone=address if medium == "sms" else None,
            language=language,
            tags=(UNNAMED,),
            created_at=now,
        )
        desk.table.write(new)
        return new

    return retry_on_conflict("customer of an unknown address", attempt)
