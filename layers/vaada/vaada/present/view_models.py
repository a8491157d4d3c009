"""View models: the data that messages and pages show."""

from datetime import date, datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from vaada.model.campaigns import EventAnswer
from vaada.model.messages import Purpose, RecipientRole
from vaada.model.people import Channel, Medium
from vaada.model.rows import Explanation
from vaada.model.work import SurveyKind
from vaada.present.i18n import Words, words
from vaada.present.sanitize import TextDirection
from vaada.present.times import Times, is_late
from vaada.present.translation_marks import _

ActionName = Literal[
    # for a follow-up
    "done",
    "tomorrow",
    "next_week",
    "pick_date",
    "unreachable",
    "old_date",
    "give_up",
    # for a commitment, which also has "unreachable"
    "kept",
    "running_late",
    "new_date",
    # for a reply; "waiting": the case now waits for the customer
    "answered",
    "waiting",
    # for requested goodwill
    "approve",
    "decline",
]
"""The actions that staff can take on the page of a task."""

BriefKind = Literal["follow_up", "commitment", "reply", "goodwill"]
"""The kind of task in a brief."""


CHANNELS: dict[Channel, str] = {
    "phone": _("on the phone"),
    "email": _("by e-mail"),
    "sms": _("by text"),
    "whatsapp": _("by WhatsApp"),
    "chat": _("in the chat"),
    "social": _("on social media"),
    "web": _("on the website"),
    "in_person": _("in person"),
}
"""How a contact took place, in English; translated when it is shown."""


class Brief(NamedTuple):
    """Everything that staff must know to do a task. Times are in the reader's time zone."""

    kind: BriefKind
    language: str  # the reader's, BCP 47
    business: str
    reader_name: str  # may be empty for the owner
    agent_name: str  # the agent whose task it is
    customer_name: str
    customer_phone: str | None
    customer_email: str | None
    summary: str | None  # of the interaction; without one, this and the next two are None
    interaction_at: datetime | None
    channel: Channel | None
    what: str  # the commitment's words, or the reason of the follow-up or goodwill
    typed: bool  # whether `what` is a person's own, in any language
    amount: str | None  # of goodwill: "USD 40.00"
    due_at: datetime
    now: datetime
    explanation: Explanation | None  # of the time of this message
    reminder_number: int  # counted from 1
    unreached: int  # failed attempts to reach the customer
    old_date: datetime | None  # the date it was snoozed to before the customer got in touch
    late_notice_medium: Medium | None  # how the customer can be told of a new date
    action_url: str | None  # signed; None if there is nothing to do
    actions: tuple[ActionName, ...]

    @property
    def words(self) -> Words:
        """The reader's language."""
        return words(self.language)

    @property
    def times(self) -> Times:
        """The words for times."""
        return _times(self.words, self.due_at, self.now)

    @property
    def late(self) -> bool:
        """Whether to call the task overdue."""
        return is_late(self.due_at, self.now)

    @property
    def matter(self) -> str:
        """The task on one line: "Call back", "USD 40.00: two visits for nothing"."""
        return matter_of(self.amount, self.what)

    @property
    def matter_direction(self) -> TextDirection:
        """Return the direction of a task's text: the reader's language, or `auto` for typed words alone."""
        return matter_direction(self.language, self.amount, typed=self.typed)

    @property
    def due_text(self) -> str:
        """When it is or was due: "Due at 16:00", "Overdue by 2 hours"."""
        return self.times.due(self.due_at)

    @property
    def overdue_text(self) -> str:
        """The same as `due_text`, but "Overdue" from the first minute."""
        return self.times.overdue(self.due_at)

    @property
    def due_when(self) -> str:
        """The due time: "today at 16:00"."""
        return self.times.moment(self.due_at)

    @property
    def interaction_when(self) -> str:
        """Time and channel of the interaction: "yesterday at 15:42, on the phone". Empty without one."""
        if self.interaction_at is None or self.channel is None:
            return ""
        gettext = self.words.catalogue.gettext
        # Translators: such as "yesterday at 15:42, on the phone"
        return gettext("%(moment)s, %(channel)s") % {
            "moment": self.times.moment(self.interaction_at),
            "channel": gettext(CHANNELS[self.channel]),
        }

    @property
    def old_when(self) -> str:
        """The date it was snoozed to: "Fri 27 Nov at 09:00"."""
        return self.times.moment(self.old_date) if self.old_date else ""


class TaskLine(NamedTuple):
    """A task in one line of a list. Times are in the reader's time zone."""

    language: str  # the reader's, BCP 47
    customer_name: str
    matter: str
    matter_direction: TextDirection
    due_at: datetime
    now: datetime
    action_url: str | None  # signed; None if there is nothing to do

    @property
    def late(self) -> bool:
        """Whether to call the task overdue."""
        return is_late(self.due_at, self.now)

    @property
    def due_text(self) -> str:
        """When it is or was due: "Due at 16:00", "Overdue by 2 hours"."""
        return _times(words(self.language), self.due_at, self.now).due(self.due_at)


def _times(words: Words, local: datetime, now: datetime) -> Times:
    """Return the words for times in the zone of the `local` one."""
    if not isinstance(local.tzinfo, ZoneInfo):
        raise TypeError("a time that is not in a reader's zone")
    return Times(words, local.tzinfo, now)


def matter_of(amount: str | None, what: str) -> str:
    """Return a task in one line, with the amount of goodwill in front."""
    return f"{amount}: {what}" if amount else what


def matter_direction(language: str, amount: str | None, *, typed: bool) -> TextDirection:
    """The direction of the task's text."""
    return "auto" if typed and not amount else words(language).direction


class Note(NamedTuple):
    """A message to staff before its text is written."""

    purpose: Purpose
    to: RecipientRole
    brief: Brief


def urgency(brief: Brief | TaskLine) -> tuple[bool, datetime]:
    """Return a sort key: overdue tasks first, then by due time."""
    return not brief.late, brief.due_at


class LateNotice(NamedTuple):
    """The data of the message that a promise will be kept later. Times are in the customer's time zone."""

    business: str
    language: str  # BCP 47
    customer_name: str
    agent_name: str
    what: str  # the promise, in the language it was written in
    due_at: datetime  # the new date
    now: datetime


class Personal(NamedTuple):
    """The data of a message that an agent wrote. `subject` is that of the mail, if they gave one.

    `answered_subject` is that of the mail that it answers, if there is one.
    """

    business: str
    language: str  # BCP 47
    customer_name: str
    agent_name: str
    text: str
    subject: str | None = None
    answered_subject: str | None = None


class EventNews(NamedTuple):
    """An event in the mail of a campaign. Times are in the time zone of the business.

    `url` leads to the page on which it is answered, `calendar` is the file for calendars. `reminds`: the
    customer said that they come.
    """

    begins_at: datetime
    ends_at: datetime
    now: datetime
    place: str
    url: str  # signed
    calendar: str
    reminds: bool = False


class News(NamedTuple):
    """The data of the mail of a campaign. `subject` and `text` are as the business wrote them."""

    business: str
    language: str  # the customer's, BCP 47
    customer_name: str
    subject: str
    text: str
    unsubscribe_url: str  # signed
    event: EventNews | None = None


class Confirmation(NamedTuple):
    """The data of the mail that asks whether an address is its reader's. It has no words of strangers."""

    business: str
    language: str  # BCP 47
    url: str  # signed


class Invitation(NamedTuple):
    """The data of the message that asks a survey's question."""

    business: str
    language: str  # BCP 47; without a catalogue, the closest one is used
    customer_name: str
    agent_name: str
    survey_url: str  # signed
    unsubscribe_url: str
    closes_on: date
    kind: SurveyKind = "csat"
    what: str | None = None  # the promise of the question, in the language it was written in
    can_reply: bool = False  # an SMS may be answered by a number


class Review(NamedTuple):
    """Ask a happy customer for a public review."""

    url: str


class Referral(NamedTuple):
    """Show a happy customer the owner's own sentence."""

    words: str


class AskToRecommend(NamedTuple):
    """The data of the message that asks a happy customer for a review, or shows them the owner's sentence."""

    business: str
    language: str  # BCP 47
    customer_name: str
    asked_for: Review | Referral
    unsubscribe_url: str


class CallBack(NamedTuple):
    """Tell an unhappy customer who will call, and by when. Times are in the customer's time zone."""

    who: str
    by: datetime
    now: datetime


NextStep = Review | Referral | CallBack
"""What the page offers after an answer."""


class Praise(NamedTuple):
    """The data of the message that passes a good answer on to the agent."""

    business: str
    language: str  # the reader's, BCP 47
    reader_name: str
    customer_name: str
    score: int
    top: int  # the best possible score; 1 for "promise"
    words: str | None  # the customer's comment, if any
    now: datetime

    def news(self, customer: str) -> str:
        """Return the answer as a part that follows the customer's name: "Bilal gave you 5 out of 5"."""
        gettext = words(self.language).catalogue.gettext
        if self.top == 1:
            return gettext("%(customer)s says that you kept your word") % {"customer": customer}
        scores = {"score": self.score, "top": self.top}
        # Translators: an answer to a survey, such as "Bilal Khan gave you 5 out of 5"
        return gettext("%(customer)s gave you %(score)s out of %(top)s") % {"customer": customer, **scores}


def action_link(action_url: str, action: ActionName) -> str:
    """Return the link to the action page with this action preselected."""
    return f"{action_url}{'&' if '?' in action_url else '?'}do={action}"


def event_link(event_url: str, answer: EventAnswer) -> str:
    """Return the link to the page of an event with this answer preselected."""
    return f"{event_url}?answer={answer}"


def score_link(survey_url: str, score: int) -> str:
    """Return the link to the survey with this score preselected."""
    return f"{survey_url}?score={score}"
