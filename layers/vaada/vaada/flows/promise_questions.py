"""Record what an agent promised in a mail to a customer, of which the desk got a copy."""

from datetime import datetime

from vaada.desk import Desk
from vaada.flows.added_work import add_commitment
from vaada.flows.optimistic_write import require
from vaada.flows.work import current_case
from vaada.gateways.table import Conflict
from vaada.model.interactions import Interaction, StatedCommitment
from vaada.model.messages import Message
from vaada.model.work import Commitment
from vaada.rules import promise_questions


def recorded_promise(desk: Desk, question: Message) -> Commitment | None:
    """Return the promise that was recorded in answer to this question."""
    return desk.table.get(Commitment, promise_questions.promise_id(question))


def record_promise(
    desk: Desk, question: Message, stated: StatedCommitment, now: datetime, by: str
) -> Commitment:
    """Record the promise on the case of the mail. Only the first answer to a question counts.

    Raises NotFound, NotPossible unless the case is open, Busy, Conflict.
    """
    interaction = require(desk, Interaction, question.about_id)
    case = current_case(desk, interaction.case_id)
    promise_id = promise_questions.promise_id(question)
    try:
        return add_commitment(desk, case.case_id, stated, now, by, promise_id)
    except Conflict:
        desk.table.forget_step()
        before = recorded_promise(desk, question)
        if before is None:
            raise
        return before
