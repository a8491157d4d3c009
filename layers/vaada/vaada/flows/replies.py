"""Answer the replies that customers wait for."""

from datetime import datetime

from vaada.desk import Desk
from vaada.flows.optimistic_write import change
from vaada.flows.work import open_call_back, standing_case, unanswered_reply
from vaada.model.rows import Row
from vaada.model.work import Commitment, Reply
from vaada.rules import commitments, replies


def rows_after_call_back(desk: Desk, promise: Commitment) -> tuple[Row, ...]:
    """What the end of a promise to call back brings: kept, it is the answer that the customer waited for."""
    if promise.origin != "call_back":
        return ()
    case = standing_case(desk, promise.case_id)
    reply = unanswered_reply(desk, case)
    if reply is None or reply.interaction_id != promise.interaction_id:
        return ()
    if promise.kept_at is None:
        return replies.close(reply), case.changed(reply_id=None)
    by = promise.history[-1].by
    given = replies.give(reply, promise.kept_at, by, desk.policy)
    return given, case.changed(reply_id=None, answered=True)


def mark_answered(desk: Desk, reply_id: str, now: datetime, by: str) -> Reply:
    """The customer has their answer, though no contact says so. Raises NotThere, NotPossible, Busy."""

    def along(reply: Reply) -> tuple[Row, ...]:
        case = standing_case(desk, reply.case_id)
        if case.reply_id != reply.id:
            return ()
        call_back = open_call_back(desk, case)
        kept = [commitments.keep(call_back, now, by)] if call_back else []
        return (case.changed(reply_id=None, call_back_id=None, answered=True), *kept)

    return change(desk, Reply, reply_id, lambda reply: replies.give(reply, now, by, desk.policy), along=along)
