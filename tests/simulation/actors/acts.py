"""What somebody does at a time, and the minutes of the hour that each kind of act has."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=n) for n in (1, 60, 3600, 86400))
DUE, AWAY, EDIT, CONTACT, THINK, CASE, WORK = (n * MINUTE for n in (1, 5, 10, 30, 42, 50, 56))
SCENE, SCENE_CASE, SCENE_WORK = (n * MINUTE for n in (38, 53, 58))
WRITING_DOWN = 15 * MINUTE
THANKS = ("Thanks", "Thank you", "Many thanks", "Merci", "Gracias", "Danke", "Thanks a lot", "Thank you all")


@dataclass(frozen=True)
class Act:
    """Something that somebody does at a time."""

    at: timedelta
    what: str
    about: str
    details: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.what} {self.about}"
