"""The budget of messages to a customer: surveys, reminders and notices together."""

from datetime import datetime, timedelta

from vaada.model.people import Customer
from vaada.model.policy import PolicyDocument


def has_room(customer: Customer, policy: PolicyDocument, now: datetime) -> bool:
    """Whether the customer may be written to once more."""
    return len(_recent(customer, policy, now)) < policy.customers.messages_at_most


def count_message(customer: Customer, policy: PolicyDocument, now: datetime) -> Customer:
    """The customer, written to once more. The version is counted up: two senders cannot both have room."""
    return customer.changed(written_at=(*_recent(customer, policy, now), now))


def _recent(customer: Customer, policy: PolicyDocument, now: datetime) -> tuple[datetime, ...]:
    begins = now - timedelta(days=policy.customers.within_days)
    return tuple(at for at in customer.written_at if at > begins)
