"""What is done about a case: its steps, its clock, its end, and what is given away for it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal

from vaada.desk import Desk
from vaada.flows.once import Receipts
from vaada.flows.record import require_agents
from vaada.flows.writing import Busy, NotThere, change, require
from vaada.gateways.table import Conflict
from vaada.model.cases import Case
from vaada.model.ids import customer_of, new_row_id
from vaada.model.interactions import Interaction
from vaada.model.policy import StepName
from vaada.model.receipts import Receipt
from vaada.model.rows import Row
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply, Survey
from vaada.rules import cases, commitments, follow_ups, planning, replies, surveys
from vaada.rules import goodwill as giving
from vaada.rules.errors import NotPossible

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
        lambda case: cases.step_done(case, name, now, by, note, cause),
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
        survey_id = case.survey_id or planning.case_survey_id(case, now)
        return resolved.model_copy(update={"survey_id": survey_id, "ask_again": False})

    def along(case: Case) -> tuple[Row, ...]:
        return (*_settled(desk, case, now, by, again=again), *receipts(case_id))

    return change(desk, Case, case_id, decide, along=along)


def reopen(desk: Desk, case_id: str, reason: str, receipts: Receipts, now: datetime, by: str) -> Case:
    """It is not settled after all, and not asked about any more. Raises NotThere, NotPossible, Busy."""
    withdrawn: list[Row] = []

    def decide(case: Case) -> Case:
        survey = desk.table.get(Survey, case.survey_id) if case.survey_id else None
        asked = surveys.withdrawn(survey)
        withdrawn[:] = [asked] if asked else []
        return cases.reopen(case, now, by, reason)

    return change(desk, Case, case_id, decide, along=lambda _: (*withdrawn, *receipts(case_id)))


def wait(desk: Desk, case_id: str, receipts: Receipts, now: datetime, by: str) -> Case:
    """The next word is the customer's: the clock stands still. Raises NotThere, NotPossible, Busy."""

    def along(case: Case) -> tuple[Row, ...]:
        reply = _reply(desk, case)
        paused = [replies.paused(reply, now, desk.policy)] if reply and reply.status == "awaited" else []
        return (*paused, *receipts(case_id))

    return change(desk, Case, case_id, lambda case: cases.waiting(case, now, by), along=along)


def go_on(desk: Desk, case_id: str, receipts: Receipts, now: datetime, by: str) -> Case:
    """The customer is not waited for any more: the clock runs on. Raises NotThere, NotPossible, Busy."""

    def along(case: Case) -> tuple[Row, ...]:
        reply = _reply(desk, case)
        running = [replies.resumed(reply, now, desk.policy)] if reply and reply.status == "paused" else []
        return (*running, *receipts(case_id))

    return change(desk, Case, case_id, lambda case: cases.going_on(case, now, by), along=along)


def standing(desk: Desk, case_id: str) -> Case:
    """The case, or the one that it became part of. Raises NotThere."""
    case = require(desk, Case, case_id)
    while case.merged_into:
        case = require(desk, Case, case.merged_into)
    return case


def case_of(desk: Desk, case_id: str | None) -> Case | None:
    """The case that goes on. None: there is none, or none any more, as after a restore."""
    try:
        return standing(desk, case_id) if case_id else None
    except NotThere:
        return None


def after_call_back(desk: Desk, promise: Commitment) -> tuple[Row, ...]:
    """What the end of a promise to call back brings: kept, it is the answer that the customer waited for."""
    if promise.origin != "call_back":
        return ()
    case = standing(desk, promise.case_id)
    reply = _unanswered(desk, case)
    if reply is None or reply.interaction_id != promise.interaction_id:
        return ()
    if promise.kept_at is None:
        return replies.closed(reply), case.changed(reply_id=None)
    by = promise.history[-1].by
    given = replies.given(reply, promise.kept_at, by, desk.policy)
    return given, case.changed(reply_id=None, answered=True)


def answered(desk: Desk, reply_id: str, now: datetime, by: str) -> Reply:
    """The customer has their answer, though no contact says so. Raises NotThere, NotPossible, Busy."""

    def along(reply: Reply) -> tuple[Row, ...]:
        case = standing(desk, reply.case_id)
        if case.reply_id != reply.id:
            return ()
        call_back = _call_back(desk, case)
        kept = [commitments.keep(call_back, now, by)] if call_back else []
        return (case.changed(reply_id=None, call_back_id=None, answered=True), *kept)

    return change(
        desk, Reply, reply_id, lambda reply: replies.given(reply, now, by, desk.policy), along=along
    )


def assign(desk: Desk, case_id: str, agent_id: str, receipts: Receipts, now: datetime, by: str) -> Case:
    """Somebody else has it from now on, and owes its answer. Raises NotThere, NotPossible, Unknown, Busy."""
    require_agents(desk, agent_id=agent_id)

    def along(case: Case) -> tuple[Row, ...]:
        reply = _unanswered(desk, case)
        moved = [reply.changed(agent_id=agent_id)] if reply else []
        return (*moved, *receipts(case_id))

    return change(desk, Case, case_id, lambda case: cases.assign(case, agent_id, now, by), along=along)


def merge(desk: Desk, case_id: str, into_id: str, receipts: Receipts, now: datetime, by: str) -> Case:
    """Both were one matter; returns the case that goes on. Raises NotThere, NotPossible, Busy."""
    for _ in range(_TRIES):
        case, into = require(desk, Case, case_id), require(desk, Case, into_id)
        gone, taken = cases.merge(case, into, now, by)
        # One clock is enough, and one call: those that run out first, the call for what is waited for.
        waiting = [reply for reply in (_unanswered(desk, into), _unanswered(desk, case)) if reply]
        waiting.sort(key=lambda reply: (reply.status == "paused", reply.due_at))
        others = [replies.closed(reply) for reply in waiting[1:]]
        others += [
            reply.changed(case_id=into_id, agent_id=taken.agent_id)
            for reply in waiting[:1]
            if reply.case_id != into_id
        ]
        calls = [call for call in (_call_back(desk, into), _call_back(desk, case)) if call]
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


def give(
    desk: Desk,
    case_id: str,
    amount: Decimal,
    reason: str,
    agent_id: str,
    receipts: Receipts,
    now: datetime,
    *,
    freely: bool,
) -> Goodwill:
    """Goodwill for the case's customer, up to the allowance, or any if `freely`; above it, ask.

    Raises NotThere, NotPossible, Busy.
    """
    goodwill_id = new_row_id(customer_of(case_id), now)
    for _ in range(_TRIES):
        case = require(desk, Case, case_id)
        if case.status == "merged":
            raise NotPossible("case", case.status, "given goodwill for")
        granted = freely or giving.is_allowed(case, amount, desk.policy)
        goodwill = Goodwill(
            goodwill_id=goodwill_id,
            customer_id=case.customer_id,
            case_id=case_id,
            agent_id=agent_id,
            amount=amount,
            currency=desk.policy.goodwill.currency,
            reason=reason,
            status="granted" if granted else "requested",
            due_at=now,
            wake_at=None if granted else now,
            created_at=now,
        )
        changed = case.changed(granted=case.granted + amount) if granted else case.changed()
        try:
            desk.table.write(goodwill, changed, *receipts(goodwill_id))
        except Conflict as conflict:
            if any(row is not changed for row in conflict.rows):
                raise
            continue
        return goodwill
    raise Busy(case_id)


def decide(
    desk: Desk,
    goodwill_id: str,
    *,
    approved: bool,
    reason: str | None,
    receipts: Receipts,
    now: datetime,
    by: str,
) -> Goodwill:
    """Approve or decline goodwill that was asked for. Raises NotThere, NotPossible, Busy."""

    def along(goodwill: Goodwill) -> tuple[Row, ...]:
        case = standing(desk, goodwill.case_id)
        total = [case.changed(granted=case.granted + goodwill.amount)] if approved else []
        return (*total, *receipts(goodwill_id))

    return change(
        desk,
        Goodwill,
        goodwill_id,
        lambda row: giving.decided(row, now, by, approved=approved, reason=reason),
        along=along,
    )


def _settled(desk: Desk, case: Case, now: datetime, by: str, *, again: bool) -> Iterator[Row]:
    """What its end brings: the clock stops, reminders that it is not resolved end, the customer is asked."""
    if reply := _unanswered(desk, case):
        yield replies.given(reply, now, by, desk.policy)
    if call_back := _call_back(desk, case):
        yield commitments.keep(call_back, now, by)
    for follow_up_id in case.follow_up_ids:
        row = desk.table.get(FollowUp, follow_up_id)
        if row is not None and row.origin == "unresolved" and row.status in follow_ups.OPEN:
            yield follow_ups.complete(row, now, by)
    if case.survey_id == planning.case_survey_id(case, now):
        contact = require(desk, Interaction, case.last_interaction_id)
        survey = planning.survey_of_case(case, contact, desk.policy, now)
        if survey is not None:
            yield survey.model_copy(update={"again": again})


def _unanswered(desk: Desk, case: Case) -> Reply | None:
    reply = _reply(desk, case)
    return reply if reply and reply.status in replies.UNANSWERED else None


def _call_back(desk: Desk, case: Case) -> Commitment | None:
    row = desk.table.get(Commitment, case.call_back_id) if case.call_back_id else None
    return row if row and row.status in {"open", "broken"} else None


def _comes_last(call: Commitment, waiting: list[Reply]) -> tuple[bool, bool, datetime]:
    """By what a call comes after others: it was given up, nobody waits for it, it is due later."""
    awaited = any(reply.interaction_id == call.interaction_id for reply in waiting)
    return call.status == "broken", not awaited, call.due_at


def _reply(desk: Desk, case: Case) -> Reply | None:
    return desk.table.get(Reply, case.reply_id) if case.reply_id else None
