"""Read customers from a pasted or uploaded table: one per line, with the columns in any order.

A cell with an @ is an e-mail address, a cell with six digits is a phone number, the first other cell is the
name. A first line without an address or number is a heading, in any language, if other lines have one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_LINES = 100
"""How many customers one form may add: each is a transaction, and a request has 30 seconds."""

MOST_IN_A_FILE = 5000

_CELL = re.compile(r'\s*"((?:[^"]|"")*)"|([^\t;,]+)')
_FEWEST_DIGITS = 6


@dataclass(frozen=True)
class CustomerLine:
    """A line of the table. `number` counts from one, as editors do."""

    number: int
    name: str
    email: str | None
    phone: str | None


def customer_lines(text: str) -> tuple[CustomerLine, ...]:
    """Return the lines that are not empty, without a heading."""
    lines = tuple(_lines(text))
    rest = lines[1:]
    is_heading = any(map(_has_address, rest)) and not _has_address(lines[0])
    return rest if is_heading else lines


def _has_address(line: CustomerLine) -> bool:
    return bool(line.email or line.phone)


def _lines(text: str) -> Iterator[CustomerLine]:
    for number, line in enumerate(text.splitlines(), start=1):
        cells = [cell for part in _CELL.finditer(line) if (cell := _cell(part))]
        if cells:
            emails = [cell for cell in cells if "@" in cell]
            phones = [cell for cell in cells if "@" not in cell and _is_number(cell)]
            names = [cell for cell in cells if cell not in emails and cell not in phones]
            yield CustomerLine(number, names[0] if names else "", _first(emails), _first(phones))


def _cell(part: re.Match[str]) -> str:
    """Return the words of a cell. In quotes, it may contain the separator of cells."""
    quoted, plain = part.groups()
    return (quoted.replace('""', '"') if quoted is not None else plain.strip().strip('"')).strip()


def _is_number(cell: str) -> bool:
    return sum(character.isdecimal() for character in cell) >= _FEWEST_DIGITS


def _first(cells: list[str]) -> str | None:
    return cells[0] if cells else None
