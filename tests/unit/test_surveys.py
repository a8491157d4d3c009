"""Surveys: asked once, reminded once, closed; withheld with a reason where they may not be asked."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.unit.rows import MONDAY, customer, policy, survey
from vaada.model.people import Consent, Medium
from vaada.model.work import Survey
from vaada.rules import surveys
from vaada.rules.errors import NotPossible

DAY = timedelta(days=1)


def asked() -> Survey:
    return surveys.next_step(survey(), customer(), "email", policy(), MONDAY).row


def test_a_survey_is_asked_reminded_once_and_closed() -> None:
    row, story = survey(), []
    while row.wake_at is not None:
        at = row.wake_at
        decision = surveys.next_step(row, customer(), "email", policy(), at)
        story.append((at, decision.row.status, [notice.purpose for notice in decision.notices]))
        row = decision.row

    assert story == [
        (MONDAY, "sent", ["survey"]),
        (MONDAY + 3 * DAY, "sent", ["survey_reminder"]),
        (MONDAY + 14 * DAY, "expired", []),
    ]


@pytest.mark.parametrize(
    ("consent", "medium", "because"),
    [
        (Consent(email=True), "email", "the customer did not agree to surveys"),
        (Consent(survey=True), None, "there is no address that the customer agreed to"),
    ],
)
def test_without_consent_or_address_it_is_withheld_and_says_why(
    consent: Consent, medium: Medium | None, because: str
) -> None:
    decision = surveys.next_step(survey(), customer(consent=consent), medium, policy(), MONDAY)

    assert (decision.row.status, decision.row.withheld_because) == ("withheld", because)
    assert decision.row.wake_at is None
    assert not decision.notices


def test_no_reminder_once_the_customer_said_stop() -> None:
    stopped = customer(consent=Consent(email=True))

    decision = surveys.next_step(asked(), stopped, "email", policy(), MONDAY + 3 * DAY)

    assert not decision.notices


def test_no_reminder_when_the_desk_comes_to_it_after_the_closing_date() -> None:
    decision = surveys.next_step(asked(), customer(), "email", policy(), MONDAY + 20 * DAY)

    assert not decision.notices


def test_one_answer_is_recorded_and_no_second() -> None:
    answered = surveys.answer(asked(), 5, "Lovely", MONDAY + DAY)

    assert (answered.status, answered.score, answered.comment, answered.wake_at) == (
        "answered",
        5,
        "Lovely",
        None,
    )
    with pytest.raises(NotPossible, match="answered cannot be answered"):
        surveys.answer(answered, 1, None, MONDAY + DAY)


def test_an_answer_on_the_closing_minute_is_too_late_and_one_before_it_is_not() -> None:
    closes_at = MONDAY + 14 * DAY

    assert surveys.answer(asked(), 3, None, closes_at - timedelta(seconds=1)).score == 3
    with pytest.raises(NotPossible, match="expired cannot be answered"):
        surveys.answer(asked(), 3, None, closes_at)


def test_the_last_day_is_told_in_the_customers_own_zone() -> None:
    # It closes on 16 March at 09:00 UTC, which is 22:00 in Auckland.
    assert surveys.last_day(asked(), "Pacific/Auckland") == date(2026, 3, 15)


def test_days_are_days_of_the_calendar_when_the_clocks_change() -> None:
    before_the_change = datetime(2026, 3, 27, 12, tzinfo=UTC)

    asked = surveys.next_step(survey(), customer(), "email", policy("Europe/London"), before_the_change).row

    assert asked.wake_at == before_the_change + 3 * DAY - timedelta(hours=1)


def test_a_survey_that_could_not_be_sent_says_why() -> None:
    row = surveys.undelivered(asked(), "no such address")

    assert (row.status, row.withheld_because) == ("withheld", "it could not be sent: no such address")
    with pytest.raises(NotPossible, match="withheld cannot be answered"):
        surveys.answer(row, 5, None, MONDAY)


def test_a_reminder_leaves_the_closing_date_as_it_was() -> None:
    reminded = surveys.next_step(asked(), customer(), "email", policy(), MONDAY + 5 * DAY).row

    assert (reminded.step, reminded.wake_at) == ("close", MONDAY + 14 * DAY)
