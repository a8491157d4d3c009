"""Receive answers to surveys, from the page and by SMS."""

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from vaada.desk import Desk
from vaada.flows.messages import recommendations
from vaada.flows.optimistic_write import change, lost_new_row, require, retry_on_conflict
from vaada.flows.work import agent_of, case_of
from vaada.model.cases import Case
from vaada.model.inbound_events import TextedScore
from vaada.model.messages import Message
from vaada.model.people import Agent
from vaada.model.rows import Row
from vaada.model.work import SCALES, Answer, Commitment, FollowUp, Survey
from vaada.rules import commitments, follow_ups, survey_answers, survey_follow_up
from vaada.rules.survey_answers import MIN_PAGE_TIME, Verdict

Outcome = Literal["counted", "unconfirmed", "stale", "over"]


_OUTCOMES: dict[Verdict, Outcome] = {
    "count": "counted",
    "amend": "counted",
    "same": "counted",
    "discard": "unconfirmed",
    "quarantine": "unconfirmed",
    "stale": "stale",
    "refuse": "over",
}


class ReceivedAnswer(NamedTuple):
    """What was done with an answer, and the survey after it."""

    outcome: Outcome
    survey: Survey


def receive_answer(
    desk: Desk,
    survey_id: str,
    answer: Answer,
    page_age: timedelta | None,
    *,
    confirmed: bool,
    on_page: bool = True,
) -> ReceivedAnswer:
    """Judge an answer and record it. A low score opens a follow-up and a promise to call.

    After a high one the customer may be asked for a recommendation; `on_page`: they see the page after it.
    Raises NotFound, Busy, and Conflict if another answer in the same second opened the same rows.
    """
    policy = desk.policy
    survey = require(desk, Survey, survey_id)
    desk.read_ahead((Agent, survey.agent_id), (Case, survey.case_id))
    agent = agent_of(desk, survey)

    def attempt() -> ReceivedAnswer:
        before = require(desk, Survey, survey_id)
        verdict, survey = survey_answers.receive(before, answer, page_age, confirmed=confirmed, policy=policy)
        rows: list[Row] = []
        if verdict == "count" and survey_answers.is_high(survey, policy) and policy.surveys.recommendation:
            survey, rows = recommendations.ask(desk, survey, answer.at, on_page=on_page)
        if survey is not before:
            desk.table.write(survey, *rows, *_rows_after_answer(desk, verdict, survey, agent, answer.at))
        return ReceivedAnswer(_OUTCOMES[verdict], survey)

    return retry_on_conflict(survey_id, attempt, is_final=lost_new_row)


def _rows_after_answer(
    desk: Desk, verdict: Verdict, survey: Survey, agent: Agent, now: datetime
) -> list[Row]:
    match verdict:
        case "count":
            return _opened_rows(desk, survey, agent, now)
        case "discard":
            return _withdraw_opened_rows(desk, survey, now)
        case _:
            return []


def _opened_rows(desk: Desk, survey: Survey, agent: Agent, now: datetime) -> list[Row]:
    """Return the rows that the answer opens: follow-up and call if unhappy, praise for kind words."""
    policy = desk.policy
    if survey_answers.is_low(survey, policy):
        case = case_of(desk, survey.case_id)
        marked = [case.changed(ask_again=True)] if case is not None and not survey.again else []
        supervisor = desk.table.get(Agent, agent.supervisor_id) if agent.supervisor_id else None
        follow_up = survey_follow_up.unhappy_follow_up(survey, agent, policy, now)
        call = survey_follow_up.unhappy_call(survey, agent, supervisor, policy, now)
        return [follow_up, *([call] if call else []), *marked]
    if survey_answers.is_high(survey, policy) and survey.comment:
        return [survey_follow_up.praise(survey, agent, policy, now)]
    return []


def _withdraw_opened_rows(desk: Desk, survey: Survey, now: datetime) -> list[Row]:
    """Return the rows that a bot's answer opened, as cancelled."""
    rows: list[Row] = []
    reason = "the answer was not a person's"
    first, _ = survey.quarantined[-2:]
    follow_up_id, call_id, praise_id = survey_follow_up.opened_ids(survey.survey_id, first.at)
    follow_up = desk.table.get(FollowUp, follow_up_id)
    if follow_up is not None and follow_up.status in follow_ups.OPEN:
        rows.append(follow_ups.cancel(follow_up, now, "desk", reason))
    call = desk.table.get(Commitment, call_id)
    if call is not None and call.status == "open":
        rows.append(commitments.withdraw(call, reason, now, "desk"))
    praise = desk.table.get(Message, praise_id)
    if praise is not None and praise.status == "held":
        rows.append(praise.changed(status="withheld", why_not=reason, wake_at=None))
    case = case_of(desk, survey.case_id)
    if case is not None and case.ask_again:
        rows.append(case.changed(ask_again=False))
    return [*rows, *recommendations.withdraw(desk, survey, first.at, reason)]


def confirm_answer(desk: Desk, survey_id: str, at: datetime, now: datetime, by: str) -> Survey:
    """Let a quarantined answer count, with what follows from it. Raises NotFound, NotPossible, Busy."""

    def other_rows(_before: Survey, survey: Survey) -> list[Row]:
        return _opened_rows(desk, survey, agent_of(desk, survey), now)

    return change(
        desk, Survey, survey_id, lambda survey: survey_answers.confirm(survey, at, by), other_rows=other_rows
    )


def discard_answers(desk: Desk, survey_id: str, by: str) -> Survey:
    """Mark quarantined answers as no person's. Raises NotFound, Busy."""
    return change(desk, Survey, survey_id, lambda survey: survey_answers.discard_quarantined(survey, by))


def receive_texted_score(desk: Desk, event: TextedScore, now: datetime) -> str:
    """Record a score by SMS as the answer to its survey. Returns the outcome. Raises Busy."""
    survey_id = event.survey_id or asked_by(desk, event.answers)
    survey = desk.table.get(Survey, survey_id) if survey_id else None
    if survey is None:
        return "answers nothing"
    if event.score not in SCALES[survey.kind]:
        return "not on the scale"
    # It came from the number that was asked, so it is a person's.
    return receive_answer(
        desk, survey.id, Answer(at=now, score=event.score), MIN_PAGE_TIME, confirmed=True, on_page=False
    ).outcome


def asked_by(desk: Desk, provider_id: str | None) -> str | None:
    """Return the id of the survey that the SMS with this provider id asked, or None."""
    message = desk.table.text_message(provider_id) if provider_id else None
    asks = message is not None and message.to == "customer" and message.about_kind == "survey"
    return message.about_id if message is not None and asks else None
