"""Erasures: the ledger of erased customers. It keeps their ids and no personal data."""

from typing import ClassVar, Literal

from vaada.model.ids import PartyId
from vaada.model.rows import DueRow
from vaada.model.times import Instant

ErasureStatus = Literal["under_way", "done"]


class Erasure(DueRow):
    """The erasure of one customer. `under_way` until all their rows are deleted, which may take several runs.

    The row is kept, so that a customer whom a backup brings back can be erased again.
    """

    kind_of_row: ClassVar[str] = "erasure"
    erasure_id: PartyId
    customer_id: str
    status: ErasureStatus = "under_way"
    asked_by: str
    asked_at: Instant
    done_at: Instant | None = None
