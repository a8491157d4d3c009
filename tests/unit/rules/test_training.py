"""Training topics: what brings trouble, how sure that is, none under five cases, and the effect."""

from collections.abc import Callable
from datetime import datetime
from math import sqrt
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.times import DAY
from tests.unit.rows import MONDAY, case, commitment, policy, row_id, survey
from vaada.model.cases import Case
from vaada.model.training import Training
from vaada.rules import confidence_intervals, training
from vaada.rules.reports import Rows

NOW = MONDAY + 60 * DAY
AGAIN = {"repeat_contacts": [{"at": MONDAY, "interaction_id": row_id(1)}]}


def cases(count: int, troubled: int, at: datetime = MONDAY, first: int = 100, **facts: object) -> list[Case]:
    """So many cases, in so many of which the customer had to come again."""
    return [
        case(case_id=row_id(first + n), opened_at=at, **{**facts, **(AGAIN if n < troubled else {})})
        for n in range(count)
    ]


def topics(rows: Rows, *done: Training) -> dict[tuple[str, str], training.Topic]:
    found = training.topics(rows, done, policy(), NOW)
    return {(one.kind, one.name): one for one in found}


@pytest.mark.parametrize("count", [4, 5])
def test_nothing_is_said_about_fewer_than_five_cases(count: int) -> None:
    assert len(topics(Rows(cases=cases(count, count)))) == (count >= 5)


def test_repeats_low_scores_and_missed_promises_are_trouble() -> None:
    several = cases(8, 1)
    rows = Rows(
        cases=several,
        surveys=[survey(status="answered", score=1, case_id=several[1].id)],
        commitments=[commitment(MONDAY, case_id=several[2].id)],
    )

    share = topics(rows)["kind", "request"].share

    assert (share.troubled, share.cases) == (3, 8)


def test_causes_kinds_and_hand_offs_are_topics_with_their_cases() -> None:
    hand_off = {"at": MONDAY, "interaction_id": row_id(1), "from_agent_id": "a", "to_agent_id": "b"}
    several = [
        *cases(6, 6, kind="complaint", cause="No parts"),
        *cases(6, 6, first=200, kind="complaint", cause=" no parts"),
        *cases(6, 2, first=300, hand_offs=[hand_off]),
        *cases(40, 1, first=400),
    ]

    found = topics(Rows(cases=several))

    assert {key: (one.share.troubled, one.share.cases) for key, one in found.items()} == {
        ("cause", "no parts"): (12, 12),
        ("kind", "complaint"): (12, 12),
        ("handed_on", ""): (2, 6),
        ("kind", "request"): (3, 46),
    }
    assert {key for key, one in found.items() if one.is_sure} == {
        ("cause", "no parts"),
        ("kind", "complaint"),
    }
    assert len(found["cause", "no parts"].examples) == 5


def test_cases_of_more_than_thirteen_weeks_ago_are_no_topic() -> None:
    assert not topics(Rows(cases=cases(9, 9, at=NOW - training.PERIOD)))


def marked(at: datetime) -> Training:
    key = training.topic_key("kind", "request")
    return Training(
        training_id=key, topic="kind", name="request", what="A checklist", done_at=at, done_by="sana"
    )


@pytest.mark.parametrize(
    ("before", "after", "helped", "made_worse"),
    [
        ((30, 25), (30, 5), True, False),
        ((30, 5), (30, 25), False, True),
        ((30, 15), (30, 14), False, False),
        ((30, 25), (4, 1), False, False),  # too few to say
    ],
)
def test_whether_something_helped_is_said_only_if_it_is_sure(
    before: tuple[int, int], after: tuple[int, int], helped: bool, made_worse: bool
) -> None:
    done_at = MONDAY + 20 * DAY
    rows = Rows(cases=[*cases(*before), *cases(*after, at=done_at + DAY, first=500)])

    effect = topics(rows, marked(done_at))["kind", "request"].effect

    assert effect is not None
    assert (effect.helped, effect.made_worse) == (helped, made_worse)
    assert (effect.change is None) == (after[0] < training.LEAST)


def test_a_case_counts_after_the_training_from_its_very_moment_on() -> None:
    done_at = MONDAY + 20 * DAY
    at_the_moment, before = cases(6, 1, at=done_at), cases(5, 5, at=done_at - 91 * DAY, first=500)

    effect = topics(Rows(cases=[*at_the_moment, *before]), marked(done_at))["kind", "request"].effect

    assert effect is not None
    assert effect.after is not None
    assert effect.before is not None
    assert (effect.after.cases, effect.before.cases) == (6, 5)


# ---------------------------------------------------------------- the statistics, computed another way


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),  # Newcombe 1998, table II, method 10
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((5, 56), (0, 29), -0.0381, 0.1926),
    ],
)
def test_the_interval_of_a_difference_equals_published_ones(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    assert confidence_intervals.for_difference(*first, *second) == pytest.approx((low, high), abs=0.0001)


def zero_between(low: float, high: float, function: Callable[[float], float]) -> float:
    """The point between two others at which a function crosses zero, by bisection."""
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if function(low) * function(middle) > 0 else (low, middle)
    return low


@given(st.integers(5, 300).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_the_interval_of_a_share_is_where_the_score_test_begins_to_reject(counts: tuple[int, int]) -> None:
    part, whole = counts
    share, z = part / whole, NormalDist().inv_cdf(0.975)

    def score(true: float) -> float:
        return abs(share - true) - z * sqrt(true * (1 - true) / whole)

    low = 0.0 if part == 0 else zero_between(1e-12, share - 1e-9, score)
    high = 1.0 if part == whole else zero_between(share + 1e-9, 1 - 1e-12, score)
    assert confidence_intervals.for_share(part, whole) == pytest.approx((low, high), abs=1e-9)


def test_a_later_training_replaces_the_earlier_one() -> None:
    rows = Rows(cases=cases(9, 9))
    topic = topics(rows, marked(MONDAY))["kind", "request"]

    again = training.mark(topic, "Another one", NOW, "sana")

    assert (again.id, again.version, again.what, again.done_at) == (topic.key, 2, "Another one", NOW)
