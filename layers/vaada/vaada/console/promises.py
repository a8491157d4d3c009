"""Promises: those of everybody on a board, those of one agent as a list; given to others, several at once."""

from collections.abc import Collection
from http import HTTPStatus

from vaada.console.http import Answer, redirect
from vaada.console.periods import last_days
from vaada.console.visits import Visit
from vaada.flows import commitments, hand_over
from vaada.flows.optimistic_write import Busy, NotFound, require
from vaada.flows.references import InvalidField, UnknownReference
from vaada.flows.reports import latest_of_kind
from vaada.flows.work_lists import agents_by_id
from vaada.model.people import Agent, Customer
from vaada.model.work import Commitment
from vaada.present.console.my_day import Group
from vaada.present.console.promises import COLUMNS, PROBLEMS, board, column_of, kept_words
from vaada.present.console.work_rows import Surroundings, work_row
from vaada.rules import reports
from vaada.rules.errors import NotPossible

HERE = "/desk/promises"

_DAYS = 30
_MOST_SHOWN = 100
_MOST_GIVEN = 25  # promises in one request; each is a transaction of its own


def show(visit: Visit) -> Answer:
    """Show the board, or the list of one agent."""
    wanted = visit.request.query.id("agent")
    if wanted:
        return _list(visit, wanted)
    agents = agents_by_id(visit.desk)
    seen = _seen(visit, agents.values())
    if len(seen) == 1:
        return _list(visit, seen[0])
    return _board(visit, agents, seen)


def give(visit: Visit) -> Answer:
    """Give the chosen promises to somebody else, except those that have ended or are theirs already."""
    form, user = visit.request.form, visit.user
    chosen, to = list(dict.fromkeys(form.all("row")))[:_MOST_GIVEN], form["agent_id"]
    problem = "none" if not chosen else "agent" if not to else ""
    if problem:
        agents = agents_by_id(visit.desk)
        return _board(visit, agents, _seen(visit, agents.values()), problem, chosen)
    for row_id in chosen:
        user.require_work(visit.desk, require(visit.desk, Commitment, row_id))
    given = 0
    for row_id in chosen:
        try:
            hand_over.assign(visit.desk, Commitment, row_id, to, visit.now, user.id)
            given += 1
        except (NotPossible, NotFound, Busy):
            continue  # the page says how many were not given
        except (UnknownReference, InvalidField):
            agents = agents_by_id(visit.desk)
            return _board(visit, agents, _seen(visit, agents.values()), "agent", chosen)
    return redirect(f"{HERE}?given={given}&not={len(chosen) - given}")


def _seen(visit: Visit, agents: Collection[Agent]) -> list[str]:
    """Return the agents whose promises the reader may see: their own, and whom they supervise or cover."""
    user = visit.user
    if user.is_manager:
        return [agent.agent_id for agent in agents]
    return [
        agent.agent_id
        for agent in agents
        if user.agent_id in {agent.agent_id, agent.supervisor_id, agent.covered_by}
    ]


def _board(
    visit: Visit,
    agents: dict[str, Agent],
    seen: Collection[str],
    problem: str = "",
    chosen: Collection[str] = (),
) -> Answer:
    desk, now, query = visit.desk, visit.now, visit.request.query
    period = last_days(visit, _DAYS)
    found, has_more = commitments.first_open(desk)
    rows = [row for row in found if row.agent_id in seen]
    shown = rows[:_MOST_SHOWN]
    latest = latest_of_kind(desk, Commitment, period.begins, period.ends, None)
    ended = [row for row in latest.rows if row.agent_id in seen]
    by_agent = {
        agent_id: reports.promises([row for row in ended if row.agent_id == agent_id], now)
        for agent_id in {row.agent_id for row in ended}
    }
    customers = desk.table.get_several(Customer, sorted({row.customer_id for row in shown}))
    all_kept = kept_words(reports.promises(ended, now), visit.times, is_cut=latest.begins > period.begins)
    page = board(rows, shown, all_kept, by_agent, agents, customers, visit.times, has_more=has_more)
    return visit.page(
        "promises",
        HERE,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        board=page,
        columns=COLUMNS,
        colleagues=_by_name(agents, seen),
        receivers=_by_name(agents, [agent_id for agent_id in agents if agents[agent_id].left_at is None]),
        problem=problem,
        problems=PROBLEMS,
        chosen=chosen,
        period=period.query(),
        given=_number(query["given"]),
        not_given=_number(query["not"]),
    )


def _list(visit: Visit, agent_id: str) -> Answer:
    """Show the open promises of one agent with all that can be done to them."""
    desk, times, now, query = visit.desk, visit.times, visit.now, visit.request.query
    period = last_days(visit, _DAYS)
    visit.user.require_may_see(desk, agent_id)
    agents = agents_by_id(desk)
    if agent_id not in agents:
        raise NotFound(Agent, agent_id)
    page = desk.table.list_rows(
        Commitment, _MOST_SHOWN, query["cursor"] or None, agent_id=agent_id, status="open"
    )
    rows = [row for row in page.rows if isinstance(row, Commitment)]
    customers = desk.table.get_several(Customer, sorted({row.customer_id for row in rows}))
    around = Surroundings(times, visit.user.agent_id, agents, customers, {}, desk.policy.commitments)
    groups = [
        Group(
            column,
            times.words.catalogue.gettext(title),
            tuple(work_row(row, around) for row in rows if column_of(row.due_at, times) == column),
        )
        for column, title in COLUMNS.items()
    ]
    latest = latest_of_kind(desk, Commitment, period.begins, period.ends, agent_id)
    return visit.page(
        "promises_of",
        HERE,
        agent=agents[agent_id],
        title=kept_words(reports.promises(latest.rows, now), times, is_cut=latest.begins > period.begins),
        groups=[group for group in groups if group.rows],
        colleagues=_by_name(agents, _seen(visit, agents.values())),
        cursor=page.next_cursor,
        period=period.query(),
        address=f"{HERE}?agent={agent_id}",
        done=query["done"],
        done_row=query.id("row"),
    )


def _by_name(agents: dict[str, Agent], ids: Collection[str]) -> list[Agent]:
    return sorted((agents[one] for one in ids), key=lambda agent: agent.name.casefold())


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() else 0
