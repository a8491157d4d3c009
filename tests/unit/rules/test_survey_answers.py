"""Answers to surveys: which count, which wait for a person, and what follows for the survey."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.times import DAY, HOUR, SECOND
from tests.unit.rows import MONDAY, customer, policy, survey
from vaada.model.work import Answer, Survey, SurveyKind
from vaada.rules import survey_answers, surveys
from vaada.rules.errors import NotPossible
from vaada.rules.surveys import SurveyContext

ASKED = SurveyContext(customer(), None, "email")


def sent_survey() -> Survey:
    return surveys.next_step(survey(), ASKED, policy(), MONDAY).row


def test_a_survey_records_one_answer() -> None:
    answered = survey_answers.record_answer(sent_survey(), 5, "Lovely", MONDAY + DAY)

    assert (answered.status, answered.score, answered.comment, answered.wake_at) == (
        "answered",
        5,
        "Lovely",
        None,
    )
    with pytest.raises(NotPossible, match="answered cannot be answered"):
        survey_answers.record_answer(answered, 1, None, MONDAY + DAY)


def test_an_answer_is_accepted_until_the_closing_time() -> None:
    closes_at = MONDAY + 14 * DAY

    assert survey_answers.record_answer(sent_survey(), 3, None, closes_at - timedelta(seconds=1)).score == 3
    with pytest.raises(NotPossible, match="expired cannot be answered"):
        survey_answers.record_answer(sent_survey(), 3, None, closes_at)


def test_an_undelivered_survey_is_withheld_with_the_reason() -> None:
    row = surveys.mark_undelivered(sent_survey(), "no such address")

    assert (row.status, row.withheld_because) == ("withheld", "it could not be sent: no such address")
    with pytest.raises(NotPossible, match="withheld cannot be answered"):
        survey_answers.record_answer(row, 5, None, MONDAY)


def judge(
    row: Survey, score: int, at: datetime, open_for: timedelta | None = 5 * SECOND, *, confirmed: bool = False
) -> str:
    said = Answer(at=at, score=score)
    return survey_answers.judge_answer(row, said, open_for, confirmed=confirmed, policy=policy())


@pytest.mark.parametrize(
    ("open_for", "worth"),
    [
        (None, "quarantine"),
        (-SECOND, "quarantine"),
        (SECOND - timedelta(milliseconds=1), "quarantine"),
        (SECOND, "count"),
        (DAY, "count"),
        (DAY + SECOND, "stale"),
    ],
)
def test_an_answer_counts_if_its_page_was_open_long_enough(open_for: timedelta | None, worth: str) -> None:
    assert judge(sent_survey(), 4, MONDAY + DAY, open_for) == worth
    assert judge(sent_survey(), 4, MONDAY + 14 * DAY, open_for) == "refuse"


@pytest.mark.parametrize(
    ("score", "later", "open_for", "worth"),
    [
        (4, timedelta(0), None, "same"),
        (4, 3 * DAY, None, "same"),
        (1, SECOND, 5 * SECOND, "discard"),
        (1, -SECOND, 5 * SECOND, "discard"),
        (1, 2 * SECOND, 5 * SECOND, "amend"),
        (1, -2 * SECOND, 5 * SECOND, "amend"),
        (1, 35 * SECOND, None, "refuse"),
        (1, 35 * SECOND, SECOND / 2, "refuse"),
        (5, DAY, 5 * SECOND, "amend"),
        (5, DAY + SECOND, 5 * SECOND, "refuse"),
    ],
)
def test_a_second_answer_is_the_same_an_amendment_discarded_or_refused(
    score: int, later: timedelta, open_for: timedelta | None, worth: str
) -> None:
    first = survey_answers.record_answer(sent_survey(), 4, None, MONDAY + DAY)

    assert judge(first, score, MONDAY + DAY + later, open_for) == worth


def test_an_answer_within_a_minute_of_a_quarantined_one_needs_confirmation() -> None:
    at = MONDAY + DAY
    suspected = survey_answers.quarantine(sent_survey(), Answer(at=at, score=1), "too fast")

    assert judge(suspected, 5, at + 30 * SECOND) == "quarantine"
    assert judge(suspected, 5, at + 30 * SECOND, confirmed=True) == "count"
    assert judge(suspected, 5, at + 30 * SECOND, SECOND / 2, confirmed=True) == "quarantine"
    assert judge(suspected, 5, at + 60 * SECOND) == "count"


def test_two_scores_at_one_moment_are_quarantined_and_the_survey_reopens() -> None:
    first = survey_answers.record_answer(sent_survey(), 1, None, MONDAY + DAY)

    row = survey_answers.discard(first, Answer(at=MONDAY + DAY, score=2))

    assert (row.status, row.score, row.answered_at, row.step) == ("sent", None, None, "remind")
    assert (row.wake_at, row.version) == (sent_survey().wake_at, first.version + 1)
    assert [one.score for one in row.quarantined] == [1, 2]
    assert survey_answers.is_open(row, MONDAY + 2 * DAY)


def test_amendments_of_a_discarded_answer_are_quarantined() -> None:
    first = survey_answers.record_answer(sent_survey(), 1, None, MONDAY + DAY)
    amended = survey_answers.amend(first, Answer(at=MONDAY + DAY - 2 * SECOND, score=3))

    row = survey_answers.discard(amended, Answer(at=MONDAY + DAY, score=2))

    assert row.amendments == ()
    assert [one.score for one in row.quarantined] == [3, 1, 2]


def test_a_survey_keeps_the_latest_twenty_quarantined_answers() -> None:
    row = sent_survey()
    for n in range(30):
        row = survey_answers.quarantine(row, Answer(at=MONDAY + n * SECOND, score=1), "too fast")

    assert [one.at for one in row.quarantined] == [MONDAY + n * SECOND for n in range(10, 30)]


@pytest.mark.parametrize(
    ("kind", "lowest", "highest"), [("csat", 2, 4), ("nps", 6, 9), ("ces", 3, 6), ("promise", 0, 1)]
)
def test_low_and_high_scores_follow_the_scale_of_the_kind(
    kind: SurveyKind, lowest: int, highest: int
) -> None:
    def scores(found: Any) -> list[int]:
        return [score for score in range(11) if found(survey(kind=kind, score=score), policy())]

    assert scores(survey_answers.is_low) == list(range(lowest + 1))
    assert min(scores(survey_answers.is_high)) == highest


def quarantined_survey(*scores: int, **facts: object) -> Survey:
    """A survey that was sent, with these answers that do not count, a minute apart."""
    row = sent_survey()
    for number, score in enumerate(scores):
        answer = Answer(at=MONDAY + (number + 1) * timedelta(minutes=1), score=score)
        row = survey_answers.quarantine(row, answer, "sent too fast")
    return row.model_copy(update=facts)


@pytest.mark.parametrize("status", ["sent", "expired"])
def test_a_quarantined_answer_counts_once_somebody_knows_that_it_is_real(status: str) -> None:
    row = quarantined_survey(1, 5, status=status)

    counted = survey_answers.confirm(row, MONDAY + timedelta(minutes=2), "sana")

    assert (counted.status, counted.score, counted.confirmed_by) == ("answered", 5, "sana")
    assert [one.score for one in counted.quarantined] == [1]
    assert (counted.wake_at, counted.step) == (None, None)
    assert not survey_answers.waits_for_review(counted)


def test_only_a_quarantined_answer_of_an_unanswered_survey_is_confirmed() -> None:
    answered = survey_answers.record_answer(quarantined_survey(1), 5, None, MONDAY + HOUR)

    for row, at in ((answered, MONDAY + timedelta(minutes=1)), (quarantined_survey(1), MONDAY)):
        with pytest.raises(NotPossible):
            survey_answers.confirm(row, at, "sana")


def test_discarded_answers_stay_with_who_said_so_and_are_asked_about_no_more() -> None:
    row = quarantined_survey(1, 5)

    discarded = survey_answers.discard_quarantined(row, "sana")

    assert survey_answers.waits_for_review(row)
    assert not survey_answers.waits_for_review(discarded)
    assert {one.discarded_by for one in discarded.quarantined} == {"sana"}
    assert discarded.wake_at == row.wake_at
    assert survey_answers.discard_quarantined(discarded, "bela") is discarded
    late = survey_answers.quarantine(discarded, Answer(at=MONDAY + HOUR, score=2), "sent too fast")
    assert survey_answers.waits_for_review(late)
