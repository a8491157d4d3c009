"""/u/{token}: unsubscribe from surveys, and undo it."""

from http import HTTPStatus

from vaada.flows.messages.unsubscribing import subscribe_again, unsubscribe
from vaada.flows.optimistic_write import require
from vaada.flows.work import customer_of
from vaada.gateways.links import ExpiredLink
from vaada.model.work import Survey
from vaada.present import pages
from vaada.public.visits import Page, Visit
from vaada.rules.bot_detection import may_subscribe_again


def show(visit: Visit) -> Page:
    """Return the page that asks to confirm. Raises BadLink, NotFound."""
    language = visit.language_of(_survey(visit, counted=False))
    return Page(
        HTTPStatus.OK, pages.unsubscribe_form(business=visit.business, language=language, path=visit.path)
    )


def submit(visit: Visit) -> Page:
    """Unsubscribe, or undo it if a person sent the form. Mail programs may unsubscribe directly (RFC 8058).

    The page says whether the customer is subscribed, and offers to undo as long as possible. Raises BadLink,
    NotFound, TooManyForms, Busy.
    """
    survey = _survey(visit, counted=True)
    language = visit.language_of(survey)  # raises NotFound for an erased customer, before anything is written
    visit.count_form("unsubscribe", survey.id)
    is_undo = visit.fields.get("do") == "undo"
    is_doubtful = is_undo and not visit.is_human("unsubscribe", survey.id)
    if not is_undo:
        unsubscribe(visit.desk, survey.customer_id, visit.now)
    elif not is_doubtful:
        subscribe_again(visit.desk, survey.id, visit.now)
    customer = customer_of(visit.desk, survey)
    if customer.consent.survey:
        page = pages.subscribed_again(business=visit.business, language=language)
        return Page(HTTPStatus.OK, page)
    can_undo = may_subscribe_again(customer, visit.now)
    page = pages.unsubscribed(
        business=visit.business,
        language=language,
        path=visit.path,
        nonce=visit.nonce("unsubscribe", survey.id) if can_undo else None,
        again=is_doubtful,
    )
    if not is_undo:
        return Page(HTTPStatus.OK, page)
    return Page(HTTPStatus.UNPROCESSABLE_ENTITY if can_undo else HTTPStatus.GONE, page)


def _survey(visit: Visit, *, counted: bool) -> Survey:
    try:
        survey_id = visit.desk.links.row_id("unsubscribe", visit.token)
    except ExpiredLink as link:
        survey_id = link.row_id  # an expired link may still unsubscribe, while its key is valid
    visit.read_ahead("unsubscribe", Survey, survey_id, counted=counted)
    return require(visit.desk, Survey, survey_id)
