"""/u/{token}: no more surveys, please."""

from http import HTTPStatus

from vaada.flows.answer import unsubscribe
from vaada.flows.briefing import customer_of
from vaada.flows.writing import require
from vaada.gateways.links import ExpiredLink
from vaada.model.work import Survey
from vaada.present import pages
from vaada.public.visits import Page, Visit


def show(visit: Visit) -> Page:
    """Ask once more. Raises BadLink, NotThere."""
    survey = _survey(visit)
    page = pages.unsubscribe_form(business=visit.business, language=_language(visit, survey), path=visit.path)
    return Page(HTTPStatus.OK, page)


def submit(visit: Visit) -> Page:
    """Stop. Also what a mail program's own button posts (RFC 8058). Raises BadLink, NotThere."""
    survey = _survey(visit)
    unsubscribe(visit.desk, survey.id, visit.now)
    return Page(HTTPStatus.OK, pages.unsubscribed(business=visit.business, language=_language(visit, survey)))


def _survey(visit: Visit) -> Survey:
    try:
        survey_id = visit.desk.links.row_id("unsubscribe", visit.token)
    except ExpiredLink as link:
        survey_id = link.row_id  # whoever asks to stop is heard, as long as the key is known
    return require(visit.desk, Survey, survey_id)


def _language(visit: Visit, survey: Survey) -> str:
    return customer_of(visit.desk, survey).language or visit.desk.policy.business.language
