"""The open work of a case when some of it ends: what ends with it, and the case's next step."""

from collections.abc import Iterator
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.work import case_of, open_work_ids, open_work_of
from vaada.model.policy import PolicyDocument
from vaada.model.rows import Row
from vaada.model.work import Commitment, FollowUp, Reply
from vaada.rules import commitments, next_steps, replies
from vaada.rules.open_work import AUTOMATIC, OpenWork, with_open_work


def rows_after_end(desk: Desk, ended: Commitment | FollowUp | Reply, now: datetime) -> list[Row]:
    """Return the rows to write with work that has ended: its case, what ends with it, and the next step.

    None if it is not among the work that its case lists, such as a supervisor's.
    """
    case = case_of(desk, ended.case_id)
    if case is None or ended.id not in open_work_ids(case):
        return []
    work = open_work_of(desk, case)
    also = list(_ended_with(ended, work, desk.policy, now))
    left = work.without(ended.id)
    for row in also:
        left = left.without(row.id)
    answered = any(isinstance(row, Reply) and row.given_at is not None for row in (ended, *also))
    changed = case.changed(answered=case.answered or answered)
    asked = isinstance(ended, FollowUp) and ended.origin in AUTOMATIC
    follow_up = next_steps.after_end(changed, left, desk.policy, now, asked=asked)
    if follow_up is not None:
        left = left.having(follow_up)
    return [with_open_work(changed, left), *also, *([follow_up] if follow_up else [])]


def _ended_with(
    ended: Commitment | FollowUp | Reply, work: OpenWork, policy: PolicyDocument, now: datetime
) -> Iterator[Commitment | Reply]:
    """Yield the reply that the ended call-back was for, or the call-back that the ended reply replaces."""
    reply, call_back = work.reply, work.call_back
    match ended:
        case Commitment(origin="call_back") if reply and reply.interaction_id == ended.interaction_id:
            if ended.kept_at is not None:
                yield replies.give(reply, ended.kept_at, ended.history[-1].by, policy)
            elif ended.status == "withdrawn":
                yield replies.close(reply)
        case Reply() if call_back is not None and ended.given_by is not None:
            yield commitments.keep(call_back, now, ended.given_by)
        case _:
            pass
