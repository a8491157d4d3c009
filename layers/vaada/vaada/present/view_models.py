"""What a message or a page has to tell its reader."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from vaada.model.messages import Purpose, RecipientRole
from vaada.model.people import Channel, Medium
from vaada.model.rows import Explanation
from vaada.present.relative_time import due, is_late, moment, overdue

ActionName = Literal[
    # to a follow-up
    "done",
    "tomorrow",
    "next_week",
    "pick_date",
    "unreachable",
    "old_date",
    "give_up",
    # to a promise, which can be answered by "unreachable" too
    "kept",
    "running_late",
    "new_date",
    # to a reply that a customer waits for; "waiting": it is the customer's turn
    "answered",
    "waiting",
    # to goodwill that was asked for
    "approve",
    "decline",
]
"""What a member of staff can answer."""

BriefKind = Literal["follow_up", "commitment", "reply", "goodwill"]
"""What a brief is about."""

SurveyKind = Literal["csat", "nps", "ces", "promise"]
"""What is asked: how it went, whether they recommend us, how easy it was, whether we kept a promise."""

SCORES: dict[SurveyKind, range] = {
    "csat": range(1, 6),
    "nps": range(11),
    "ces": range(1, 8),
    "promise": range(2),
}
"""The scores that each kind of survey may be answered with. The highest is the best."""

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
    """What a member of staff needs to act without asking anyone. All times are in the reader's zone."""

    kind: BriefKind
    business: str
    reader_name: str  # may be "" for the owner
    agent_name: str  # who owes it
    customer_name: str
    customer_phone: str | None
    customer_email: str | None
    said: str | None  # the summary of the contact; None, as are the next two: there was none
    said_at: datetime | None
    channel: Channel | None
    owed: str  # the commitment's words, the follow-up's or the goodwill's reason
    amount: str | None  # of goodwill: "USD 40.00"
    due_at: datetime
    now: datetime
    reckoning: Explanation | None  # how the time of this message was computed
    times: int  # this is the n-th reminder, counted from 1
    unreached: int  # how often the customer could not be reached
    old_date: datetime | None  # a follow-up was snoozed to this date, until the customer was in touch again
    tell_by: Medium | None  # what the customer agreed to be told by that a promise runs late
    action_url: str | None  # signed; None in notices that only inform
    actions: tuple[ActionName, ...]

    @property
    def late(self) -> bool:
        """Whether it should be called overdue."""
        return is_late(self.due_at, self.now)

    @property
    def matter(self) -> str:
        """What it is about, on one line: "Call back", "USD 40.00: two visits for nothing"."""
        return f"{self.amount}: {self.owed}" if self.amount else self.owed

    @property
    def standing(self) -> str:
        """How it stands: "due at 16:00", "overdue by 2 hours"."""
        return due(self.due_at, self.now)

    @property
    def slipped(self) -> str:
        """As `standing`, for what is late from its first minute."""
        return overdue(self.due_at, self.now)

    @property
    def due_when(self) -> str:
        """When it is due: "today at 16:00"."""
        return moment(self.due_at, self.now)

    @property
    def said_when(self) -> str:
        """When and how it was said: "yesterday at 15:42, by phone"; nothing if there was no contact."""
        if self.said_at is None or self.channel is None:
            return ""
        return f"{moment(self.said_at, self.now)}, {_CHANNELS[self.channel]}"

    @property
    def old_when(self) -> str:
        """The date it was snoozed to: "Fri 27 Nov at 09:00"."""
        return moment(self.old_date, self.now).removeprefix("on ") if self.old_date else ""


@dataclass(frozen=True)
class Note:
    """A message to a member of staff, before it is worded."""

    purpose: Purpose
    to: RecipientRole
    brief: Brief


def urgency(brief: Brief) -> tuple[bool, datetime]:
    """What to sort by, so that what is overdue comes first, and the rest by due time."""
    return not brief.late, brief.due_at


@dataclass(frozen=True)
class LateNotice:
    """What a customer reads when a promise will be kept later. Times are in the customer's zone."""

    business: str
    language: str  # as an Invitation's
    customer_name: str
    agent_name: str
    what: str  # the promise, in whatever language it was typed
    due_at: datetime  # the new date
    now: datetime


@dataclass(frozen=True)
class Invitation:
    """What a customer reads when asked how it went."""

    business: str
    language: str  # BCP 47; without a catalogue of its own, the closest one is used
    customer_name: str
    agent_name: str
    survey_url: str  # signed
    unsubscribe_url: str
    closes_on: date
    kind: SurveyKind = "csat"
    what: str | None = None  # the promise that is asked about, in whatever language it was typed
    can_reply: bool = False  # a text message may be answered by texting a number back


@dataclass(frozen=True)
class Review:
    """A happy customer is asked for a public review."""

    url: str


@dataclass(frozen=True)
class Referral:
    """A happy customer reads the owner's own sentence."""

    words: str


@dataclass(frozen=True)
class CallBack:
    """An unhappy customer will be called. Times are in the customer's zone."""

    who: str
    by: datetime
    now: datetime


NextStep = Review | Referral | CallBack
"""What comes after an answer."""


@dataclass(frozen=True)
class Praise:
    """A good answer, for the agent who earned it."""

    business: str
    reader_name: str
    customer_name: str
    score: int
    top: int  # the best score that could be given; 1 is a promise that was kept
    words: str | None  # the customer's own, if they wrote any
    now: datetime

    @property
    def news(self) -> str:
        """What the customer answered, to go after their name: "gave you 5 out of 5"."""
        return "says that you kept your word" if self.top == 1 else f"gave you {self.score} out of {self.top}"


def action_link(action_url: str, action: ActionName) -> str:
    """The link that opens the action page with this action chosen."""
    return f"{action_url}?do={action}"


def score_link(survey_url: str, score: int) -> str:
    """The link that opens the survey with this score chosen."""
    return f"{survey_url}?score={score}"
