"""/api/follow-ups, /api/commitments, /api/replies and /api/surveys."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated, Literal, TypeVar

from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query

from vaada.api import problems
from vaada.api.access import User
from vaada.api.listing import Listing, listing
from vaada.api.resolver import Cursor, Limit, app, current_user, desk, idempotency_key, now
from vaada.flows import commitments as commitments_flow
from vaada.flows.idempotency import do_once
from vaada.flows.optimistic_write import change, require
from vaada.flows.work import current_customer
from vaada.model.ids import PartyId, RowId
from vaada.model.rows import Row
from vaada.model.text import Input, Line
from vaada.model.times import Instant
from vaada.model.work import Commitment, FollowUp, FollowUpStatus, Reply, ReplyStatus, Survey, SurveyStatus
from vaada.rules import commitments, follow_ups

W = TypeVar("W", Commitment, FollowUp)
S = TypeVar("S", Commitment, FollowUp, Reply)

Id = Annotated[RowId, Path()]
OfAgent = Annotated[PartyId | None, Query(description="Only this agent's")]
OfCustomer = Annotated[PartyId | None, Query(description="Only this customer's")]


class Snooze(Input):
    """When to remind again."""

    until: Instant


class Renegotiation(Input):
    """The new date agreed with the customer, and why. `tell_customer` sends them a message about it."""

    due_at: Instant
    reason: Line
    tell_customer: bool = False


class Keep(Input):
    """When the promise was kept. Now, if `kept_at` is left out."""

    kept_at: Instant | None = None


class Withdrawal(Input):
    """Why the promise is withdrawn."""

    reason: Line


@app.get("/api/follow-ups", summary="Follow-ups, by status and due time", tags=["Follow-ups"])
def follow_up_list(
    agent_id: OfAgent = None,
    status: Annotated[FollowUpStatus | None, Query()] = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Listing[FollowUp]:
    agent_filter = _agent_filter(current_user(), agent_id)
    return listing(
        FollowUp, desk().table.list_rows(FollowUp, limit, cursor, agent_id=agent_filter, status=status)
    )


@app.get("/api/follow-ups/<follow_up_id>", summary="One follow-up", tags=["Follow-ups"])
def follow_up(follow_up_id: Id) -> FollowUp:
    return _visible(FollowUp, follow_up_id)


@app.post("/api/follow-ups/<follow_up_id>/complete", summary="Complete a follow-up", tags=["Follow-ups"])
def complete(follow_up_id: Id) -> FollowUp:
    return _change_once(FollowUp, follow_up_id, lambda row, by: follow_ups.complete(row, now(), by))


@app.post("/api/follow-ups/<follow_up_id>/snooze", summary="Snooze a follow-up", tags=["Follow-ups"])
def snooze(follow_up_id: Id, body: Annotated[Snooze, Body()]) -> FollowUp:
    _require_future("until", body.until)
    return _change_once(FollowUp, follow_up_id, lambda row, by: follow_ups.snooze(row, body.until, now(), by))


@app.post("/api/follow-ups/<follow_up_id>/cancel", summary="Cancel a follow-up", tags=["Follow-ups"])
def cancel(follow_up_id: Id) -> FollowUp:
    return _change_once(FollowUp, follow_up_id, lambda row, by: follow_ups.cancel(row, now(), by))


@app.get("/api/commitments", summary="Commitments, by status and due time", tags=["Commitments"])
def commitment_list(
    agent_id: OfAgent = None,
    status: Annotated[Literal["open", "kept", "broken", "withdrawn", "overdue"] | None, Query()] = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Listing[Commitment]:
    agent_filter = _agent_filter(current_user(), agent_id)
    table = desk().table
    if status == "overdue":
        page = table.list_rows(Commitment, limit, cursor, agent_id=agent_filter, status="open", due_by=now())
    else:
        page = table.list_rows(Commitment, limit, cursor, agent_id=agent_filter, status=status)
    return listing(Commitment, page)


@app.get("/api/commitments/<commitment_id>", summary="One commitment", tags=["Commitments"])
def commitment(commitment_id: Id) -> Commitment:
    return _visible(Commitment, commitment_id)


@app.post("/api/commitments/<commitment_id>/keep", summary="Mark a promise as kept", tags=["Commitments"])
def keep(commitment_id: Id, body: Annotated[Keep | None, Body()] = None) -> Commitment:
    kept_at = body.kept_at if body and body.kept_at else now()
    if kept_at > now():
        raise problems.invalid("kept_at", "is still to come; mark a promise as kept once it is")
    return _change_once(
        Commitment,
        commitment_id,
        lambda row, by: commitments.keep(row, kept_at, by),
        lambda _, row: commitments_flow.rows_after_end(desk(), row, now()),
    )


@app.post("/api/commitments/<commitment_id>/renegotiate", summary="Agree a new date", tags=["Commitments"])
def renegotiate(commitment_id: Id, body: Annotated[Renegotiation, Body()]) -> Commitment:
    _require_future("due_at", body.due_at)
    agreed = commitments.Agreement(body.due_at, body.reason)
    caller = current_user()
    caller.require_work(desk(), require(desk(), Commitment, commitment_id))

    def act() -> Commitment:
        changed, _ = commitments_flow.renegotiate(
            desk(), commitment_id, agreed, now(), caller.id, tell_customer=body.tell_customer
        )
        return changed

    return do_once(
        desk(), idempotency_key(caller), act, lambda result_id: require(desk(), Commitment, result_id)
    )


@app.post("/api/commitments/<commitment_id>/withdraw", summary="Withdraw a promise", tags=["Commitments"])
def withdraw(commitment_id: Id, body: Annotated[Withdrawal, Body()]) -> Commitment:
    return _change_once(
        Commitment,
        commitment_id,
        lambda row, by: commitments.withdraw(row, body.reason, now(), by),
        lambda _, row: commitments_flow.rows_after_end(desk(), row, now()),
    )


@app.get("/api/replies", summary="Replies that customers wait for, by status and due time", tags=["Replies"])
def reply_list(
    agent_id: OfAgent = None,
    status: Annotated[ReplyStatus | None, Query()] = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Listing[Reply]:
    agent_filter = _agent_filter(current_user(), agent_id)
    return listing(Reply, desk().table.list_rows(Reply, limit, cursor, agent_id=agent_filter, status=status))


@app.get("/api/replies/<reply_id>", summary="One reply that a customer waits for", tags=["Replies"])
def reply(reply_id: Id) -> Reply:
    return _visible(Reply, reply_id)


@app.get("/api/surveys", summary="Surveys, with score and comment once answered", tags=["Surveys"])
def survey_list(
    customer_id: OfCustomer = None,
    status: Annotated[SurveyStatus | None, Query()] = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Listing[Survey]:
    caller = current_user()
    if customer_id is None:
        page = desk().table.list_rows(
            Survey, limit, cursor, agent_id=_agent_filter(caller, None), status=status
        )
        return listing(Survey, page)
    customer = current_customer(desk(), customer_id)
    caller.require_served(customer)
    return listing(Survey, desk().table.surveys_of(customer.record_ids, limit, cursor, status=status))


def _visible(kind: type[S], row_id: str) -> S:
    """Return the row. Raises NotFound, and Refusal unless the user may see it."""
    caller = current_user()
    row = require(desk(), kind, row_id)
    caller.require_work(desk(), row)
    return row


def _change_once(
    kind: type[W],
    row_id: str,
    decide: Callable[[W, str], W],
    other_rows: Callable[[W, W], Iterable[Row]] = lambda _before, _after: (),
) -> W:
    """Change the row once per idempotency key, with `other_rows` in the same transaction.

    Raises NotFound, and Refusal unless the user may see the row.
    """
    caller = current_user()
    caller.require_work(desk(), require(desk(), kind, row_id))
    return do_once(
        desk(),
        idempotency_key(caller),
        lambda: change(desk(), kind, row_id, lambda row: decide(row, caller.id), other_rows=other_rows),
        lambda result_id: require(desk(), kind, result_id),
    )


def _agent_filter(caller: User, agent_id: str | None) -> str | None:
    """Return whose rows to list: `agent_id`, else all (None) for managers, their own for agents."""
    if agent_id is not None:
        caller.require_may_see(desk(), agent_id)
        return agent_id
    return None if caller.is_manager else caller.agent_id


def _require_future(field: str, at: datetime) -> None:
    if at <= now():
        raise problems.invalid(field, "must be in the future")
