"""Visits to the public pages: what a person's look like, how many forms a link takes, what can be undone."""

from datetime import datetime, timedelta

from vaada.model.people import Customer
from vaada.rules.surveys import DWELL, PAGE_LASTS

FORMS_AN_HOUR = 30
"""How many forms one link takes within an hour of the clock, whoever sends them."""


def is_human(page_age: timedelta | None) -> bool:
    """Whether a form came from a page that was open as long as a person needs. None: it came without one."""
    return page_age is not None and DWELL <= page_age <= PAGE_LASTS


def may_subscribe_again(customer: Customer, now: datetime) -> bool:
    """Whether the customer unsubscribed so lately that the link which did it may undo it."""
    return customer.unsubscribed_at is not None and now - customer.unsubscribed_at <= PAGE_LASTS


def next_hour(now: datetime) -> datetime:
    """When the count begins anew."""
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
