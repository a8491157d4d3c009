"""End the replies that customers wait for."""

from collections.abc import Iterator
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.optimistic_write import change
from vaada.flows.work import current_case, open_call_back, unanswered_reply
from vaada.model.rows import Row
from vaada.model.work import Commitment, Reply
from vaada.rules import commitments, replies


def rows_after_call_back(desk: Desk, commitment: Commitment) -> tuple[Row, ...]:
    """Return the rows to write with an ended call-back. If it was kept, it is also the awaited reply."""
    if commitment.origin != "call_back":
        return ()
    case = current_case(desk, commitment.case_id)
    reply = unanswered_reply(desk, case)
    if reply is None or reply.interaction_id != commitment.interaction_id:
        return ()
    if commitment.kept_at is None:
        return replies.close(reply), case.changed(reply_id=None)
    given = replies.give(reply, commitment.kept_at, commitment.history[-1].by, desk.policy)
    return given, case.changed(reply_id=None, answered=True)


def mark_answered(desk: Desk, reply_id: str, now: datetime, by: str) -> Reply:
    """Record that the customer got the reply, without an interaction. Raises NotFound, NotPossible, Busy."""

    def keep_call_back(_before: Reply, reply: Reply) -> Iterator[Row]:
        case = current_case(desk, reply.case_id)
        if case.reply_id != reply.id:
            return
        call_back = open_call_back(desk, case)
        yield case.changed(reply_id=None, call_back_id=None, answered=True)
        if call_back:
            yield commitments.keep(call_back, now, by)

    return change(
        desk,
        Reply,
        reply_id,
        lambda reply: replies.give(reply, now, by, desk.policy),
        other_rows=keep_call_back,
    )
