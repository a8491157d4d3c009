"""/api/follow-ups, /api/commitments, /api/replies, /api/surveys and /api/messages."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Annotated, Literal, TypeVar, get_args

from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query

from vaada.api import problems
from vaada.api.access import User
from vaada.api.listing import Listing, listing
from vaada.api.resolver import Cursor, Limit, app, change_once, current_user, desk, now, require_ahead, stored
from vaada.api.work_lists import DueBefore, DueFrom, OfAgent, OfCase, OfCustomer, Sort, Wanted, page_of
from vaada.desk import Desk
from vaada.flows import commitments as commitments_flow
from vaada.flows import follow_ups as follow_ups_flow
from vaada.flows import hand_over, undo
from vaada.flows import surveys as surveys_flow
from vaada.flows.optimistic_write import change, require
from vaada.flows.work import current_customer
from vaada.model.ids import PartyId, RowId
from vaada.model.interactions import Interaction
from vaada.model.rows import Row
from vaada.model.text import Input, Line
from vaada.model.times import GivenTime, text_of
from vaada.model.work import (
    Commitment,
    CommitmentStatus,
    FollowUp,
    FollowUpStatus,
    Reply,
    ReplyStatus,
    Survey,
    SurveyStatus,
)
from vaada.rules import commitments, follow_ups

W = TypeVar("W", Commitment, FollowUp)
R = TypeVar("R", Commitment, FollowUp, Survey)
S = TypeVar("S", Commitment, FollowUp, Reply)

Id = Annotated[RowId, Path()]

_SECOND = timedelta(seconds=1)  # all times are whole seconds


class Snooze(Input):
    """When to remind again."""

    until: GivenTime


class Renegotiation(Input):
    """The new date agreed with the customer, and why. `tell_customer` sends them a message about it."""

    due_at: GivenTime
    reason: Line
    tell_customer: bool = False


class Confirmation(Input):
    """The time of the quarantined answer that the customer really gave."""

    at: GivenTime


class Keep(Input):
    """When and how the promise was kept. If `kept_at` is left out, it is now."""

    kept_at: GivenTime | None = None
    note: Line | None = None


class Completion(Input):
    """The result of the follow-up."""

    note: Line | None = None


class Cancellation(Input):
    """Why the follow-up is cancelled."""

    reason: Line | None = None


class WorkAssignment(Input):
    """The agent who has the work from now on."""

    agent_id: PartyId


class Withdrawal(Input):
    """Why the promise is withdrawn."""

    reason: Line


@app.get("/api/follow-ups", summary="Follow-ups, by status and due time", tags=["Follow-ups"])
def list_follow_ups(
    agent_id: OfAgent = None,
    customer_id: OfCustomer = None,
    case_id: OfCase = None,
    status: Annotated[FollowUpStatus | None, Query()] = None,
    due_from: DueFrom = None,
    due_before: DueBefore = None,
    sort: Sort = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Listing[FollowUp]:
    wanted = Wanted(
        get_args(FollowUpStatus),
        status,
        agent_id,
        customer_id,
        due_from,
        due_before,
        sort,
        limit,
        cursor,
        case_id=case_id,
    )
    return listing(FollowUp, page_of(FollowUp, wanted))


@app.get("/api/follow-ups/<follow_up_id>", summary="One follow-up", tags=["Follow-ups"])
def get_follow_up(follow_up_id: Id) -> FollowUp:
    return _visible(FollowUp, follow_up_id)


@app.post("/api/follow-ups/<follow_up_id>/complete", summary="Complete a follow-up", tags=["Follow-ups"])
def complete_follow_up(follow_up_id: Id, body: Annotated[Completion | None, Body()] = None) -> FollowUp:
    note = body.note if body else None
    return _once(
        FollowUp, follow_up_id, lambda by: follow_ups_flow.complete(desk(), follow_up_id, now(), by, note)
    )


@app.post("/api/follow-ups/<follow_up_id>/snooze", summary="Snooze a follow-up", tags=["Follow-ups"])
def snooze_follow_up(follow_up_id: Id, body: Annotated[Snooze, Body()]) -> FollowUp:
    require_ahead("until", body.until)
    return _change_once(FollowUp, follow_up_id, lambda row, by: follow_ups.snooze(row, body.until, now(), by))


@app.post("/api/follow-ups/<follow_up_id>/cancel", summary="Cancel a follow-up", tags=["Follow-ups"])
def cancel_follow_up(follow_up_id: Id, body: Annotated[Cancellation | None, Body()] = None) -> FollowUp:
    reason = body.reason if body else None
    return _once(
        FollowUp, follow_up_id, lambda by: follow_ups_flow.cancel(desk(), follow_up_id, reason, now(), by)
    )


@app.post(
    "/api/follow-ups/<follow_up_id>/undo",
    summary="Undo a mistaken completion, within a day",
    tags=["Follow-ups"],
)
def undo_complete_follow_up(follow_up_id: Id) -> FollowUp:
    return _once(FollowUp, follow_up_id, lambda by: undo.undo_complete(desk(), follow_up_id, now(), by))


@app.post("/api/follow-ups/<follow_up_id>/assign", summary="Give to another agent", tags=["Follow-ups"])
def assign_follow_up(follow_up_id: Id, body: Annotated[WorkAssignment, Body()]) -> FollowUp:
    return _once(
        FollowUp,
        follow_up_id,
        lambda by: hand_over.assign(desk(), FollowUp, follow_up_id, body.agent_id, now(), by),
    )


@app.get("/api/commitments", summary="Commitments, by status and due time", tags=["Commitments"])
def list_commitments(
    agent_id: OfAgent = None,
    customer_id: OfCustomer = None,
    case_id: OfCase = None,
    status: Annotated[Literal["open", "kept", "broken", "withdrawn", "overdue"] | None, Query()] = None,
    due_from: DueFrom = None,
    due_before: DueBefore = None,
    sort: Sort = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Listing[Commitment]:
    stored, before = _overdue("open", due_before) if status == "overdue" else (status, due_before)
    wanted = Wanted(
        get_args(CommitmentStatus),
        stored,
        agent_id,
        customer_id,
        due_from,
        before,
        sort,
        limit,
        cursor,
        case_id=case_id,
    )
    return listing(Commitment, page_of(Commitment, wanted))


@app.get("/api/commitments/<commitment_id>", summary="One commitment", tags=["Commitments"])
def get_commitment(commitment_id: Id) -> Commitment:
    return _visible(Commitment, commitment_id)


@app.post("/api/commitments/<commitment_id>/keep", summary="Mark a promise as kept", tags=["Commitments"])
def keep_commitment(commitment_id: Id, body: Annotated[Keep | None, Body()] = None) -> Commitment:
    at, said = now(), body or Keep()
    kept_at = said.kept_at or at
    if kept_at > at:
        raise problems.invalid("kept_at", "is in the future; mark a promise as kept once it is kept")
    if kept_at < at:
        _require_after_making(_visible(Commitment, commitment_id), kept_at)
    return _change_once(
        Commitment,
        commitment_id,
        lambda row, by: commitments.keep(row, kept_at, by, at, said.note),
        lambda _, row: commitments_flow.rows_after_end(desk(), row, at),
    )


@app.post(
    "/api/commitments/<commitment_id>/undo",
    summary="Undo a mistaken keep, within a day",
    tags=["Commitments"],
)
def undo_keep_commitment(commitment_id: Id) -> Commitment:
    return _once(Commitment, commitment_id, lambda by: undo.undo_keep(desk(), commitment_id, now(), by))


@app.post("/api/commitments/<commitment_id>/renegotiate", summary="Agree a new date", tags=["Commitments"])
def renegotiate_commitment(commitment_id: Id, body: Annotated[Renegotiation, Body()]) -> Commitment:
    require_ahead("due_at", body.due_at)
    agreed = commitments.Agreement(body.due_at, body.reason)
    caller = current_user()
    caller.require_work(desk(), require(desk(), Commitment, commitment_id))

    def act() -> Commitment:
        changed, _ = commitments_flow.renegotiate(
            desk(), commitment_id, agreed, now(), caller.id, tell_customer=body.tell_customer
        )
        return changed

    return change_once(commitment_id, act, stored(Commitment))


@app.post("/api/commitments/<commitment_id>/withdraw", summary="Withdraw a promise", tags=["Commitments"])
def withdraw_commitment(commitment_id: Id, body: Annotated[Withdrawal, Body()]) -> Commitment:
    return _change_once(
        Commitment,
        commitment_id,
        lambda row, by: commitments.withdraw(row, body.reason, now(), by),
        lambda _, row: commitments_flow.rows_after_end(desk(), row, now()),
    )


@app.post("/api/commitments/<commitment_id>/assign", summary="Give to another agent", tags=["Commitments"])
def assign_commitment(commitment_id: Id, body: Annotated[WorkAssignment, Body()]) -> Commitment:
    return _once(
        Commitment,
        commitment_id,
        lambda by: hand_over.assign(desk(), Commitment, commitment_id, body.agent_id, now(), by),
    )


@app.get("/api/replies", summary="Replies that customers wait for, by status and due time", tags=["Replies"])
def list_replies(
    agent_id: OfAgent = None,
    customer_id: OfCustomer = None,
    case_id: OfCase = None,
    status: Annotated[Literal["awaited", "paused", "given", "closed", "overdue"] | None, Query()] = None,
    due_from: DueFrom = None,
    due_before: DueBefore = None,
    sort: Sort = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Listing[Reply]:
    stored, before = _overdue("awaited", due_before) if status == "overdue" else (status, due_before)
    wanted = Wanted(
        get_args(ReplyStatus),
        stored,
        agent_id,
        customer_id,
        due_from,
        before,
        sort,
        limit,
        cursor,
        case_id=case_id,
    )
    return listing(Reply, page_of(Reply, wanted))


@app.get("/api/replies/<reply_id>", summary="One reply that a customer waits for", tags=["Replies"])
def get_reply(reply_id: Id) -> Reply:
    return _visible(Reply, reply_id)


@app.get("/api/surveys", summary="Surveys, with score and comment once answered", tags=["Surveys"])
def list_surveys(
    agent_id: OfAgent = None,
    customer_id: OfCustomer = None,
    status: Annotated[SurveyStatus | None, Query()] = None,
    due_from: DueFrom = None,
    due_before: DueBefore = None,
    sort: Sort = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Listing[Survey]:
    wanted = Wanted(
        get_args(SurveyStatus), status, agent_id, customer_id, due_from, due_before, sort, limit, cursor
    )
    return listing(Survey, page_of(Survey, wanted))


@app.get("/api/surveys/<survey_id>", summary="One survey", tags=["Surveys"])
def get_survey(survey_id: Id) -> Survey:
    caller, row = current_user(), require(desk(), Survey, survey_id)
    caller.require_served_or_own(desk(), current_customer(desk(), row.customer_id), row.agent_id)
    return row


@app.post("/api/surveys/<survey_id>/confirm", summary="Let a quarantined answer count", tags=["Surveys"])
def confirm_answer(survey_id: Id, body: Annotated[Confirmation, Body()]) -> Survey:
    return _once(
        Survey,
        survey_id,
        lambda by: surveys_flow.confirm_answer(desk(), survey_id, body.at, now(), by),
        User.require_decides,
    )


@app.post(
    "/api/surveys/<survey_id>/discard", summary="Mark quarantined answers as no person's", tags=["Surveys"]
)
def discard_answers(survey_id: Id) -> Survey:
    return _once(
        Survey,
        survey_id,
        lambda by: surveys_flow.discard_answers(desk(), survey_id, by),
        User.require_decides,
    )


def _overdue(status: str, due_before: datetime | None) -> tuple[str, datetime]:
    """Return the stored status of overdue rows, and the time before which they are due: now is included."""
    soon = now() + _SECOND
    return status, soon if due_before is None else min(soon, due_before)


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
    return _once(
        kind,
        row_id,
        lambda by: change(desk(), kind, row_id, lambda row: decide(row, by), other_rows=other_rows),
    )


def _once(
    kind: type[R],
    row_id: str,
    act: Callable[[str], R],
    require_allowed: Callable[[User, Desk, R], None] = User.require_work,
) -> R:
    """Call `act` with the user's id, once per idempotency key.

    Raises NotFound, and Refusal unless `require_allowed` lets the user through.
    """
    caller = current_user()
    require_allowed(caller, desk(), require(desk(), kind, row_id))
    return change_once(row_id, lambda: act(caller.id), stored(kind))


def _require_after_making(promise: Commitment, kept_at: datetime) -> None:
    """Raise Refusal (422) for a time before the promise was made."""
    made_at = promise.created_at
    if kept_at < made_at:
        contact = desk().table.get(Interaction, promise.interaction_id)
        if contact is not None and contact.recorded_at == made_at:  # made in it, and perhaps recorded late
            made_at = contact.occurred_at
    if kept_at < made_at:
        message = f"is before the promise was made, at {text_of(made_at)}"
        raise problems.invalid("kept_at", message)
