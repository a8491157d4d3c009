"""The section of the report with the figures of each week."""

from collections.abc import Iterator, Sequence

from vaada.present.console.charts import Chart, Point, counts_over_time, shares_over_time
from vaada.present.console.report.parts import Cell, Section, Table, judged, settled
from vaada.present.console.report.writer import Writer, monday_of
from vaada.rules import confidence_intervals
from vaada.rules.report_figures import Figure
from vaada.rules.reports import Report, Service

_FIGURES: tuple[tuple[Figure, Figure], ...] = (
    ("kept_in_time", "settled"),
    ("in_time", "judged"),
    ("satisfied", "answered"),
    ("run_around", "cases"),
)
_Week = tuple[str, tuple[tuple[int, int], ...]]
"""A week, and the counts of each pair of figures in it."""


def weeks_section(now: Report, weeks: Sequence[str], writer: Writer) -> Section:
    """Return the section with the figures of each of these weeks."""
    gettext = writer.gettext
    found = [(week, _week(now.by_week.get(week))) for week in weeks]
    titles = (
        gettext("Promises kept in time"),
        gettext("Answers in time"),
        gettext("Satisfied customers"),
        gettext("Sent from one to the next"),
    )
    charts = (
        *_charts_of_shares(titles[:-1], found, writer),
        _chart_of_run_arounds(titles[-1], found, writer),
    )
    title = gettext("Week by week")
    return Section("weeks", title, "", charts, (Table("weeks", title, *_table(titles, found, writer)),))


def _charts_of_shares(titles: Sequence[str], found: Sequence[_Week], writer: Writer) -> Iterator[Chart]:
    description = writer.gettext(
        "The table beside it has the numbers. The shade is where the true share lies, 95 times in 100."
    )
    for number, title in enumerate(titles):
        if any(counts[number][1] for _, counts in found):
            points = [_point(monday_of(week, writer), counts[number], writer) for week, counts in found]
            yield shares_over_time(title, description, points, writer.percent, mirrored=writer.mirrored)


def _chart_of_run_arounds(title: str, found: Sequence[_Week], writer: Writer) -> Chart:
    return counts_over_time(
        title,
        writer.gettext("The table beside it has the numbers."),
        [(monday_of(week, writer), counts[-1][0]) for week, counts in found],
        writer.times.formats.number,
        mirrored=writer.mirrored,
    )


def _table(
    titles: Sequence[str], found: Sequence[_Week], writer: Writer
) -> tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
    """Return the heads and the rows, the latest week first."""
    of = writer.gettext("of")
    heads = (writer.gettext("Week of"), *(head for title in titles for head in (title, of)))
    rows = []
    for week, counts in reversed(found):
        cells = [Cell(monday_of(week, writer))]
        for each, (part, whole) in zip(counts, _FIGURES, strict=True):
            more = {"kind": "csat"} if part == "satisfied" else {}
            cells += [
                writer.number(count, figure, week=week, **more)
                for count, figure in zip(each, (part, whole), strict=True)
            ]
        rows.append(tuple(cells))
    return heads, tuple(rows)


def _week(service: Service | None) -> tuple[tuple[int, int], ...]:
    """Return, for each share, the part and the whole in this week."""
    if service is None:
        return ((0, 0), (0, 0), (0, 0), (0, 0))
    promises, replies, answers = service.promises, service.replies, service.satisfaction.get("csat")
    return (
        (promises.kept_in_time, settled(promises)),
        (replies.in_time, judged(replies)),
        (answers.satisfied, answers.answered) if answers else (0, 0),
        (service.run_around.run_arounds, service.run_around.cases),
    )


def _point(label: str, counts: tuple[int, int], writer: Writer) -> Point:
    part, whole = counts
    interval = confidence_intervals.for_share(part, whole)
    if interval is None:
        return Point(label)
    title = f"{label}: {writer.gettext('%(part)s of %(whole)s', part=part, whole=whole)}"
    return Point(label, 100 * part / whole, 100 * interval[0], 100 * interval[1], title)
