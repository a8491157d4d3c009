"""Rows as a table for a spreadsheet: a line for each field."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any

from vaada.model.rows import Row

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_UTF_8 = "\ufeff"  # without it Excel takes Urdu for Latin letters


def csv_of(rows: Iterable[Row]) -> str:
    """RFC 4180, in UTF-8: kind, id, field and value, with a dot for each level that a field lies deeper.

    What a spreadsheet would take for a formula begins with an apostrophe (OWASP, "CSV Injection").
    """
    sheet = StringIO(newline="")
    writer = csv.writer(sheet)
    writer.writerow(("kind", "id", "field", "value"))
    for row in rows:
        for field, value in _fields(row.model_dump(mode="json", exclude_none=True), ""):
            writer.writerow((row.kind_of_row, row.id, field, _harmless(value)))
    return _UTF_8 + sheet.getvalue()


def _fields(value: Any, path: str) -> Iterator[tuple[str, str]]:
    match value:
        case dict():
            inner: Iterable[tuple[object, Any]] = value.items()
        case list():
            inner = enumerate(value)
        case bool():
            yield path, str(value).lower()
            return
        case _:
            yield path, str(value)
            return
    for name, each in inner:
        yield from _fields(each, f"{path}.{name}" if path else str(name))


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULAS) else text
