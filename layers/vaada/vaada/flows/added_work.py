"""Add a promise or a follow-up to an open case. It belongs to the agent of the case."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from vaada.desk import Desk
from vaada.flows.optimistic_write import lost_new_row, require, retry_on_conflict
from vaada.flows.work import open_work_of, require_agent
from vaada.model.cases import Case
from vaada.model.ids import customer_of, new_row_id
from vaada.model.interaction_input import NewFollowUpRequest
from vaada.model.interactions import StatedCommitment
from vaada.model.people import Agent
from vaada.model.work import Commitment, FollowUp
from vaada.rules import cases, commitments, follow_ups, hand_over, next_steps
from vaada.rules.open_work import OpenWork, changed_rows, with_open_work
from vaada.rules.time.deadlines import working_hours

A = TypeVar("A", Commitment, FollowUp)


def add_commitment(
    desk: Desk, case_id: str, new: StatedCommitment, now: datetime, by: str, commitment_id: str | None = None
) -> Commitment:
    """Add a promise. Raises NotFound, NotPossible unless the case is open, Busy.

    Raises Conflict if there is one with this `commitment_id` already.
    """
    row_id = commitment_id or new_row_id(customer_of(case_id), now)

    def make(case: Case, agent: Agent) -> Commitment:
        added = commitments.added_to(case, row_id, new.what, new.due_at, now, by)
        return commitments.open_commitment(added, desk.policy, working_hours(agent, desk.policy), now)

    return _add(
        desk, case_id, make, lambda work, row: work._replace(commitments=(*work.commitments, row)), now, by
    )


def add_follow_up(desk: Desk, case_id: str, new: NewFollowUpRequest, now: datetime, by: str) -> FollowUp:
    """Add a follow-up. Raises NotFound, NotPossible unless the case is open, Busy."""
    row_id = new_row_id(customer_of(case_id), now)

    def make(case: Case, _: Agent) -> FollowUp:
        return follow_ups.added_to(case, row_id, new.at, new.reason, now, by)

    return _add(desk, case_id, make, lambda work, row: work.having(row), now, by)


def _add(
    desk: Desk,
    case_id: str,
    make: Callable[[Case, Agent], A],
    join: Callable[[OpenWork, A], OpenWork],
    now: datetime,
    by: str,
) -> A:
    """Write the row with its case. It replaces an automatic follow-up, and its agent is told."""

    def attempt() -> A:
        before = require(desk, Case, case_id)
        cases.require_open(before, "given more to do: reopen it first")
        agent, work = require_agent(desk, before.agent_id), open_work_of(desk, before)
        row = make(before, agent)
        changed = join(next_steps.after_agreement(work, now), row)
        case = with_open_work(before.changed(), changed)
        told = [] if by == agent.id else [hand_over.notice_of(row, agent, "assigned", desk.policy, now)]
        others = (one for one in changed_rows(work.rows, changed.rows) if one.id != row.id)
        desk.table.write(row, case, *others, *told)
        return row

    return retry_on_conflict(case_id, attempt, is_final=lost_new_row)
