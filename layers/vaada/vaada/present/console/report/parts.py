"""The parts of a report: sections, charts, tables, and cells that lead to rows."""

from dataclasses import dataclass

from vaada.present.console.charts import Chart
from vaada.rules.reports import Promises, Replies


@dataclass(frozen=True)
class Cell:
    """A cell of a table. `href` leads to the rows that its number counts."""

    text: str
    href: str = ""


@dataclass(frozen=True)
class Table:
    """A table, which can be downloaded by its key. The first cell of a row is the row's name."""

    key: str
    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Section:
    """A part of the report."""

    key: str
    title: str
    note: str
    charts: tuple[Chart, ...]
    tables: tuple[Table, ...]


def settled(promises: Promises) -> int:
    """Return the number of promises of which it is known whether they were kept."""
    return promises.kept_in_time + promises.kept_after_change + promises.missed


def judged(replies: Replies) -> int:
    """Return the number of replies of which it is known whether they were in time."""
    return replies.in_time + replies.late
