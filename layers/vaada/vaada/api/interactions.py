"""/api/interactions."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import BaseModel

from vaada.api import problems
from vaada.api.resolver import app, created, current_user, desk, idempotency_key, now
from vaada.flows import interactions
from vaada.flows.idempotency import do_once
from vaada.flows.optimistic_write import require
from vaada.model.interactions import Interaction, NewInteraction
from vaada.model.work import Commitment, FollowUp, Reply
from vaada.rules import follow_ups, ids

_CLOCK_SKEW = timedelta(minutes=5)


class RecordedInteraction(BaseModel):
    """A recorded interaction with the rows created with it. Planned rows follow shortly, on the timeline.

    `suggested_case_ids` are open cases that it may belong to, if no case was given.
    """

    interaction_id: str
    case_id: str
    commitments: tuple[Commitment, ...]
    call_back: Commitment | None
    follow_up: FollowUp | None
    reply: Reply | None
    suggested_case_ids: tuple[str, ...]


@app.post(
    "/api/interactions", summary="Record an interaction", tags=["Contacts"], status_code=HTTPStatus.CREATED
)
def record_interaction(body: Annotated[NewInteraction, Body()]) -> Response[RecordedInteraction]:
    caller = current_user()
    caller.require_own(body.agent_id, "agent_id")
    if body.occurred_at is not None and body.occurred_at > now() + _CLOCK_SKEW:
        raise problems.invalid("occurred_at", "is still to come; record a contact once it took place")
    interaction = do_once(
        desk(),
        idempotency_key(caller),
        lambda: interactions.record_interaction(desk(), body, now()),
        lambda interaction_id: require(desk(), Interaction, interaction_id),
    )
    follow_up = follow_ups.requested(interaction)
    suggested = () if body.case_id else interactions.suggested_cases(desk(), interaction)
    table, waits = desk().table, interaction.awaits_reply
    return created(
        RecordedInteraction(
            interaction_id=interaction.interaction_id,
            case_id=interaction.case_id,
            commitments=tuple(
                require(desk(), Commitment, row_id) for row_id in ids.commitment_ids(interaction)
            ),
            call_back=table.get(Commitment, ids.call_back_id(interaction)) if waits else None,
            reply=table.get(Reply, ids.reply_id(interaction)) if waits else None,
            suggested_case_ids=tuple(case.case_id for case in suggested),
            follow_up=require(desk(), FollowUp, follow_up.id) if follow_up else None,
        )
    )
