"""Rows of every kind: versions, declared edges between states, and due rows that are not late."""

from tests.simulation.oracles import cases, commitments, follow_ups, goodwill, messages, replies, surveys
from tests.simulation.oracles.observed import Observed
from tests.simulation.oracles.schedules import is_punctual
from tests.simulation.oracles.tolerances import LATE, PUNCTUAL, SWEPT
from vaada.model.rows import DueRow, Row

EDGES = {
    "commitment": commitments.EDGES,
    "follow_up": follow_ups.EDGES,
    "reply": replies.EDGES,
    "goodwill": goodwill.EDGES,
    "case": cases.EDGES,
    "survey": surveys.EDGES,
    "message": messages.EDGES,
    "weekly_report": {"planned": "planned sent skipped"},
}


class Rows:
    """Checks what holds of every row."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed

    def check_write(self, before: Row | None, after: Row) -> None:
        """Versions go up by one, and states change along the declared edges."""
        assert after.version == (before.version + 1 if before else 1), f"version skipped: {after!r}"
        edges = EDGES.get(after.kind_of_row)
        if before and edges:
            was, became = str(getattr(before, "status", "")), str(getattr(after, "status", ""))
            allowed = edges.get(was, "").split()
            assert became in allowed, f"{after.kind_of_row} went from {was} to {became}: {after!r}"

    def check_change(self, before: Row, _after: Row) -> None:
        """Without faults a due row is advanced in its minute, or by the next sweep."""
        if self._observed.no_faults and isinstance(before, DueRow) and before.wake_at is not None:
            since = max(before.wake_at, self._observed.changed_at.get(before.id, before.wake_at))
            within = PUNCTUAL if is_punctual(before) else SWEPT
            late = self._observed.now - since
            assert late <= within, f"{late} late: {before!r}"

    def check_end(self) -> None:
        """No row is overdue."""
        for row in self._observed.of_kind(DueRow):
            waits = row.wake_at
            assert waits is None or waits > self._observed.now - LATE, f"left lying: {row!r}"
