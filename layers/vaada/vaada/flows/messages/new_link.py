"""Messages that people ask for behind a link or through the API: running late, a new link.

Those functions may not send. They put the message down as held, and the sweep sends it.
"""

from datetime import datetime

from vaada.desk import Desk
from vaada.flows.messages import recipients
from vaada.flows.work import StaffWork, agent_of
from vaada.gateways.table import Conflict
from vaada.model.ids import derived_row_id
from vaada.model.messages import Purpose, RecipientRole
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply
from vaada.rules.messages.lifecycle import new_message


def ask_for_new_link(desk: Desk, work: StaffWork, now: datetime) -> None:
    """Mail a new link to whom the old one was for, at most once an hour: anybody who has that can ask."""
    to: RecipientRole = "agent"
    if isinstance(work, Goodwill):
        to = "supervisor"
    elif isinstance(work, FollowUp):
        to = work.told
    reader = recipients.staff_recipient(desk, to, agent_of(desk, work), now, by=("email",))
    hour = now.replace(minute=0, second=0)
    message = new_message(
        work,
        derived_row_id(work.id, f"new-link-{hour.isoformat()}", hour),
        _purpose(work, now),
        to if reader.agent else "owner",
        reader.agent.id if reader.agent else None,
        reader.media[0],
        "the link in an earlier message had expired",
        now,
        now,
    )
    try:
        desk.table.write(message, must_exist=[work])
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
