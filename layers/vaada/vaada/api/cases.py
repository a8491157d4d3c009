"""/api/cases and /api/goodwill."""

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
from vaada.api.resolver import Cursor, Limit, app, created, current_user, desk, idempotency_key, now
from vaada.flows import cases as flow
from vaada.flows import goodwill
from vaada.flows.idempotency import do_once
from vaada.flows.optimistic_write import require
from vaada.flows.work import current_customer
from vaada.model.cases import Case
from vaada.model.ids import PartyId, RowId, customer_of
from vaada.model.people import Agent
from vaada.model.policy import StepName
from vaada.model.text import Input, Line, Prose
from vaada.model.work import Goodwill, GoodwillStatus
from vaada.rules.cases import Cause

Id = Annotated[RowId, Path()]

_CENT = Decimal("0.01")


class StepCompletion(Input):
    """Notes on a completed step. The step `cause_recorded` needs `cause` and `prevention`."""

    note: Prose | None = None
    cause: Line | None = None
    prevention: Line | None = None


class Resolution(Input):
    """How the case ended."""

    outcome: Prose | None = None


class Reopening(Input):
    """Why the case is reopened."""

    reason: Line


class Assignment(Input):
    """The new owner of the case."""

    agent_id: PartyId


class Merge(Input):
    """The case to merge this one into."""

    into: RowId


def _to_cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT)


class NewGoodwill(Input):
    """The amount, in the policy's currency, and the reason."""

    amount: Annotated[Decimal, Field(gt=0, max_digits=10, decimal_places=2), AfterValidator(_to_cents)]
    reason: Line


class Decline(Input):
    """Why goodwill is declined."""

    reason: Line


@app.get("/api/cases", summary="A customer's cases", tags=["Cases"])
def case_list(
    customer_id: Annotated[PartyId, Query(description="The customer's id")],
    status: Annotated[Literal["open", "resolved", "merged"] | None, Query()] = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Listing[Case]:
    customer = current_customer(desk(), customer_id)
    current_user().require_served(customer)
    return listing(Case, desk().table.cases_of(customer.record_ids, limit, cursor, status=status))


@app.get("/api/cases/<case_id>", summary="One case, with its evidence", tags=["Cases"])
def case(case_id: Id) -> Case:
    return _case(current_user(), case_id)


@app.post("/api/cases/<case_id>/steps/<step>", summary="Complete a step of a complaint", tags=["Cases"])
def step(
    case_id: Id, step: Annotated[StepName, Path()], body: Annotated[StepCompletion | None, Body()] = None
) -> Case:
    completion = body or StepCompletion()
    if step == "cause_recorded":
        for field in ("cause", "prevention"):
            if getattr(completion, field) is None:
                raise problems.invalid(field, "is needed: what led to it, and what keeps it from returning")
    cause = (
        Cause(completion.cause, completion.prevention) if completion.cause and completion.prevention else None
    )
    caller = current_user()
    return _change_case(
        caller,
        case_id,
        lambda: flow.do_step(desk(), case_id, step, completion.note, cause, now(), caller.id),
    )


@app.post("/api/cases/<case_id>/resolve", summary="Resolve a case", tags=["Cases"])
def resolve(case_id: Id, body: Annotated[Resolution | None, Body()] = None) -> Case:
    outcome = body.outcome if body else None
    caller = current_user()
    return _change_case(
        caller,
        case_id,
        lambda: flow.resolve(desk(), case_id, outcome, now(), caller.id),
    )


@app.post("/api/cases/<case_id>/reopen", summary="Reopen a case", tags=["Cases"])
def reopen(case_id: Id, body: Annotated[Reopening, Body()]) -> Case:
    caller = current_user()
    return _change_case(
        caller,
        case_id,
        lambda: flow.reopen(desk(), case_id, body.reason, now(), caller.id),
    )


@app.post("/api/cases/<case_id>/wait", summary="Wait for the customer: the reply clock stops", tags=["Cases"])
def wait(case_id: Id) -> Case:
    caller = current_user()
    return _change_case(caller, case_id, lambda: flow.wait(desk(), case_id, now(), caller.id))


@app.post("/api/cases/<case_id>/go-on", summary="Stop waiting: the reply clock goes on", tags=["Cases"])
def go_on(case_id: Id) -> Case:
    caller = current_user()
    return _change_case(caller, case_id, lambda: flow.go_on(desk(), case_id, now(), caller.id))


@app.post("/api/cases/<case_id>/assign", summary="Give a case to another agent", tags=["Cases"])
def assign(case_id: Id, body: Annotated[Assignment, Body()]) -> Case:
    caller = current_user()
    return _change_case(
        caller,
        case_id,
        lambda: flow.assign(desk(), case_id, body.agent_id, now(), caller.id),
    )


@app.post("/api/cases/<case_id>/merge", summary="Merge a case into another", tags=["Cases"])
def merge(case_id: Id, body: Annotated[Merge, Body()]) -> Case:
    caller = current_user()
    customer = current_customer(desk(), _case(caller, case_id).customer_id)
    if body.into == case_id or customer_of(body.into) not in customer.record_ids:
        raise problems.invalid("into", "is not another case of this customer")
    _case(caller, body.into)
    return _change_case(
        caller,
        case_id,
        lambda: flow.merge(desk(), case_id, body.into, now(), caller.id),
        body.into,
    )


@app.post(
    "/api/cases/<case_id>/goodwill",
    summary="Give goodwill, or request approval above the allowance",
    tags=["Cases"],
    status_code=HTTPStatus.CREATED,
)
def give(case_id: Id, body: Annotated[NewGoodwill, Body()]) -> Response[Goodwill]:
    caller = current_user()
    case = _case(caller, case_id)
    return created(
        do_once(
            desk(),
            idempotency_key(caller),
            lambda: goodwill.give(
                desk(),
                case_id,
                body.amount,
                body.reason,
                caller.agent_id or case.agent_id,
                now(),
                freely=caller.is_manager,
            ),
            lambda goodwill_id: require(desk(), Goodwill, goodwill_id),
        )
    )


@app.get("/api/goodwill", summary="Goodwill, by status and time", tags=["Cases"])
def goodwill_list(
    status: Annotated[GoodwillStatus | None, Query()] = None, limit: Limit = 25, cursor: Cursor = None
) -> Listing[Goodwill]:
    caller = current_user()
    agent_id = None if caller.is_manager else caller.agent_id
    return listing(
        Goodwill, desk().table.list_rows(Goodwill, limit, cursor, agent_id=agent_id, status=status)
    )


@app.post("/api/goodwill/<goodwill_id>/approve", summary="Approve goodwill", tags=["Cases"])
def approve(goodwill_id: Id) -> Goodwill:
    return _decide(goodwill_id, approved=True, reason=None)


@app.post("/api/goodwill/<goodwill_id>/decline", summary="Decline goodwill", tags=["Cases"])
def decline(goodwill_id: Id, body: Annotated[Decline, Body()]) -> Goodwill:
    return _decide(goodwill_id, approved=False, reason=body.reason)


def _decide(goodwill_id: str, *, approved: bool, reason: str | None) -> Goodwill:
    caller = current_user()
    row = require(desk(), Goodwill, goodwill_id)
    agent = require(desk(), Agent, row.agent_id)
    if not caller.is_manager and caller.agent_id != agent.supervisor_id:
        raise problems.Refusal(HTTPStatus.FORBIDDEN, "The agent's supervisor or a manager decides this.")
    return do_once(
        desk(),
        idempotency_key(caller),
        lambda: goodwill.decide(
            desk(), goodwill_id, approved=approved, reason=reason, now=now(), by=caller.id
        ),
        lambda result_id: require(desk(), Goodwill, result_id),
    )


def _case(caller: User, case_id: str) -> Case:
    """Return the case. Raises NotFound, and Refusal unless the user serves its customer."""
    row = require(desk(), Case, case_id)
    caller.require_served(current_customer(desk(), row.customer_id))
    return row


def _change_case(
    caller: User, case_id: str, change: Callable[[], Case], result_id: str | None = None
) -> Case:
    """Change the case once per idempotency key. Raises as `_case` does."""
    _case(caller, case_id)
    return do_once(
        desk(), idempotency_key(caller), change, lambda _: require(desk(), Case, result_id or case_id)
    )
