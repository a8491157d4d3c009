"""/api/campaigns: for managers only."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query
from pydantic import BaseModel

from vaada.api.access import User
from vaada.api.listing import Listing, listing
from vaada.api.resolver import (
    Cursor,
    Limit,
    app,
    change_once,
    created,
    current_user,
    desk,
    idempotency_key,
    now,
    require_ahead,
    stored,
)
from vaada.flows import campaigns as flow
from vaada.flows.idempotency import do_once
from vaada.flows.optimistic_write import require
from vaada.model.campaign_input import Attendance, CampaignTime, NewCampaign
from vaada.model.campaigns import Campaign, CampaignRecipient, Turnout
from vaada.model.ids import PartyId, RowId
from vaada.model.localities import WrittenLanguage

Id = Annotated[PartyId, Path()]
RowPath = Annotated[RowId, Path()]


class CampaignPreview(BaseModel):
    """The mail that a reader of this language gets, and how many customers the campaign is for now.

    `is_more`: there are more customers than were counted.
    """

    language: str
    subject: str
    text: str
    html: str
    customers: int
    is_more: bool


class CampaignDetails(Campaign):
    """A campaign. For an invitation, how many said yes or no, came, or have not answered yet."""

    turnout: dict[Turnout, int] | None


@app.get("/api/campaigns", summary="Tips and invitations, the latest first", tags=["Campaigns"])
def list_campaigns(limit: Limit = 25, cursor: Cursor = None) -> Listing[Campaign]:
    _manager()
    return listing(Campaign, desk().table.latest_rows(Campaign, limit, cursor))


@app.post(
    "/api/campaigns",
    summary="Write a tip or an invitation",
    tags=["Campaigns"],
    status_code=HTTPStatus.CREATED,
)
def add_campaign(body: Annotated[NewCampaign, Body()]) -> Response[Campaign]:
    caller = _manager()
    row = do_once(
        desk(),
        idempotency_key(),
        lambda: flow.add_campaign(desk(), body, now(), caller.id),
        _campaign,
    )
    return created(row)


@app.get("/api/campaigns/<campaign_id>", summary="One campaign, and who comes", tags=["Campaigns"])
def get_campaign(campaign_id: Id) -> CampaignDetails:
    _manager()
    row = _campaign(campaign_id)
    turnout = flow.turnout_of(desk(), campaign_id) if row.event else None
    return CampaignDetails(**dict(row), turnout=turnout)


@app.put("/api/campaigns/<campaign_id>", summary="Write a draft anew", tags=["Campaigns"])
def edit_campaign(campaign_id: Id, body: Annotated[NewCampaign, Body()]) -> Campaign:
    _manager()
    return change_once(campaign_id, lambda: flow.edit_campaign(desk(), campaign_id, body), _campaign)


@app.get(
    "/api/campaigns/<campaign_id>/preview",
    summary="The mail as a customer gets it, and for how many it is",
    tags=["Campaigns"],
)
def get_campaign_preview(
    campaign_id: Id, language: Annotated[WrittenLanguage | None, Query()] = None
) -> CampaignPreview:
    _manager()
    row = _campaign(campaign_id)
    found, audience = flow.preview(desk(), row, language, now()), flow.audience_of(desk(), row)
    return CampaignPreview(
        language=found.language,
        subject=found.mail.subject,
        text=found.mail.text,
        html=found.mail.html,
        customers=audience.customers,
        is_more=audience.is_more,
    )


@app.get(
    "/api/campaigns/<campaign_id>/recipients",
    summary="The customers to whom it is sent",
    tags=["Campaigns"],
)
def list_campaign_recipients(
    campaign_id: Id,
    turnout: Annotated[Turnout | None, Query(description="Only who said this, or came")] = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Listing[CampaignRecipient]:
    _manager()
    status = f"{campaign_id}#{turnout}" if turnout else campaign_id
    page = desk().table.list_rows(CampaignRecipient, limit, cursor, status=status)
    return listing(CampaignRecipient, page)


@app.post("/api/campaigns/<campaign_id>/schedule", summary="Send it, now or at a time", tags=["Campaigns"])
def schedule_campaign(campaign_id: Id, body: Annotated[CampaignTime, Body()]) -> Campaign:
    _manager()
    require_ahead("send_at", body.send_at)
    return change_once(
        campaign_id,
        lambda: flow.schedule_campaign(desk(), campaign_id, body.send_at or now()),
        _campaign,
    )


@app.post("/api/campaigns/<campaign_id>/cancel", summary="Cancel it", tags=["Campaigns"])
def cancel_campaign(campaign_id: Id) -> Campaign:
    _manager()
    return change_once(campaign_id, lambda: flow.cancel_campaign(desk(), campaign_id, now()), _campaign)


@app.post(
    "/api/campaign-recipients/<campaign_recipient_id>/attendance",
    summary="Mark whether a customer came to the event",
    tags=["Campaigns"],
)
def mark_attendance(campaign_recipient_id: RowPath, body: Annotated[Attendance, Body()]) -> CampaignRecipient:
    _manager()
    return change_once(
        campaign_recipient_id,
        lambda: flow.mark_attendance(desk(), campaign_recipient_id, came=body.came),
        stored(CampaignRecipient),
    )


def _manager() -> User:
    """Return the signed-in manager. Raises Refusal for anybody else."""
    caller = current_user()
    caller.require_manager()
    return caller


def _campaign(campaign_id: str) -> Campaign:
    return require(desk(), Campaign, campaign_id)
