"""The contact form: each entry becomes a contact; a new address gets one mail that asks to confirm it."""

from datetime import datetime
from typing import NamedTuple

from vaada.desk import Desk
from vaada.flows.customers.search import customers_by_email, customers_by_phone
from vaada.flows.idempotency import Key, do_once
from vaada.flows.incoming_contacts import agent_for, last_in_touch, present_agents, unnamed_customer
from vaada.flows.interactions import record_interaction
from vaada.flows.messages.suppression import is_suppressed
from vaada.flows.optimistic_write import change, require
from vaada.flows.work import current_customer
from vaada.model.interaction_input import NewInteraction
from vaada.model.interactions import Interaction
from vaada.model.messages import Message
from vaada.model.people import Customer, Medium
from vaada.rules import contact_form


class Entry(NamedTuple):
    """What a visitor wrote: who they are, how to reach them, and what about. The address is not verified."""

    name: str
    medium: Medium
    address: str
    text: str
    language: str


def receive(desk: Desk, entry: Entry, key: Key, now: datetime) -> Interaction:
    """Record the entry, once for each key, as a contact of the customer with this address or of a new one.

    Raises NobodyServes, KeyReused, Busy.
    """
    agents = present_agents(desk)
    find = customers_by_email if entry.medium == "email" else customers_by_phone
    known = last_in_touch(desk, find(desk, entry.address))
    customer = known or unnamed_customer(
        desk, entry.medium, entry.address, entry.name, now, language=entry.language
    )
    new = NewInteraction(
        customer_id=customer.id,
        agent_id=agent_for(customer, agents).id,
        channel="web",
        direction="inbound",
        kind="question",
        summary=entry.text,
    )

    def confirmation(interaction: Interaction) -> tuple[Message, ...]:
        return _confirmation(desk, customer, entry, interaction)

    return do_once(
        desk,
        key,
        lambda: record_interaction(desk, new, now, also=confirmation),
        lambda interaction_id: require(desk, Interaction, interaction_id),
    )


def confirm(desk: Desk, interaction_id: str) -> Customer:
    """Record that the address is the customer's, who wants to be answered there. Raises NotFound, Busy."""
    interaction = require(desk, Interaction, interaction_id)
    customer = current_customer(desk, interaction.customer_id)
    return change(desk, Customer, customer.id, contact_form.confirm)


def _confirmation(
    desk: Desk, customer: Customer, entry: Entry, interaction: Interaction
) -> tuple[Message, ...]:
    """Return the mail that asks whether the address is theirs: one for a customer, none if it is suppressed.

    A phone number gets nothing: each text costs money, and some numbers pay fraudsters for each text.
    """
    if entry.medium != "email" or customer.consent.email:
        return ()
    if is_suppressed(desk, "email", entry.address, survey=False):
        return ()
    address_id = desk.addresses.hash_address("email", entry.address)
    message = contact_form.confirmation(customer, interaction, address_id)
    return () if desk.table.get_any(message.id) is not None else (message,)
