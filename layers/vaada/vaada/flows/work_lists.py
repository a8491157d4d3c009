"""Read the open work of an agent, of those whom they cover, and late work of those whom they supervise."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, TypeVar

from vaada.desk import Desk
from vaada.flows.work import cases_in
from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.people import Agent, Customer
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply
from vaada.rules.stand_ins import who_is_there
from vaada.rules.work_list import StaffWork, WorkList, work_list

R = TypeVar("R", Customer, Interaction)
W = TypeVar("W", bound=StaffWork)

MOST = 100
"""How many rows of one kind and status are read: the first ones that are due."""

_OPEN: tuple[tuple[type[StaffWork], str], ...] = (
    (Commitment, "open"),
    (Reply, "awaited"),
    (FollowUp, "due"),
    (FollowUp, "scheduled"),
)


class WorkAround(NamedTuple):
    """Work, and the rows that lists show with it, by id: agents, customers, and the contacts of replies.

    `covered` are those whose work the reader does now. `is_cut`: there are more rows of a kind.
    """

    work: WorkList
    slips: tuple[Commitment | Reply, ...]
    covered: tuple[Agent, ...]
    agents: dict[str, Agent]
    customers: dict[str, Customer]
    contacts: dict[str, Interaction]
    is_cut: bool = False


class FoundCase(NamedTuple):
    """A case that was found, what was said first in it, and whose it is."""

    case: Case
    summary: str
    customer: Customer


def agents_by_id(desk: Desk) -> dict[str, Agent]:
    """Return all agents: a business has few."""
    page = desk.table.list_rows(Agent, MOST, None)
    return {row.agent_id: row for row in page.rows if isinstance(row, Agent)}


def work_around(
    desk: Desk, reader_id: str | None, now: datetime, zone: str, *, decides_all: bool
) -> WorkAround:
    """Return the work of an agent: their own, of those whom they stand in for now, and their decisions.

    `decides_all`: they decide about all goodwill, and see what slips with anybody. The number of queries
    depends on neither customers nor work.
    """
    agents = agents_by_id(desk)
    covered = _covered_by(reader_id, agents, now) if reader_id else ()
    people = set(agents) if decides_all else _supervised_by(reader_id, agents, now) if reader_id else set()
    rows: list[StaffWork] = []
    first = _FirstRows(desk)
    for agent_id in (reader_id, *(agent.id for agent in covered)):
        if agent_id is not None:
            for kind, status in _OPEN:
                rows += first.of(kind, status, agent_id=agent_id)
    if people:
        rows += (row for row in first.of(Goodwill, "requested") if row.agent_id in people)
    others = people - {reader_id, *(agent.id for agent in covered)}
    slips: list[Commitment | Reply] = []
    if others:
        slips += first.of(Commitment, "open", due_by=now)
        slips += first.of(Reply, "awaited", due_by=now)
        slips = sorted((row for row in slips if row.agent_id in others), key=lambda row: row.due_at)
    parts = work_list(rows, now, zone)
    shown = [*parts.rows, *slips]
    replies = {row.interaction_id for row in shown if isinstance(row, Reply)}
    return WorkAround(
        parts,
        tuple(slips),
        covered,
        agents,
        _several(desk, Customer, {row.customer_id for row in shown}),
        _several(desk, Interaction, replies),
        first.is_cut,
    )


def open_work_of(desk: Desk, customer: Customer) -> tuple[StaffWork, ...]:
    """Return what is owed to a customer, of all of their records, the first due one first."""
    rows: list[StaffWork] = []
    for kind, status in (*_OPEN, (Goodwill, "requested")):
        page = desk.table.customer_rows(kind, customer.record_ids, MOST, None, status=status)
        rows += (row for row in page.rows if isinstance(row, kind))
    return tuple(sorted(rows, key=lambda row: (row.due_at, row.id)))


def open_work_in_case(
    desk: Desk, case: Case, customer: Customer, cursor: str | None
) -> tuple[tuple[StaffWork, ...], str | None]:
    """Return what is owed in a case and those that were merged into it, the first due one first, and the
    cursor of more promises: among the customer's next ones there may be some of the case. Raises BadCursor.
    """
    case_ids = cases_in(desk, case)
    kinds = (*_OPEN, (Goodwill, "requested")) if cursor is None else ((Commitment, "open"),)
    rows: list[StaffWork] = []
    more: str | None = None
    for kind, status in kinds:
        page = desk.table.customer_rows(kind, customer.record_ids, MOST, cursor, status=status)
        rows += (row for row in page.rows if isinstance(row, kind) and row.case_id in case_ids)
        more = page.next_cursor if kind is Commitment else more
    return tuple(sorted(rows, key=lambda row: (row.due_at, row.id))), more


def all_agreed_in_case(desk: Desk, case: Case, customer: Customer) -> tuple[Commitment | FollowUp, ...]:
    """Return all open promises and follow-ups in a case and those that were merged into it."""
    case_ids = cases_in(desk, case)
    rows: list[Commitment | FollowUp] = []
    for kind, status in ((Commitment, "open"), (FollowUp, "due"), (FollowUp, "scheduled")):
        cursor: str | None = None
        while True:
            page = desk.table.customer_rows(kind, customer.record_ids, MOST, cursor, status=status)
            rows += (
                row for row in page.rows if isinstance(row, Commitment | FollowUp) and row.case_id in case_ids
            )
            cursor = page.next_cursor
            if cursor is None:
                break
    return tuple(rows)


def summaries_of(desk: Desk, cases: Iterable[Case]) -> dict[str, str]:
    """Return by case id what was said in the first contact of each case that it lists."""
    first = {case.id: case.interaction_ids[0] for case in cases if case.interaction_ids}
    contacts = desk.table.get_several(Interaction, list(first.values()))
    return {case_id: contacts[each].summary for case_id, each in first.items() if each in contacts}


def find_open_cases(
    desk: Desk, text: str, customers: Iterable[Customer], agent_id: str | None, most: int
) -> tuple[FoundCase, ...]:
    """Return open cases of these customers, and others whose first contact has these words.

    Of the latest hundred of this agent, or of all if it is None. The number of calls depends on neither.
    """
    page = desk.table.list_rows(Case, MOST, None, agent_id=agent_id, status="open")
    cases = [row for row in page.rows if isinstance(row, Case)]
    summaries = summaries_of(desk, cases)
    records = {record for customer in customers for record in customer.record_ids}
    words = text.casefold().split()
    found = [
        case
        for case in cases
        if case.customer_id in records or all(word in summaries.get(case.id, "").casefold() for word in words)
    ][:most]
    known = _several(desk, Customer, {case.customer_id for case in found})
    return tuple(
        FoundCase(case, summaries.get(case.id, ""), known[case.customer_id])
        for case in found
        if case.customer_id in known
    )


def _covered_by(reader_id: str, agents: dict[str, Agent], now: datetime) -> tuple[Agent, ...]:
    """Return the absent agents whose first available stand-in is the reader."""
    others = (agent for agent in agents.values() if agent.id != reader_id)
    return tuple(agent for agent in others if who_is_there(agent.id, agents, now) == reader_id)


def _supervised_by(reader_id: str, agents: dict[str, Agent], now: datetime) -> set[str]:
    """Return the ids of those whom the reader supervises, also in place of an absent supervisor."""
    return {
        agent.id
        for agent in agents.values()
        if agent.id != reader_id
        and reader_id in (agent.supervisor_id, who_is_there(agent.supervisor_id, agents, now))
    }


class _FirstRows:
    """Reads the first rows of a kind, and notes whether there are more of any."""

    def __init__(self, desk: Desk) -> None:
        self._table = desk.table
        self.is_cut = False

    def of(
        self, kind: type[W], status: str, *, agent_id: str | None = None, due_by: datetime | None = None
    ) -> list[W]:
        page = self._table.list_rows(kind, MOST, None, agent_id=agent_id, status=status, due_by=due_by)
        self.is_cut |= page.next_cursor is not None
        return [row for row in page.rows if isinstance(row, kind)]


def _several(desk: Desk, kind: type[R], ids: set[str]) -> dict[str, R]:
    found: dict[str, R] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), MOST):
        found |= desk.table.get_several(kind, wanted[start : start + MOST])
    return found
