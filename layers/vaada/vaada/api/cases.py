"""/api/cases and /api/goodwill."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Literal, get_args

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query
from pydantic import AfterValidator, Field

from vaada.api import problems
from vaada.api.access import User
from vaada.api.listing import Listing, listing
from vaada.api.resolver import (
    Cursor,
    Limit,
    app,
    change_once,
    created,
    current_user,
    desk,
    now,
    require_ahead,
    stored,
)
from vaada.api.work_lists import DueBefore, DueFrom, OfAgent, OfCustomer, Sort, Wanted, page_of
from vaada.flows import added_work, goodwill
from vaada.flows import cases as flow
from vaada.flows.optimistic_write import require
from vaada.flows.work import current_customer
from vaada.model.cases import Case, CaseStatus
from vaada.model.ids import PartyId, RowId, customer_of
from vaada.model.interaction_input import NewCommitment, NewFollowUpRequest
from vaada.model.policy import StepName
from vaada.model.text import Input, Line, Prose
from vaada.model.times import GivenTime
from vaada.model.work import Commitment, FollowUp, Goodwill, GoodwillStatus
from vaada.rules.cases import Cause

Id = Annotated[RowId, Path()]

_CENT = Decimal("0.01")


class StepCompletion(Input):
    """Notes on a completed step. The step `cause_recorded` needs `cause` and `prevention`."""

    note: Prose | None = None
    cause: Line | None = None
    prevention: Line | None = None


class Resolution(Input):
    """How the case ended, and what becomes of the promises and follow-ups that people agreed on.

    By default they stay open and are named in the response; `end` withdraws and cancels them.
    """

    outcome: Prose | None = None
    agreed_work: Literal["keep", "end"] = "keep"


class ResolvedCase(Case):
    """A resolved case, and what was agreed on and is still open."""

    still_open: tuple[Commitment | FollowUp, ...]


class Waiting(Input):
    """Until when to wait for the customer, and for what. Else for as many days as the policy says."""

    until: GivenTime | None = None
    note: Line | None = None


class GoingOn(Input):
    """Why the case no longer waits for the customer."""

    note: Line | None = None


class Approval(Input):
    """What to say about approved goodwill."""

    note: Line | None = None


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


@app.get("/api/cases", summary="Cases of all, of an agent or of a customer", tags=["Cases"])
def list_cases(
    agent_id: OfAgent = None,
    customer_id: OfCustomer = None,
    status: Annotated[CaseStatus | None, Query()] = None,
    quiet_days: Annotated[
        int | None, Query(ge=1, le=3650, description="Only open ones without a contact for this many days")
    ] = None,
    opened_from: Annotated[
        GivenTime | None, Query(description="Only those opened at this time or later")
    ] = None,
    opened_before: Annotated[
        GivenTime | None, Query(description="Only those opened before this time")
    ] = None,
    sort: Annotated[
        Literal["opened_at", "-opened_at", "id"] | None,
        Query(
            description="By opening over all statuses, `-` the latest first, or by id; "
            "else by status, then opening"
        ),
    ] = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Listing[Case]:
    if quiet_days is not None and status not in {None, "open"}:
        raise problems.invalid("quiet_days", "is for open cases; leave status out, or say open")
    wanted = Wanted(
        get_args(CaseStatus),
        status if quiet_days is None else "open",
        agent_id,
        customer_id,
        opened_from,
        opened_before,
        sort,
        limit,
        cursor,
        quiet_since=now() - timedelta(days=quiet_days) if quiet_days is not None else None,
        time_field="opened",
    )
    return listing(Case, page_of(Case, wanted))


@app.get("/api/cases/<case_id>", summary="One case, with its evidence", tags=["Cases"])
def get_case(case_id: Id) -> Case:
    return _case(current_user(), case_id)


@app.post("/api/cases/<case_id>/steps/<step>", summary="Complete a step of a complaint", tags=["Cases"])
def complete_step(
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
def resolve_case(case_id: Id, body: Annotated[Resolution | None, Body()] = None) -> ResolvedCase:
    how = body or Resolution()
    caller = current_user()
    case = _change_case(
        caller,
        case_id,
        lambda: flow.resolve(
            desk(), case_id, how.outcome, now(), caller.id, end_agreed=how.agreed_work == "end"
        ),
    )
    return ResolvedCase(**dict(case), still_open=flow.agreed_work(desk(), case))


@app.post("/api/cases/<case_id>/reopen", summary="Reopen a case", tags=["Cases"])
def reopen_case(case_id: Id, body: Annotated[Reopening, Body()]) -> Case:
    caller = current_user()
    return _change_case(
        caller,
        case_id,
        lambda: flow.reopen(desk(), case_id, body.reason, now(), caller.id),
    )


@app.post("/api/cases/<case_id>/wait", summary="Wait for the customer: the reply clock stops", tags=["Cases"])
def wait_for_customer(case_id: Id, body: Annotated[Waiting | None, Body()] = None) -> Case:
    caller, said = current_user(), body or Waiting()
    require_ahead("until", said.until)
    return _change_case(
        caller, case_id, lambda: flow.wait(desk(), case_id, now(), caller.id, said.note, said.until)
    )


@app.post("/api/cases/<case_id>/go-on", summary="Stop waiting: the reply clock goes on", tags=["Cases"])
def stop_waiting(case_id: Id, body: Annotated[GoingOn | None, Body()] = None) -> Case:
    caller, note = current_user(), body.note if body else None
    return _change_case(caller, case_id, lambda: flow.go_on(desk(), case_id, now(), caller.id, note))


@app.post("/api/cases/<case_id>/assign", summary="Give a case to another agent", tags=["Cases"])
def assign_case(case_id: Id, body: Annotated[Assignment, Body()]) -> Case:
    caller = current_user()
    return _change_case(
        caller,
        case_id,
        lambda: flow.assign(desk(), case_id, body.agent_id, now(), caller.id),
    )


@app.post("/api/cases/<case_id>/merge", summary="Merge a case into another", tags=["Cases"])
def merge_cases(case_id: Id, body: Annotated[Merge, Body()]) -> Case:
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


@app.post("/api/cases/<case_id>/unmerge", summary="Undo a merge, within a day", tags=["Cases"])
def unmerge_cases(case_id: Id) -> Case:
    caller = current_user()
    return _change_case(caller, case_id, lambda: flow.unmerge(desk(), case_id, now(), caller.id))


@app.post(
    "/api/cases/<case_id>/goodwill",
    summary="Give goodwill, or request approval above the allowance",
    tags=["Cases"],
    status_code=HTTPStatus.CREATED,
)
def give_goodwill(case_id: Id, body: Annotated[NewGoodwill, Body()]) -> Response[Goodwill]:
    caller = current_user()
    case = _case(caller, case_id)
    return created(
        change_once(
            case_id,
            lambda: goodwill.give(
                desk(),
                case_id,
                body.amount,
                body.reason,
                caller.agent_id or case.agent_id,
                now(),
                freely=caller.is_manager,
            ),
            stored(Goodwill),
        )
    )


@app.post(
    "/api/cases/<case_id>/commitments",
    summary="Add a promise to a case",
    tags=["Cases"],
    status_code=HTTPStatus.CREATED,
)
def add_commitment(case_id: Id, body: Annotated[NewCommitment, Body()]) -> Response[Commitment]:
    caller = current_user()
    _case(caller, case_id)
    require_ahead("due_at", body.due_at)
    return created(
        change_once(
            case_id,
            lambda: added_work.add_commitment(desk(), case_id, body, now(), caller.id),
            stored(Commitment),
        )
    )


@app.post(
    "/api/cases/<case_id>/follow-ups",
    summary="Add a follow-up to a case",
    tags=["Cases"],
    status_code=HTTPStatus.CREATED,
)
def add_follow_up(case_id: Id, body: Annotated[NewFollowUpRequest, Body()]) -> Response[FollowUp]:
    caller = current_user()
    _case(caller, case_id)
    require_ahead("at", body.at)
    return created(
        change_once(
            case_id,
            lambda: added_work.add_follow_up(desk(), case_id, body, now(), caller.id),
            stored(FollowUp),
        )
    )


@app.get("/api/goodwill", summary="Goodwill, by status and time", tags=["Cases"])
def list_goodwill(
    agent_id: OfAgent = None,
    customer_id: OfCustomer = None,
    status: Annotated[GoodwillStatus | None, Query()] = None,
    due_from: DueFrom = None,
    due_before: DueBefore = None,
    sort: Sort = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Listing[Goodwill]:
    wanted = Wanted(
        get_args(GoodwillStatus), status, agent_id, customer_id, due_from, due_before, sort, limit, cursor
    )
    return listing(Goodwill, page_of(Goodwill, wanted))


@app.get("/api/goodwill/<goodwill_id>", summary="One piece of goodwill", tags=["Cases"])
def get_goodwill(goodwill_id: Id) -> Goodwill:
    caller, row = current_user(), require(desk(), Goodwill, goodwill_id)
    caller.require_served_or_own(desk(), current_customer(desk(), row.customer_id), row.agent_id)
    return row


@app.post("/api/goodwill/<goodwill_id>/approve", summary="Approve goodwill", tags=["Cases"])
def approve_goodwill(goodwill_id: Id, body: Annotated[Approval | None, Body()] = None) -> Goodwill:
    return _decide(goodwill_id, approved=True, reason=body.note if body else None)


@app.post("/api/goodwill/<goodwill_id>/decline", summary="Decline goodwill", tags=["Cases"])
def decline_goodwill(goodwill_id: Id, body: Annotated[Decline, Body()]) -> Goodwill:
    return _decide(goodwill_id, approved=False, reason=body.reason)


def _decide(goodwill_id: str, *, approved: bool, reason: str | None) -> Goodwill:
    caller = current_user()
    caller.require_decides(desk(), require(desk(), Goodwill, goodwill_id))
    return change_once(
        goodwill_id,
        lambda: goodwill.decide(
            desk(), goodwill_id, approved=approved, reason=reason, now=now(), by=caller.id
        ),
        stored(Goodwill),
    )


def _case(caller: User, case_id: str) -> Case:
    """Return the case. Raises NotFound, and Refusal unless the user serves its customer."""
    row = require(desk(), Case, case_id)
    caller.require_served(desk(), current_customer(desk(), row.customer_id))
    return row


def _change_case(
    caller: User, case_id: str, change: Callable[[], Case], result_id: str | None = None
) -> Case:
    """Change the case once per idempotency key. Raises as `_case` does."""
    _case(caller, case_id)
    return change_once(case_id, change, lambda _: require(desk(), Case, result_id or case_id))
