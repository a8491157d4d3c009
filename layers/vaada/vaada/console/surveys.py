"""Surveys: the results of a period, what customers wrote, and answers that somebody has to look at."""

from datetime import datetime
from http import HTTPStatus

from vaada.console.http import Answer, redirect
from vaada.console.periods import asked_period, last_weeks
from vaada.console.visits import Visit
from vaada.flows import surveys as flow
from vaada.flows.optimistic_write import NotFound, require
from vaada.flows.reports import latest_of_kind
from vaada.flows.work_lists import agents_by_id
from vaada.model.people import Customer
from vaada.model.work import Survey
from vaada.present.console.report.satisfaction import survey_results
from vaada.present.console.surveys import LISTS, ListName, Lists, lead, rows_of, title, why_withheld
from vaada.rules.report_figures import Figure
from vaada.rules.reports import satisfaction

HERE = "/desk/surveys"

_WEEKS = (4, 13, 52)
_PAGE = 50  # rows
_SHOWN = frozenset(
    {"comment", "case_id", "answered_at", "amendments", "quarantined", "withheld_because", "confirmed_by"}
)
"""The fields that are shown of surveys, besides those that reports read."""


def show(visit: Visit) -> Answer:
    """Show the results of a period, and one of the lists below them."""
    desk, query, times = visit.desk, visit.request.query, visit.times
    period, is_understood = asked_period(visit)
    only = visit.user.agent_filter(desk, query.id("agent") or None)
    agents = agents_by_id(desk)
    surveys, begins = latest_of_kind(desk, Survey, period.begins, period.ends, only, _SHOWN)
    lists = Lists.of(surveys)
    shown: ListName = next((name for name in LISTS if name == query["show"]), "words")
    skip = int(query["skip"]) if query["skip"].isdecimal() and query["skip"].isascii() else 0
    listed = lists[shown]
    rows = listed[skip : skip + _PAGE]
    customers = desk.table.get_several(Customer, sorted({row.customer_id for row in rows}))
    results = satisfaction(surveys, visit.now)
    own = {"agent": only} if only and visit.user.is_manager else {}

    def link(figure: Figure, **more: str) -> str:
        return f"/desk/report/rows?{period.query(count=figure, **{**own, **more})}"

    address = period.query(**own, show=shown)
    return visit.page(
        "surveys",
        HERE,
        status=HTTPStatus.OK if is_understood else HTTPStatus.UNPROCESSABLE_ENTITY,
        title=title(results.get("csat"), times.words),
        lead=lead(results.get("csat"), times),
        counted_from=times.when(begins) if begins > period.begins else "",
        report=f"/desk/report?{period.query(**own)}",
        results=survey_results(results, times, link),
        lists={name: (LISTS[name], len(lists[name])) for name in LISTS},
        shown=shown,
        rows=rows_of(shown, rows, customers, agents, times),
        may_decide={row.id for row in rows if visit.user.may_decide(row, agents)},
        why=why_withheld(lists["withheld"], times.words) if shown == "withheld" else (),
        period=period,
        periods=[(weeks, last_weeks(visit, weeks)) for weeks in _WEEKS],
        agent=agents.get(only) if only else None,
        only=own.get("agent", ""),
        is_understood=is_understood,
        address=f"{HERE}?{address}",
        next_page=f"{HERE}?{address}&skip={skip + _PAGE}" if skip + _PAGE < len(listed) else "",
        done=query["done"],
    )


def confirm(visit: Visit, survey_id: str) -> Answer:
    """Let a quarantined answer count."""
    _require(visit, survey_id)
    try:
        at = datetime.fromisoformat(visit.request.form["at"])
    except ValueError:
        raise NotFound(Survey, survey_id) from None
    flow.confirm_answer(visit.desk, survey_id, at, visit.now, visit.user.id)
    return redirect(_back(visit, "answer_counts"))


def discard(visit: Visit, survey_id: str) -> Answer:
    """Mark the quarantined answers of a survey as no person's."""
    _require(visit, survey_id)
    flow.discard_answers(visit.desk, survey_id, visit.user.id)
    return redirect(_back(visit, "answer_discarded"))


def _require(visit: Visit, survey_id: str) -> None:
    """Raise NotFound, or Refusal unless the reader may decide about the survey's answers."""
    visit.user.require_decides(visit.desk, require(visit.desk, Survey, survey_id))


def _back(visit: Visit, done: str) -> str:
    """Return the address of the list that the form was on."""
    period = asked_period(visit)[0]
    return f"{HERE}?{period.query(show='quarantined', agent=visit.request.query.id('agent'), done=done)}"
