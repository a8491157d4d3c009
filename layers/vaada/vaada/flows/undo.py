"""Undo what somebody did by mistake, within a day: a promise that was marked as kept, a reply that was marked
as given, a follow-up that was marked as done or was snoozed."""

from datetime import datetime

from vaada.desk import Desk
from vaada.flows.optimistic_write import require, retry_on_conflict
from vaada.flows.work import agent_of, case_of, open_work_of
from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.rows import Row
from vaada.model.work import Commitment, FollowUp, FollowUpOrigin, Reply, Survey
from vaada.rules import commitments, follow_ups, ids, replies, surveys
from vaada.rules.errors import NotPossible
from vaada.rules.open_work import AUTOMATIC, NOTHING_OPEN, OpenWork, with_open_work
from vaada.rules.time.deadlines import working_hours

_UNDONE = "what it asked about was undone"
_NOT_KEPT = "the promise was not kept after all"
_LISTED: frozenset[FollowUpOrigin] = AUTOMATIC | {
    "requested"
}  # the follow-ups that a case lists; others are the supervisor's


def undo_keep(desk: Desk, commitment_id: str, now: datetime, by: str) -> Commitment:
    """Open a promise again that was marked as kept, with the reply or follow-up that ended with it.

    Its survey is withheld. Raises NotFound, Busy, and NotPossible also if something else happened since.
    """

    def attempt() -> Commitment:
        row = require(desk, Commitment, commitment_id)
        working = working_hours(agent_of(desk, row), desk.policy)
        undone = commitments.undo_keep(row, desk.policy, working, now, by)
        kept_at = row.history[-1].at
        case = _open_case(desk, row.case_id, kept_at)
        work = open_work_of(desk, case) if case else NOTHING_OPEN
        after = _without_question(work, kept_at, now, by)
        if row.origin == "call_back":
            reply = _reply_again(desk, row, work)
            after = after._replace(call_back=undone, reply=reply)
            if case is not None and reply is not None and reply is not work.reply:
                case = _unanswered(case, reply)
        elif row.origin == "stated":
            after = after._replace(commitments=(*after.commitments, undone))
        rows: list[Row] = [undone, *_settled_again(desk, row, kept_at, now, by), *_survey(desk, row, kept_at)]
        desk.table.write(*rows, *_case_rows(case, work, after, undone.id))
        return undone

    return retry_on_conflict(commitment_id, attempt)


def undo_answer(desk: Desk, reply_id: str, now: datetime, by: str) -> Reply:
    """Await a reply again that was marked as given, with the call that ended with it.

    Raises NotFound, Busy, and NotPossible also if something else happened since, or a contact gave it.
    """

    def attempt() -> Reply:
        row = require(desk, Reply, reply_id)
        undone = replies.undo_give(row, desk.policy, now)
        given_at = row.given_at or now
        case = _open_case(desk, row.case_id, given_at)
        if case is None:
            raise NotPossible("matter", "erased", "changed")
        work = open_work_of(desk, case)
        if work.reply is not None:
            raise NotPossible("reply", "followed by another", "marked as not given")
        contacts = desk.table.work_rows((*case.interaction_ids, row.interaction_id))
        if any(_gave(each, given_at) for each in contacts.values()):
            raise NotPossible("reply", "given in a contact", "marked as not given; correct the contact")
        after = _without_question(work, given_at, now, by)._replace(reply=undone)
        call_back = _call_again(desk, contacts.get(row.interaction_id), given_at, now, by)
        if call_back is not None:  # while the call is open, the reply has no clock of its own
            after = after._replace(call_back=call_back, reply=replies.await_again(row))
        listed = with_open_work(_unanswered(case, row).changed(), after)
        desk.table.write(listed, *(row for row in after.rows if row not in work.rows))
        return undone

    return retry_on_conflict(reply_id, attempt)


def undo_snooze(desk: Desk, follow_up_id: str, now: datetime, by: str) -> FollowUp:
    """Give a follow-up the date back that it had before it was snoozed.

    Raises NotFound, Busy, and NotPossible also if something else happened since.
    """

    def attempt() -> FollowUp:
        row = require(desk, FollowUp, follow_up_id)
        undone = follow_ups.undo_snooze(row, working_hours(agent_of(desk, row), desk.policy), now, by)
        desk.table.write(undone)
        return undone

    return retry_on_conflict(follow_up_id, attempt)


def undo_complete(desk: Desk, follow_up_id: str, now: datetime, by: str) -> FollowUp:
    """Open a follow-up again that was marked as done.

    Raises NotFound, Busy, and NotPossible also if something else happened since.
    """

    def attempt() -> FollowUp:
        row = require(desk, FollowUp, follow_up_id)
        working = working_hours(agent_of(desk, row), desk.policy)
        undone = follow_ups.undo_complete(row, desk.policy, working, now, by)
        done_at = row.history[-1].at
        case = _open_case(desk, row.case_id, done_at) if row.origin in _LISTED else None
        work = open_work_of(desk, case) if case else NOTHING_OPEN
        after = _without_question(work, done_at, now, by)
        if row.origin in AUTOMATIC and after.automatic:
            raise NotPossible("follow-up", "followed by another", "marked as not done")
        desk.table.write(undone, *_case_rows(case, work, after.having(undone), undone.id))
        return undone

    return retry_on_conflict(follow_up_id, attempt)


def _open_case(desk: Desk, case_id: str | None, since: datetime) -> Case | None:
    """Return the case, or None if it is gone. Raises NotPossible if it was resolved since."""
    case = case_of(desk, case_id)
    if case is not None and case.resolved_at is not None and case.resolved_at >= since:
        raise NotPossible("matter", "resolved", "changed this way; open it again first")
    return case


def _without_question(work: OpenWork, ended_at: datetime, now: datetime, by: str) -> OpenWork:
    """Return the work without the follow-up that asked for the next step after this had ended."""
    asks = work.automatic
    if asks is None or asks.origin != "promise_ended" or asks.created_at != ended_at:
        return work
    return work.having(follow_ups.cancel(asks, now, by, _UNDONE))


def _reply_again(desk: Desk, call: Commitment, work: OpenWork) -> Reply | None:
    """Return the reply that the call was for as awaited. Raises NotPossible if it was given another way."""
    asked = desk.table.get(Interaction, call.interaction_id)
    reply = desk.table.get(Reply, ids.reply_id(asked)) if asked else None
    if reply is None or reply.status != "given":
        return work.reply
    if reply.given_by != call.history[-1].by or work.reply is not None:
        raise NotPossible("call", "answered by a contact", "marked as not made; correct the contact")
    return replies.await_again(reply)


def _unanswered(case: Case, reply: Reply) -> Case:
    """Return the case without this reply: if it was the first, the customer had none."""
    return case.model_copy(update={"answered": reply.which == "next"})


def _gave(row: Row, given_at: datetime) -> bool:
    """Whether the customer got the reply in this contact."""
    if not isinstance(row, Interaction) or row.occurred_at != given_at:
        return False
    return row.direction == "outbound" or row.resolved


def _call_again(
    desk: Desk, asked: Row | None, given_at: datetime, now: datetime, by: str
) -> Commitment | None:
    """Return the promised call that ended with the reply as open again, or None if there was none."""
    call = desk.table.get(Commitment, ids.call_back_id(asked)) if isinstance(asked, Interaction) else None
    if call is None or call.status != "kept" or call.history[-1].at != given_at:
        return None
    working = working_hours(agent_of(desk, call), desk.policy)
    return commitments.undo_keep(call, desk.policy, working, now, by)


def _settled_again(desk: Desk, row: Commitment, kept_at: datetime, now: datetime, by: str) -> list[Row]:
    """Return the follow-up that the promise settled as open again, if it was done with it."""
    follow_up = desk.table.get(FollowUp, row.settles_id) if row.settles_id else None
    if follow_up is None or follow_up.status != "done" or follow_up.history[-1].at != kept_at:
        return []
    working = working_hours(agent_of(desk, follow_up), desk.policy)
    return [follow_ups.undo_complete(follow_up, desk.policy, working, now, by)]


def _survey(desk: Desk, row: Commitment, kept_at: datetime) -> list[Row]:
    """Return the survey about the promise as withheld. Raises NotPossible if the customer was asked."""
    survey = desk.table.get(Survey, surveys.promise_survey_id(row, kept_at))
    if survey is None or survey.status == "withheld":
        return []
    if survey.status != "scheduled":
        raise NotPossible("commitment", "asked about in a survey already", "marked as not kept")
    return [surveys.withhold(survey, _NOT_KEPT)]


def _case_rows(case: Case | None, before: OpenWork, after: OpenWork, undone_id: str) -> list[Row]:
    """Return the case with its open work, and what changed of that beside the row that is undone."""
    if case is None or after == before:
        return []
    changed = [row for row in after.rows if row.id != undone_id and row not in before.rows]
    return [with_open_work(case.changed(), after), *changed]
