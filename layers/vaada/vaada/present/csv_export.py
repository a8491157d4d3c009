"""Rows as CSV for a spreadsheet, one line per field."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any

from vaada.model.rows import Row

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_BYTE_ORDER_MARK = "\ufeff"  # without it Excel does not read the file as UTF-8


def csv_of(rows: Iterable[Row]) -> str:
    """Return the rows as CSV (RFC 4180): kind, id, field and value. A nested field is `consent.sms`.

    A value that a spreadsheet would run as a formula begins with an apostrophe (OWASP, "CSV Injection").
    """
    sheet = StringIO(newline="")
    writer = csv.writer(sheet)
    writer.writerow(("kind", "id", "field", "value"))
    for row in rows:
        for field, value in _fields(row.model_dump(mode="json", exclude_none=True), ""):
            writer.writerow((row.kind_of_row, row.id, field, _escape_formula(value)))
    return _BYTE_ORDER_MARK + sheet.getvalue()


def csv_of_table(lines: Iterable[Iterable[str]]) -> str:
    """Return the lines of a table as CSV, headings first. Formulas are escaped as in `csv_of`."""
    sheet = StringIO(newline="")
    csv.writer(sheet).writerows([_escape_formula(cell) for cell in line] for line in lines)
    return _BYTE_ORDER_MARK + sheet.getvalue()


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


def _escape_formula(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
