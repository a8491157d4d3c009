"""/api/interactions."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path
from pydantic import BaseModel

from vaada.api import problems
from vaada.api.resolver import (
    app,
    change_if_unchanged,
    created,
    current_user,
    desk,
    idempotency_key,
    now,
    stored,
)
from vaada.flows import interactions
from vaada.flows.corrections import correct_interaction
from vaada.flows.idempotency import do_once
from vaada.flows.optimistic_write import require
from vaada.flows.work import current_customer
from vaada.model.cases import Case
from vaada.model.ids import RowId
from vaada.model.interaction_input import InteractionChanges, NewInteraction
from vaada.model.interactions import Interaction
from vaada.model.people import Agent, Customer
from vaada.model.work import Commitment, FollowUp, Reply
from vaada.rules import follow_ups, ids
from vaada.rules.interactions import CLOCK_SKEW, STILL_TO_COME

Id = Annotated[RowId, Path()]


class RecordedInteraction(BaseModel):
    """A recorded interaction with the rows created with it. Planned rows follow shortly, on the timeline.

    `is_history`: it took place so long ago that no clock, reminder or message follows from it.
    `suggested_case_ids` are open cases that it may belong to, if no case was given.
    """

    interaction_id: str
    case_id: str
    is_history: bool
    commitments: tuple[Commitment, ...]
    call_back: Commitment | None
    follow_up: FollowUp | None
    reply: Reply | None
    suggested_case_ids: tuple[str, ...]


class FoundInteraction(Interaction):
    """An interaction, with the cases that it may belong to.

    `suggested_case_ids` are other open cases of the customer that it may belong to, the likeliest first; if
    none is likely, the latest. They are given while it is the only contact of an open case: an SMS begins a
    case of its own, because nobody could choose one.
    """

    suggested_case_ids: tuple[str, ...] = ()


@app.post(
    "/api/interactions", summary="Record an interaction", tags=["Contacts"], status_code=HTTPStatus.CREATED
)
def record_interaction(body: Annotated[NewInteraction, Body()]) -> Response[RecordedInteraction]:
    caller = current_user(
        (Agent, body.agent_id),
        (Agent, body.handed_over_from),
        (Customer, body.customer_id),
        (Case, body.case_id),
    )
    caller.require_own(body.agent_id, "agent_id")
    interactions.read_ahead(desk(), body)
    recorded = do_once(
        desk(),
        idempotency_key(),
        lambda: interactions.record_interaction(desk(), body, now()),
        stored(Interaction),
    )
    follow_up = follow_ups.requested(recorded)
    suggested = () if body.case_id else interactions.suggested_cases(desk(), recorded)
    table, waits = desk().table, recorded.awaits_reply
    return created(
        RecordedInteraction(
            interaction_id=recorded.interaction_id,
            case_id=recorded.case_id,
            is_history=recorded.is_history,
            commitments=tuple(require(desk(), Commitment, row_id) for row_id in ids.commitment_ids(recorded)),
            call_back=table.get(Commitment, ids.call_back_id(recorded)) if waits else None,
            reply=table.get(Reply, ids.reply_id(recorded)) if waits else None,
            suggested_case_ids=tuple(case.case_id for case in suggested),
            follow_up=require(desk(), FollowUp, follow_up.id) if follow_up else None,
        )
    )


@app.get("/api/interactions/<interaction_id>", summary="One interaction", tags=["Contacts"])
def get_interaction(interaction_id: Id) -> FoundInteraction:
    row = require(desk(), Interaction, interaction_id)
    current_user().require_served(desk(), current_customer(desk(), row.customer_id))
    case = desk().table.get(Case, row.case_id)
    is_alone = case is not None and case.status == "open" and case.contacts == 1
    suggested = interactions.suggested_cases(desk(), row, or_latest=True) if is_alone else ()
    return FoundInteraction(**dict(row), suggested_case_ids=tuple(one.case_id for one in suggested))


@app.patch("/api/interactions/<interaction_id>", summary="Correct an interaction", tags=["Contacts"])
def change_interaction(interaction_id: Id, body: Annotated[InteractionChanges, Body()]) -> Interaction:
    caller = current_user()
    row = require(desk(), Interaction, interaction_id)
    caller.require_served(desk(), current_customer(desk(), row.customer_id))
    if "occurred_at" in body.model_fields_set and body.occurred_at > now() + CLOCK_SKEW:
        raise problems.invalid("occurred_at", STILL_TO_COME)
    return change_if_unchanged(
        interaction_id, lambda: correct_interaction(desk(), interaction_id, body, now(), caller.id)
    )
