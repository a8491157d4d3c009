"""Change a case: complete steps, wait for the customer, assign, merge, resolve and reopen."""

from collections.abc import Iterator
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.optimistic_write import change, lost_new_row, require, retry_on_conflict
from vaada.flows.people import require_agents
from vaada.flows.work import open_call_back, reply_of, unanswered_reply
from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.policy import StepName
from vaada.model.rows import Row
from vaada.model.work import FollowUp, Survey
from vaada.rules import cases, commitments, follow_ups, ids, replies, surveys


def do_step(
    desk: Desk,
    case_id: str,
    name: StepName,
    note: str | None,
    cause: cases.Cause | None,
    now: datetime,
    by: str,
) -> Case:
    """Complete a step of a complaint. Raises NotFound, NotPossible, Busy."""
    return change(
        desk,
        Case,
        case_id,
        lambda case: cases.complete_step(case, name, now, by, note, cause),
    )


def resolve(desk: Desk, case_id: str, outcome: str | None, now: datetime, by: str) -> Case:
    """Resolve the case, end its reply, call-back and reminders, and plan the survey.

    Raises NotFound, NotPossible, StepsMissing, Busy.
    """

    def decide(case: Case) -> Case:
        resolved = cases.resolve(case, now, by, outcome)
        survey_id = case.survey_id or ids.case_survey_id(case, now)
        return resolved.model_copy(update={"survey_id": survey_id, "ask_again": False})

    return change(
        desk,
        Case,
        case_id,
        decide,
        other_rows=lambda before, after: _rows_after_resolving(desk, after, now, by, again=before.ask_again),
    )


def reopen(desk: Desk, case_id: str, reason: str, now: datetime, by: str) -> Case:
    """Open a resolved case again, and withdraw its survey. Raises NotFound, NotPossible, Busy."""

    def withdraw_survey(before: Case, _after: Case) -> Iterator[Row]:
        survey = desk.table.get(Survey, before.survey_id) if before.survey_id else None
        if withdrawn := surveys.withdraw(survey):
            yield withdrawn

    return change(
        desk, Case, case_id, lambda case: cases.reopen(case, now, by, reason), other_rows=withdraw_survey
    )


def wait(desk: Desk, case_id: str, now: datetime, by: str) -> Case:
    """Wait for the customer: the reply clock is paused. Raises NotFound, NotPossible, Busy."""

    def pause_reply(_before: Case, case: Case) -> Iterator[Row]:
        reply = reply_of(desk, case)
        if reply and reply.status == "awaited":
            yield replies.pause(reply, now, desk.policy)

    return change(
        desk, Case, case_id, lambda case: cases.wait_for_customer(case, now, by), other_rows=pause_reply
    )


def go_on(desk: Desk, case_id: str, now: datetime, by: str) -> Case:
    """Stop waiting for the customer: the reply clock runs again. Raises NotFound, NotPossible, Busy."""

    def resume_reply(_before: Case, case: Case) -> Iterator[Row]:
        reply = reply_of(desk, case)
        if reply and reply.status == "paused":
            yield replies.resume(reply, now, desk.policy)

    return change(
        desk, Case, case_id, lambda case: cases.stop_waiting(case, now, by), other_rows=resume_reply
    )


def assign(desk: Desk, case_id: str, agent_id: str, now: datetime, by: str) -> Case:
    """Give the case and its open reply to another agent.

    Raises NotFound, NotPossible, UnknownReference, Busy.
    """
    require_agents(desk, agent_id=agent_id)

    def move_reply(_before: Case, case: Case) -> Iterator[Row]:
        if reply := unanswered_reply(desk, case):
            yield reply.changed(agent_id=agent_id)

    return change(
        desk, Case, case_id, lambda case: cases.assign(case, agent_id, now, by), other_rows=move_reply
    )


def merge(desk: Desk, case_id: str, into_id: str, now: datetime, by: str) -> Case:
    """Merge the case into another. Returns the other one. Raises NotFound, NotPossible, Busy."""

    def attempt() -> Case:
        case, into = require(desk, Case, case_id), require(desk, Case, into_id)
        merged, remaining = cases.merge(case, into, now, by)
        owed = (unanswered_reply(desk, into), unanswered_reply(desk, case))
        reply, changed_replies = replies.merge(owed, remaining)
        promised = (open_call_back(desk, into), open_call_back(desk, case))
        call_back, withdrawn = commitments.merge_call_backs(promised, reply, now, by)
        remaining = remaining.model_copy(
            update={
                "reply_id": reply.id if reply else None,
                "call_back_id": call_back.id if call_back else None,
            }
        )
        desk.table.write(merged, remaining, *changed_replies, *withdrawn)
        return remaining

    return retry_on_conflict(case_id, attempt, is_final=lost_new_row)


def _rows_after_resolving(desk: Desk, case: Case, now: datetime, by: str, *, again: bool) -> Iterator[Row]:
    """Yield the open work that ends with the case, and the survey. `again`: it follows an unhappy answer."""
    if reply := unanswered_reply(desk, case):
        yield replies.give(reply, now, by, desk.policy)
    if call_back := open_call_back(desk, case):
        yield commitments.keep(call_back, now, by)
    for follow_up_id in case.follow_up_ids:
        row = desk.table.get(FollowUp, follow_up_id)
        if row is not None and row.origin == "unresolved" and row.status in follow_ups.OPEN:
            yield follow_ups.complete(row, now, by)
    if case.survey_id == ids.case_survey_id(case, now):
        last = require(desk, Interaction, case.last_interaction_id)
        survey = surveys.of_case(case, last, desk.policy, now)
        if survey is not None:
            yield survey.model_copy(update={"again": again})
