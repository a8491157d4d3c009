"""What is done about a case: its steps, its clock, its end, and what is given away for it."""

from collections.abc import Callable, Iterator
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.idempotency import Receipts
from vaada.flows.optimistic_write import Busy, change, require
from vaada.flows.people import require_agents
from vaada.flows.work import open_call_back, reply_of, unanswered_reply
from vaada.gateways.table import Conflict
from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.policy import StepName
from vaada.model.receipts import Receipt
from vaada.model.rows import Row
from vaada.model.work import Commitment, FollowUp, Reply, Survey
from vaada.rules import cases, commitments, follow_ups, ids, replies, surveys

_TRIES = 4
_ONE_CALL = "the matter became part of another, in which they are called back"
Along = Callable[[Case], tuple[Row, ...]]


def do_step(
    desk: Desk,
    case_id: str,
    name: StepName,
    note: str | None,
    cause: cases.Cause | None,
    receipts: Receipts,
    now: datetime,
    by: str,
) -> Case:
    """A step of the complaint is done. Raises NotThere, NotPossible, Busy."""
    return change(
        desk,
        Case,
        case_id,
        lambda case: cases.complete_step(case, name, now, by, note, cause),
        along=lambda _: receipts(case_id),
    )


def resolve(
    desk: Desk, case_id: str, outcome: str | None, receipts: Receipts, now: datetime, by: str
) -> Case:
    """The matter is settled: nobody is reminded of it any more, and the customer is asked how it went.

    Raises NotThere, NotPossible, StepsMissing, Busy.
    """

    again = False

    def decide(case: Case) -> Case:
        nonlocal again
        again = case.ask_again
        resolved = cases.resolve(case, now, by, outcome)
        survey_id = case.survey_id or ids.case_survey_id(case, now)
        return resolved.model_copy(update={"survey_id": survey_id, "ask_again": False})

    def along(case: Case) -> tuple[Row, ...]:
        return (*_settled(desk, case, now, by, again=again), *receipts(case_id))

    return change(desk, Case, case_id, decide, along=along)


def reopen(desk: Desk, case_id: str, reason: str, receipts: Receipts, now: datetime, by: str) -> Case:
    """It is not settled after all, and not asked about any more. Raises NotThere, NotPossible, Busy."""
    withdrawn: list[Row] = []

    def decide(case: Case) -> Case:
        survey = desk.table.get(Survey, case.survey_id) if case.survey_id else None
        asked = surveys.withdraw(survey)
        withdrawn[:] = [asked] if asked else []
        return cases.reopen(case, now, by, reason)

    return change(desk, Case, case_id, decide, along=lambda _: (*withdrawn, *receipts(case_id)))


def wait(desk: Desk, case_id: str, receipts: Receipts, now: datetime, by: str) -> Case:
    """The next word is the customer's: the clock stands still. Raises NotThere, NotPossible, Busy."""

    def along(case: Case) -> tuple[Row, ...]:
        reply = reply_of(desk, case)
        paused = [replies.pause(reply, now, desk.policy)] if reply and reply.status == "awaited" else []
        return (*paused, *receipts(case_id))

    return change(desk, Case, case_id, lambda case: cases.wait_for_customer(case, now, by), along=along)


def go_on(desk: Desk, case_id: str, receipts: Receipts, now: datetime, by: str) -> Case:
    """The customer is not waited for any more: the clock runs on. Raises NotThere, NotPossible, Busy."""

    def along(case: Case) -> tuple[Row, ...]:
        reply = reply_of(desk, case)
        running = [replies.resume(reply, now, desk.policy)] if reply and reply.status == "paused" else []
        return (*running, *receipts(case_id))

    return change(desk, Case, case_id, lambda case: cases.stop_waiting(case, now, by), along=along)


def assign(desk: Desk, case_id: str, agent_id: str, receipts: Receipts, now: datetime, by: str) -> Case:
    """Somebody else has it from now on, and owes its answer. Raises NotThere, NotPossible, Unknown, Busy."""
    require_agents(desk, agent_id=agent_id)

    def along(case: Case) -> tuple[Row, ...]:
        reply = unanswered_reply(desk, case)
        moved = [reply.changed(agent_id=agent_id)] if reply else []
        return (*moved, *receipts(case_id))

    return change(desk, Case, case_id, lambda case: cases.assign(case, agent_id, now, by), along=along)


def merge(desk: Desk, case_id: str, into_id: str, receipts: Receipts, now: datetime, by: str) -> Case:
    """Both were one matter; returns the case that goes on. Raises NotThere, NotPossible, Busy."""
    for _ in range(_TRIES):
        case, into = require(desk, Case, case_id), require(desk, Case, into_id)
        gone, taken = cases.merge(case, into, now, by)
        # One clock is enough, and one call: those that run out first, the call for what is waited for.
        waiting = [reply for reply in (unanswered_reply(desk, into), unanswered_reply(desk, case)) if reply]
        waiting.sort(key=lambda reply: (reply.status == "paused", reply.due_at))
        others = [replies.close(reply) for reply in waiting[1:]]
        others += [
            reply.changed(case_id=into_id, agent_id=taken.agent_id)
            for reply in waiting[:1]
            if reply.case_id != into_id
        ]
        calls = [call for call in (open_call_back(desk, into), open_call_back(desk, case)) if call]
        calls.sort(key=lambda call: _comes_last(call, waiting[:1]))
        needless = [
            commitments.withdraw(call, _ONE_CALL, now, by) for call in calls[1:] if call.status == "open"
        ]
        taken = taken.model_copy(
            update={
                "reply_id": waiting[0].id if waiting else None,
                "call_back_id": calls[0].id if calls else None,
            }
        )
        try:
            desk.table.write(gone, taken, *others, *needless, *receipts(into_id))
        except Conflict as conflict:
            if any(isinstance(row, Receipt) for row in conflict.rows):
                raise
            continue
        return taken
    raise Busy(case_id)


def _settled(desk: Desk, case: Case, now: datetime, by: str, *, again: bool) -> Iterator[Row]:
    """What its end brings: the clock stops, reminders that it is not resolved end, the customer is asked."""
    if reply := unanswered_reply(desk, case):
        yield replies.give(reply, now, by, desk.policy)
    if call_back := open_call_back(desk, case):
        yield commitments.keep(call_back, now, by)
    for follow_up_id in case.follow_up_ids:
        row = desk.table.get(FollowUp, follow_up_id)
        if row is not None and row.origin == "unresolved" and row.status in follow_ups.OPEN:
            yield follow_ups.complete(row, now, by)
    if case.survey_id == ids.case_survey_id(case, now):
        contact = require(desk, Interaction, case.last_interaction_id)
        survey = surveys.of_case(case, contact, desk.policy, now)
        if survey is not None:
            yield survey.model_copy(update={"again": again})


def _comes_last(call: Commitment, waiting: list[Reply]) -> tuple[bool, bool, datetime]:
    """By what a call comes after others: it was given up, nobody waits for it, it is due later."""
    awaited = any(reply.interaction_id == call.interaction_id for reply in waiting)
    return call.status == "broken", not awaited, call.due_at
