"""Send a new link to a task in place of an expired one.

The function of the pages may not send. It writes the message as held, and the sweep sends it.
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
    """Hold a mail with a new link for the recipient of the old one, at most once an hour.

    Anybody with the old link can request it, so it goes only to the address on record.
    """
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
        return  # one was requested in this hour, or the customer is erased


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
