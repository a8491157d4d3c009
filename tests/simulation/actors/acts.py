"""Acts, and the minute of the hour at which each kind of act happens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=n) for n in (1, 60, 3600, 86400))
DUE, AWAY, EDIT, CONTACT, THINK, HAND_OVER, CASE, WORK, UNDO = (
    n * MINUTE for n in (1, 5, 10, 30, 42, 46, 50, 56, 59)
)
CAMPAIGN = 20 * MINUTE
SITUATION, SITUATION_CASE, SITUATION_WORK = (n * MINUTE for n in (38, 53, 58))
WRITING_DOWN = 15 * MINUTE
THANKS = (
    "Thanks",
    "Thank you",
    "Many thanks",
    "Merci",
    "Gracias",
    "Danke",
    "Thanks, got it, all good now",
    "Shukriya",
)


@dataclass(frozen=True)
class Act:
    """Something that somebody does, at a time since the start of the history."""

    at: timedelta
    what: str
    about: str
    details: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.what} {self.about}"
