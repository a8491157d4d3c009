"""What the end of a promise brings: an answer given, a follow-up settled, a survey earned."""

from collections.abc import Iterator
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.idempotency import Receipts
from vaada.flows.messages import recipients
from vaada.flows.messages.recipients import CustomerAddress
from vaada.flows.optimistic_write import change, require
from vaada.flows.replies import rows_after_call_back
from vaada.flows.work import agent_of, customer_of
from vaada.gateways.table import Conflict
from vaada.model.ids import derived_row_id
from vaada.model.messages import Message
from vaada.model.receipts import Receipt
from vaada.model.rows import Row
from vaada.model.times import text_of
from vaada.model.work import Commitment, FollowUp
from vaada.rules import commitments, follow_ups, surveys
from vaada.rules.time.availability import customer_reachable_at
from vaada.rules.time.deadlines import working_hours


def rows_after_end(desk: Desk, promise: Commitment, now: datetime) -> tuple[Row, ...]:
    """The rows to write with a promise that was kept or withdrawn."""
    return (*rows_after_call_back(desk, promise), *_if_kept(desk, promise, now))


def _if_kept(desk: Desk, promise: Commitment, now: datetime) -> Iterator[Row]:
    if promise.kept_at is None:
        return
    settled = desk.table.get(FollowUp, promise.settles_id) if promise.settles_id else None
    if settled is not None and settled.status in follow_ups.OPEN:
        yield follow_ups.complete(settled, now, promise.history[-1].by)
    survey = surveys.of_kept_commitment(promise, desk.policy, now)
    if survey is not None:
        yield survey


def renegotiate(
    desk: Desk,
    commitment_id: str,
    agreed: commitments.Agreement,
    receipts: Receipts,
    now: datetime,
    by: str,
    *,
    tell_customer: bool,
    seen: int | None = None,
) -> tuple[Commitment, Message | None]:
    """A new date for the promise; the customer hears of it if wanted, and if they agreed to be written to.

    They hear when they may be written to, at night in the morning, and of each date once. It is to stand at
    the version `seen`. Raises NotThere, NotPossible, Outdated, Busy.
    """
    before = require(desk, Commitment, commitment_id)
    agent, customer = agent_of(desk, before), customer_of(desk, before)
    policy = desk.policy
    told_at = recipients.customer_address(desk, customer, survey=False) if tell_customer else None
    told: list[Message] = []

    def decide(row: Commitment) -> Commitment:
        return commitments.renegotiate(row, agreed, policy, working_hours(agent, policy), now, by)

    def along(row: Commitment) -> tuple[Row, ...]:
        told.clear()
        if told_at is not None:
            told.append(_new_date_notice(row, told_at, customer_reachable_at(customer, policy, now), now))
        return (*told, *receipts(row.id))

    try:
        changed = change(desk, Commitment, commitment_id, decide, along=along, seen=seen)
    except Conflict as conflict:
        if any(isinstance(row, Receipt) for row in conflict.rows):
            raise
        changed = require(desk, Commitment, commitment_id)  # the same form was sent before
    return changed, told[0] if told else None


def _new_date_notice(row: Commitment, told_at: CustomerAddress, at: datetime, now: datetime) -> Message:
    """The notice to the customer, one for each date, held until then."""
    return Message(
        message_id=derived_row_id(
            row.id, f"running-late/{text_of(row.due_at)}", commitments.date_set_at(row)
        ),
        customer_id=row.customer_id,
        about_id=row.id,
        about_kind="commitment",
        purpose="running_late",
        to="customer",
        recipient_id=row.customer_id,
        medium=told_at.medium,
        address_id=told_at.id,
        why="the agent runs late and names a new date",
        status="held",
        attempts=0,
        wake_at=at,
        created_at=now,
    )
