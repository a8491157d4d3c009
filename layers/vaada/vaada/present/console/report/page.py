"""The report: four figures, and sections with charts and tables. Each number is a link to its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vaada.model.people import Agent
from vaada.present.console.report.causes import causes_by_week, causes_section
from vaada.present.console.report.parts import Section, Table, judged, settled
from vaada.present.console.report.promises import promises_section
from vaada.present.console.report.replies import replies_section
from vaada.present.console.report.run_around import run_around_section
from vaada.present.console.report.satisfaction import satisfaction_section
from vaada.present.console.report.weeks import weeks_section
from vaada.present.console.report.writer import Link, Writer
from vaada.present.times import Times
from vaada.present.translation_marks import _
from vaada.rules.report_figures import Figure
from vaada.rules.reports import Answers, Promises, Report, RunAround, Service

COUNTED: dict[Figure, str] = {
    "promises": _("Promises that fell due"),
    "kept_in_time": _("Promises kept as first promised"),
    "kept_after_change": _("Promises kept by a new date that was agreed in time"),
    "kept_late": _("Promises kept late"),
    "overdue": _("Promises that are late and open"),
    "broken": _("Promises given up as not kept"),
    "missed": _("Promises not kept in time"),
    "settled": _("Promises of which it is known whether they were kept"),
    "withdrawn": _("Promises that were withdrawn"),
    "replies": _("Customers who waited for an answer"),
    "in_time": _("Answers in time"),
    "late": _("Answers that were late"),
    "waiting": _("Customers who still wait"),
    "judged": _("Answers of which it is known whether they were in time"),
    "cases": _("Matters that were opened"),
    "resolved": _("Matters that are resolved"),
    "solved_at_once": _("Matters solved at the first contact"),
    "handed_on": _("Matters that were handed on"),
    "came_again": _("Matters for which the customer had to come again"),
    "opened_again": _("Matters that were opened again"),
    "run_around": _("Matters past the limits of run-around"),
    "complaints": _("Complaints"),
    "asked": _("Customers who were asked"),
    "answered": _("Customers who answered"),
    "satisfied": _("Customers who were satisfied"),
}
"""The heading of the rows that each figure counts."""


@dataclass(frozen=True)
class Headline:
    """One of the figures at the top: its name, its value, and the rest in words."""

    name: str
    value: str
    href: str
    words: str
    change: str
    is_better: bool


@dataclass(frozen=True)
class ReportPage:
    """The report of a period, compared with the period before."""

    title: str
    headlines: tuple[Headline, ...]
    sections: tuple[Section, ...]

    @property
    def tables(self) -> dict[str, Table]:
        """All tables by their keys."""
        return {table.key: table for section in self.sections for table in section.tables}


def report_page(
    now: Report, before: Report, weeks: Sequence[str], agents: Mapping[str, Agent], times: Times, link: Link
) -> ReportPage:
    """Return the page. `weeks` are all ISO weeks of the period; each of `agents` has a line."""
    writer = Writer(times, agents, link)
    return ReportPage(
        _title(now.all.promises, writer),
        _headlines(now.all, before.all, writer),
        (
            weeks_section(now, weeks, writer),
            promises_section(now, writer),
            replies_section(now, writer),
            satisfaction_section(now, writer),
            run_around_section(now.all.run_around, before.all.run_around, writer),
            causes_section(now, before, writer),
            *causes_by_week(now, weeks, writer),
        ),
    )


def _title(promises: Promises, writer: Writer) -> str:
    count = settled(promises)
    if not count:
        return writer.gettext("No promise fell due in this time.")
    sentence = writer.times.words.catalogue.ngettext(
        "%(kept)s of %(n)s promise kept in time.", "%(kept)s of %(n)s promises kept in time.", count
    )
    return sentence % {"kept": promises.kept_in_time, "n": count}


def _headlines(now: Service, before: Service, writer: Writer) -> tuple[Headline, ...]:
    kept, replied = now.promises, now.replies
    return (
        _share(
            writer.gettext("Promises kept in time"),
            "kept_in_time",
            (kept.kept_in_time, settled(kept)),
            (kept.kept_rate, before.promises.kept_rate),
            writer,
        ),
        _share(
            writer.gettext("Answers in time"),
            "in_time",
            (replied.in_time, judged(replied)),
            (replied.in_time_rate, before.replies.in_time_rate),
            writer,
        ),
        _satisfied(now.satisfaction.get("csat"), before.satisfaction.get("csat"), writer),
        _run_arounds(now.run_around, before.run_around, writer),
    )


def _share(
    name: str,
    figure: Figure,
    part_of_whole: tuple[int, int],
    rates: tuple[float | None, float | None],
    writer: Writer,
) -> Headline:
    """Return the headline of a share. `rates` are that of the period and that of the period before."""
    part, whole = part_of_whole
    rate, before = rates
    return Headline(
        name,
        writer.percent(rate),
        writer.link(figure),
        writer.gettext("%(part)s of %(whole)s", part=part, whole=whole),
        *_points(rate, before, writer),
    )


def _satisfied(now: Answers | None, before: Answers | None, writer: Writer) -> Headline:
    words = writer.gettext("nobody answered yet")
    if now is not None and now.answered:
        words = writer.times.words.catalogue.ngettext(
            "likely %(spread)s, from %(n)s answer", "likely %(spread)s, from %(n)s answers", now.answered
        ) % {"spread": writer.spread(now.happy_interval), "n": now.answered}
    return Headline(
        writer.gettext("Satisfied customers"),
        writer.percent(now.happy_rate if now else None),
        writer.link("satisfied", kind="csat"),
        words,
        *_points(now.happy_rate if now else None, before.happy_rate if before else None, writer),
    )


def _run_arounds(now: RunAround, before: RunAround, writer: Writer) -> Headline:
    more = now.run_arounds - before.run_arounds
    change = writer.gettext("as before")
    if more > 0:
        change = writer.gettext("%(n)s more than before", n=more)
    elif more < 0:
        change = writer.gettext("%(n)s fewer than before", n=-more)
    return Headline(
        writer.gettext("Sent from one to the next"),
        writer.times.formats.number(now.run_arounds),
        writer.link("run_around"),
        writer.times.words.catalogue.ngettext("of %(n)s matter", "of %(n)s matters", now.cases)
        % {"n": now.cases},
        change,
        more < 0,
    )


def _points(now: float | None, before: float | None, writer: Writer) -> tuple[str, bool]:
    """Return the change of a share in percentage points, and whether it is better."""
    if now is None or before is None:
        return writer.gettext("nothing to compare with"), False
    points = round(100 * now) - round(100 * before)
    if not points:
        return writer.gettext("as before"), False
    words = writer.times.words.catalogue
    if points > 0:
        sentence = words.ngettext("%(n)s point more than before", "%(n)s points more than before", points)
    else:
        sentence = words.ngettext("%(n)s point less than before", "%(n)s points less than before", -points)
    return sentence % {"n": abs(points)}, points > 0
