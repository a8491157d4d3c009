"""The frequency cap: how many messages of all kinds a customer is sent in the policy's number of days."""

from datetime import datetime, timedelta

from vaada.model.people import Customer
from vaada.model.policy import PolicyDocument


def has_room(customer: Customer, policy: PolicyDocument, now: datetime) -> bool:
    """Whether the customer may be sent one more message."""
    return len(_recent(customer, policy, now)) < policy.customers.messages_at_most


def count_message(customer: Customer, policy: PolicyDocument, now: datetime) -> Customer:
    """Return the customer with one more message counted. The new version keeps two senders apart."""
    return customer.changed(written_at=(*_recent(customer, policy, now), now))


def _recent(customer: Customer, policy: PolicyDocument, now: datetime) -> tuple[datetime, ...]:
    begins = now - timedelta(days=policy.customers.within_days)
    return tuple(at for at in customer.written_at if at > begins)
