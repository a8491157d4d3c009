"""Say in a sentence what an action of a member of staff did."""

from datetime import datetime

from vaada.model.messages import Message
from vaada.model.people import Medium, kind_of_address
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply
from vaada.present.task_words import amount_words
from vaada.present.times import Times
from vaada.present.translation_marks import _
from vaada.present.view_models import ActionName

_GOODWILL = {
    "granted": _("%(amount)s granted."),
    "requested": _("%(amount)s requested."),
    "approved": _("%(amount)s approved."),
    "declined": _("%(amount)s declined."),
}
_AT_ONCE: dict[Medium, str] = {
    "email": _("The customer hears of it by e-mail in a moment."),
    "sms": _("The customer hears of it by text message in a moment."),
}
_LATER: dict[Medium, str] = {
    "email": _("It is late where the customer is: they hear by e-mail on %(when)s."),
    "sms": _("It is late where the customer is: they hear by text message on %(when)s."),
}


def sentence(
    action: ActionName, row: FollowUp | Commitment | Reply | Goodwill, notice: Message | None, times: Times
) -> str:
    """Return what was done to the row, in the words and the zone of the reader."""
    gettext = times.words.catalogue.gettext
    match row:
        case FollowUp():
            return gettext(_of_follow_up(action)) % {"when": _full(row.due_at, times)}
        case Commitment():
            return _of_commitment(action, row, notice, times)
        case Reply() if action == "answered":
            return gettext("Noted: the customer has their answer.")
        case Reply():
            return gettext("The clock stands still until the customer is in touch again.")
        case Goodwill():
            return gettext(_GOODWILL[row.status]) % {"amount": amount_words(row, times.words)}


def _of_follow_up(action: ActionName) -> str:
    match action:
        case "done":
            return _("Done. There will be no more reminders of this.")
        case "give_up":
            return _("Cancelled: the customer could not be reached. There will be no more reminders of this.")
        case "unreachable":
            return _("Noted. You will be reminded to try again on %(when)s.")
        case _:
            return _("You will be reminded on %(when)s.")


def _of_commitment(action: ActionName, row: Commitment, notice: Message | None, times: Times) -> str:
    gettext, due = times.words.catalogue.gettext, {"when": _full(row.due_at, times)}
    match action:
        case "kept":
            return gettext("Promise kept. Well done.")
        case "unreachable":
            return gettext("Noted. The promise stays due on %(when)s.") % due
        case _:
            moved = gettext("The promise is now due on %(when)s.") % due
            customer = _of_notice(notice, times) if notice else gettext("Make sure that the customer knows.")
            return f"{moved} {customer}"


def _of_notice(notice: Message, times: Times) -> str:
    gettext = times.words.catalogue.gettext
    if notice.wake_at is not None and notice.wake_at > notice.created_at:
        return gettext(_LATER[kind_of_address(notice.medium)]) % {"when": _full(notice.wake_at, times)}
    return gettext(_AT_ONCE[kind_of_address(notice.medium)])


def _full(at: datetime, times: Times) -> str:
    """Return the time with its full weekday and month: "Friday 27 November at 17:00"."""
    return times.words.moment(times.local(at), times.local(times.now))
