"""What customers are asked, and what is made of their answers: each count exact, and nobody worn out."""

from datetime import timedelta
from unittest.mock import patch

import pytest

from tests.simulation.load.characters import CHARACTERS, LEAVERS
from tests.simulation.load.crowd import Crowd, differences, totals
from tests.simulation.load.outcomes import Person, expected
from tests.simulation.load.people import drawn
from tests.simulation.load.year import lived
from vaada.model.work import Survey
from vaada.rules.decisions import Decision

CUSTOMERS = 84  # each character, matter and fate twice
REGULARS, BATCH = 24, 6


def test_of_a_crowd_exactly_what_people_meant_is_counted() -> None:
    crowd = Crowd(drawn(CUSTOMERS, seed=1))
    crowd.live()

    assert differences(crowd) == []
    assert totals(crowd.outcomes) == totals({one.number: expected(one) for one in crowd.people})
    characters = {character.does for one in crowd.people for character in (one.first, one.then)}
    assert characters >= {character.does for character in (*CHARACTERS, *LEAVERS)}


@pytest.mark.parametrize("first", range(0, REGULARS, BATCH))
def test_in_a_year_everybody_is_asked_as_often_as_they_may_be_and_no_more(first: int) -> None:
    wrong, counts = lived(range(first, first + BATCH), seed=2)

    assert wrong == []
    assert counts["messages to customers"] > 0


# ---------------------------------------------------------------- planted bugs, each of which must be seen


@pytest.mark.parametrize(
    ("who", "what", "instead"),
    [
        ("is_scanned_first", "rules.surveys.MIN_PAGE_TIME", timedelta(0)),
        ("is_scanned_patiently", "rules.surveys._SAME_MOMENT", timedelta(days=-1)),
        ("taps_twice", "rules.surveys._judge_later_answer", lambda *_: "amend"),
        ("answers_days_later", "rules.surveys._decide_to_remind", lambda survey, *_: _as_it_is(survey)),
        ("unsubscribes", "public.unsubscribing.unsubscribe", lambda *_: None),
        ("unsubscribes_by_mistake", "public.unsubscribing.subscribe_again", lambda *_: None),
        ("texts_stop", "rules.messages.opt_out_keywords.is_stop", lambda _text: False),
        ("two matters", "rules.surveys._within", lambda *_: False),
        ("told of delays", "rules.messages.frequency_cap.has_room", lambda *_: True),
        ("reopened before", "rules.surveys.withdraw", lambda _survey: None),
        ("answers", "rules.surveys.customer_reachable_at", lambda _customer, _policy, now: now),
        (
            "answers",
            "rules.reports.confidence_intervals.for_share",
            lambda part, whole: (part / 99, whole / 99),
        ),
    ],
)
def test_the_crowd_shows(who: str, what: str, instead: object) -> None:
    everybody = (one for one in drawn(CUSTOMERS, seed=1) if one.address_of is None)
    people = [one for one in everybody if who in {one.matter, one.first.does.__name__}]

    assert not _differs(people)
    with patch(f"vaada.{what}", instead):
        assert _differs(people)


@pytest.mark.parametrize(
    ("what", "instead"),
    [
        ("rules.surveys._within", lambda *_: False),
        ("rules.surveys._within", lambda last, *_: last is not None),
        ("rules.messages.frequency_cap.has_room", lambda *_: True),
    ],
)
def test_the_year_shows(what: str, instead: object) -> None:
    with patch(f"vaada.{what}", instead):
        assert _wrong_in_a_year()


def _differs(people: list[Person]) -> bool:
    crowd = Crowd(people)
    try:
        crowd.live()
    except AssertionError:
        return True
    return bool(differences(crowd))


def _wrong_in_a_year() -> bool:
    try:
        wrong, _ = lived(range(2), seed=2)
    except AssertionError:
        return True
    return bool(wrong)


def _as_it_is(survey: Survey) -> Decision[Survey]:
    return Decision(survey.changed(step="close").waiting(survey.closes_at))
