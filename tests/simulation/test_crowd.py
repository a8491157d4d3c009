"""Surveys of many customers and the reports on them: each count is exact, and nobody is asked too often."""

from datetime import timedelta

import pytest

from tests.simulation.load.characters import CHARACTERS, LEAVERS
from tests.simulation.load.crowd_checks import differences, totals
from tests.simulation.load.crowd_world import Crowd
from tests.simulation.load.outcomes import Person, expected
from tests.simulation.load.people import draw_people
from tests.simulation.load.year import run_year
from tests.simulation.replacing import replaced
from vaada.flows.messages.unsubscribing import subscribe_again, unsubscribe
from vaada.model.work import Survey
from vaada.rules import survey_answers, surveys
from vaada.rules.confidence_intervals import for_share
from vaada.rules.decisions import Decision
from vaada.rules.messages.frequency_cap import has_room
from vaada.rules.messages.opt_out_keywords import is_stop
from vaada.rules.time.availability import customer_reachable_at

CUSTOMERS = 84  # each character, matter and fate twice
REGULARS, BATCH = 24, 6


def test_a_crowd_is_counted_exactly_as_it_answered() -> None:
    crowd = Crowd(draw_people(CUSTOMERS, seed=1))
    crowd.run()

    assert differences(crowd) == []
    assert totals(crowd.outcomes) == totals({one.number: expected(one) for one in crowd.people})
    characters = {character.does for one in crowd.people for character in (one.first, one.then)}
    assert characters >= {character.does for character in (*CHARACTERS, *LEAVERS)}


@pytest.mark.parametrize("first", range(0, REGULARS, BATCH))
def test_customers_are_asked_in_a_year_as_often_as_they_may_be(first: int) -> None:
    wrong, counts = run_year(range(first, first + BATCH), seed=2)

    assert wrong == []
    assert counts["messages to customers"] > 0


# ---------------------------------------------------------------- planted bugs, each of which must be seen


@pytest.mark.parametrize(
    ("who", "original", "bug"),
    [
        ("is_scanned_first", survey_answers.MIN_PAGE_TIME, timedelta(0)),
        ("is_scanned_patiently", survey_answers._SAME_MOMENT, timedelta(days=-1)),
        ("taps_twice", survey_answers._judge_later_answer, lambda *_: "amend"),
        ("answers_days_later", surveys._decide_to_remind, lambda survey, *_: _without_reminder(survey)),
        ("unsubscribes", unsubscribe, lambda *_: None),
        ("unsubscribes_by_mistake", subscribe_again, lambda *_: None),
        ("texts_stop", is_stop, lambda _text: False),
        ("two matters", surveys._within, lambda *_: False),
        ("told of delays", has_room, lambda *_: True),
        ("reopened before", surveys.withdraw, lambda _survey: None),
        ("answers", customer_reachable_at, lambda _customer, _policy, now: now),
        ("answers", for_share, lambda part, whole: (part / 99, whole / 99)),
    ],
)
def test_the_crowd_shows_the_planted_bug(who: str, original: object, bug: object) -> None:
    everybody = (one for one in draw_people(CUSTOMERS, seed=1) if one.address_of is None)
    people = [one for one in everybody if who in {one.matter, one.first.does.__name__}]

    assert not _differs(people)
    with replaced(original, bug):
        assert _differs(people)


@pytest.mark.parametrize(
    ("original", "bug"),
    [
        (surveys._within, lambda *_: False),
        (surveys._within, lambda last, *_: last is not None),
        (has_room, lambda *_: True),
    ],
)
def test_the_year_shows_the_planted_bug(original: object, bug: object) -> None:
    with replaced(original, bug):
        assert _is_wrong_in_a_year()


def _differs(people: list[Person]) -> bool:
    crowd = Crowd(people)
    try:
        crowd.run()
    except AssertionError:
        return True
    return bool(differences(crowd))


def _is_wrong_in_a_year() -> bool:
    try:
        wrong, _ = run_year(range(2), seed=2)
    except AssertionError:
        return True
    return bool(wrong)


def _without_reminder(survey: Survey) -> Decision[Survey]:
    return Decision(survey.changed(step="close").waiting(survey.closes_at))
