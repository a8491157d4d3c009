"""/api/cases and /api/goodwill: one matter, its complaint, its clock, its end."""

from collections.abc import Callable
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query
from pydantic import AfterValidator, Field

from vaada.api import problems
from vaada.api.access import User
from vaada.api.listing import Listing, listing
from vaada.api.resolver import Cursor, Limit, app, created, desk, key, now, user
from vaada.flows import cases as flow
from vaada.flows import goodwill
from vaada.flows.idempotency import once
from vaada.flows.optimistic_write import require
from vaada.flows.work import standing_customer
from vaada.model.cases import Case
from vaada.model.ids import PartyId, RowId, customer_of
from vaada.model.people import Agent
from vaada.model.policy import StepName
from vaada.model.text import Input, Line, Prose
from vaada.model.work import Goodwill, GoodwillStatus
from vaada.rules.cases import Cause

Id = Annotated[RowId, Path()]

_CENT = Decimal("0.01")


class StepDone(Input):
    """What there is to say about the step. `cause_recorded` needs `cause` and `prevention`."""

    note: Prose | None = None
    cause: Line | None = None
    prevention: Line | None = None


class Resolution(Input):
    """How it ended."""

    outcome: Prose | None = None


class Reopening(Input):
    """Why it is not settled after all."""

    reason: Line


class Assignment(Input):
    """Who has it from now on."""

    agent_id: PartyId


class Merging(Input):
    """The case that this one is part of."""

    into: RowId


def _in_cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT)


class NewGoodwill(Input):
    """What is given, in the policy's currency, and why."""

    amount: Annotated[Decimal, Field(gt=0, max_digits=10, decimal_places=2), AfterValidator(_in_cents)]
    reason: Line


class Verdict(Input):
    """Why goodwill is declined."""

    reason: Line


@app.get("/api/cases", summary="A customer's cases", tags=["Cases"])
def case_list(
    customer_id: Annotated[PartyId, Query(description="Whose")],
    status: Annotated[Literal["open", "resolved", "merged"] | None, Query()] = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Listing[Case]:
    customer = standing_customer(desk(), customer_id)
    user().require_served(customer)
    return listing(Case, desk().table.cases_of(customer.record_ids, limit, cursor, status=status))


@app.get("/api/cases/<case_id>", summary="One case, with its evidence", tags=["Cases"])
def case(case_id: Id) -> Case:
    return _case(user(), case_id)


@app.post("/api/cases/<case_id>/steps/<step>", summary="A step is done", tags=["Cases"])
def step(
    case_id: Id, step: Annotated[StepName, Path()], body: Annotated[StepDone | None, Body()] = None
) -> Case:
    said = body or StepDone()
    if step == "cause_recorded":
        for field in ("cause", "prevention"):
            if getattr(said, field) is None:
                raise problems.invalid(field, "is needed: what led to it, and what keeps it from returning")
    cause = Cause(said.cause, said.prevention) if said.cause and said.prevention else None
    asking = user()
    return _changed(
        asking,
        case_id,
        lambda: flow.do_step(desk(), case_id, step, said.note, cause, now(), asking.id),
    )


@app.post("/api/cases/<case_id>/resolve", summary="It is settled", tags=["Cases"])
def resolve(case_id: Id, body: Annotated[Resolution | None, Body()] = None) -> Case:
    outcome = body.outcome if body else None
    asking = user()
    return _changed(
        asking,
        case_id,
        lambda: flow.resolve(desk(), case_id, outcome, now(), asking.id),
    )


@app.post("/api/cases/<case_id>/reopen", summary="It is not settled after all", tags=["Cases"])
def reopen(case_id: Id, body: Annotated[Reopening, Body()]) -> Case:
    asking = user()
    return _changed(
        asking,
        case_id,
        lambda: flow.reopen(desk(), case_id, body.reason, now(), asking.id),
    )


@app.post(
    "/api/cases/<case_id>/wait", summary="Wait for the customer: the clock stands still", tags=["Cases"]
)
def wait(case_id: Id) -> Case:
    asking = user()
    return _changed(asking, case_id, lambda: flow.wait(desk(), case_id, now(), asking.id))


@app.post("/api/cases/<case_id>/go-on", summary="Wait no longer: the clock runs on", tags=["Cases"])
def go_on(case_id: Id) -> Case:
    asking = user()
    return _changed(asking, case_id, lambda: flow.go_on(desk(), case_id, now(), asking.id))


@app.post("/api/cases/<case_id>/assign", summary="Somebody else has it from now on", tags=["Cases"])
def assign(case_id: Id, body: Annotated[Assignment, Body()]) -> Case:
    asking = user()
    return _changed(
        asking,
        case_id,
        lambda: flow.assign(desk(), case_id, body.agent_id, now(), asking.id),
    )


@app.post("/api/cases/<case_id>/merge", summary="It is part of another case", tags=["Cases"])
def merge(case_id: Id, body: Annotated[Merging, Body()]) -> Case:
    asking = user()
    customer = standing_customer(desk(), _case(asking, case_id).customer_id)
    if body.into == case_id or customer_of(body.into) not in customer.record_ids:
        raise problems.invalid("into", "is not another case of this customer")
    _case(asking, body.into)
    return _changed(
        asking,
        case_id,
        lambda: flow.merge(desk(), case_id, body.into, now(), asking.id),
        body.into,
    )


@app.post(
    "/api/cases/<case_id>/goodwill",
    summary="Give goodwill, or ask for it above the allowance",
    tags=["Cases"],
    status_code=HTTPStatus.CREATED,
)
def give(case_id: Id, body: Annotated[NewGoodwill, Body()]) -> Response[Goodwill]:
    asking = user()
    found = _case(asking, case_id)
    return created(
        once(
            desk(),
            key(asking),
            lambda: goodwill.give(
                desk(),
                case_id,
                body.amount,
                body.reason,
                asking.agent_id or found.agent_id,
                now(),
                freely=asking.is_manager,
            ),
            lambda goodwill_id: require(desk(), Goodwill, goodwill_id),
        )
    )


@app.get("/api/goodwill", summary="Goodwill, by status and time", tags=["Cases"])
def goodwill_list(
    status: Annotated[GoodwillStatus | None, Query()] = None, limit: Limit = 25, cursor: Cursor = None
) -> Listing[Goodwill]:
    asking = user()
    whose = None if asking.is_manager else asking.agent_id
    return listing(Goodwill, desk().table.list_rows(Goodwill, limit, cursor, agent_id=whose, status=status))


@app.post("/api/goodwill/<goodwill_id>/approve", summary="Approve it", tags=["Cases"])
def approve(goodwill_id: Id) -> Goodwill:
    return _decided(goodwill_id, approved=True, reason=None)


@app.post("/api/goodwill/<goodwill_id>/decline", summary="Decline it", tags=["Cases"])
def decline(goodwill_id: Id, body: Annotated[Verdict, Body()]) -> Goodwill:
    return _decided(goodwill_id, approved=False, reason=body.reason)


def _decided(goodwill_id: str, *, approved: bool, reason: str | None) -> Goodwill:
    asking = user()
    found = require(desk(), Goodwill, goodwill_id)
    agent = require(desk(), Agent, found.agent_id)
    if not asking.is_manager and asking.agent_id != agent.supervisor_id:
        raise problems.Refusal(HTTPStatus.FORBIDDEN, "The agent's supervisor or a manager decides this.")
    return once(
        desk(),
        key(asking),
        lambda: goodwill.decide(
            desk(), goodwill_id, approved=approved, reason=reason, now=now(), by=asking.id
        ),
        lambda result_id: require(desk(), Goodwill, result_id),
    )


def _case(asking: User, case_id: str) -> Case:
    """The case, if its customer is served by the user. Raises Refusal, NotThere."""
    found = require(desk(), Case, case_id)
    asking.require_served(standing_customer(desk(), found.customer_id))
    return found


def _changed(asking: User, case_id: str, act: Callable[[], Case], result_id: str | None = None) -> Case:
    """Do it once, if the user serves the customer."""
    _case(asking, case_id)
    return once(desk(), key(asking), act, lambda _: require(desk(), Case, result_id or case_id))
