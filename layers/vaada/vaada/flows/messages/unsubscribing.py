"""Unsubscribe a customer from surveys, and undo it."""

from datetime import datetime

from vaada.desk import Desk
from vaada.flows.messages.suppression import addresses_of, lift_unsubscribe, suppress
from vaada.flows.optimistic_write import change, require
from vaada.flows.work import current_customer, customer_of
from vaada.model.people import Consent, Customer
from vaada.model.work import Survey
from vaada.rules.bot_detection import may_subscribe_again


def unsubscribe(desk: Desk, customer_id: str, now: datetime) -> None:
    """Unsubscribe the customer from surveys, at all their addresses. Raises NotFound, Busy.

    Unsubscribing again changes nothing.
    """
    customer = current_customer(desk, customer_id)

    def without_surveys(row: Customer) -> Customer:
        if not row.consent.survey:
            return row
        consent = Consent(email=row.consent.email, sms=row.consent.sms, survey=False)
        return row.changed(consent=consent, unsubscribed_at=now)

    for medium, address in addresses_of(customer):
        suppress(desk, medium, address, "unsubscribed", now)
    change(desk, Customer, customer.customer_id, without_surveys)


def subscribe_again(desk: Desk, survey_id: str, now: datetime) -> None:
    """Undo a recent unsubscription of the survey's customer. Raises NotFound, Busy.

    Not an old one, because an old link may be in anybody's hands. Other suppressions stay. Undoing it again
    changes nothing.
    """
    customer = customer_of(desk, require(desk, Survey, survey_id))

    def with_surveys(row: Customer) -> Customer:
        if row.unsubscribed_at is None:
            return row
        consent = Consent(email=row.consent.email, sms=row.consent.sms, survey=True)
        return row.changed(consent=consent, unsubscribed_at=None)

    if not may_subscribe_again(customer, now):
        return
    for medium, address in addresses_of(customer):
        lift_unsubscribe(desk, medium, address)
    change(desk, Customer, customer.customer_id, with_surveys)
