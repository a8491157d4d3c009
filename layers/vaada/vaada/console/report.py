"""The report of a period, the rows that each of its numbers counts, and its tables as CSV."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import cast, get_args

from vaada.console.http import Answer, Fields
from vaada.console.periods import Period, asked_period, last_weeks
from vaada.console.visits import Visit
from vaada.flows import reports
from vaada.flows.optimistic_write import NotFound
from vaada.flows.work_lists import agents_by_id
from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.people import Agent, Channel, Customer
from vaada.model.work import SCALES, Commitment, Survey
from vaada.present.console.contacts import CHANNELS
from vaada.present.console.report.causes import cause_key
from vaada.present.console.report.counted_rows import CountedRow, counted_row
from vaada.present.console.report.page import COUNTED, ReportPage, report_page
from vaada.present.csv_export import csv_of_table
from vaada.present.sanitize import line
from vaada.rules import reports as rules
from vaada.rules.report_figures import KINDS, Figure, Reported, figures_of
from vaada.rules.reports import belongs_at, week_of

HERE = "/desk/report"

_WEEKS = (4, 13, 52)
_PAGE = 50  # rows
_SHOWN = frozenset({"comment", "case_id", "interaction_id"})
"""The fields that are shown of rows, besides those that the report reads."""


@dataclass(frozen=True)
class _Wanted:
    """Which report: its period, and whose. `only` is None for that of all."""

    period: Period
    is_understood: bool
    only: str | None
    agents: dict[str, Agent]


def show(visit: Visit) -> Answer:
    """Show the report."""
    wanted = _wanted(visit)
    period = wanted.period
    periods = [(weeks, last_weeks(visit, weeks)) for weeks in _WEEKS]
    return visit.page(
        "report",
        HERE,
        status=HTTPStatus.OK if wanted.is_understood else HTTPStatus.UNPROCESSABLE_ENTITY,
        report=_report(visit, wanted),
        period=period,
        periods=periods,
        agent=wanted.agents.get(wanted.only) if wanted.only else None,
        agents=sorted(wanted.agents.values(), key=lambda one: one.name.casefold())
        if visit.user.is_manager
        else [],
        is_understood=wanted.is_understood,
        only=wanted.only if visit.user.is_manager else "",
    )


def csv(visit: Visit, table: str) -> Answer:
    """Return one table of the report as CSV."""
    wanted = _wanted(visit)
    found = _report(visit, wanted).tables.get(table)
    if found is None:
        raise NotFound(Commitment, table)
    lines = [found.heads, *(tuple(cell.text for cell in row) for row in found.rows)]
    name = f"{table}-{wanted.period.first}-{wanted.period.last}.csv"
    headers = {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": f'attachment; filename="{name}"',
    }
    return Answer(HTTPStatus.OK, csv_of_table(lines), headers)


def rows(visit: Visit) -> Answer:
    """Show the rows that a number of the report counts."""
    wanted, query, desk = _wanted(visit), visit.request.query, visit.desk
    figure = next((figure for figure in COUNTED if figure == query["count"]), None)
    if figure is None:
        raise NotFound(Commitment, query["count"])
    period = wanted.period
    found = [
        row
        for row in reports.rows_of_kind(desk, KINDS[figure], period.begins, period.ends, wanted.only, _SHOWN)
        if figure in figures_of(row, visit.now) and _is_counted(row, query, period)
    ]
    found.sort(key=lambda row: (belongs_at(row), row.id), reverse=True)
    skip = int(query["skip"]) if query["skip"].isdecimal() and query["skip"].isascii() else 0
    shown = _described(visit, found[skip : skip + _PAGE], wanted.agents)
    more = {name: query[name] for name in ("count", "week", "channel", "kind", "cause")}
    address = period.query(**more, agent=wanted.only if visit.user.is_manager else None)
    return visit.page(
        "report_rows",
        HERE,
        title=visit.times.words.catalogue.gettext(COUNTED[figure]),
        total=len(found),
        rows=shown,
        period=period,
        narrowed=_narrowed(visit, query, wanted),
        back=f"{HERE}?{period.query(agent=wanted.only if visit.user.is_manager else None)}",
        next_page=f"{HERE}/rows?{address}&skip={skip + _PAGE}" if skip + _PAGE < len(found) else "",
    )


def _wanted(visit: Visit) -> _Wanted:
    """Return which report the address names. Raises Refusal unless the reader may see that agent's."""
    period, is_understood = asked_period(visit)
    only = visit.user.agent_filter(visit.desk, visit.request.query.id("agent") or None)
    return _Wanted(period, is_understood, only, agents_by_id(visit.desk))


def _report(visit: Visit, wanted: _Wanted) -> ReportPage:
    period, before, only = wanted.period, wanted.period.before, wanted.only
    rows = reports.rows_between(visit.desk, before.begins, period.ends, only)
    found, earlier = (
        rules.report(rows.within(one.begins, one.ends), one.begins, one.ends, one.zone, visit.now)
        for one in (period, before)
    )
    with_agents = wanted.agents if visit.user.is_manager and only is None else {}
    return report_page(found, earlier, _weeks_of(period), with_agents, visit.times, _link(visit, wanted))


def _link(visit: Visit, wanted: _Wanted) -> Callable[..., str]:
    """Return a function that makes the link from a number to the rows that it counts."""
    own = {"agent": wanted.only} if wanted.only and visit.user.is_manager else {}

    def link(figure: Figure, *, before: bool = False, **more: str) -> str:
        period = wanted.period.before if before else wanted.period
        return f"{HERE}/rows?{period.query(count=figure, **{**own, **more})}"

    return link


def _weeks_of(period: Period) -> list[str]:
    """Return the ISO weeks that the period touches, in order."""
    weeks: dict[str, None] = {}
    for number in range(period.days):
        year, week, _ = period.first.fromordinal(period.first.toordinal() + number).isocalendar()
        weeks[f"{year}-W{week:02}"] = None
    return list(weeks)


def _is_counted(row: Reported, query: Fields, period: Period) -> bool:
    """Whether the row is of the week, channel, kind of survey and cause that the address names."""
    return (
        (not query["week"] or week_of(period.zone, row) == query["week"])
        and (not query["channel"] or row.channel == query["channel"])
        and (not query["kind"] or (isinstance(row, Survey) and row.kind == query["kind"]))
        and (
            not query["cause"]
            or (isinstance(row, Case) and row.cause is not None and cause_key(row.cause) == query["cause"])
        )
    )


def _described(visit: Visit, found: Sequence[Reported], agents: dict[str, Agent]) -> list[CountedRow]:
    """Return the rows with their customers and contacts."""
    table = visit.desk.table
    customers = table.get_several(Customer, sorted({row.customer_id for row in found}))
    wanted = {
        row.last_interaction_id if isinstance(row, Case) else row.interaction_id
        for row in found
        if not isinstance(row, Commitment)
    }
    contacts = table.get_several(Interaction, sorted(filter(None, wanted)))
    return [counted_row(row, customers, contacts, agents, visit.times) for row in found]


def _narrowed(visit: Visit, query: Fields, wanted: _Wanted) -> list[str]:
    """Return, in words, the filters of the rows besides the period."""
    gettext = visit.times.words.catalogue.gettext
    said = []
    if wanted.only in wanted.agents:
        said.append(line(wanted.agents[wanted.only].name))
    if query["week"]:
        said.append(gettext("week %(week)s") % {"week": line(query["week"])[:8]})
    if query["channel"] in get_args(Channel):
        said.append(gettext(CHANNELS[cast("Channel", query["channel"])]))
    if query["kind"] in SCALES and query["kind"] != "csat":
        said.append(query["kind"].upper())
    return said
