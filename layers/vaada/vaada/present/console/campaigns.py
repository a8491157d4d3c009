"""Tips and invitations in the reader's words."""

from dataclasses import dataclass

from vaada.model.campaigns import Campaign, CampaignRecipient, CampaignStatus, Turnout
from vaada.model.messages import Message
from vaada.model.people import Customer
from vaada.present.console.messages import STATUSES as MESSAGE_STATUSES
from vaada.present.i18n import Direction
from vaada.present.reasons import reason_words
from vaada.present.times import Times
from vaada.present.translation_marks import _

STATUSES: dict[CampaignStatus, str] = {
    "draft": _("A draft"),
    "scheduled": _("Planned"),
    "sending": _("On its way"),
    "sent": _("Sent"),
    "cancelled": _("Cancelled"),
}
TURNOUT: dict[Turnout, str] = {
    "yes": _("They come"),
    "no": _("They cannot"),
    "came": _("They came"),
    "none": _("No answer yet"),
}
PROBLEMS = {
    "texts": _("Write a subject and a text in one language at least."),
    "event": _("An event needs a day, when it begins and ends, and a place."),
    "time": _("Choose a date and a time still to come."),
    "begun": _("By then it is sent already, or the event has begun."),
    "changed": _("Somebody else changed this meanwhile. Look at it once more."),
}
"""What is wrong with a form, in English; translated when it is shown."""


@dataclass(frozen=True)
class CampaignRow:
    """A campaign in the list: when it was or will be sent, its subject and its status."""

    id: str
    when: str
    title: str
    state: str
    event: str


@dataclass(frozen=True)
class RecipientRow:
    """A customer to whom a campaign is sent: whether the mail was sent, and the answer to an invitation."""

    id: str
    customer: Customer | None
    state: str
    is_not: bool
    answer: str
    came: bool


@dataclass(frozen=True)
class Preview:
    """How the mail reads in a language."""

    language: str
    direction: Direction
    subject: str
    text: str


def row_of(row: Campaign, times: Times) -> CampaignRow:
    """Return the campaign as a row of the list."""
    at = row.cancelled_at or row.sent_at or row.send_at or row.created_at
    gettext = times.words.catalogue.gettext
    return CampaignRow(
        row.id,
        times.when(at),
        row.texts[0].subject,
        gettext(STATUSES[row.status]),
        times.moment(row.event.begins_at) if row.event else "",
    )


def recipient_row(
    row: CampaignRecipient,
    customer: Customer | None,
    message: Message | None,
    times: Times,
    *,
    is_event: bool,
) -> RecipientRow:
    """Return the recipient as a row of the list."""
    catalogue = times.words.catalogue
    is_not = message is not None and message.status in {"withheld", "failed", "unknown"}
    state = ""
    if message is not None and is_not and message.why_not:
        state = reason_words(message.why_not, catalogue)
    elif message is not None and message.status in MESSAGE_STATUSES:
        state = catalogue.gettext(MESSAGE_STATUSES[message.status])
    answer = catalogue.gettext(TURNOUT[row.turnout]) if is_event else ""
    return RecipientRow(row.id, customer, state, is_not, answer, row.came)


def turnout_words(turnout: Turnout, count: int, times: Times) -> tuple[str, str]:
    """Return how many customers said this, or came."""
    return times.words.catalogue.gettext(TURNOUT[turnout]), times.formats.number(count)


def audience_words(customers: int, times: Times, *, is_more: bool) -> str:
    """Return how many customers a campaign is for, in words."""
    catalogue = times.words.catalogue
    if is_more:
        return catalogue.gettext("It goes to more than %(n)s customers.") % {"n": customers}
    return catalogue.ngettext("It goes to %(n)s customer.", "It goes to %(n)s customers.", customers) % {
        "n": customers
    }
