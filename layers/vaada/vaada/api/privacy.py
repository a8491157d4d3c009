"""/api/customers/{id}/export and /erase, and the ledger of erasures."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import BaseModel

from vaada.api.listing import Listing, listing
from vaada.api.people import Entry
from vaada.api.resolver import Cursor, Limit, app, desk, now, user
from vaada.flows import erasure as flow
from vaada.flows.export import export_customer, to_csv
from vaada.model.address_usage import AddressUsage
from vaada.model.erasures import Erasure
from vaada.model.ids import PartyId
from vaada.model.people import Customer
from vaada.model.suppressions import Suppression

Id = Annotated[PartyId, Path()]

_CSV = "text/csv; charset=utf-8"


class Export(BaseModel):
    """All that is held of a customer: themselves, what stops their addresses, and their story."""

    exported_at: datetime
    customer: Customer
    merged: tuple[Customer, ...]
    stopped: tuple[Suppression, ...]
    address_usage: tuple[AddressUsage, ...]
    rows: tuple[Entry, ...]
    next_cursor: str | None = None


class Replayed(BaseModel):
    """How many erasures begin anew."""

    erasures: int


@app.get(
    "/api/customers/<customer_id>/export",
    summary="All that is held of a customer, as JSON or CSV",
    tags=["Privacy"],
    responses={
        200: {
            "description": "The newest first; where there is more, `next_cursor`, or a `Link` in the headers",
            "content": {"application/json": {"model": Export}, "text/csv": {"schema": {"type": "string"}}},
        }
    },
)
def export(
    customer_id: Id,
    format: Annotated[Literal["json", "csv"], Query()] = "json",
    cursor: Cursor = None,
) -> Response[Export | str]:
    user().require_manager()
    found = export_customer(desk(), customer_id, cursor)
    name = f"customer-{customer_id}.{format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if format == "json":
        body = Export(
            exported_at=now(),
            customer=found.customer,
            merged=found.merged,
            stopped=found.stopped,
            address_usage=found.address_usage,
            rows=found.rows,
            next_cursor=found.next_cursor,
        )
        return Response(HTTPStatus.OK, content_types.APPLICATION_JSON, body, headers)
    if found.next_cursor:
        more = urlencode({"format": "csv", "cursor": found.next_cursor})
        headers["Link"] = f'</api/customers/{customer_id}/export?{more}>; rel="next"'
    return Response(HTTPStatus.OK, _CSV, to_csv(found), headers)


@app.post(
    "/api/customers/<customer_id>/erase",
    summary="Forget a customer",
    description="Nothing of them is sent from then on; what is `under_way` is done within minutes.",
    tags=["Privacy"],
)
def erase(customer_id: Id) -> Erasure:
    asking = user()
    asking.require_manager()
    return flow.erase(desk(), customer_id, now(), asking.id)


@app.get("/api/erasures", summary="Who was forgotten, and when: ids only", tags=["Privacy"])
def erasures(limit: Limit = 25, cursor: Cursor = None) -> Listing[Erasure]:
    user().require_manager()
    return listing(Erasure, desk().table.list_rows(Erasure, limit, cursor))


@app.post(
    "/api/erasures/replay",
    summary="Forget again, after a backup was brought back, whoever was forgotten",
    tags=["Privacy"],
)
def replay() -> Replayed:
    user().require_manager()
    return Replayed(erasures=flow.replay_erasures(desk(), now()))
