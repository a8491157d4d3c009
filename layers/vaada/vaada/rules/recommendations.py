"""Recommendations: whether a happy customer is asked for a review, or to recommend the business."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from vaada.model.cases import Case
from vaada.model.people import Customer
from vaada.model.policy import PolicyDocument
from vaada.model.rows import Row
from vaada.model.work import Survey
from vaada.rules import survey_answers
from vaada.rules.relationship_findings import standing_failures

AMISS = "something is owed to the customer"
NOT_WANTED = "the policy asks for no recommendations any more"


def is_due(customer: Customer, survey: Survey, policy: PolicyDocument, now: datetime) -> bool:
    """Whether the customer may be asked after this answer, unless something else is wrong."""
    asked, again = customer.recommendation_asked_at, policy.surveys.recommendation_again_after_days
    is_new = asked is None or (again > 0 and now >= asked + timedelta(days=again))
    may_be_asked = customer.consent.survey and customer.parted_at is None
    wanted = policy.surveys.recommendation is not None and survey_answers.is_high(survey, policy)
    return wanted and may_be_asked and is_new


def is_amiss(rows: Iterable[Row], now: datetime) -> bool:
    """Whether one of these open rows is overdue or a complaint. Then the customer is not asked."""
    known = tuple(rows)
    complaints = any(isinstance(row, Case) and row.kind == "complaint" for row in known)
    return complaints or any(standing_failures(known, now))
