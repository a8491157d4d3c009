"""View models: the data that messages and pages show."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from vaada.model.messages import Purpose, RecipientRole
from vaada.model.people import Channel, Medium
from vaada.model.rows import Explanation
from vaada.model.work import SurveyKind
from vaada.present.relative_time import due, is_late, moment, overdue

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

_CHANNELS: dict[Channel, str] = {
    "phone": "by phone",
    "email": "by e-mail",
    "sms": "by text message",
    "chat": "in a chat",
    "social": "on social media",
    "web": "on the website",
    "in_person": "in person",
}


@dataclass(frozen=True)
class Brief:
    """All that staff need to know to do a task. Times are in the reader's time zone."""

    kind: BriefKind
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
    def late(self) -> bool:
        """Whether to call it overdue."""
        return is_late(self.due_at, self.now)

    @property
    def matter(self) -> str:
        """The task on one line: "Call back", "USD 40.00: two visits for nothing"."""
        return f"{self.amount}: {self.what}" if self.amount else self.what

    @property
    def due_text(self) -> str:
        """When it is or was due: "due at 16:00", "overdue by 2 hours"."""
        return due(self.due_at, self.now)

    @property
    def overdue_text(self) -> str:
        """The same as `due_text`, but "overdue" from the first minute."""
        return overdue(self.due_at, self.now)

    @property
    def due_when(self) -> str:
        """The due time: "today at 16:00"."""
        return moment(self.due_at, self.now)

    @property
    def interaction_when(self) -> str:
        """Time and channel of the interaction: "yesterday at 15:42, by phone". Empty without one."""
        if self.interaction_at is None or self.channel is None:
            return ""
        return f"{moment(self.interaction_at, self.now)}, {_CHANNELS[self.channel]}"

    @property
    def old_when(self) -> str:
        """The date it was snoozed to: "Fri 27 Nov at 09:00"."""
        return moment(self.old_date, self.now).removeprefix("on ") if self.old_date else ""


@dataclass(frozen=True)
class Note:
    """A message to staff before its text is written."""

    purpose: Purpose
    to: RecipientRole
    brief: Brief


def urgency(brief: Brief) -> tuple[bool, datetime]:
    """Return a sort key: overdue ones first, each group by due time."""
    return not brief.late, brief.due_at


@dataclass(frozen=True)
class LateNotice:
    """The data of the message that a promise will be kept later. Times are in the customer's time zone."""

    business: str
    language: str  # BCP 47
    customer_name: str
    agent_name: str
    what: str  # the promise, in the language it was written in
    due_at: datetime  # the new date
    now: datetime


@dataclass(frozen=True)
class Invitation:
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


@dataclass(frozen=True)
class Review:
    """Ask a happy customer for a public review."""

    url: str


@dataclass(frozen=True)
class Referral:
    """Show a happy customer the owner's own sentence."""

    words: str


@dataclass(frozen=True)
class CallBack:
    """Tell an unhappy customer who will call, and by when. Times are in the customer's time zone."""

    who: str
    by: datetime
    now: datetime


NextStep = Review | Referral | CallBack
"""What the page offers after an answer."""


@dataclass(frozen=True)
class Praise:
    """The data of the message that passes a good answer on to the agent."""

    business: str
    reader_name: str
    customer_name: str
    score: int
    top: int  # the best possible score; 1 for "promise"
    words: str | None  # the customer's comment, if any
    now: datetime

    @property
    def news(self) -> str:
        """The answer, to follow the customer's name: "gave you 5 out of 5"."""
        return "says that you kept your word" if self.top == 1 else f"gave you {self.score} out of {self.top}"


def action_link(action_url: str, action: ActionName) -> str:
    """Return the link to the action page with this action preselected."""
    return f"{action_url}?do={action}"


def score_link(survey_url: str, score: int) -> str:
    """Return the link to the survey with this score preselected."""
    return f"{survey_url}?score={score}"
