"""Recognitions: a manager's thanks to an agent for something that the record shows."""

from typing import ClassVar, Literal

from vaada.model.ids import PartyId, RowId
from vaada.model.rows import Row
from vaada.model.times import Instant

RecognitionReason = Literal["hard_to_reach", "taken_over", "won_back", "kind_words", "stayed_solved"]
"""What an agent is thanked for: a promise kept although the customer could not be reached at first, although
it came from a colleague on its last day, or to a customer who had been unhappy; a happy customer's words; a
complaint that was solved and stayed solved."""


class Recognition(Row):
    """Thanks from `said_by`, a manager, to an agent. The id is computed from the evidence.

    It belongs to the customer of the evidence, and is erased with them.
    """

    kind_of_row: ClassVar[str] = "recognition"
    recognition_id: RowId
    customer_id: str
    agent_id: PartyId
    case_id: str | None = None
    interaction_id: str | None = None
    reason: RecognitionReason
    evidence_id: RowId
    note: str | None = None
    said_by: str
    created_at: Instant
