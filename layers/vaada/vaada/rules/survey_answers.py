"""Answers to surveys: which count, which are quarantined, and what people decide about those."""

from datetime import datetime, timedelta
from typing import Literal

from vaada.model.policy import PolicyDocument
from vaada.model.work import SCALES, Answer, Survey, SurveyKind
from vaada.rules.errors import NotPossible

MIN_PAGE_TIME = timedelta(seconds=1)
"""A person needs longer to open a page, choose and submit. Bots that follow every link do not."""
_SAME_MOMENT = timedelta(seconds=1)  # two different scores within it are a bot's
PAGE_LIFETIME = timedelta(hours=24)
"""A form must be submitted again if its page was open longer."""
_ANSWER_LIMIT = 20  # a survey keeps the latest answers that do not count
_REVIEWED = frozenset({"sent", "expired"})
"""Statuses in which quarantined answers may be confirmed or discarded."""
Verdict = Literal["count", "same", "amend", "discard", "quarantine", "stale", "refuse"]
"""What to do with an answer."""


def is_open(survey: Survey, now: datetime) -> bool:
    """Whether the survey can be answered now."""
    return survey.status == "sent" and not is_past_closing(survey, now)


def is_past_closing(survey: Survey, now: datetime) -> bool:
    """Whether the last moment to answer it is over."""
    return survey.closes_at is not None and now >= survey.closes_at


def record_answer(survey: Survey, score: int, comment: str | None, now: datetime) -> Survey:
    """Record the answer that counts. Raises NotPossible unless the survey is open."""
    if not is_open(survey, now):
        status = "expired" if survey.status == "sent" else survey.status
        raise NotPossible("survey", status, "answered")
    return survey.changed(
        status="answered", step=None, score=score, comment=comment, answered_at=now
    ).waiting(None)


def judge_answer(
    survey: Survey, answer: Answer, page_age: timedelta | None, *, confirmed: bool, policy: PolicyDocument
) -> Verdict:
    """Decide what to do with an answer. `page_age` is how long the page was open; None: there was no page.

    A person's first answer counts, a later one amends it. Different scores at the same moment are a bot's,
    and neither counts. An answer without the page, or sent too fast, is quarantined until it is confirmed.
    """
    if survey.status == "answered":
        return _judge_later_answer(survey, answer, page_age, policy)
    if not is_open(survey, answer.at):
        return "refuse"
    if page_age is not None and page_age > PAGE_LIFETIME:
        return "stale"
    doubtful = (
        page_age is None or page_age < MIN_PAGE_TIME or (_follows_bot(survey, answer) and not confirmed)
    )
    return "quarantine" if doubtful else "count"


def receive(
    survey: Survey, answer: Answer, page_age: timedelta | None, *, confirmed: bool, policy: PolicyDocument
) -> tuple[Verdict, Survey]:
    """Return the verdict on the answer, and the survey after it, unchanged if the answer changes nothing."""
    verdict = judge_answer(survey, answer, page_age, confirmed=confirmed, policy=policy)
    match verdict:
        case "count":
            survey = record_answer(survey, answer.score, answer.comment, answer.at)
        case "amend":
            survey = amend(survey, answer)
        case "discard":
            survey = discard(survey, answer)
        case "quarantine":
            survey = quarantine(survey, answer, "sent too fast, or without the page, for a person")
        case "same" | "stale" | "refuse":
            pass
    return verdict, survey


def _judge_later_answer(
    survey: Survey, answer: Answer, page_age: timedelta | None, policy: PolicyDocument
) -> Verdict:
    since = answer.at - (survey.answered_at or answer.at)
    if answer.score == survey.score and (answer.comment or "") == (survey.comment or ""):
        return "same"
    if page_age is None or page_age < MIN_PAGE_TIME:
        return "refuse"
    if abs(since) <= _SAME_MOMENT and answer.score != survey.score:
        return "discard"
    in_time = since <= timedelta(hours=policy.surveys.amend_within_hours)
    return "amend" if in_time else "refuse"


def amend(survey: Survey, answer: Answer) -> Survey:
    """Keep a later answer beside the one that counts."""
    return survey.changed(amendments=(*survey.amendments, answer)[-_ANSWER_LIMIT:])


def quarantine(survey: Survey, answer: Answer, why_not: str) -> Survey:
    """Keep an answer that does not count, with the reason."""
    quarantined = answer.model_copy(update={"why_not": why_not})
    return survey.changed(quarantined=(*survey.quarantined, quarantined)[-_ANSWER_LIMIT:])


def discard(survey: Survey, answer: Answer) -> Survey:
    """Quarantine all answers because two different scores came at once. The survey is unanswered again."""
    why = {"why_not": "several scores at the same moment"}
    first = Answer(at=survey.answered_at or answer.at, score=survey.score or 0, comment=survey.comment)
    discarded = [one.model_copy(update=why) for one in (*survey.amendments, first, answer)]
    return survey.changed(
        status="sent",
        score=None,
        comment=None,
        answered_at=None,
        recommendation=None,
        amendments=(),
        quarantined=(*survey.quarantined, *discarded)[-_ANSWER_LIMIT:],
        step="close" if survey.reminds_at is None else "remind",
    ).waiting(survey.reminds_at or survey.closes_at)


def waits_for_review(survey: Survey) -> bool:
    """Whether it has quarantined answers that nobody has confirmed or discarded yet."""
    return survey.status in _REVIEWED and any(one.discarded_by is None for one in survey.quarantined)


def confirm(survey: Survey, at: datetime, by: str) -> Survey:
    """Let the quarantined answer of this time count, because somebody knows that it is the customer's.

    Raises NotPossible unless there is one, and the survey has no other answer.
    """
    found = [one for one in survey.quarantined if one.at == at]
    if survey.status not in _REVIEWED or not found:
        raise NotPossible("survey", survey.status, "answered by a quarantined answer")
    answer = found[-1]
    return survey.changed(
        status="answered",
        step=None,
        score=answer.score,
        comment=answer.comment,
        answered_at=answer.at,
        confirmed_by=by,
        quarantined=tuple(one for one in survey.quarantined if one is not answer),
    ).waiting(None)


def discard_quarantined(survey: Survey, by: str) -> Survey:
    """Mark the quarantined answers as a bot's. An open survey can still be answered.

    Returns the same survey if all of them are marked.
    """
    if all(one.discarded_by for one in survey.quarantined):
        return survey
    discarded = (
        one if one.discarded_by else one.model_copy(update={"discarded_by": by}) for one in survey.quarantined
    )
    return survey.changed(quarantined=tuple(discarded))


def takes_texts(survey: Survey, policy: PolicyDocument, now: datetime) -> bool:
    """Whether an SMS may now answer the survey or change its answer."""
    amendable = timedelta(hours=policy.surveys.amend_within_hours)
    answered_lately = survey.answered_at is not None and now - survey.answered_at <= amendable
    return is_open(survey, now) or (survey.status == "answered" and answered_lately)


def is_low(survey: Survey, policy: PolicyDocument) -> bool:
    """Whether the score counts as low by the policy."""
    most = policy.surveys.low_score_at_most.get(survey.kind)
    return survey.score is not None and most is not None and survey.score <= most


def is_high(survey: Survey, policy: PolicyDocument) -> bool:
    """Whether the score counts as high by the policy."""
    least = policy.surveys.high_score_at_least.get(survey.kind)
    return survey.score is not None and least is not None and survey.score >= least


def on_scale(kind: SurveyKind, score: int | None) -> bool:
    """Whether this kind of survey has this score."""
    return score in SCALES[kind]


def _follows_bot(survey: Survey, answer: Answer) -> bool:
    """Whether a bot answered within the last minute. Then a person's answer must be confirmed, too."""
    return any(answer.at - one.at < timedelta(minutes=1) for one in survey.quarantined)
