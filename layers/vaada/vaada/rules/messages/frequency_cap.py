"""The frequency cap: how many messages of all kinds a person may get in the policy's number of days.

It counts by customer and by address, so that two records of one person are not written to twice.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import TypeVar

from vaada.model.address_usage import AddressUsage
from vaada.model.people import Customer
from vaada.model.policy import PolicyDocument
from vaada.model.work import SurveyKind

Counted = Customer | AddressUsage
"""What counts messages: the customer, and each of their addresses."""

DAYS_OF_A_MONTH = 30
"""How many days count as a month in the limit of tips and invitations."""

TOO_OFTEN = "the customer was written to often enough lately"
SENT_ALREADY = "they have it already"
NEWS_OFTEN_ENOUGH = "they had enough tips and invitations this month"

C = TypeVar("C", Customer, AddressUsage)


def has_room(counted: Iterable[Counted], policy: PolicyDocument, now: datetime) -> bool:
    """Whether the customer and their addresses may get another message."""
    most = policy.customers.messages_at_most
    return all(len(_recent(each, policy, now)) < most for each in counted)


def count_message(counted: C, policy: PolicyDocument, now: datetime) -> C:
    """Return the row with one more message counted. Its new version lets only one of two senders succeed."""
    changed = counted.changed(written_at=(*_recent(counted, policy, now), now))
    return changed if isinstance(changed, Customer) else _kept(changed, policy, now)


def count_survey(counted: C, kind: SurveyKind, policy: PolicyDocument, now: datetime) -> C:
    """Return the row with one more message counted, a survey of this kind."""
    asked_at = {**counted.asked_at, kind: now}
    return count_message(counted, policy, now).model_copy(update={"asked_at": asked_at})


def last_asked(counted: Iterable[Counted]) -> dict[str, datetime]:
    """Return when each kind of survey was last sent to the customer or to one of their addresses."""
    last: dict[str, datetime] = {}
    for each in counted:
        for kind, at in each.asked_at.items():
            last[kind] = max(at, last.get(kind, at))
    return last


def why_not(
    counted: Collection[Counted], campaign_id: str | None, policy: PolicyDocument, now: datetime
) -> str | None:
    """Return why a message must not go to the customer and their addresses. None: it may.

    `campaign_id` is that of the campaign that it belongs to, if any.
    """
    if not has_room(counted, policy, now):
        return TOO_OFTEN
    if campaign_id is None:
        return None
    sent = [_recent_news(each, now) for each in counted]
    if any(campaign_id in news for news in sent):
        return SENT_ALREADY
    most = policy.customers.news_a_month
    return None if all(len(news) < most for news in sent) else NEWS_OFTEN_ENOUGH


def count(counted: C, campaign_id: str | None, policy: PolicyDocument, now: datetime) -> C:
    """Return the row with one more message counted, and the campaign that it belongs to, if any."""
    if campaign_id is None:
        return count_message(counted, policy, now)
    news_at = {**_recent_news(counted, now), campaign_id: now}
    return count_message(counted, policy, now).model_copy(update={"news_at": news_at})


def _recent_news(counted: Counted, now: datetime) -> dict[str, datetime]:
    begins = now - timedelta(days=DAYS_OF_A_MONTH)
    return {campaign_id: at for campaign_id, at in counted.news_at.items() if at > begins}


def _kept(usage: AddressUsage, policy: PolicyDocument, now: datetime) -> AddressUsage:
    """Return the row with an expiry: it is kept as long as it may prevent a message."""
    surveys = policy.surveys
    between = (surveys.days_between, *surveys.days_between_kind.values())
    days = max(policy.customers.within_days, *between, DAYS_OF_A_MONTH)
    expires_at = int((now + timedelta(days=days + 1)).timestamp())
    return usage.model_copy(update={"expires_at": max(expires_at, usage.expires_at)})


def _recent(counted: Counted, policy: PolicyDocument, now: datetime) -> tuple[datetime, ...]:
    begins = now - timedelta(days=policy.customers.within_days)
    return tuple(at for at in counted.written_at if at > begins)
