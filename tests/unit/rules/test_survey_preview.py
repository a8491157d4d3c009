"""Surveys of the past, judged again by other rules: what is asked, when, and how long after another."""

from datetime import datetime
from typing import Any

import pytest

from tests.times import DAY, HOUR
from tests.unit.rows import MONDAY, case, commitment, customer, policy, survey
from vaada.model.cases import Case
from vaada.model.people import Consent
from vaada.model.rows import Explained, Explanation
from vaada.model.work import Commitment, Survey
from vaada.rules.survey_preview import asked, longest_cool_down

PERSON = customer(consent=Consent(email=True, survey=True), time_zone="UTC")
LATELY = "they were asked something lately"


def about_a_matter(number: int, resolved_at: datetime, **fields: Any) -> Survey:
    """A survey that was planned a day after the matter was resolved."""
    why = Explanation(rule="", counted_from=resolved_at, time_zone="UTC")
    return survey(
        survey_id=f"{PERSON.id}{number:016}",
        customer_id=PERSON.id,
        due_at=resolved_at + DAY,
        explain=Explained(due_at=why),
        **fields,
    )


def asked_under(
    *rows: Survey, promises: tuple[Commitment, ...] = (), cases: tuple[Case, ...] = (), **rules: Any
) -> list[tuple[str, datetime]]:
    """What is asked, and when, under these rules for surveys."""
    found = asked(rows, promises, cases, {PERSON.id: PERSON}, policy(surveys=rules))
    return [(row.kind, at) for row, at in found]


def test_a_survey_withheld_by_the_cool_down_is_sent_under_a_shorter_one() -> None:
    rows = (
        about_a_matter(1, MONDAY, status="sent", sent_at=MONDAY + DAY),
        about_a_matter(2, MONDAY + 5 * DAY, status="withheld", withheld_because=LATELY),
    )

    assert asked_under(*rows) == [("csat", MONDAY + DAY)]
    assert asked_under(*rows, days_between=5) == [("csat", MONDAY + DAY), ("csat", MONDAY + 6 * DAY)]
    assert asked_under(*rows, days_between=5, days_between_kind={"csat": 6}) == [("csat", MONDAY + DAY)]


@pytest.mark.parametrize(
    "because", ["the customer did not agree to surveys", "the matter was taken up again"]
)
def test_other_reasons_to_withhold_a_survey_still_hold(because: str) -> None:
    row = about_a_matter(1, MONDAY, status="withheld", withheld_because=because)

    assert asked_under(row, days_between=0) == []


def test_the_question_and_its_time_follow_the_rules() -> None:
    row = about_a_matter(1, MONDAY, status="sent", sent_at=MONDAY + DAY)

    assert asked_under(row, after_resolution="ces", hours_after_resolution=2) == [("ces", MONDAY + 2 * HOUR)]
    assert asked_under(row, after_resolution="none") == []
    at_night = asked_under(row, hours_after_resolution=14)  # 23:00, so it waits for the morning
    assert at_night == [("csat", MONDAY + DAY)]


def test_kept_promises_are_asked_about_once_the_rules_want_it() -> None:
    kept = commitment(customer_id=PERSON.id, status="kept", kept_at=MONDAY, origin="stated")

    assert asked_under(promises=(kept,)) == []
    assert asked_under(promises=(kept,), after_kept_promise=True) == [("promise", MONDAY + DAY)]
    own = kept.model_copy(update={"origin": "out_of_hours"})
    assert asked_under(promises=(own,), after_kept_promise=True) == []


def test_cases_without_a_survey_get_one_once_the_rules_want_it() -> None:
    resolved = case(customer_id=PERSON.id, status="resolved", resolved_at=MONDAY, served=True)
    row = about_a_matter(1, MONDAY, status="sent", sent_at=MONDAY + DAY, case_id=resolved.id)

    assert asked_under(cases=(resolved,), after_resolution="ces") == [("ces", MONDAY + DAY)]
    assert asked_under(cases=(resolved,), after_resolution="none") == []
    assert asked_under(row, cases=(resolved,), days_between=0) == [("csat", MONDAY + DAY)]
    unserved = resolved.model_copy(update={"served": False})
    assert asked_under(cases=(unserved,)) == []


def test_a_question_after_an_unhappy_answer_waits_for_the_end_of_the_cool_down() -> None:
    rows = (
        about_a_matter(1, MONDAY, status="answered", sent_at=MONDAY + DAY),
        about_a_matter(2, MONDAY + 2 * DAY, again=True),
    )

    assert asked_under(*rows, days_between=10) == [("csat", MONDAY + DAY), ("csat", MONDAY + 11 * DAY)]


def test_surveys_about_the_business_stand_as_they_were_and_count_for_others() -> None:
    rows = (
        survey(customer_id=PERSON.id, kind="nps", status="sent", sent_at=MONDAY),
        about_a_matter(1, MONDAY + 2 * DAY),
    )

    assert asked_under(*rows) == [("nps", MONDAY)]
    assert asked_under(*rows, days_between=3) == [("nps", MONDAY), ("csat", MONDAY + 3 * DAY)]


def test_the_longest_cool_down_says_how_far_back_to_look() -> None:
    assert (
        longest_cool_down(policy(surveys={"days_between": 30, "days_between_kind": {"nps": 90}})) == 90 * DAY
    )
