"""Tell a member of staff what their action did, in a sentence."""

from datetime import datetime
from zoneinfo import ZoneInfo

from vaada.model.messages import Message
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply
from vaada.present.view_models import ActionName


def sentence(
    action: ActionName, row: FollowUp | Commitment | Reply | Goodwill, notice: Message | None, zone: str
) -> str:
    """What was done to the row, which stands as it is after that; times are local in `zone`."""
    match row:
        case FollowUp():
            return _of_follow_up(action, _local(row.due_at, zone))
        case Commitment():
            return _of_commitment(action, _local(row.due_at, zone), notice, zone)
        case Reply() if action == "answered":
            return "Noted: the customer has their answer."
        case Reply():
            return "The clock stands still until the customer is in touch again."
        case Goodwill():
            return f"{row.currency} {row.amount} {row.status}."


def _of_follow_up(action: ActionName, due: str) -> str:
    match action:
        case "done":
            return "Done. There will be no more reminders of this."
        case "give_up":
            return "Cancelled: the customer could not be reached. There will be no more reminders of this."
        case "unreachable":
            return f"Noted. You will be reminded to try again on {due}."
        case _:
            return f"You will be reminded on {due}."


def _of_commitment(action: ActionName, due: str, notice: Message | None, zone: str) -> str:
    match action:
        case "kept":
            return "Promise kept. Well done."
        case "unreachable":
            return f"Noted. The promise stays due on {due}."
        case _:
            customer = _of_notice(notice, zone) if notice else "Make sure that the customer knows."
            return f"The promise is now due on {due}. {customer}"


def _of_notice(notice: Message, zone: str) -> str:
    by = "e-mail" if notice.medium == "email" else "text message"
    if notice.wake_at is not None and notice.wake_at > notice.created_at:
        return f"It is late where the customer is: they hear by {by} on {_local(notice.wake_at, zone)}."
    return f"The customer hears of it by {by} in a moment."


def _local(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%A, {local.day} %B %Y, %H:%M}"
