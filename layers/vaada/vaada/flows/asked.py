"""Messages that people ask for behind a link or through the API: running late, a new link.

Those functions may not send. They put the message down as held, and the sweep sends it.
"""

from datetime import datetime

from vaada.desk import Desk
from vaada.flows import reaching
from vaada.flows.briefing import StaffWork, agent_of, customer_of
from vaada.flows.once import Receipts
from vaada.flows.writing import change, require
from vaada.gateways.table import Conflict
from vaada.model.ids import derived_row_id
from vaada.model.messages import Message, Party, Purpose
from vaada.model.people import Medium
from vaada.model.receipts import Receipt
from vaada.model.rows import Row
from vaada.model.times import text_of
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply
from vaada.rules import commitments
from vaada.rules.deadlines import working_hours
from vaada.rules.reach import customer_hears_at


def renegotiate(
    desk: Desk,
    commitment_id: str,
    agreed: commitments.Agreement,
    receipts: Receipts,
    now: datetime,
    by: str,
    *,
    tell_customer: bool,
    seen: int | None = None,
) -> tuple[Commitment, Message | None]:
    """A new date for the promise; the customer hears of it if wanted, and if they agreed to be written to.

    They hear when they may be written to, at night in the morning, and of each date once. It is to stand at
    the version `seen`. Raises NotThere, NotPossible, Outdated, Busy.
    """
    before = require(desk, Commitment, commitment_id)
    agent, customer = agent_of(desk, before), customer_of(desk, before)
    policy = desk.policy
    medium = reaching.customer_medium(desk, customer, survey=False) if tell_customer else None
    told: list[Message] = []

    def decide(row: Commitment) -> Commitment:
        return commitments.renegotiate(row, agreed, policy, working_hours(agent, policy), now, by)

    def along(row: Commitment) -> tuple[Row, ...]:
        told.clear()
        if medium is not None:
            told.append(_of_a_new_date(row, medium, customer_hears_at(customer, policy, now), now))
        return (*told, *receipts(row.id))

    try:
        changed = change(desk, Commitment, commitment_id, decide, along=along, seen=seen)
    except Conflict as conflict:
        if any(isinstance(row, Receipt) for row in conflict.rows):
            raise
        changed = require(desk, Commitment, commitment_id)  # the same form was sent before
    return changed, told[0] if told else None


def _of_a_new_date(row: Commitment, medium: Medium, at: datetime, now: datetime) -> Message:
    """The notice to the customer, one for each date, held until then."""
    return Message(
        message_id=derived_row_id(row.id, f"running-late/{text_of(row.due_at)}", commitments.moved_at(row)),
        customer_id=row.customer_id,
        about_id=row.id,
        about_kind="commitment",
        purpose="running_late",
        to="customer",
        recipient_id=row.customer_id,
        medium=medium,
        why="the agent runs late and names a new date",
        status="held",
        attempts=0,
        wake_at=at,
        created_at=now,
    )


def ask_for_new_link(desk: Desk, work: StaffWork, now: datetime) -> None:
    """Mail a new link to whom the old one was for, at most once an hour: anybody who has that can ask."""
    to: Party = "agent"
    if isinstance(work, Goodwill):
        to = "supervisor"
    elif isinstance(work, FollowUp):
        to = work.told
    reader = reaching.staff(desk, to, agent_of(desk, work), now, by=("email",))
    hour = now.replace(minute=0, second=0)
    message = Message(
        message_id=derived_row_id(work.id, f"new-link-{hour.isoformat()}", hour),
        customer_id=work.customer_id,
        about_id=work.id,
        about_kind=work.kind_of_row,
        purpose=_purpose(work, now),
        to=to if reader.agent else "owner",
        recipient_id=reader.agent.id if reader.agent else None,
        medium=reader.media[0],
        why="the link in an earlier message had expired",
        status="held",
        attempts=0,
        wake_at=now,
        created_at=now,
    )
    try:
        desk.table.write(message, there=[work])
    except Conflict:
        return  # one was asked for within the hour, or the customer is erased


def _purpose(work: StaffWork, now: datetime) -> Purpose:
    match work:
        case Commitment():
            return "promise_warning" if now < work.due_at else "promise_overdue"
        case FollowUp():
            return "follow_up_reminder"
        case Reply():
            return "reply_warning"
        case Goodwill():
            return "goodwill_approval"
