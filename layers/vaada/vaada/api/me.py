"""/api/me."""

from pydantic import BaseModel

from vaada.api.resolver import app, current_user, desk, now
from vaada.flows.optimistic_write import NotFound, require
from vaada.flows.practice import own_practice
from vaada.model.people import Agent
from vaada.model.recognitions import Recognition
from vaada.rules.practice import ExampleKind


class Me(BaseModel):
    """The signed-in user. `id` is what histories have in `by`; a manager need not be an agent."""

    id: str
    is_manager: bool
    agent: Agent | None


@app.get("/api/me", summary="The signed-in user", tags=["People"])
def get_me() -> Me:
    caller = current_user()
    agent = require(desk(), Agent, caller.agent_id) if caller.agent_id else None
    return Me(id=caller.id, is_manager=caller.is_manager, agent=agent)


class Example(BaseModel):
    """Something that could be better, and the promise, reply, survey or case that shows it."""

    kind: ExampleKind
    row_id: str


class Practice(BaseModel):
    """What only the agent sees about their own work of the last 13 weeks."""

    kept_in_time: int
    settled: int
    comments: tuple[str, ...]
    examples: tuple[Example, ...]
    thanks: tuple[Recognition, ...]


@app.get("/api/me/practice", summary="What you kept, and what could be better", tags=["People"])
def get_my_practice() -> Practice:
    caller = current_user()
    if caller.agent_id is None:
        raise NotFound(Agent, caller.id)
    found = own_practice(desk(), caller.agent_id, now())
    return Practice(
        kept_in_time=found.practice.kept,
        settled=found.practice.settled,
        comments=tuple(row.comment or "" for row in found.practice.comments),
        examples=tuple(Example(kind=one.kind, row_id=one.row.id) for one in found.practice.examples),
        thanks=found.thanks,
    )
