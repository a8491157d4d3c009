"""The section of the report about run-arounds: how often customers had to explain again."""

from collections.abc import Sequence

from vaada.present.console.charts import Bar, Chart, bars
from vaada.present.console.report.parts import Cell, Section, Table
from vaada.present.console.report.writer import Writer
from vaada.rules.report_figures import Figure
from vaada.rules.reports import RunAround

_Line = tuple[str, Figure, int, int]
"""A name, its figure, and how many there are now and were before."""


def run_around_section(now: RunAround, before: RunAround, writer: Writer) -> Section:
    """Return the section about how often customers had to explain again, compared with the period before."""
    gettext = writer.gettext
    lines: tuple[_Line, ...] = (
        (gettext("Solved at once"), "solved_at_once", now.solved_at_once, before.solved_at_once),
        (gettext("Handed on"), "handed_on", now.handed_on, before.handed_on),
        (gettext("Had to come again"), "came_again", now.came_again, before.came_again),
        (gettext("Opened again"), "opened_again", now.opened_again, before.opened_again),
        (gettext("Past your limits"), "run_around", now.run_arounds, before.run_arounds),
    )
    note = gettext("How often customers had to explain again. The mark is the period before.")
    charts = (_chart(now, before, lines, writer),) if now.cases else ()
    return Section("run-around", gettext("Run-around"), note, charts, (_table(now, before, lines, writer),))


def _chart(now: RunAround, before: RunAround, lines: Sequence[_Line], writer: Writer) -> Chart:
    return bars(
        writer.gettext("How often customers had to explain again"),
        writer.gettext(
            "Of all matters that were opened. The mark is the period before; the table has the numbers."
        ),
        [
            Bar(
                name,
                100 * count / now.cases,
                writer.times.formats.number(count),
                100 * formerly / before.cases if before.cases else None,
            )
            for name, _figure, count, formerly in lines
        ],
        mirrored=writer.mirrored,
    )


def _table(now: RunAround, before: RunAround, lines: Sequence[_Line], writer: Writer) -> Table:
    gettext = writer.gettext
    head = writer.times.words.catalogue.ngettext("Of %(n)s matter", "Of %(n)s matters", now.cases)
    opened: _Line = (gettext("Opened"), "cases", now.cases, before.cases)
    rows = tuple(
        (Cell(name), writer.number(count, figure), writer.number_before(formerly, figure))
        for name, figure, count, formerly in (opened, *lines)
    )
    heads = (head % {"n": now.cases}, gettext("Now"), gettext("Before"))
    return Table("run-around", gettext("Run-around"), heads, rows)
