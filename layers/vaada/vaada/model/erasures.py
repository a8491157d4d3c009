"""Erasures: the ledger of customers who are forgotten. It holds their ids, and nothing else of them."""

from typing import ClassVar, Literal

from vaada.model.ids import PartyId
from vaada.model.rows import DueRow
from vaada.model.times import Instant

ErasureStatus = Literal["under_way", "done"]


class Erasure(DueRow):
    """One customer forgotten. `under_way` until nothing of theirs is left, which may take several pieces.

    It is kept, so that whatever a backup brings back can be erased again.
    """

    kind_of_row: ClassVar[str] = "erasure"
    erasure_id: PartyId
    status: ErasureStatus = "under_way"
    asked_by: str
    asked_at: Instant
    done_at: Instant | None = None
