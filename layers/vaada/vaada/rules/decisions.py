"""What a rule returns: the row as it will stand, and who is told what, and why."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from vaada.model.messages import Party, Purpose
from vaada.model.rows import DueRow

Due = TypeVar("Due", bound=DueRow)


@dataclass(frozen=True)
class Notice:
    """Somebody is to be told something. `step` makes the message's id: one step is told once to each."""

    to: Party
    purpose: Purpose
    step: str
    why: str


@dataclass(frozen=True)
class Decision(Generic[Due]):
    """The row after the step that was due, and the notices that go with it."""

    row: Due
    notices: tuple[Notice, ...] = ()
