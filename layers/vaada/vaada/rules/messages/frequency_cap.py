"""The frequency cap: how many messages of all kinds a person is sent in the policy's number of days.

It counts by customer and by address, so that two records of one person are not written to twice.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeVar

from vaada.model.address_usage import AddressUsage
from vaada.model.people import Customer
from vaada.model.policy import PolicyDocument
from vaada.model.work import SurveyKind

Counted = Customer | AddressUsage
"""What messages are counted in: the customer, and each of their addresses."""

C = TypeVar("C", Customer, AddressUsage)


def has_room(counted: Iterable[Counted], policy: PolicyDocument, now: datetime) -> bool:
    """Whether a message may go to the customer and their addresses."""
    most = policy.customers.messages_at_most
    return all(len(_recent(each, policy, now)) < most for each in counted)


def count_message(counted: C, policy: PolicyDocument, now: datetime) -> C:
    """Return it with one more message counted. The new version keeps two senders apart."""
    changed = counted.changed(written_at=(*_recent(counted, policy, now), now))
    return changed if isinstance(changed, Customer) else _kept(changed, policy, now)


def count_survey(counted: C, kind: SurveyKind, policy: PolicyDocument, now: datetime) -> C:
    """Return it with one more message counted, which asks this kind of survey."""
    asked_at = {**counted.asked_at, kind: now}
    return count_message(counted, policy, now).model_copy(update={"asked_at": asked_at})


def last_asked(counted: Iterable[Counted]) -> dict[str, datetime]:
    """When each kind of survey was last asked, of the customer or at one of their addresses."""
    last: dict[str, datetime] = {}
    for each in counted:
        for kind, at in each.asked_at.items():
            last[kind] = max(at, last.get(kind, at))
    return last


def _kept(usage: AddressUsage, policy: PolicyDocument, now: datetime) -> AddressUsage:
    """The row, to be kept for as long as it may forbid anything."""
    surveys = policy.surveys
    days = max(policy.customers.within_days, surveys.days_between, *surveys.days_between_kind.values(), 0)
    expires_at = int((now + timedelta(days=days + 1)).timestamp())
    return usage.model_copy(update={"expires_at": max(expires_at, usage.expires_at)})


def _recent(counted: Counted, policy: PolicyDocument, now: datetime) -> tuple[datetime, ...]:
    begins = now - timedelta(days=policy.customers.within_days)
    return tuple(at for at in counted.written_at if at > begins)
