"""/api/follow-ups, /api/commitments and /api/surveys: what is owed, and what is done about it."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated, Literal, TypeVar

from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query

from vaada.api import problems
from vaada.api.access import User
from vaada.api.listing import Listing, listing
from vaada.api.resolver import Cursor, Limit, app, desk, key, now, user
from vaada.flows import commitments as commitments_flow
from vaada.flows.idempotency import once
from vaada.flows.optimistic_write import change, require
from vaada.flows.work import standing_customer
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
    """Remind again at this time."""

    until: Instant


class Renegotiation(Input):
    """The date agreed anew with the customer, and why. `tell_customer` writes to them that we run late."""

    due_at: Instant
    reason: Line
    tell_customer: bool = False


class Keeping(Input):
    """When the promise was kept; without `kept_at` it was now."""

    kept_at: Instant | None = None


class Withdrawal(Input):
    """Why the promise is taken back."""

    reason: Line


@app.get("/api/follow-ups", summary="Follow-ups, by status and due time", tags=["Follow-ups"])
def follow_up_list(
    agent_id: OfAgent = None,
    status: Annotated[FollowUpStatus | None, Query()] = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Listing[FollowUp]:
    whose = _whose(user(), agent_id)
    return listing(FollowUp, desk().table.list_rows(FollowUp, limit, cursor, agent_id=whose, status=status))


@app.get("/api/follow-ups/<follow_up_id>", summary="One follow-up", tags=["Follow-ups"])
def follow_up(follow_up_id: Id) -> FollowUp:
    return _seen(FollowUp, follow_up_id)


@app.post("/api/follow-ups/<follow_up_id>/complete", summary="It is done", tags=["Follow-ups"])
def complete(follow_up_id: Id) -> FollowUp:
    return _act(FollowUp, follow_up_id, lambda row, by: follow_ups.complete(row, now(), by))


@app.post("/api/follow-ups/<follow_up_id>/snooze", summary="Remind later", tags=["Follow-ups"])
def snooze(follow_up_id: Id, body: Annotated[Snooze, Body()]) -> FollowUp:
    _require_future("until", body.until)
    return _act(FollowUp, follow_up_id, lambda row, by: follow_ups.snooze(row, body.until, now(), by))


@app.post("/api/follow-ups/<follow_up_id>/cancel", summary="It is no longer needed", tags=["Follow-ups"])
def cancel(follow_up_id: Id) -> FollowUp:
    return _act(FollowUp, follow_up_id, lambda row, by: follow_ups.cancel(row, now(), by))


@app.get("/api/commitments", summary="Commitments, by status and due time", tags=["Commitments"])
def commitment_list(
    agent_id: OfAgent = None,
    status: Annotated[Literal["open", "kept", "broken", "withdrawn", "overdue"] | None, Query()] = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Listing[Commitment]:
    whose = _whose(user(), agent_id)
    table = desk().table
    if status == "overdue":
        page = table.list_rows(Commitment, limit, cursor, agent_id=whose, status="open", due_by=now())
    else:
        page = table.list_rows(Commitment, limit, cursor, agent_id=whose, status=status)
    return listing(Commitment, page)


@app.get("/api/commitments/<commitment_id>", summary="One commitment", tags=["Commitments"])
def commitment(commitment_id: Id) -> Commitment:
    return _seen(Commitment, commitment_id)


@app.post("/api/commitments/<commitment_id>/keep", summary="The promise was kept", tags=["Commitments"])
def keep(commitment_id: Id, body: Annotated[Keeping | None, Body()] = None) -> Commitment:
    kept_at = body.kept_at if body and body.kept_at else now()
    if kept_at > now():
        raise problems.invalid("kept_at", "is still to come; mark a promise as kept once it is")
    return _act(
        Commitment,
        commitment_id,
        lambda row, by: commitments.keep(row, kept_at, by),
        lambda _, row: commitments_flow.rows_after_end(desk(), row, now()),
    )


@app.post("/api/commitments/<commitment_id>/renegotiate", summary="A new date", tags=["Commitments"])
def renegotiate(commitment_id: Id, body: Annotated[Renegotiation, Body()]) -> Commitment:
    _require_future("due_at", body.due_at)
    agreed = commitments.Agreement(body.due_at, body.reason)
    asking = user()
    asking.require_work(desk(), require(desk(), Commitment, commitment_id))

    def act() -> Commitment:
        changed, _ = commitments_flow.renegotiate(
            desk(), commitment_id, agreed, now(), asking.id, tell_customer=body.tell_customer
        )
        return changed

    return once(desk(), key(asking), act, lambda result_id: require(desk(), Commitment, result_id))


@app.post("/api/commitments/<commitment_id>/withdraw", summary="It is taken back", tags=["Commitments"])
def withdraw(commitment_id: Id, body: Annotated[Withdrawal, Body()]) -> Commitment:
    return _act(
        Commitment,
        commitment_id,
        lambda row, by: commitments.withdraw(row, body.reason, now(), by),
        lambda _, row: commitments_flow.rows_after_end(desk(), row, now()),
    )


@app.get("/api/replies", summary="Answers that customers wait for, by status and due time", tags=["Replies"])
def reply_list(
    agent_id: OfAgent = None,
    status: Annotated[ReplyStatus | None, Query()] = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Listing[Reply]:
    whose = _whose(user(), agent_id)
    return listing(Reply, desk().table.list_rows(Reply, limit, cursor, agent_id=whose, status=status))


@app.get("/api/replies/<reply_id>", summary="One answer that a customer waits for", tags=["Replies"])
def reply(reply_id: Id) -> Reply:
    return _seen(Reply, reply_id)


@app.get("/api/surveys", summary="Surveys, with score and comment once answered", tags=["Surveys"])
def survey_list(
    customer_id: OfCustomer = None,
    status: Annotated[SurveyStatus | None, Query()] = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Listing[Survey]:
    asking = user()
    if customer_id is None:
        page = desk().table.list_rows(Survey, limit, cursor, agent_id=_whose(asking, None), status=status)
        return listing(Survey, page)
    customer = standing_customer(desk(), customer_id)
    asking.require_served(customer)
    return listing(Survey, desk().table.surveys_of(customer.record_ids, limit, cursor, status=status))


def _seen(kind: type[S], row_id: str) -> S:
    """The row, if the user may see it."""
    asking = user()
    row = require(desk(), kind, row_id)
    asking.require_work(desk(), row)
    return row


def _act(
    kind: type[W],
    row_id: str,
    decide: Callable[[W, str], W],
    along: Callable[[W, W], Iterable[Row]] = lambda _before, _after: (),
) -> W:
    """Do it once, with what goes along with it, if the user may."""
    asking = user()
    asking.require_work(desk(), require(desk(), kind, row_id))
    return once(
        desk(),
        key(asking),
        lambda: change(desk(), kind, row_id, lambda row: decide(row, asking.id), along=along),
        lambda result_id: require(desk(), kind, result_id),
    )


def _whose(asking: User, agent_id: str | None) -> str | None:
    """Whose rows are listed: by default a manager sees everybody's, an agent their own."""
    if agent_id is not None:
        asking.require_may_see(desk(), agent_id)
        return agent_id
    return None if asking.is_manager else asking.agent_id


def _require_future(field: str, at: datetime) -> None:
    if at <= now():
        raise problems.invalid(field, "must be in the future")
