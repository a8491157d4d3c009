"""Unsubscribing by a link: from surveys, or from tips and invitations, separately."""

from datetime import datetime

from vaada.model.people import Customer, Subscription
from vaada.rules.survey_answers import PAGE_LIFETIME

_ENDED_AT: dict[Subscription, str] = {"survey": "unsubscribed_at", "news": "news_unsubscribed_at"}


def is_subscribed(customer: Customer, subscription: Subscription) -> bool:
    """Whether the customer agrees to this subscription."""
    return customer.consent.survey if subscription == "survey" else customer.consent.news


def unsubscribe(customer: Customer, subscription: Subscription, now: datetime) -> Customer:
    """Withdraw this consent and no other. Returns the same customer if there was no consent."""
    if not is_subscribed(customer, subscription):
        return customer
    consent = customer.consent.model_copy(update={subscription: False})
    return customer.changed(consent=consent, **{_ENDED_AT[subscription]: now})


def subscribe_again(customer: Customer, subscription: Subscription) -> Customer:
    """Restore the consent that a link withdrew. Returns the same customer if no link did."""
    if _ended_at(customer, subscription) is None:
        return customer
    consent = customer.consent.model_copy(update={subscription: True})
    return customer.changed(consent=consent, **{_ENDED_AT[subscription]: None})


def may_subscribe_again(customer: Customer, subscription: Subscription, now: datetime) -> bool:
    """Whether the customer unsubscribed so recently that the same link may undo it."""
    ended_at = _ended_at(customer, subscription)
    return ended_at is not None and now - ended_at <= PAGE_LIFETIME


def _ended_at(customer: Customer, subscription: Subscription) -> datetime | None:
    return customer.unsubscribed_at if subscription == "survey" else customer.news_unsubscribed_at
