"""Surveys: sent once, reminded once, closed; withheld with a reason if they may not be sent."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.times import DAY, HOUR
from tests.unit.rows import MONDAY, case, commitment, customer, interaction, policy, row_id, survey
from vaada.model.people import Consent, Medium
from vaada.model.work import Survey
from vaada.rules import ids, surveys
from vaada.rules.surveys import SurveyContext

ASKED = SurveyContext(customer(), None, "email")


def sent_survey() -> Survey:
    return surveys.next_step(survey(), ASKED, policy(), MONDAY).row


def test_a_survey_is_sent_reminded_once_and_closed() -> None:
    row, story = survey(), []
    while row.wake_at is not None:
        at = row.wake_at
        decision = surveys.next_step(row, ASKED, policy(), at)
        story.append((at, decision.row.status, [notice.purpose for notice in decision.notices]))
        row = decision.row

    assert story == [
        (MONDAY, "sent", ["survey"]),
        (MONDAY + 3 * DAY, "sent", ["survey_reminder"]),
        (MONDAY + 14 * DAY, "expired", []),
    ]


@pytest.mark.parametrize("medium", ["email", "sms"])
def test_a_survey_and_its_reminder_use_the_given_medium(medium: Medium) -> None:
    by = SurveyContext(customer(), None, medium)

    (ask,) = surveys.next_step(survey(), by, policy(), MONDAY).notices
    (remind,) = surveys.next_step(sent_survey(), by, policy(), MONDAY + 3 * DAY).notices

    assert (ask.media, remind.media) == ((medium,), (medium,))


@pytest.mark.parametrize(
    ("consent", "medium", "because"),
    [
        (Consent(email=True), "email", "the customer did not agree to surveys"),
        (Consent(survey=True), None, "there is no address that the customer agreed to and that works"),
    ],
)
def test_a_survey_without_consent_or_address_is_withheld_with_the_reason(
    consent: Consent, medium: Medium | None, because: str
) -> None:
    asked = SurveyContext(customer(consent=consent), None, medium)

    decision = surveys.next_step(survey(), asked, policy(), MONDAY)

    assert (decision.row.status, decision.row.withheld_because) == ("withheld", because)
    assert decision.row.wake_at is None
    assert not decision.notices


def test_a_customer_who_withdrew_consent_gets_no_reminder() -> None:
    stopped = customer(consent=Consent(email=True))

    decision = surveys.next_step(
        sent_survey(), SurveyContext(stopped, None, "email"), policy(), MONDAY + 3 * DAY
    )

    assert not decision.notices


def test_a_late_wake_up_after_the_closing_date_sends_no_reminder() -> None:
    decision = surveys.next_step(sent_survey(), ASKED, policy(), MONDAY + 20 * DAY)

    assert not decision.notices


def test_the_last_day_is_in_the_customers_time_zone() -> None:
    # It closes on 16 March at 09:00 UTC, which is 22:00 in Auckland.
    assert surveys.last_day(sent_survey(), "Pacific/Auckland") == date(2026, 3, 15)


def test_survey_days_are_calendar_days_over_a_clock_change() -> None:
    before_the_change = datetime(2026, 3, 27, 12, tzinfo=UTC)

    asked = surveys.next_step(survey(), ASKED, policy("Europe/London"), before_the_change).row

    assert asked.wake_at == before_the_change + 3 * DAY - timedelta(hours=1)


def test_a_reminder_does_not_move_the_closing_date() -> None:
    reminded = surveys.next_step(sent_survey(), ASKED, policy(), MONDAY + 5 * DAY).row

    assert (reminded.step, reminded.wake_at) == ("close", MONDAY + 14 * DAY)


@pytest.mark.parametrize(
    ("facts", "who", "about", "because"),
    [
        ({}, {}, {"status": "resolved"}, None),
        ({}, {}, {"abusive": True, "status": "resolved"}, "somebody was abusive in this matter"),
        ({}, {}, {"status": "open"}, "the matter was taken up again"),
        ({}, {}, {"status": "resolved", "survey_id": row_id(9)}, "the matter was taken up again"),
        ({"kind": "promise"}, {}, {"status": "open"}, None),
        ({}, {}, {"served": False}, "nobody of ours was in touch with them in this matter"),
        ({}, {}, {"served": False, "answered": True}, None),
        ({"kind": "promise"}, {}, {"served": False}, None),
        ({}, {"asked_at": {"csat": MONDAY - 30 * DAY}}, {}, None),
        ({}, {"asked_at": {"nps": MONDAY - 29 * DAY}}, {}, "they were asked something lately"),
        ({"kind": "nps"}, {"asked_at": {"nps": MONDAY - 89 * DAY}}, {}, "they were asked the same lately"),
        ({"kind": "nps"}, {"asked_at": {"csat": MONDAY - 31 * DAY}}, {}, None),
        ({}, {"written_at": [MONDAY] * 3}, {}, "they were written to often enough lately"),
        ({"again": True}, {"written_at": [MONDAY] * 3}, {}, "they were written to often enough lately"),
    ],
)
def test_a_survey_that_may_not_be_asked_has_a_reason(
    facts: dict[str, Any], who: dict[str, Any], about: dict[str, Any], because: str | None
) -> None:
    asked = SurveyContext(customer(**who), case(**{"status": "resolved", **about}), "email")

    assert surveys.why_not(survey(**facts), asked, policy(), MONDAY) == because


@pytest.mark.parametrize(
    ("before", "until"),
    [
        ({"csat": MONDAY - DAY}, MONDAY + 29 * DAY),
        ({"csat": MONDAY - 9 * DAY, "ces": MONDAY - DAY}, MONDAY + 29 * DAY),
    ],
)
def test_a_second_survey_waits_for_the_cool_down(before: dict[str, Any], until: datetime) -> None:
    asked = SurveyContext(customer(asked_at=before), case(status="resolved"), "email")

    decided = surveys.next_step(survey(again=True), asked, policy(), MONDAY)

    assert (decided.row.status, decided.row.wake_at, decided.notices) == ("scheduled", until, ())


def test_the_next_nps_survey_is_due_when_it_may_be_asked() -> None:
    spring = datetime(2027, 1, 20, 14, 30, tzinfo=UTC)  # clocks change in between
    who = customer(time_zone="America/New_York", asked_at={"nps": spring})

    following = surveys.next_nps(who, "amina", policy(surveys={"nps_every_days": 90}), spring)

    assert following is not None
    asked = SurveyContext(who, None, "email")
    assert surveys.why_not(following, asked, policy(), following.due_at) is None
    assert following.due_at - spring < 91 * DAY


def test_a_sent_survey_is_noted_on_the_customer() -> None:
    (bilal,) = surveys.next_step(survey(kind="ces"), ASKED, policy(), MONDAY).other_rows

    assert bilal == customer(version=2, asked_at={"ces": MONDAY}, written_at=[MONDAY])


@pytest.mark.parametrize("step", ["ask", "remind"])
@pytest.mark.parametrize(("hour", "zone"), [(21, "UTC"), (5, "UTC"), (17, "Asia/Karachi")])
def test_a_survey_due_at_night_waits_for_the_customers_morning(step: str, hour: int, zone: str) -> None:
    asked, late = SurveyContext(customer(time_zone=zone), None, "email"), MONDAY.replace(hour=hour)

    decision = surveys.next_step(survey(step=step), asked, policy(), late)

    assert (decision.notices, decision.other_rows, decision.row.step) == ((), (), step)
    assert decision.row.wake_at is not None
    assert decision.row.wake_at.astimezone(ZoneInfo(zone)).hour == 9


@pytest.mark.parametrize("days", [0, 90])
def test_a_withheld_nps_survey_is_followed_by_the_next_if_the_policy_repeats_it(days: int) -> None:
    asked = SurveyContext(customer(asked_at={"nps": MONDAY - DAY}), None, "email")
    rows = surveys.next_step(
        survey(kind="nps"), asked, policy(surveys={"nps_every_days": days}), MONDAY
    ).other_rows

    following = [row for row in rows if isinstance(row, Survey)]
    assert [row.due_at for row in following] == ([MONDAY + 90 * DAY] if days else [])


@pytest.mark.parametrize("status", ["scheduled", "sent", "answered", "expired", "withheld"])
def test_only_an_unanswered_survey_can_be_withdrawn(status: str) -> None:
    row = surveys.withdraw(survey(status=status))

    assert (row is not None) is (status in {"scheduled", "sent"})
    assert surveys.withdraw(None) is None


def test_the_survey_of_a_case_is_about_the_last_agent_a_day_after_its_end() -> None:
    last = interaction(agent_id="omar", channel="email")

    row = surveys.of_case(case(), last, policy(), MONDAY + 3 * DAY)

    assert row is not None
    assert (row.agent_id, row.channel, row.wake_at) == ("omar", "email", MONDAY + 4 * DAY)
    assert row.id == ids.case_survey_id(case(), MONDAY + 3 * DAY)


def test_a_kept_promise_gets_a_survey_only_if_the_policy_says_so() -> None:
    asking = policy(surveys={"after_kept_promise": True, "hours_after_kept_promise": 2})
    kept = commitment(status="kept", kept_at=MONDAY)

    row = surveys.of_kept_commitment(kept, asking, MONDAY)

    assert row is not None
    assert (row.kind, row.commitment_id, row.wake_at) == ("promise", kept.id, MONDAY + 2 * HOUR)
    assert surveys.of_kept_commitment(kept, policy(), MONDAY) is None
