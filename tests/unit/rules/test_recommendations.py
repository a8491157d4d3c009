"""Whether a happy customer is asked for a review or a referral."""

from datetime import timedelta

import pytest

from tests.times import DAY, HOUR
from tests.unit import rows
from tests.unit.rows import MONDAY, policy
from vaada.model.people import Consent, Customer
from vaada.model.rows import Row
from vaada.rules import recommendations

REVIEW = "https://reviews.example/shop"


def happy(**facts: object) -> Customer:
    return rows.customer(**{"consent": Consent(email=True, survey=True), **facts})


def is_due(customer: Customer, score: int = 5, **surveys: object) -> bool:
    survey = rows.survey(status="answered", score=score, answered_at=MONDAY)
    return recommendations.is_due(customer, survey, policy(surveys={"review_url": REVIEW, **surveys}), MONDAY)


def test_a_happy_customer_is_asked_once() -> None:
    assert is_due(happy())
    assert not is_due(happy(recommendation_asked_at=MONDAY - 3650 * DAY))


@pytest.mark.parametrize(("ago", "again"), [(365 * DAY, True), (365 * DAY - HOUR, False)])
def test_they_are_asked_again_after_the_pause_of_the_policy(ago: timedelta, *, again: bool) -> None:
    asked_before = happy(recommendation_asked_at=MONDAY - ago)

    assert is_due(asked_before, recommendation_again_after_days=365) == again


def test_only_happy_customers_who_agreed_and_stay_are_asked() -> None:
    assert not is_due(happy(), score=3)
    assert not is_due(happy(consent=Consent(email=True)))
    assert not is_due(happy(parted_at=MONDAY))


def test_the_policy_says_what_customers_are_asked_for() -> None:
    def wanted(**surveys: object) -> str | None:
        return policy(surveys=surveys).surveys.recommendation

    assert wanted() is None
    assert wanted(referral="Bring a friend") == "referral"
    assert wanted(referral="Bring a friend", review_url=REVIEW) == "review"
    assert not is_due(happy(), review_url=None)


@pytest.mark.parametrize(
    ("row", "amiss"),
    [
        (rows.commitment(MONDAY - HOUR), True),
        (rows.commitment(MONDAY + HOUR), False),
        (rows.reply(MONDAY - HOUR), True),
        (rows.case(kind="complaint"), True),
        (rows.case(kind="request"), False),
        (rows.case(kind="request", run_around_at=MONDAY), True),
    ],
)
def test_nobody_is_asked_while_work_is_overdue_or_a_complaint_is_open(row: Row, *, amiss: bool) -> None:
    assert recommendations.is_amiss([row], MONDAY) == amiss
