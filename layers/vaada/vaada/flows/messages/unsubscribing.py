"""Unsubscribe a customer from surveys, or from tips and invitations, and undo it."""

from datetime import datetime

from vaada.desk import Desk
from vaada.flows.messages.suppression import addresses_of, lift_unsubscribe, suppress
from vaada.flows.optimistic_write import change
from vaada.flows.work import current_customer
from vaada.model.people import Customer, Subscription
from vaada.rules import unsubscribing as rules
from vaada.rules.messages.suppression import reason_of


def unsubscribe(desk: Desk, customer_id: str, subscription: Subscription, now: datetime) -> None:
    """End the customer's subscription for all their addresses. Raises NotFound, Busy.

    Unsubscribing again changes nothing.
    """
    customer = current_customer(desk, customer_id)
    for medium, address in addresses_of(customer):
        suppress(desk, medium, address, reason_of(subscription), now)
    change(desk, Customer, customer.customer_id, lambda row: rules.unsubscribe(row, subscription, now))


def subscribe_again(desk: Desk, customer_id: str, subscription: Subscription, now: datetime) -> None:
    """Undo a recent unsubscription of the customer. Raises NotFound, Busy.

    Not an old one, because an old link may be in anybody's hands. Other suppressions stay. Undoing it again
    changes nothing.
    """
    customer = current_customer(desk, customer_id)
    if not rules.may_subscribe_again(customer, subscription, now):
        return
    for medium, address in addresses_of(customer):
        lift_unsubscribe(desk, medium, address, subscription)
    change(desk, Customer, customer.customer_id, lambda row: rules.subscribe_again(row, subscription))
