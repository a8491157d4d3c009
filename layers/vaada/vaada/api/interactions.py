"""/api/interactions."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import BaseModel

from vaada.api import problems
from vaada.api.resolver import app, created, desk, key, now, user
from vaada.flows import record
from vaada.flows.once import once
from vaada.flows.writing import require
from vaada.model.interactions import Interaction, NewInteraction
from vaada.model.work import Commitment, FollowUp
from vaada.rules import planning

_CLOCKS_DIFFER = timedelta(minutes=5)


class Recorded(BaseModel):
    """What came of recording a contact. What rules make of it follows a moment later, on the timeline."""

    interaction_id: str
    case_id: str
    commitments: tuple[Commitment, ...]
    follow_up: FollowUp | None


@app.post("/api/interactions", summary="Record a contact", tags=["Contacts"], status_code=HTTPStatus.CREATED)
def record_interaction(body: Annotated[NewInteraction, Body()]) -> Response[Recorded]:
    asking = user()
    asking.require_own(body.agent_id, "agent_id")
    if body.occurred_at is not None and body.occurred_at > now() + _CLOCKS_DIFFER:
        raise problems.invalid("occurred_at", "is still to come; record a contact once it took place")
    interaction = once(
        desk(),
        key(asking),
        lambda receipts: record.record_interaction(desk(), body, receipts, now()),
        lambda interaction_id: require(desk(), Interaction, interaction_id),
    )
    commitments, asked = planning.promised(interaction, desk().policy), planning.requested(interaction)
    return created(
        Recorded(
            interaction_id=interaction.interaction_id,
            case_id=interaction.case_id,
            commitments=tuple(require(desk(), Commitment, row.id) for row in commitments),
            follow_up=require(desk(), FollowUp, asked.id) if asked else None,
        )
    )
