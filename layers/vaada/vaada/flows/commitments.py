"""End a commitment, or agree a new date for it."""

from collections.abc import Iterator
from datetime import datetime

from vaada.desk import Desk
from vaada.flows import case_work
from vaada.flows.messages import recipients
from vaada.flows.messages.recipients import CustomerAddress
from vaada.flows.optimistic_write import lost_new_row, require, retry_on_conflict
from vaada.flows.work import agent_of, customer_of
from vaada.gateways.table import Conflict
from vaada.model.ids import derived_row_id
from vaada.model.messages import Message
from vaada.model.receipts import Receipt
from vaada.model.rows import Row
from vaada.model.times import text_of
from vaada.model.work import Commitment, FollowUp
from vaada.rules import commitments, follow_ups, surveys
from vaada.rules.messages.lifecycle import new_message
from vaada.rules.time.availability import customer_reachable_at
from vaada.rules.time.deadlines import working_hours

_MOST_OPEN = 1000
"""Open commitments that are read for a board: as many as one query reads."""


def first_open(desk: Desk) -> tuple[list[Commitment], bool]:
    """Return the first thousand open commitments, the first due one first, and whether there are more."""
    page = desk.table.list_rows(Commitment, _MOST_OPEN, None, status="open")
    return [row for row in page.rows if isinstance(row, Commitment)], page.next_cursor is not None


def rows_after_end(desk: Desk, commitment: Commitment, now: datetime) -> tuple[Row, ...]:
    """Return the rows to write with a commitment that was kept or withdrawn."""
    return (*case_work.rows_after_end(desk, commitment, now), *_rows_after_keeping(desk, commitment, now))


def _rows_after_keeping(desk: Desk, commitment: Commitment, now: datetime) -> Iterator[Row]:
    if commitment.kept_at is None:
        return
    follow_up = desk.table.get(FollowUp, commitment.settles_id) if commitment.settles_id else None
    if follow_up is not None and follow_up.status in follow_ups.OPEN:
        yield follow_ups.complete(follow_up, now, commitment.history[-1].by)
    survey = surveys.of_kept_commitment(commitment, desk.policy, now)
    if survey is not None:
        yield survey


def renegotiate(
    desk: Desk,
    commitment_id: str,
    agreed: commitments.Agreement,
    now: datetime,
    by: str,
    *,
    tell_customer: bool,
    seen: int | None = None,
) -> tuple[Commitment, Message | None]:
    """Give the commitment a new date. With `tell_customer` hold a notice for the customer, and return it.

    There is no notice without consent, and one per date. `seen` is the version that the commitment must have.
    Raises NotFound, NotPossible, VersionChanged, Busy.
    """
    before = require(desk, Commitment, commitment_id)
    agent, customer = agent_of(desk, before), customer_of(desk, before)
    policy = desk.policy
    told_at = recipients.customer_address(desk, customer, survey=False) if tell_customer else None

    def notice_of(row: Commitment) -> Message | None:
        at = customer_reachable_at(customer, policy, now)
        return _new_date_notice(row, told_at, at, now) if told_at else None

    def attempt() -> tuple[Commitment, Message | None]:
        row = require(desk, Commitment, commitment_id, seen=seen)
        changed = commitments.renegotiate(row, agreed, policy, working_hours(agent, policy), now, by)
        notice = notice_of(changed)
        desk.table.write(changed, *([notice] if notice else []))
        return changed, notice

    try:
        return retry_on_conflict(commitment_id, attempt, is_final=lost_new_row)
    except Conflict as conflict:
        if any(isinstance(row, Receipt) for row in conflict.rows):
            raise
        row = require(desk, Commitment, commitment_id)  # the same form was submitted before
        return row, notice_of(row)


def _new_date_notice(row: Commitment, told_at: CustomerAddress, at: datetime, now: datetime) -> Message:
    """Return the notice to the customer, held until `at`. There is one per date."""
    notice = new_message(
        row,
        derived_row_id(row.id, f"running-late/{text_of(row.due_at)}", commitments.date_set_at(row)),
        "running_late",
        "customer",
        row.customer_id,
        told_at.medium,
        "the agent runs late and names a new date",
        at,
        now,
    )
    return notice.model_copy(update={"address_id": told_at.id})
