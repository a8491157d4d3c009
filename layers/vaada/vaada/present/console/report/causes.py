"""The sections of the report about the causes of complaints, in the period and by week."""

from collections.abc import Iterator, Sequence
from hashlib import sha256

from vaada.present.console.charts import Bar, bars, counts_over_time
from vaada.present.console.report.parts import Cell, Section, Table
from vaada.present.console.report.writer import Writer, monday_of
from vaada.present.sanitize import line, shorten_to
from vaada.rules.reports import Report

_LONGEST_LABEL = 23  # characters, beside a bar


_MOST_CAUSES = 8


_CAUSES_BY_WEEK = 3


def cause_key(cause: str) -> str:
    """Return the key of a cause in addresses, which reveals none of its words."""
    return sha256(cause.strip().encode()).hexdigest()[:16]


def causes_section(now: Report, before: Report, writer: Writer) -> Section:
    """Return the section about the causes of complaints, compared with the period before."""
    gettext = writer.gettext
    formerly = {one.cause: one.complaints for one in before.causes}
    most = max((one.complaints for one in now.causes), default=1)
    number = writer.times.formats.number
    chart = bars(
        gettext("What complaints came from"),
        gettext("The table beside it has the numbers."),
        [
            Bar(
                shorten_to(line(one.cause), _LONGEST_LABEL),
                100 * one.complaints / most,
                number(one.complaints),
            )
            for one in now.causes[:_MOST_CAUSES]
        ],
        mirrored=writer.mirrored,
    )
    rows = [
        (
            Cell(line(one.cause)),
            writer.number(one.complaints, "complaints", cause=cause_key(one.cause)),
            writer.number_before(formerly.get(one.cause, 0), "complaints", cause=cause_key(one.cause)),
        )
        for one in now.causes
    ]
    rows.append(
        (
            Cell(gettext("All complaints")),
            writer.number(now.complaints, "complaints"),
            writer.number_before(before.complaints, "complaints"),
        )
    )
    table = Table(
        "causes",
        gettext("What complaints came from"),
        (gettext("Cause"), gettext("Now"), gettext("Before")),
        tuple(rows),
    )
    return Section(
        "causes", gettext("What complaints came from"), "", (chart,) if now.causes else (), (table,)
    )


def causes_by_week(now: Report, weeks: Sequence[str], writer: Writer) -> Iterator[Section]:
    """Yield the complaints of each week by their most frequent causes, if there are any."""
    if not now.causes:
        return
    gettext, causes = writer.gettext, [one.cause for one in now.causes[:_CAUSES_BY_WEEK]]
    found = []
    for week in weeks:
        of_week = now.complaints_by_week.get(week)
        counted = {one.cause: one.complaints for one in of_week.causes} if of_week else {}
        found.append(([counted.get(cause, 0) for cause in causes], of_week.complaints if of_week else 0))
    charts = tuple(
        counts_over_time(
            shorten_to(line(cause), _LONGEST_LABEL),
            gettext("The table beside it has the numbers."),
            [(monday_of(week, writer), counts[n]) for week, (counts, _) in zip(weeks, found, strict=True)],
            writer.times.formats.number,
            mirrored=writer.mirrored,
        )
        for n, cause in enumerate(causes)
    )
    rows = tuple(
        (
            Cell(monday_of(week, writer)),
            *(
                writer.number(count, "complaints", week=week, cause=cause_key(cause))
                for cause, count in zip(causes, counts, strict=True)
            ),
            writer.number(complaints, "complaints", week=week),
        )
        for week, (counts, complaints) in reversed(list(zip(weeks, found, strict=True)))
    )
    title = gettext("Complaints, week by week")
    heads = (gettext("Week of"), *map(line, causes), gettext("All complaints"))
    note = gettext("The most frequent causes.")
    yield Section("causes-by-week", title, note, charts, (Table("causes-by-week", title, heads, rows),))
