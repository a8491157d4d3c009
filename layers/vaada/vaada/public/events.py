"""/e/{token}: answer an invitation with yes or no."""

from http import HTTPStatus
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from vaada.flows import campaigns
from vaada.flows.optimistic_write import NotFound, require
from vaada.gateways.links import ExpiredLink
from vaada.model.campaigns import Campaign, CampaignRecipient, EventAnswer
from vaada.present import pages
from vaada.present.email import event_times
from vaada.present.i18n import words
from vaada.public.visits import Page, Visit
from vaada.rules import campaigns as rules


def show(visit: Visit) -> Page:
    """Return the page of the event with the clicked answer preselected. Raises BadLink, NotFound."""
    try:
        row = _row(visit, counted=False)
    except ExpiredLink:
        return _over_page(visit, visit.language, "expired")
    campaign = campaigns.campaign_of(visit.desk, row)
    if (because := rules.over(campaign, visit.now)) is not None:
        return _over_page(visit, visit.language_of(row), because)
    return _form(visit, row, campaign, HTTPStatus.OK)


def submit(visit: Visit) -> Page:
    """Record the answer, if a person sent the form. Raises BadLink, NotFound, TooManyForms, Busy."""
    try:
        row = _row(visit, counted=True)
    except ExpiredLink:
        return _over_page(visit, visit.language, "expired")
    campaign = campaigns.campaign_of(visit.desk, row)
    language = visit.language_of(row)  # raises NotFound for an erased customer, before anything is written
    visit.count_form("event", row.id)
    if (because := rules.over(campaign, visit.now)) is not None:
        return _over_page(visit, language, because)
    answer = _chosen(visit)
    if answer is None:
        return _form(visit, row, campaign, HTTPStatus.UNPROCESSABLE_ENTITY, "answer")
    if not visit.is_human("event", row.id):
        return _form(visit, row, campaign, HTTPStatus.UNPROCESSABLE_ENTITY, "again")
    campaigns.answer(visit.desk, row.id, answer, visit.now)
    page = pages.event_answered(**_shown(visit, campaign, language), answer=answer)
    return Page(HTTPStatus.OK, page)


def _row(visit: Visit, *, counted: bool) -> CampaignRecipient:
    """Return the recipient of the invitation. Raises BadLink, ExpiredLink, NotFound."""
    row_id = visit.desk.links.row_id("event", visit.token)
    visit.read_ahead("event", CampaignRecipient, row_id, counted=counted)
    row = require(visit.desk, CampaignRecipient, row_id)
    if campaigns.campaign_of(visit.desk, row).event is None:
        raise NotFound(CampaignRecipient, row_id)
    return row


def _chosen(visit: Visit) -> EventAnswer | None:
    """Return the answer in the query or the form, or None if there is no valid one."""
    return next((one for one in get_args(EventAnswer) if one == visit.fields.get("answer")), None)


def _form(
    visit: Visit,
    row: CampaignRecipient,
    campaign: Campaign,
    status: HTTPStatus,
    problem: Literal["answer", "again"] | None = None,
) -> Page:
    page = pages.event_form(
        **_shown(visit, campaign, visit.language_of(row)),
        path=visit.path,
        answer=_chosen(visit) or row.answer,
        problem=problem,
        nonce=visit.nonce("event", row.id),
    )
    return Page(status, page)


def _shown(visit: Visit, campaign: Campaign, language: str) -> dict[str, str]:
    """Return the part of an event that a page shows, in this language."""
    if campaign.event is None:
        raise NotFound(Campaign, campaign.id)
    business, event = visit.desk.policy.business, campaign.event
    zone = ZoneInfo(business.time_zone)
    begins_at, ends_at = event.begins_at.astimezone(zone), event.ends_at.astimezone(zone)
    return {
        "business": visit.business,
        "language": language,
        "subject": rules.text_for(campaign.texts, language, business.language).subject,
        "when": event_times(begins_at, ends_at, visit.now.astimezone(zone), words(language)),
        "place": event.place,
    }


def _over_page(visit: Visit, language: str, because: Literal["cancelled", "begun", "expired"]) -> Page:
    page = pages.event_over(business=visit.business, language=language, because=because)
    return Page(HTTPStatus.GONE, page)
