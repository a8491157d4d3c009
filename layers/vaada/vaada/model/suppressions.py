"""Suppressions: addresses that must not be sent messages. The address itself is not stored."""

from typing import ClassVar, Literal

from vaada.model.ids import RowId
from vaada.model.people import Medium
from vaada.model.rows import Row, StoredModel
from vaada.model.times import Instant

StopReason = Literal["bounced", "complained", "unsubscribed", "unsubscribed_news", "texted_stop"]


class Stop(StoredModel):
    """The reason for a suppression, and its time."""

    reason: StopReason
    at: Instant


class ActiveStop(Stop):
    """A suppression as shown to staff: what must not be sent, by which medium, why and since when."""

    medium: Medium
    what: Literal["anything", "surveys", "news"]


class Suppression(Row):
    """What must not be sent to an address: anything, surveys, or tips and invitations (`news`).

    The id is a keyed hash of the address.

    `follow_up_id` is the follow-up that tells a supervisor that an agent's address is suppressed.
    """

    kind_of_row: ClassVar[str] = "suppression"
    suppression_id: str
    medium: Medium
    anything: Stop | None = None
    surveys: Stop | None = None
    news: Stop | None = None
    follow_up_id: RowId | None = None
