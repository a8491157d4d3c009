"""/api/recognition."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import BaseModel

from vaada.api.listing import Listing, listing
from vaada.api.resolver import Cursor, Limit, app, created, current_user, desk, idempotency_key, now, stored
from vaada.flows import recognition
from vaada.flows.idempotency import do_once
from vaada.model.ids import RowId
from vaada.model.recognitions import Recognition, RecognitionReason
from vaada.model.text import Input, Line
from vaada.model.times import Instant


class NewRecognition(Input):
    """The input for thanks: the promise, survey or case that shows the reason, and a personal line."""

    evidence_id: RowId
    note: Line | None = None


class ProposedThanks(BaseModel):
    """Something to thank an agent for, and the promise, survey or case that shows it."""

    reason: RecognitionReason
    evidence_id: str
    customer_id: str
    at: Instant


class AgentToSee(BaseModel):
    """An agent, when they were last thanked, and reasons to thank them. `is_unseen`: none for a quarter."""

    agent_id: str
    last_thanked_at: Instant | None
    is_unseen: bool
    proposals: tuple[ProposedThanks, ...]


class ThanksToSay(BaseModel):
    """The agents, ordered by when they were last thanked, the longest ago first."""

    items: tuple[AgentToSee, ...]


@app.get("/api/recognition/proposals", summary="Whom to thank, and for what", tags=["Recognition"])
def list_recognition_proposals() -> ThanksToSay:
    current_user().require_manager()
    found = recognition.overview(desk(), now())
    return ThanksToSay(
        items=tuple(
            AgentToSee(
                agent_id=agent_id,
                last_thanked_at=found.last_said.get(agent_id),
                is_unseen=found.is_unseen(agent_id, now()),
                proposals=tuple(
                    ProposedThanks(
                        reason=one.reason,
                        evidence_id=one.evidence.id,
                        customer_id=one.evidence.customer_id,
                        at=one.at,
                    )
                    for one in proposals
                ),
            )
            for agent_id, proposals in found.proposals.items()
        )
    )


@app.get("/api/recognition", summary="Thanks that were said, the latest first", tags=["Recognition"])
def list_recognition(limit: Limit = 25, cursor: Cursor = None) -> Listing[Recognition]:
    current_user().require_manager()
    return listing(Recognition, desk().table.latest_rows(Recognition, limit, cursor))


@app.post(
    "/api/recognition",
    summary="Say thanks to an agent",
    tags=["Recognition"],
    status_code=HTTPStatus.CREATED,
)
def say_thanks(body: Annotated[NewRecognition, Body()]) -> Response[Recognition]:
    caller = current_user()
    caller.require_manager()
    said = do_once(
        desk(),
        idempotency_key(),
        lambda: recognition.say_thanks(desk(), body.evidence_id, body.note, now(), caller.id),
        stored(Recognition),
    )
    return created(said)
