"""What a rule returns for a due row: its next version, other rows to write, and whom to notify."""

from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from vaada.model.messages import Purpose, RecipientRole
from vaada.model.people import Medium
from vaada.model.rows import DueRow, Row

Due = TypeVar("Due", bound=DueRow)


class Notice(NamedTuple):
    """A message to create. `step` is part of its id, so each recipient is notified once per step.

    It is held until the recipient's working time, unless it is `urgent` or that would be after
    `useless_from`. A notice that `may_wait` can be batched with others. `media` overrides the recipient's own
    media.
    """

    to: RecipientRole
    purpose: Purpose
    step: str
    why: str
    urgent: bool = False
    may_wait: bool = False
    useless_from: datetime | None = None
    media: tuple[Medium, ...] | None = None
    address_id: str | None = None


class Decision(NamedTuple, Generic[Due]):
    """The row after its due step, the other rows to write in the same transaction, and the notices."""

    row: Due
    notices: tuple[Notice, ...] = ()
    other_rows: tuple[Row, ...] = ()
