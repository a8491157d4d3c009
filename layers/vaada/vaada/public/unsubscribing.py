"""/u/{token}: unsubscribe from surveys, or from tips and invitations, and undo it."""

from http import HTTPStatus

from vaada.flows.messages.unsubscribing import subscribe_again, unsubscribe
from vaada.flows.optimistic_write import NotFound
from vaada.flows.work import customer_of
from vaada.gateways.links import ExpiredLink
from vaada.model.campaigns import CampaignRecipient
from vaada.model.people import Subscription
from vaada.model.work import Survey
from vaada.present import pages
from vaada.public.visits import Page, Visit
from vaada.rules.unsubscribing import is_subscribed, may_subscribe_again


def show(visit: Visit) -> Page:
    """Return the page that asks to confirm. Raises BadLink, NotFound."""
    row = _row(visit, counted=False)
    page = pages.unsubscribe_form(
        business=visit.business,
        language=visit.language_of(row),
        subscription=_subscription(row),
        path=visit.path,
    )
    return Page(HTTPStatus.OK, page)


def submit(visit: Visit) -> Page:
    """Unsubscribe, or undo it if a person sent the form. Mail programs may unsubscribe directly (RFC 8058).

    The page says whether the customer is subscribed, and offers to undo as long as possible. Raises BadLink,
    NotFound, TooManyForms, Busy.
    """
    row = _row(visit, counted=True)
    subscription = _subscription(row)
    language = visit.language_of(row)  # raises NotFound for an erased customer, before anything is written
    visit.count_form("unsubscribe", row.id)
    is_undo = visit.fields.get("do") == "undo"
    is_doubtful = is_undo and not visit.is_human("unsubscribe", row.id)
    if not is_undo:
        unsubscribe(visit.desk, row.customer_id, subscription, visit.now)
    elif not is_doubtful:
        subscribe_again(visit.desk, row.customer_id, subscription, visit.now)
    customer = customer_of(visit.desk, row)
    if is_subscribed(customer, subscription):
        page = pages.subscribed_again(business=visit.business, language=language, subscription=subscription)
        return Page(HTTPStatus.OK, page)
    can_undo = may_subscribe_again(customer, subscription, visit.now)
    page = pages.unsubscribed(
        business=visit.business,
        language=language,
        subscription=subscription,
        path=visit.path,
        nonce=visit.nonce("unsubscribe", row.id) if can_undo else None,
        again=is_doubtful,
    )
    if not is_undo:
        return Page(HTTPStatus.OK, page)
    return Page(HTTPStatus.UNPROCESSABLE_ENTITY if can_undo else HTTPStatus.GONE, page)


def _subscription(row: Survey | CampaignRecipient) -> Subscription:
    return "survey" if isinstance(row, Survey) else "news"


def _row(visit: Visit, *, counted: bool) -> Survey | CampaignRecipient:
    """Return the row for which the link was sent. Raises BadLink, NotFound."""
    try:
        row_id = visit.desk.links.row_id("unsubscribe", visit.token)
    except ExpiredLink as link:
        row_id = link.row_id  # an expired link may still unsubscribe, while its key is valid
    visit.read_ahead("unsubscribe", Survey, row_id, counted=counted)
    row = visit.desk.table.get_any(row_id)
    if not isinstance(row, Survey | CampaignRecipient):
        raise NotFound(Survey, row_id)
    return row
