"""/api/agents/{id}/leave, /return and /work: agents who leave the business, and their work."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body, Path
from pydantic import Field

from vaada.api.resolver import app, change_once, current_user, desk, now, stored
from vaada.flows import departures
from vaada.flows.departures import AgentWork
from vaada.model.ids import PartyId
from vaada.model.people import Agent
from vaada.model.text import Input

Id = Annotated[PartyId, Path()]
_AT_ONCE = 40  # rows that are handed over during the request; the sweep hands over the others
_MOST_CUSTOMERS = 500


class Leave(Input):
    """Who gets the agent's work. `by_customer` maps ids of customers to the agents who get their work."""

    to: PartyId
    by_customer: dict[PartyId, PartyId] = Field(default_factory=dict, max_length=_MOST_CUSTOMERS)


@app.get("/api/agents/<agent_id>/work", summary="How much is an agent's", tags=["People"])
def count_work_of_agent(agent_id: Id) -> AgentWork:
    current_user().require_manager()
    return departures.work_of_agent(desk(), agent_id)


@app.post("/api/agents/<agent_id>/leave", summary="Let an agent leave the business", tags=["People"])
def leave_business(agent_id: Id, body: Annotated[Leave, Body()]) -> Agent:
    caller = current_user()
    caller.require_manager()
    left = change_once(
        agent_id,
        lambda: departures.leave(desk(), agent_id, body.to, body.by_customer, now(), caller.id),
        stored(Agent),
    )
    if left.left_at is not None:  # a repeated request may come after they have returned
        departures.hand_over_work(desk(), agent_id, now(), _AT_ONCE)
    return left


@app.post("/api/agents/<agent_id>/return", summary="Let an agent come back", tags=["People"])
def return_to_business(agent_id: Id) -> Agent:
    caller = current_user()
    caller.require_manager()
    return change_once(
        agent_id,
        lambda: departures.take_back(desk(), agent_id),
        stored(Agent),
    )
