"""What a message or a page has to tell its reader."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from vaada.model.people import Channel
from vaada.present.when import due, is_late, moment, overdue

ActionName = Literal["done", "tomorrow", "pick_date", "kept", "new_date"]
"""What a member of staff can answer: the first three to a follow-up, the others to a promise."""


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

    business: str
    reader_name: str  # may be "" for the owner
    agent_name: str  # who owes it
    customer_name: str
    customer_phone: str | None
    customer_email: str | None
    said: str  # the summary of the contact
    said_at: datetime
    channel: Channel
    owed: str  # the commitment's words, or the follow-up's reason
    due_at: datetime
    now: datetime
    times: int  # this is the n-th reminder, counted from 1
    action_url: str | None  # signed; None in notices that only inform
    actions: tuple[ActionName, ...]

    @property
    def late(self) -> bool:
        """Whether it should be called overdue."""
        return is_late(self.due_at, self.now)

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
        """When and how it was said: "yesterday at 15:42, by phone"."""
        return f"{moment(self.said_at, self.now)}, {_CHANNELS[self.channel]}"


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


def action_link(action_url: str, action: ActionName) -> str:
    """The link that opens the action page with this action chosen."""
    return f"{action_url}?do={action}"


def score_link(survey_url: str, score: int) -> str:
    """The link that opens the survey with this face chosen."""
    return f"{survey_url}?score={score}"
