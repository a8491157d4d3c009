"""/u/{token}: no more surveys, please; and back again."""

from http import HTTPStatus

from vaada.flows.optimistic_write import require
from vaada.flows.unsubscribing import subscribe_again, unsubscribe
from vaada.flows.work import customer_of
from vaada.gateways.links import ExpiredLink
from vaada.model.work import Survey
from vaada.present import pages
from vaada.public.visits import Page, Visit
from vaada.rules.bot_detection import may_subscribe_again


def show(visit: Visit) -> Page:
    """Ask once more. Raises BadLink, NotThere."""
    language = visit.language_of(_survey(visit))
    return Page(
        HTTPStatus.OK, pages.unsubscribe_form(business=visit.business, language=language, path=visit.path)
    )


def submit(visit: Visit) -> Page:
    """Stop, as a mail program's own button asks too (RFC 8058); or undo that, which a page has to ask.

    The page says how it stands then, and offers to undo it as long as that can be done. Raises BadLink,
    NotThere, TooOften, Busy.
    """
    survey = _survey(visit)
    language = visit.language_of(survey)  # of one who was erased nothing is taken, nor counted
    visit.count("unsubscribe", survey.id)
    undoing = visit.fields.get("do") == "undo"
    doubtful = undoing and not visit.is_human("unsubscribe", survey.id)
    if not undoing:
        unsubscribe(visit.desk, survey.id, visit.now)
    elif not doubtful:
        subscribe_again(visit.desk, survey.id, visit.now)
    customer = customer_of(visit.desk, survey)
    if customer.consent.survey:
        page = pages.subscribed_again(business=visit.business, language=language)
        return Page(HTTPStatus.OK, page)
    undoable = may_subscribe_again(customer, visit.now)
    page = pages.unsubscribed(
        business=visit.business,
        language=language,
        path=visit.path,
        nonce=visit.nonce("unsubscribe", survey.id) if undoable else None,
        again=doubtful,
    )
    if not undoing:
        return Page(HTTPStatus.OK, page)
    return Page(HTTPStatus.UNPROCESSABLE_ENTITY if undoable else HTTPStatus.GONE, page)


def _survey(visit: Visit) -> Survey:
    try:
        survey_id = visit.desk.links.row_id("unsubscribe", visit.token)
    except ExpiredLink as link:
        survey_id = link.row_id  # whoever asks to stop is heard, as long as the key is known
    return require(visit.desk, Survey, survey_id)
