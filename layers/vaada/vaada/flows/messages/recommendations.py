"""Ask a happy customer for a recommendation: on the page after their answer, and by a message."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from vaada.desk import Desk
from vaada.flows.messages.recipients import customer_address
from vaada.flows.work import customer_of
from vaada.flows.work_lists import open_work_of
from vaada.model.cases import Case
from vaada.model.ids import derived_row_id
from vaada.model.messages import Message
from vaada.model.people import Customer
from vaada.model.rows import Row
from vaada.model.work import Survey
from vaada.rules import recommendations as rules
from vaada.rules.messages.lifecycle import new_message
from vaada.rules.time.availability import customer_reachable_at

if TYPE_CHECKING:
    from vaada.present.view_models import Referral, Review

_MOST_CASES = 100  # open ones of a customer
_LATER = timedelta(days=1)
"""How long after the answer the message is sent. Not at once, because the page has just asked."""


def ask(desk: Desk, survey: Survey, now: datetime, *, on_page: bool) -> tuple[Survey, list[Row]]:
    """Return the survey, just answered with a high score, now asking for a recommendation, and other rows.

    It is the same survey, and no rows, if the customer is not asked. `on_page`: they see the page after it.
    """
    by_message = desk.policy.surveys.recommendation_by_message
    wanted = desk.policy.surveys.recommendation
    if wanted is None or not (on_page or by_message):
        return survey, []
    customer = customer_of(desk, survey)
    if not rules.is_due(customer, survey, desk.policy, now) or _is_amiss(desk, customer, now):
        return survey, []
    message = _message(desk, survey, customer, now) if by_message else None
    if message is None and not on_page:
        return survey, []
    asked = survey.model_copy(update={"recommendation": wanted})
    return asked, [customer.changed(recommendation_asked_at=now), *([message] if message else [])]


def withdraw(desk: Desk, survey: Survey, answered_at: datetime, reason: str) -> list[Row]:
    """Return the rows that undo the asking, because no person gave this answer."""
    customer = customer_of(desk, survey)
    if customer.recommendation_asked_at != answered_at:
        return []
    rows: list[Row] = [customer.changed(recommendation_asked_at=None)]
    message = desk.table.get(Message, _message_id(survey, answered_at))
    if message is not None and message.status == "held":
        rows.append(message.changed(status="withheld", why_not=reason, wake_at=None))
    return rows


def why_not(desk: Desk, survey: Survey, customer: Customer, now: datetime) -> str | None:
    """Return why the message must not be sent any more. None: it may."""
    if asked_for(desk, survey) is None:
        return rules.NOT_WANTED
    is_amiss = customer.parted_at is not None or _is_amiss(desk, customer, now)
    return rules.AMISS if is_amiss else None


def asked_for(desk: Desk, survey: Survey) -> "Review | Referral | None":
    """Return what the customer is asked for under the current policy. None: nothing any more."""
    from vaada.present.view_models import Referral, Review  # only here: who receives messages writes none

    policy = desk.policy.surveys
    match survey.recommendation:
        case "review" if policy.review_url is not None:
            return Review(str(policy.review_url))
        case "referral" if policy.referral:
            return Referral(policy.referral)
    return None


def _is_amiss(desk: Desk, customer: Customer, now: datetime) -> bool:
    cases = desk.table.customer_rows(Case, customer.record_ids, _MOST_CASES, None, status="open").rows
    return rules.is_amiss((*open_work_of(desk, customer), *cases), now)


def _message(desk: Desk, survey: Survey, customer: Customer, now: datetime) -> Message | None:
    """Return the message that asks, held until the next day. None: there is no address that works."""
    address = customer_address(desk, customer, survey=True)
    if address is None:
        return None
    message = new_message(
        survey,
        _message_id(survey, now),
        "recommendation",
        "customer",
        customer.id,
        address.medium,
        "a happy customer is asked for a recommendation",
        customer_reachable_at(customer, desk.policy, now + _LATER),
        now,
    )
    return message.model_copy(update={"address_id": address.id})


def _message_id(survey: Survey, answered_at: datetime) -> str:
    return derived_row_id(survey.id, "recommendation", answered_at)
