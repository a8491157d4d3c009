"""A table in memory on which flows can run, for the demo's history."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from vaada.gateways.table import Conflict
from vaada.model.rows import Row

R = TypeVar("R", bound=Row)


class HistoryTable:
    """A table in memory with the part of `Table` that the flows of a history use."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}

    def get(self, kind: type[R], row_id: str) -> R | None:
        """Return the row, or None."""
        row = self.rows.get(row_id)
        return row if isinstance(row, kind) else None

    def work_rows(self, row_ids: Iterable[str]) -> dict[str, Row]:
        """Return the existing ones of these rows, by id."""
        return {row_id: self.rows[row_id] for row_id in row_ids if row_id in self.rows}

    def read_ahead(self, *_wanted: object) -> None:
        """Do nothing: all rows are in memory."""

    def write(self, *rows: Row, delete: Sequence[Row] = (), must_exist: Sequence[Row] = ()) -> None:
        """Write all rows or none. Raises Conflict."""
        lost = tuple(row for row in rows if self._version(row) != row.version - 1)
        if lost or any(row.id not in self.rows for row in must_exist):
            raise Conflict(lost)
        self.rows |= {row.id: row for row in rows}
        for row in delete:
            del self.rows[row.id]

    def _version(self, row: Row) -> int:
        before = self.rows.get(row.id)
        return before.version if before else 0

    @contextmanager
    def with_receipt(self, _receipt: object) -> Iterator[None]:
        """Do nothing: no request comes twice here."""
        yield
