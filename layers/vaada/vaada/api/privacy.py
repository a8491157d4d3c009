"""/api/customers/{id}/export, /api/customers/{id}/erase and /api/erasures."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import BaseModel

from vaada.api.listing import Listing, listing
from vaada.api.people import Entry
from vaada.api.resolver import Cursor, Limit, app, change_if_unchanged, current_user, desk, now
from vaada.flows import erasure as flow
from vaada.flows.export import ExportedFile, export_customer, to_csv
from vaada.model.address_usage import AddressUsage
from vaada.model.erasures import Erasure
from vaada.model.ids import PartyId
from vaada.model.people import Customer
from vaada.model.relationships import Relationship
from vaada.model.suppressions import Suppression

Id = Annotated[PartyId, Path()]

_CSV = "text/csv; charset=utf-8"


class Export(BaseModel):
    """All data stored about a customer: their row, suppressions, relationship, and their rows.

    `files` are the files of their mails, with links that work for an hour.
    """

    exported_at: datetime
    customer: Customer
    merged: tuple[Customer, ...]
    stopped: tuple[Suppression, ...]
    address_usage: tuple[AddressUsage, ...]
    relationships: tuple[Relationship, ...]
    rows: tuple[Entry, ...]
    files: tuple[ExportedFile, ...] = ()
    next_cursor: str | None = None


class ReplayedErasures(BaseModel):
    """The number of erasures that were started again."""

    erasures: int
    next_cursor: str | None


@app.get(
    "/api/customers/<customer_id>/export",
    summary="Export all data of a customer, as JSON or CSV",
    tags=["Privacy"],
    responses={
        200: {
            "description": "Newest first. If there is more: `next_cursor`, or a `Link` header for CSV",
            "content": {"application/json": {"model": Export}, "text/csv": {"schema": {"type": "string"}}},
        }
    },
)
def get_export(
    customer_id: Id,
    format: Annotated[Literal["json", "csv"], Query()] = "json",
    cursor: Cursor = None,
) -> Response[Export | str]:
    current_user().require_manager()
    export = export_customer(desk(), customer_id, cursor, now())
    name = f"customer-{customer_id}.{format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if format == "json":
        body = Export(
            exported_at=now(),
            customer=export.customer,
            merged=export.merged,
            stopped=export.stopped,
            address_usage=export.address_usage,
            relationships=export.relationships,
            rows=export.rows,
            files=export.files,
            next_cursor=export.next_cursor,
        )
        return Response(HTTPStatus.OK, content_types.APPLICATION_JSON, body, headers)
    if export.next_cursor:
        query = urlencode({"format": "csv", "cursor": export.next_cursor})
        headers["Link"] = f'</api/customers/{customer_id}/export?{query}>; rel="next"'
    return Response(HTTPStatus.OK, _CSV, to_csv(export), headers)


@app.post(
    "/api/customers/<customer_id>/erase",
    summary="Erase a customer",
    description="No more messages are sent to them. An erasure `under_way` is done within minutes.",
    tags=["Privacy"],
)
def erase_customer(customer_id: Id) -> Erasure:
    caller = current_user()
    caller.require_manager()
    return change_if_unchanged(customer_id, lambda: flow.erase(desk(), customer_id, now(), caller.id))


@app.get("/api/erasures", summary="The ledger of erasures: ids and times", tags=["Privacy"])
def list_erasures(limit: Limit = 25, cursor: Cursor = None) -> Listing[Erasure]:
    current_user().require_manager()
    return listing(Erasure, desk().table.list_rows(Erasure, limit, cursor))


@app.post(
    "/api/erasures/replay",
    summary="Repeat all erasures, after restoring a backup",
    tags=["Privacy"],
)
def replay_erasures(cursor: Cursor = None) -> ReplayedErasures:
    current_user().require_manager()
    begun, next_cursor = flow.replay_erasures(desk(), now(), cursor)
    return ReplayedErasures(erasures=begun, next_cursor=next_cursor)
