"""Suppressions: addresses that are not to be written to any more. The address itself is not kept."""

from typing import ClassVar, Literal

from vaada.model.ids import RowId
from vaada.model.people import Medium
from vaada.model.rows import Fact, Row
from vaada.model.times import Instant

StopReason = Literal["bounced", "complained", "unsubscribed", "texted_stop"]


class Stop(Fact):
    """Why and since when."""

    reason: StopReason
    at: Instant


class Stopped(Stop):
    """What somebody is not to be sent any more, by what, why and since when."""

    medium: Medium
    what: Literal["anything", "surveys"]


class Suppression(Row):
    """What is not to be sent to an address: anything, or surveys. The id is a keyed hash of the address.

    `follow_up_id` is what tells a supervisor that an address of their staff is stopped.
    """

    kind_of_row: ClassVar[str] = "suppression"
    suppression_id: str
    medium: Medium
    anything: Stop | None = None
    surveys: Stop | None = None
    follow_up_id: RowId | None = None
