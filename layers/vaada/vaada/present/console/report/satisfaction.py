"""The section of the report about answers to surveys, and the same for the page of surveys."""

from collections.abc import Mapping

from vaada.model.work import SurveyKind
from vaada.present.console.charts import Point, shares_with_range
from vaada.present.console.report.parts import Cell, Section, Table
from vaada.present.console.report.writer import Link, Writer
from vaada.present.sanitize import shorten_to
from vaada.present.times import Times
from vaada.present.translation_marks import _
from vaada.rules.reports import Answers, Report

_LONGEST_LABEL = 23  # characters, beside a bar


_KINDS: dict[SurveyKind, str] = {
    "csat": _("How it went"),
    "nps": _("Would they recommend us"),
    "ces": _("Was it easy"),
    "promise": _("Did we keep our word"),
}


def satisfaction_section(now: Report, writer: Writer) -> Section:
    """Return the section about satisfied customers, of all, of each agent and of each question."""
    gettext = writer.gettext
    everybody = now.all.satisfaction.get("csat")
    lines: list[tuple[str, Answers, dict[str, str]]] = []
    if everybody:
        lines.append((gettext("Everybody") if writer.agents else gettext("Answers"), everybody, {}))
    lines += [
        (name, one.satisfaction["csat"], {"agent": agent})
        for agent, name, one in writer.names(now.by_agent)
        if "csat" in one.satisfaction
    ]
    points = [_of_answers(name, one, writer) for name, one, _ in lines]
    chart = shares_with_range(
        gettext("Share of satisfied customers, with the range in which the true share lies"),
        gettext("The table beside it has the numbers. A range holds the true share 95 times in 100."),
        points,
        writer.percent,
        mirrored=writer.mirrored,
    )
    heads = (
        gettext("Served by"),
        gettext("Satisfied"),
        gettext("Answered"),
        gettext("Asked"),
        gettext("Range"),
    )
    rows = tuple(_answer_row(name, one, "csat", of, writer) for name, one, of in lines)
    tables = [Table("satisfaction", gettext("Satisfied customers"), heads, rows)]
    others = [kind for kind in _KINDS if kind in now.all.satisfaction and kind != "csat"]
    if others:
        heads = (gettext("Question"), *heads[1:])
        rows = tuple(
            _answer_row(gettext(_KINDS[kind]), now.all.satisfaction[kind], kind, {}, writer)
            for kind in others
        )
        tables.append(Table("other-questions", gettext("Other questions"), heads, rows))
    return Section(
        "satisfaction",
        gettext("Satisfied customers"),
        _satisfied_note(writer),
        (chart,) if lines else (),
        tuple(tables),
    )


def survey_results(results: Mapping[SurveyKind, Answers], times: Times, link: Link) -> Section:
    """Return the answers to each question, with confidence intervals."""
    writer = Writer(times, {}, link)
    lines = [(writer.gettext(_KINDS[kind]), results[kind], kind) for kind in _KINDS if kind in results]
    chart = shares_with_range(
        writer.gettext("Share of satisfied customers, with the range in which the true share lies"),
        writer.gettext("The table beside it has the numbers. A range holds the true share 95 times in 100."),
        [_of_answers(name, one, writer) for name, one, _ in lines],
        writer.percent,
        mirrored=writer.mirrored,
    )
    heads = ("Question", "Satisfied", "Answered", "Asked", "Range")
    rows = tuple(_answer_row(name, one, kind, {}, writer) for name, one, kind in lines)
    table = Table("results", writer.gettext("Satisfied customers"), tuple(map(writer.gettext, heads)), rows)
    return Section(
        "results", writer.gettext("Satisfied customers"), _satisfied_note(writer), (chart,), (table,)
    )


def _satisfied_note(writer: Writer) -> str:
    return writer.gettext(
        "Happy or very happy, of those who answered. With few answers the range is wide, "
        "and nothing can be said yet."
    )


def _of_answers(name: str, one: Answers, writer: Writer) -> Point:
    if one.happy_rate is None or one.happy_interval is None:
        return Point(shorten_to(name, _LONGEST_LABEL))
    low, high = one.happy_interval
    return Point(
        shorten_to(name, _LONGEST_LABEL),
        100 * one.happy_rate,
        100 * low,
        100 * high,
        f"{name}: {writer.percent(one.happy_rate)}",
    )


def _answer_row(
    name: str, one: Answers, kind: SurveyKind, of: Mapping[str, str], writer: Writer
) -> tuple[Cell, ...]:
    return (
        Cell(name),
        writer.number(one.satisfied, "satisfied", kind=kind, **of),
        writer.number(one.answered, "answered", kind=kind, **of),
        writer.number(one.asked, "asked", kind=kind, **of),
        Cell(writer.spread(one.happy_interval)),
    )
