"""Messages in a list: to whom, what, what happened to them, and what a manager can do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from vaada.model.messages import Message, MessageStatus, Purpose, RecipientRole
from vaada.model.people import Agent, Customer
from vaada.model.suppressions import Suppression
from vaada.model.weekly_reports import WeeklyReport
from vaada.present.console.stories import Teller, message_entry, purpose_words, role_words
from vaada.present.i18n import Words
from vaada.present.sanitize import isolate
from vaada.present.times import Times
from vaada.present.translation_marks import _
from vaada.rules.messages.lifecycle import Work, may_retry

STATUSES: dict[MessageStatus, str] = {
    "failed": _("Failed"),
    "unknown": _("Perhaps sent"),
    "withheld": _("Withheld"),
    "held": _("Held"),
    "waiting": _("Tried again soon"),
    "sent": _("Sent"),
    "grouped": _("Sent with another"),
}
"""The statuses by which messages are listed, those first that need a person."""

NOTES: dict[MessageStatus, str] = {
    "failed": _("They were refused for good. Nobody was told by another way."),
    "unknown": _("The provider did not answer. A customer is never sent a message twice, so these rest."),
    "withheld": _("The desk decided not to send them, for the reason that each one says."),
    "held": _("They wait for the reader's working time, or for others that are due soon."),
    "waiting": _("They were refused for now, and are tried again by themselves."),
    "sent": _("The provider accepted them."),
    "grouped": _("They went out as a part of another message to the same reader."),
}


@dataclass(frozen=True)
class Around:
    """What lists show with messages, by id. `stops` are the suppressions by the ids of messages."""

    times: Times
    agents: Mapping[str, Agent]
    customers: Mapping[str, Customer]
    work: Mapping[str, Work | WeeklyReport]
    stops: Mapping[str, Suppression]


@dataclass(frozen=True)
class MessageRow:
    """A message: when, to whom, what, and why not. `may_lift`: its address bounced, which can be lifted."""

    id: str
    when: str
    icon: str
    words: str
    note: str
    is_not: bool
    customer: Customer | None
    case_id: str | None
    report_week: str
    may_retry: bool
    may_lift: bool


def choices(words: Words) -> dict[str, dict[str, str]]:
    """Return the filters of messages besides their status: to whom they are, and their purposes."""
    return {
        "to": {role: role_words(role, words) for role in get_args(RecipientRole)},
        "purpose": {purpose: purpose_words(purpose, words) for purpose in get_args(Purpose)},
    }


def title(status: MessageStatus, shown: int, words: Words, *, is_part: bool) -> str:
    """Return the heading of a list, with the number of messages if all of this status are listed."""
    gettext, ngettext = words.catalogue.gettext, words.catalogue.ngettext
    if status == "failed" and not shown and not is_part:
        return gettext("No message has failed.")
    if status == "failed" and not is_part:
        return ngettext("%(n)s message did not go out.", "%(n)s messages did not go out.", shown) % {
            "n": shown
        }
    return gettext("Messages")


def message_row(row: Message, around: Around) -> MessageRow:
    """Return a message as it is listed."""
    times = around.times
    customer = around.customers.get(row.customer_id)
    name = isolate(customer.name, times.words.direction) if customer else ""
    gettext = times.words.catalogue.gettext
    entry = message_entry(
        row, Teller(times, dict(around.agents), name or gettext("a customer who was erased"), lambda _: False)
    )
    work, stop = around.work.get(row.about_id), around.stops.get(row.id)
    stopped = stop.anything if stop else None
    notes = [entry.note] if entry.note else []
    if stopped is not None:
        words = {"when": times.moment(stopped.at)}
        notes.append(gettext("Nothing is sent to this address since %(when)s.") % words)
    return MessageRow(
        id=row.id,
        when=times.when(row.sent_at or row.created_at),
        icon=entry.icon,
        words=entry.words,
        note=" ".join(notes),
        is_not=entry.is_not,
        customer=customer,
        report_week=work.week if isinstance(work, WeeklyReport) else "",
        case_id=work.case_id if work and not isinstance(work, WeeklyReport) else None,
        may_retry=may_retry(row, work, times.now),
        may_lift=stopped is not None and stopped.reason == "bounced",
    )
