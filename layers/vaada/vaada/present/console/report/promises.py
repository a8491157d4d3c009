"""The section of the report about promises: how many were kept, and by whom."""

from vaada.present.console.report.parts import Cell, Section, Table
from vaada.present.console.report.writer import Writer
from vaada.rules.reports import Promises, Report


def promises_section(now: Report, writer: Writer) -> Section:
    """Return the section about kept promises, of all and of each agent."""
    gettext = writer.gettext
    name = gettext("Everybody") if writer.agents else gettext("Promises")
    lines: list[tuple[str, Promises, dict[str, str]]] = [(name, now.all.promises, {})]
    lines += [(name, one.promises, {"agent": agent}) for agent, name, one in writer.names(now.by_agent)]
    heads = (
        gettext("Promised by"),
        gettext("In time"),
        gettext("By a new date"),
        gettext("Late"),
        gettext("Share"),
    )
    rows = tuple(
        (
            Cell(name),
            writer.number(one.kept_in_time, "kept_in_time", **of),
            writer.number(one.kept_after_change, "kept_after_change", **of),
            writer.number(one.missed, "missed", **of),
            Cell(writer.percent(one.kept_rate)),
        )
        for name, one, of in lines
    )
    note = gettext(
        "In time is by the date that was promised first. A new date, agreed before the old one passed, "
        "is counted beside it."
    )
    table = Table("promises", gettext("Promises kept"), heads, rows)
    return Section("promises", gettext("Promises kept"), note, (), (table,))
