"""Read and check the requests of a CSV."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from local.errors import CloudError
from local.replay.mapping import Channel, Mapping


class BadData(CloudError):
    """The file cannot be replayed. The message says where and what to do."""


@dataclass(frozen=True)
class Request:
    """One row. `promised` is the due time, `kept` when it was done; `overdue`: late, by the file."""

    id: str
    line: int
    opened: datetime
    promised: datetime | None
    kept: datetime | None
    summary: str
    channel: Channel
    overdue: bool | None


def read_requests(file: Path, mapping: Mapping) -> list[Request]:
    """Read all requests of the file, in its order. Raises BadData."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            requests = list(_read_rows(csv.DictReader(lines, restval=""), file, mapping))
    except FileNotFoundError:
        raise BadData(f"There is no file {file}.") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadData(f"{file} cannot be read as a CSV in UTF-8: {error}") from error
    if not requests:
        raise BadData(f"{file} has no rows to replay.")
    return requests


def _read_rows(rows: "csv.DictReader[str]", file: Path, mapping: Mapping) -> Iterator[Request]:
    columns = rows.fieldnames or ()
    missing = [name for name in mapping.required_columns() if name not in columns]
    if missing:
        raise BadData(
            f"{file} has no column {', '.join(repr(name) for name in missing)}. Its columns are: "
            f"{', '.join(columns)}. Give a mapping that names them: MAP=mapping.toml (--map)."
        )
    seen: dict[str, int] = {}
    for row in rows:
        request = _Row(file, rows.line_num, row, mapping).request()
        if request.id in seen:
            raise BadData(
                f"{file}, line {request.line}, column {mapping.columns.id!r}: {request.id!r} was on line "
                f"{seen[request.id]} already. Each row needs an id of its own."
            )
        seen[request.id] = request.line
        yield request


@dataclass(frozen=True)
class _Row:
    """A row of the file, with what an error message needs."""

    file: Path
    line: int
    row: dict[str, str]
    mapping: Mapping

    def request(self) -> Request:
        columns = self.mapping.columns
        opened = self._time(columns.opened)
        kept = self._time(columns.kept)
        if opened is None:
            raise self._bad(columns.opened, "is empty. Fill it in, or remove the row")
        if kept is not None and kept < opened:
            raise self._bad(columns.kept, f"is before {columns.opened!r}. Correct it, or remove the row")
        name = self.row[columns.id].strip()
        if not name:
            raise self._bad(columns.id, "is empty. Each row needs an id of its own")
        parts = (" ".join(self.row[column].split()) for column in columns.summary)
        return Request(
            id=name,
            line=self.line,
            opened=opened,
            promised=self._time(columns.promised),
            kept=kept,
            summary=" · ".join(part for part in parts if part) or name,
            channel=self.mapping.channel_of(self.row),
            overdue=self.mapping.was_overdue(self.row),
        )

    def _time(self, column: str) -> datetime | None:
        text = self.row[column].strip()
        if not text:
            return None
        try:
            return self.mapping.time(text)
        except (ValueError, OverflowError):
            wanted = self.mapping.time_format
            raise self._bad(
                column,
                f"is {text!r}, which is not a time in the form {wanted!r}. "
                "Correct it, or set time_format in the mapping",
            ) from None

    def _bad(self, column: str, problem: str) -> BadData:
        return BadData(f"{self.file}, line {self.line}, column {column!r} {problem}.")
