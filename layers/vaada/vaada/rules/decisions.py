"""What a rule returns: the row as it will stand, what comes with it, and who is told what, and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from vaada.model.messages import Purpose, RecipientRole
from vaada.model.people import Medium
from vaada.model.rows import DueRow, Row

Due = TypeVar("Due", bound=DueRow)


@dataclass(frozen=True)
class Notice:
    """Somebody is to be told something. `step` makes the message's id: one step is told once to each.

    It waits for the reader's working time, unless it is `urgent` or that would be past `useless_from`.
    Reminders that `may_wait` go out together with others. `by` is what the policy wants it to go by.
    """

    to: RecipientRole
    purpose: Purpose
    step: str
    why: str
    urgent: bool = False
    may_wait: bool = False
    useless_from: datetime | None = None
    by: tuple[Medium, ...] | None = None


@dataclass(frozen=True)
class Decision(Generic[Due]):
    """The row after the step that was due, new rows that come of it, and the notices that go with it."""

    row: Due
    notices: tuple[Notice, ...] = ()
    along: tuple[Row, ...] = ()
