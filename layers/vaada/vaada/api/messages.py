"""/api/messages."""

from typing import Annotated, get_args

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from vaada.api.listing import Listing, listing
from vaada.api.resolver import Cursor, Limit, app, change_once, current_user, desk, now, stored
from vaada.flows.messages.manual_retry import retry
from vaada.flows.optimistic_write import require
from vaada.flows.work import current_customer
from vaada.model.ids import OF_THE_DESK, RowId
from vaada.model.messages import Message, MessageStatus, Purpose, RecipientRole

Id = Annotated[RowId, Path()]


@app.get("/api/messages", summary="Messages to anyone, the latest first", tags=["Messages"])
def list_messages(
    status: Annotated[MessageStatus | None, Query()] = None,
    to: Annotated[RecipientRole | None, Query(description="Only those to this reader")] = None,
    purpose: Annotated[Purpose | None, Query(description="Only those for this")] = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Listing[Message]:
    current_user().require_manager()
    statuses = (status,) if status else get_args(MessageStatus)
    where = {name: value for name, value in (("to", to), ("purpose", purpose)) if value}
    page = desk().table.rows_by_time(Message, statuses, limit, cursor, where=where, descending=True)
    return listing(Message, page)


@app.get("/api/messages/<message_id>", summary="One message, and why it was sent or not", tags=["Messages"])
def get_message(message_id: Id) -> Message:
    caller, row = current_user(), require(desk(), Message, message_id)
    if row.customer_id == OF_THE_DESK:
        caller.require_manager()
    else:
        caller.require_served(desk(), current_customer(desk(), row.customer_id))
    return row


@app.post("/api/messages/<message_id>/retry", summary="Try a failed message again", tags=["Messages"])
def retry_message(message_id: Id) -> Message:
    caller = current_user()
    caller.require_manager()
    return change_once(
        message_id,
        lambda: retry(desk(), message_id, now(), caller.id),
        stored(Message),
    )
