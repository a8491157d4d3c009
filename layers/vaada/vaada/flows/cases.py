"""Change a case: complete steps, wait for the customer, assign, merge, resolve and reopen."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.interactions import awaited_in
from vaada.flows.optimistic_write import change, lost_new_row, require, retry_on_conflict
from vaada.flows.references import require_present_agents
from vaada.flows.unlisted_work import change_unlisted, settled
from vaada.flows.work import current_customer, open_work_of, require_agent
from vaada.flows.work_lists import all_agreed_in_case
from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.people import Agent
from vaada.model.policy import StepName
from vaada.model.rows import Row
from vaada.model.work import Commitment, FollowUp, Reply, Survey
from vaada.rules import (
    case_merge,
    cases,
    commitments,
    follow_ups,
    hand_over,
    ids,
    late_replies,
    next_steps,
    replies,
    surveys,
    unlisted_work,
)
from vaada.rules.interactions import mark_served
from vaada.rules.open_work import OpenWork, changed_rows, is_agreed, is_open, with_open_work

_CLOSED = "the matter was closed"


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


def resolve(
    desk: Desk, case_id: str, outcome: str | None, now: datetime, by: str, *, end_agreed: bool = False
) -> Case:
    """Resolve the case, end its reply, call-back and automatic follow-up, and plan the survey.

    What was agreed on with people stays open: promises and follow-ups. `end_agreed` ends them as well. Raises
    NotFound, NotPossible, StepsMissing, Busy.
    """

    def decide(case: Case) -> Case:
        resolved = cases.resolve(case, now, by, outcome)
        survey_id = case.survey_id or ids.case_survey_id(case, now)
        return resolved.model_copy(update={"survey_id": survey_id, "ask_again": False})

    def end_work(before: Case, case: Case, work: OpenWork) -> tuple[OpenWork, Iterable[Row]]:
        ended = work._replace(
            reply=replies.give(work.reply, now, by, desk.policy) if work.reply else None,
            call_back=commitments.keep(work.call_back, now, by) if work.call_back else None,
        )
        if work.automatic:
            ended = ended.having(follow_ups.complete(work.automatic, now, by))
        if end_agreed:
            ended = ended.each(lambda reply: reply, end_promise, end_follow_up)
        return ended, _survey_after_resolving(desk, case, now, again=before.ask_again)

    def end_promise(row: Commitment) -> Commitment:
        return commitments.withdraw(row, _CLOSED, now, by) if row.status == "open" else row

    def end_follow_up(row: FollowUp) -> FollowUp:
        return follow_ups.cancel(row, now, by, _CLOSED) if is_open(row) else row

    def to_follow(_before: Case, case: Case) -> Case:
        return unlisted_work.to_follow(case, "end", now, by) if end_agreed else case

    resolved = _change_with_work(desk, case_id, now, decide, end_work, to_follow)
    change_unlisted(desk, resolved, now)
    return resolved


def agreed_work(desk: Desk, case: Case) -> tuple[Commitment | FollowUp, ...]:
    """Return the open promises and follow-ups that people agreed on in the case, listed or not."""
    if case.lists_all:
        return open_work_of(desk, case).explicit
    rows = all_agreed_in_case(desk, case, current_customer(desk, case.customer_id))
    return tuple(row for row in rows if is_agreed(row))


def reopen(desk: Desk, case_id: str, reason: str, now: datetime, by: str) -> Case:
    """Open a resolved case again, withdraw its survey and plan a follow-up.

    Raises NotFound, NotPossible, Busy.
    """

    def plan(before: Case, case: Case, work: OpenWork) -> tuple[OpenWork, Iterable[Row]]:
        withdrawn = _withdrawn_survey(desk, before)
        return work.having(next_steps.after_reopening(case, desk.policy, now)), withdrawn

    return _change_with_work(desk, case_id, now, lambda case: cases.reopen(case, now, by, reason), plan)


def wait(
    desk: Desk, case_id: str, now: datetime, by: str, note: str | None = None, until: datetime | None = None
) -> Case:
    """Wait for the customer: the reply clock is paused, and a follow-up asks if no answer comes.

    It asks at `until`, else after the days of the policy. Raises NotFound, NotPossible, Busy.
    """

    def pause(_before: Case, case: Case, work: OpenWork) -> tuple[OpenWork, Iterable[Row]]:
        if work.reply is not None and work.reply.status == "awaited":
            work = work._replace(reply=replies.pause(work.reply, now, desk.policy))
        return work.having(next_steps.after_waiting(case, work.automatic, desk.policy, now, until)), ()

    return _change_with_work(
        desk, case_id, now, lambda case: cases.wait_for_customer(case, now, by, note), pause
    )


def go_on(desk: Desk, case_id: str, now: datetime, by: str, note: str | None = None) -> Case:
    """Stop waiting for the customer: the reply clock runs again. Raises NotFound, NotPossible, Busy."""

    def resume(_before: Case, case: Case, work: OpenWork) -> tuple[OpenWork, Iterable[Row]]:
        if work.reply is not None and work.reply.status == "paused":
            work = work._replace(reply=replies.resume(work.reply, now, desk.policy))
        return work.having(next_steps.after_waiting(case, work.automatic, desk.policy, now)), ()

    return _change_with_work(desk, case_id, now, lambda case: cases.stop_waiting(case, now, by, note), resume)


def assign(desk: Desk, case_id: str, agent_id: str, now: datetime, by: str) -> Case:
    """Give the case and all of its open work to another agent, who serves the customer from now on.

    Both agents are told, unless they did it. Raises NotFound, NotPossible, UnknownReference, InvalidField,
    Busy.
    """
    to = require_present_agents(desk, agent_id=agent_id)["agent_id"]

    def move(before: Case, case: Case, work: OpenWork) -> tuple[OpenWork, Iterable[Row]]:
        moved = hand_over.hand_over_all(work, to, desk.policy, now, by)
        customer = current_customer(desk, case.customer_id)
        served = mark_served(customer, agent_id)
        rows = [*_notices(desk, work, moved, before.agent_id, to, now, by)]
        return moved, [*rows, *([served] if served is not customer else [])]

    case = _change_with_work(
        desk,
        case_id,
        now,
        lambda case: cases.assign(case, agent_id, now, by),
        move,
        lambda _before, case: unlisted_work.to_follow(case, "move", now, by),
    )
    change_unlisted(desk, case, now)
    return case


def merge(desk: Desk, case_id: str, into_id: str, now: datetime, by: str) -> Case:
    """Merge the case into another, whose agent gets its open work. Returns the other one.

    Raises NotFound, NotPossible, Busy.
    """

    def attempt() -> Case:
        case, into = (settled(desk, require(desk, Case, one), now) for one in (case_id, into_id))
        merged, remaining = case_merge.merge(case, into, now, by)
        owner = require_agent(desk, into.agent_id)
        theirs, own = open_work_of(desk, case), open_work_of(desk, into)
        reply, changed_replies = replies.merge((own.reply, theirs.reply), remaining)
        promised = (own.call_back, theirs.call_back)
        call_back, withdrawn = commitments.merge_call_backs(promised, reply, now, by)
        planned = case_merge.one_automatic((*own.follow_ups, *theirs.follow_ups), now)
        work = OpenWork(reply, call_back, (*own.commitments, *theirs.commitments), planned)
        moved = hand_over.hand_over_all(work, owner, desk.policy, now, by)
        remaining = unlisted_work.to_follow(with_open_work(remaining, moved), "move", now, by)
        if remaining.reply_id and reply and reply.status == "awaited":
            remaining = remaining.model_copy(update={"waiting_for_customer": False})
        known = (*own.rows, *theirs.rows)
        stays = {row.id for row in moved.rows}
        others: tuple[Commitment | Reply, ...] = (*changed_replies, *withdrawn)
        ended = [row for row in others if row.id not in stays]
        told = _notices(desk, theirs, moved, case.agent_id, owner, now, by)
        reopened = into.status == "resolved" and remaining.status == "open"
        survey = _withdrawn_survey(desk, into) if reopened else []
        desk.table.write(merged, remaining, *changed_rows(known, (*moved.rows, *ended)), *told, *survey)
        return remaining

    remaining = retry_on_conflict(case_id, attempt, is_final=lost_new_row)
    change_unlisted(desk, remaining, now)
    return remaining


def unmerge(desk: Desk, case_id: str, now: datetime, by: str) -> Case:
    """Undo a merge within a day. Returns the case that was merged, open or resolved as it was.

    What happened since stays with the other case. Raises NotFound, NotPossible, Busy.
    """

    def attempt() -> Case:
        closed = require(desk, Case, case_id)
        into = settled(desk, require(desk, Case, closed.merged_into or case_id), now)
        contacts = [
            row
            for row in desk.table.work_rows((*into.interaction_ids, *closed.interaction_ids)).values()
            if isinstance(row, Interaction)
        ]
        case, rest = case_merge.unmerge(closed, into, contacts, desk.policy.cases, now, by)
        work = open_work_of(desk, into)
        went = work.where(lambda row: case_merge.goes_back(row, closed))
        stays = work.where(lambda row: not case_merge.goes_back(row, closed))
        rows: list[Row] = []
        for one, listed in ((case, went), (rest, stays)):
            mine = [contact for contact in contacts if contact.interaction_id in one.interaction_ids]
            part, known, given, answered = _with_replies(desk, one, listed, mine, now)
            agent = require_agent(desk, one.agent_id)
            moved = hand_over.hand_over_all(part, agent, desk.policy, now, by)
            if follow_up := next_steps.after_end(one, moved, desk.policy, now):
                moved = moved.having(follow_up)
            separated = with_open_work(one.model_copy(update={"answered": answered}), moved)
            rows.append(unlisted_work.to_follow(separated, "move", now, by))
            rows += changed_rows((*work.rows, *known), (*moved.rows, *given))
        desk.table.write(*rows, *_survey_after_all(desk, rest, now))
        return next(row for row in rows if isinstance(row, Case) and row.id == case.id)

    case = retry_on_conflict(case_id, attempt, is_final=lost_new_row)
    change_unlisted(desk, case, now)
    return case


def _with_replies(
    desk: Desk, case: Case, work: OpenWork, contacts: list[Interaction], now: datetime
) -> tuple[OpenWork, list[Reply], list[Reply], bool]:
    """Return the work with the reply that the customer waits for in these contacts, the stored replies, those
    that were given in these contacts, and whether one was.
    """
    awaited = awaited_in(desk, contacts)
    known = [row for row in awaited if isinstance(row, Reply)]
    calls = (row for row in awaited if isinstance(row, Commitment))
    stored = late_replies.Stored(tuple(known), tuple(calls))
    waits = late_replies.waits(cases.in_order(contacts, case), case, stored, desk.policy)
    changed, answered = late_replies.reconcile_replies(waits, waits, case, stored, desk.policy)
    reply = late_replies.open_among(changed, stored)
    if case.status != "open":
        reply = None
    if reply is not None:
        reply = reply.model_copy(update={"case_id": case.case_id})
        reply = late_replies.with_clock(reply, work.call_back, desk.policy, now)
    given = [row for row in changed if row.status == "given"]
    return work._replace(reply=reply), known, given, answered


def _change_with_work(
    desk: Desk,
    case_id: str,
    now: datetime,
    decide: Callable[[Case], Case],
    change_work: Callable[[Case, Case, OpenWork], tuple[OpenWork, Iterable[Row]]],
    to_follow: Callable[[Case, Case], Case] = lambda _before, case: case,
) -> Case:
    """Write the case that `decide` returns, with its open work and the other rows of `change_work`.

    `change_work` gets the case before and after, and its open work. `to_follow` adds what is to be done with
    work that the case does not list.
    """

    def attempt() -> Case:
        before = settled(desk, require(desk, Case, case_id), now)
        after = decide(before)
        work = open_work_of(desk, before)
        changed, others = change_work(before, after, work)
        case = to_follow(before, with_open_work(after, changed))
        desk.table.write(case, *changed_rows(work.rows, changed.rows), *others)
        return case

    return retry_on_conflict(case_id, attempt, is_final=lost_new_row)


def _notices(
    desk: Desk, before: OpenWork, after: OpenWork, former_id: str, to: Agent, now: datetime, by: str
) -> Iterator[Row]:
    """Yield the messages that tell both agents that the work moved, unless they did it themselves."""
    moved = hand_over.moved_first(before, after)
    if moved is None or former_id == to.agent_id:
        return
    yield from hand_over.notices(moved, desk.table.get(Agent, former_id), to, desk.policy, now, by)


def _withdrawn_survey(desk: Desk, case: Case) -> list[Survey]:
    survey = desk.table.get(Survey, case.survey_id) if case.survey_id else None
    withdrawn = surveys.withdraw(survey)
    return [withdrawn] if withdrawn else []


def _survey_after_all(desk: Desk, case: Case, now: datetime) -> list[Survey]:
    """Return the survey of a resolved case if a merge that was undone had withdrawn it."""
    survey = desk.table.get(Survey, case.survey_id) if case.survey_id else None
    asked = surveys.ask_after_all(survey, now) if survey and case.status == "resolved" else None
    return [asked] if asked else []


def _survey_after_resolving(desk: Desk, case: Case, now: datetime, *, again: bool) -> Iterator[Survey]:
    """Yield the survey about the case. `again`: it follows an unhappy answer."""
    if case.survey_id == ids.case_survey_id(case, now):
        last = require(desk, Interaction, case.last_interaction_id)
        survey = surveys.of_case(case, last, desk.policy, now)
        if survey is not None:
            yield survey.model_copy(update={"again": again})
