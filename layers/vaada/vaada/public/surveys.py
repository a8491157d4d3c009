"""/s/{token}: the survey."""

from http import HTTPStatus
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from vaada.flows.answer import answer
from vaada.flows.briefing import customer_of
from vaada.flows.writing import require
from vaada.gateways.links import ExpiredLink
from vaada.model.people import Agent
from vaada.model.text import Prose
from vaada.model.work import Survey
from vaada.present import pages
from vaada.public.visits import Page, Visit
from vaada.rules.errors import NotPossible
from vaada.rules.surveys import is_open

_SCORES = {str(score): score for score in range(1, 6)}
_COMMENT: TypeAdapter[str] = TypeAdapter(Prose)
_COMMENT_CHARACTERS = 2000


def show(visit: Visit) -> Page:
    """The question, with the tapped face chosen. Raises BadLink, NotThere."""
    try:
        survey = _survey(visit)
    except ExpiredLink:
        return _over(visit, visit.desk.policy.business.language, "expired")
    if not is_open(survey, visit.now):
        return _closed(visit, survey)
    return _form(visit, survey, HTTPStatus.OK)


def submit(visit: Visit) -> Page:
    """Record the answer, once. Raises BadLink, NotThere."""
    try:
        survey = _survey(visit)
    except ExpiredLink:
        return _over(visit, visit.desk.policy.business.language, "expired")
    score = _SCORES.get(visit.fields.get("score", ""))
    if score is None:
        return _form(visit, survey, HTTPStatus.UNPROCESSABLE_ENTITY, "score")
    try:
        comment = _comment(visit.fields.get("comment", ""))
    except (ValidationError, ValueError):
        return _form(visit, survey, HTTPStatus.UNPROCESSABLE_ENTITY, "comment")
    try:
        answered = answer(visit.desk, survey.id, score, comment, visit.now)
    except NotPossible:
        return _closed(visit, require(visit.desk, Survey, survey.id))
    page = pages.survey_thanks(
        business=visit.business,
        language=_language(visit, answered),
        score=score,
        followed_up=score <= visit.desk.policy.surveys.low_score_at_most,
    )
    return Page(HTTPStatus.OK, page)


def _survey(visit: Visit) -> Survey:
    return require(visit.desk, Survey, visit.desk.links.row_id("survey", visit.token))


def _comment(text: str) -> str | None:
    if not text.strip():
        return None
    if len(text) > _COMMENT_CHARACTERS:
        raise ValueError(f"at most {_COMMENT_CHARACTERS} characters")
    return _COMMENT.validate_python(text)


def _language(visit: Visit, survey: Survey) -> str:
    return customer_of(visit.desk, survey).language or visit.desk.policy.business.language


def _form(
    visit: Visit, survey: Survey, status: HTTPStatus, problem: Literal["score", "comment"] | None = None
) -> Page:
    agent = visit.desk.table.get(Agent, survey.agent_id)
    page = pages.survey_form(
        business=visit.business,
        language=_language(visit, survey),
        agent_name=agent.name if agent else visit.business,
        path=visit.path,
        score=_SCORES.get(visit.fields.get("score", "")),
        comment=visit.fields.get("comment", "")[:_COMMENT_CHARACTERS],
        problem=problem,
    )
    return Page(status, page)


def _closed(visit: Visit, survey: Survey) -> Page:
    return _over(visit, _language(visit, survey), "answered" if survey.status == "answered" else "expired")


def _over(visit: Visit, language: str, because: Literal["answered", "expired"]) -> Page:
    page = pages.survey_over(business=visit.business, language=language, because=because)
    return Page(HTTPStatus.CONFLICT if because == "answered" else HTTPStatus.GONE, page)
