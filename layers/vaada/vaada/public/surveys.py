"""/s/{token}: answer a survey."""

from http import HTTPStatus
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from vaada.flows.messages.recommendations import asked_for
from vaada.flows.optimistic_write import require
from vaada.flows.surveys import receive_answer
from vaada.flows.work import customer_of
from vaada.gateways.links import ExpiredLink
from vaada.model.people import Agent
from vaada.model.text import Prose, clean_lines
from vaada.model.work import SCALES, Answer, Commitment, Survey
from vaada.present import pages
from vaada.present.i18n import words
from vaada.present.task_words import promise_to_customer
from vaada.present.view_models import CallBack, NextStep
from vaada.public.forms import BadEntry
from vaada.public.visits import Page, Visit
from vaada.rules import survey_answers, survey_follow_up
from vaada.rules.time.zones import zone_of

_COMMENT: TypeAdapter[str] = TypeAdapter(Prose)
_COMMENT_CHARACTERS = 2000
_DIGITS = 2


def show(visit: Visit) -> Page:
    """Return the page with the question and the clicked answer preselected. Raises BadLink, NotFound."""
    try:
        survey = _survey(visit, counted=False)
    except ExpiredLink:
        return _expired_page(visit)
    if not survey_answers.is_open(survey, visit.now):
        return _closed_page(visit, survey)
    return _survey_form(visit, survey, HTTPStatus.OK)


def submit(visit: Visit) -> Page:
    """Record the answer, if it counts. Raises BadLink, NotFound, TooManyForms, Busy, Conflict."""
    try:
        survey = _survey(visit, counted=True)
    except ExpiredLink:
        return _expired_page(visit)
    customer_of(visit.desk, survey)  # raises NotFound for an erased customer, before anything is written
    visit.count_form("survey", survey.id)
    try:
        answer = Answer(at=visit.now, score=_score(visit, survey), comment=_comment(visit))
    except BadEntry as error:
        return _survey_form(visit, survey, HTTPStatus.UNPROCESSABLE_ENTITY, error.problem)
    confirmed = visit.fields.get("confirm") == "1"
    page_age = visit.page_age("survey", survey.id)
    received = receive_answer(visit.desk, survey.id, answer, page_age, confirmed=confirmed)
    match received.outcome:
        case "counted":
            return _thanks_page(visit, received.survey)
        case "unconfirmed":
            return _confirm_page(visit, received.survey, answer)
        case "stale":
            return _survey_form(visit, received.survey, HTTPStatus.UNPROCESSABLE_ENTITY, "again")
        case "over":
            return _closed_page(visit, received.survey)


def _survey(visit: Visit, *, counted: bool) -> Survey:
    survey_id = visit.desk.links.row_id("survey", visit.token)
    visit.read_ahead("survey", Survey, survey_id, counted=counted)
    return require(visit.desk, Survey, survey_id)


def _selected_score(visit: Visit, survey: Survey) -> int | None:
    """Return the score in the query or the form, or None if it is not on the survey's scale."""
    text = visit.fields.get("score", "")
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        return None
    return int(text) if int(text) in SCALES[survey.kind] else None


def _score(visit: Visit, survey: Survey) -> int:
    score = _selected_score(visit, survey)
    if score is None:
        raise BadEntry("score")
    return score


def _comment(visit: Visit) -> str | None:
    entered = visit.fields.get("comment", "")
    text = clean_lines(entered).strip() if entered else ""
    if not text:
        return None
    if len(text) > _COMMENT_CHARACTERS:
        raise BadEntry("comment")
    try:
        return _COMMENT.validate_python(text)
    except ValidationError as error:
        raise BadEntry("comment") from error


def _survey_form(
    visit: Visit, survey: Survey, status: HTTPStatus, problem: pages.FormProblem | None = None
) -> Page:
    visit.desk.read_ahead((Agent, survey.agent_id), (Commitment, survey.commitment_id))
    agent = visit.desk.table.get(Agent, survey.agent_id)
    commitment = visit.desk.table.get(Commitment, survey.commitment_id) if survey.commitment_id else None
    language = visit.language_of(survey)
    page = pages.survey_form(
        business=visit.business,
        language=language,
        agent_name=agent.name if agent else visit.business,
        path=visit.path,
        score=_selected_score(visit, survey),
        comment=visit.fields.get("comment", "")[:_COMMENT_CHARACTERS],
        problem=problem,
        kind=survey.kind,
        what=promise_to_customer(commitment, words(language)) if commitment else None,
        nonce=visit.nonce("survey", survey.id),
    )
    return Page(status, page)


def _confirm_page(visit: Visit, survey: Survey, answer: Answer) -> Page:
    page = pages.survey_confirm(
        business=visit.business,
        language=visit.language_of(survey),
        kind=survey.kind,
        score=answer.score,
        comment=answer.comment or "",
        path=visit.path,
        nonce=visit.nonce("survey", survey.id),
    )
    return Page(HTTPStatus.OK, page)


def _thanks_page(visit: Visit, survey: Survey) -> Page:
    page = pages.survey_thanks(
        business=visit.business,
        language=visit.language_of(survey),
        score=survey.score or 0,
        followed_up=survey_answers.is_low(survey, visit.desk.policy),
        kind=survey.kind,
        next_step=_next_step(visit, survey),
    )
    return Page(HTTPStatus.OK, page)


def _next_step(visit: Visit, survey: Survey) -> NextStep | None:
    """Return what the page offers: a call to an unhappy customer, a review or referral to a happy one."""
    if survey_answers.is_low(survey, visit.desk.policy) and survey.answered_at is not None:
        _, call_id, _ = survey_follow_up.opened_ids(survey.survey_id, survey.answered_at)
        call = visit.desk.table.get(Commitment, call_id)
        caller = visit.desk.table.get(Agent, call.agent_id) if call else None
        if call is None or caller is None:
            return None
        zone = ZoneInfo(zone_of(customer_of(visit.desk, survey), visit.desk.policy))
        return CallBack(caller.name, call.due_at.astimezone(zone), visit.now.astimezone(zone))
    return asked_for(visit.desk, survey) if survey.recommendation else None


def _closed_page(visit: Visit, survey: Survey) -> Page:
    if survey.status == "answered":
        return _over_page(visit, visit.language_of(survey), "answered")
    withdrawn = survey.status == "withheld"
    return _over_page(visit, visit.language_of(survey), "withdrawn" if withdrawn else "expired")


def _expired_page(visit: Visit) -> Page:
    page = pages.survey_over(
        business=visit.deployed_business.name, language=visit.language, because="expired"
    )
    return Page(HTTPStatus.GONE, page)


def _over_page(visit: Visit, language: str, because: Literal["answered", "expired", "withdrawn"]) -> Page:
    page = pages.survey_over(business=visit.business, language=language, because=because)
    return Page(HTTPStatus.CONFLICT if because == "answered" else HTTPStatus.GONE, page)
