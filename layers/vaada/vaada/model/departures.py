"""Departures: agents who have left, and the handing over of their work."""

from typing import ClassVar, Literal

from vaada.model.ids import PartyId
from vaada.model.rows import DueRow
from vaada.model.times import Instant

DepartureStatus = Literal["under_way", "done"]


class Departure(DueRow):
    """An agent who has left. Their work goes to `to`, and that of some customers to others (`by_customer`).

    `under_way` until all of it is handed over, which may take several runs. `done` afterwards; then it is
    due once a day, for work that came to them later, as when an old case of theirs is opened again.
    """

    kind_of_row: ClassVar[str] = "departure"
    departure_id: PartyId
    to: PartyId
    by_customer: dict[PartyId, PartyId]
    status: DepartureStatus = "under_way"
    asked_by: str
    left_at: Instant
    done_at: Instant | None = None
