"""Suppressions: addresses that are not to be written to any more. The address itself is not kept."""

from typing import ClassVar, Literal

from vaada.model.people import Medium
from vaada.model.rows import Fact, Row
from vaada.model.times import Instant

StopReason = Literal["bounced", "complained", "unsubscribed", "texted_stop"]


class Stop(Fact):
    """Why and since when."""

    reason: StopReason
    at: Instant


class Suppression(Row):
    """What is not to be sent to an address: anything, or surveys. The id is a keyed hash of the address."""

    kind_of_row: ClassVar[str] = "suppression"
    suppression_id: str
    medium: Medium
    anything: Stop | None = None
    surveys: Stop | None = None
