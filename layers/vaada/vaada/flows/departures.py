"""Let an agent leave: they can no longer sign in, and others get their work.

The agent's row, the mark at their e-mail address and the departure are written in one transaction. A
departure is a due row: the sweep hands the work over, row by row, and begins again where it was interrupted.
What has moved is in no list of the agent's any more.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from vaada.desk import Desk
from vaada.flows import cases, hand_over
from vaada.flows.optimistic_write import Busy, NotFound, change, lost_new_row, require, retry_on_conflict
from vaada.flows.references import InvalidField, UnknownReference, require_present_agents
from vaada.flows.work import current_customer, present_agent
from vaada.gateways.table import Conflict
from vaada.model.cases import Case
from vaada.model.departures import Departure
from vaada.model.people import Agent, Customer
from vaada.model.receipts import EmailClaim
from vaada.model.rows import Row, StoredModel
from vaada.model.work import Commitment, FollowUp, Reply
from vaada.rules import departures as rules
from vaada.rules.errors import NotPossible

_PAGE = 25
_LISTS: tuple[tuple[type[Row], str | None], ...] = (
    (Case, "open"),
    (Commitment, "open"),
    (FollowUp, "scheduled"),
    (FollowUp, "due"),
    (Reply, "awaited"),
    (Reply, "paused"),
    (Customer, None),
)
"""What is handed over. Cases come first, because their open work moves with them."""


class AgentWork(StoredModel):
    """How much work an agent has, which others get if they leave. `supervised` and `covered` count agents."""

    cases: int
    commitments: int
    follow_ups: int
    replies: int
    customers: int
    supervised: int
    covered: int


def work_of_agent(desk: Desk, agent_id: str) -> AgentWork:
    """Count what would be handed over if the agent left. Raises NotFound."""
    require(desk, Agent, agent_id)
    counts = {kind: 0 for kind, _ in _LISTS}
    for kind, status in _LISTS:
        counts[kind] += desk.table.count_rows(kind, agent_id=agent_id, status=status)
    agents = list(_agents(desk))
    return AgentWork(
        cases=counts[Case],
        commitments=counts[Commitment],
        follow_ups=counts[FollowUp],
        replies=counts[Reply],
        customers=counts[Customer],
        supervised=sum(agent.supervisor_id == agent_id for agent in agents),
        covered=sum(agent.covered_by == agent_id for agent in agents),
    )


def customers_of_agent(desk: Desk, agent_id: str, most: int) -> tuple[list[Customer], bool]:
    """Return, by name, the agent's customers, and others with work that would be handed over.

    And whether there are more than these.
    """
    own = desk.table.list_rows(Customer, most, None, agent_id=agent_id)
    cases = desk.table.list_rows(Case, most, None, agent_id=agent_id, status="open")
    own_ids = {row.id for row in own.rows}
    others = sorted({row.customer_id for row in cases.rows if isinstance(row, Case)} - own_ids)
    served = desk.table.get_several(Customer, others).values()
    found = (*(row for row in own.rows if isinstance(row, Customer)), *served)
    is_cut = len(found) > most or own.next_cursor is not None or cases.next_cursor is not None
    return sorted(found, key=lambda one: (one.name.casefold(), one.id))[:most], is_cut


def leave(
    desk: Desk, agent_id: str, to: str, by_customer: Mapping[str, str], now: datetime, by: str
) -> Agent:
    """Let the agent leave. Raises NotFound, NotPossible, UnknownReference, InvalidField, Conflict, Busy.

    Their work goes to the agent `to`, that of some customers to the agents in `by_customer`.
    """
    fields = {"to": to, **{f"by_customer.{customer}": agent for customer, agent in by_customer.items()}}

    def begin() -> Agent:
        agent = require(desk, Agent, agent_id)
        if agent.left_at is not None:
            raise NotPossible("agent", "no longer with the business", "marked as having left")
        require_present_agents(desk, **fields)
        left = agent.changed(left_at=now, left_to=to)
        claim = require(desk, EmailClaim, agent.email.casefold()).changed(has_left=True)
        departure = Departure(
            departure_id=agent_id,
            to=to,
            by_customer=dict(by_customer),
            asked_by=by,
            left_at=now,
            wake_at=now,
        )
        desk.table.write(left, claim, departure)
        return left

    for field, successor in fields.items():
        if successor == agent_id:
            raise InvalidField(field, "is the agent who leaves; choose a colleague")
    known = desk.table.customers(tuple(by_customer))
    for customer_id in by_customer:
        if customer_id not in known:
            raise UnknownReference(f"by_customer.{customer_id}", "customer")
    return retry_on_conflict(agent_id, begin, is_final=lost_new_row)


def has_left(desk: Desk, agent_id: str, to: str, by_customer: Mapping[str, str]) -> bool:
    """Whether the agent has left, with their work to these agents."""
    departure = desk.table.get(Departure, agent_id)
    return departure is not None and (departure.to, departure.by_customer) == (to, dict(by_customer))


def take_back(desk: Desk, agent_id: str) -> Agent:
    """Let an agent who left come back. What was handed over stays with those who have it.

    Raises NotFound, NotPossible, Conflict, Busy.
    """

    def attempt() -> Agent:
        agent = require(desk, Agent, agent_id)
        if agent.left_at is None:
            raise NotPossible("agent", "still with the business", "taken back")
        claim = require(desk, EmailClaim, agent.email.casefold()).changed(has_left=False)
        back = agent.changed(left_at=None, left_to=None)
        departure = desk.table.get(Departure, agent_id)
        desk.table.write(back, claim, delete=[departure] if departure else [])
        return back

    return retry_on_conflict(agent_id, attempt, is_final=lost_new_row)


def hand_over_work(desk: Desk, agent_id: str, now: datetime, most: int) -> str:
    """Hand over up to `most` rows of an agent who has left. Returns the status of the departure.

    Raises NotFound without a departure, as when the agent has come back.
    """
    departure = require(desk, Departure, agent_id)
    moved, complete = 0, True
    for row in _work_left(desk, departure):
        if moved >= most:
            complete = False
            break
        try:
            moved += _hand_over(desk, departure, row, now)
        except (NotFound, NotPossible):
            continue  # it was erased, or has ended
        except (Busy, Conflict):
            complete = False  # others write it; the next run tries again
    after = rules.after_run(departure, now, moved=moved, complete=complete)
    try:
        desk.table.write(after)
    except Conflict:
        return "claimed by another"
    return after.status


def _work_left(desk: Desk, departure: Departure) -> Iterator[Row]:
    """Yield the agent's remaining work, and the agents whom they supervise or cover."""
    leaver = departure.departure_id
    yield from (agent for agent in _agents(desk) if leaver in {agent.supervisor_id, agent.covered_by})
    for kind, status in _LISTS:
        cursor = None
        while True:
            page = desk.table.list_rows(kind, _PAGE, cursor, agent_id=leaver, status=status)
            yield from page.rows
            cursor = page.next_cursor
            if cursor is None:
                break


def _hand_over(desk: Desk, departure: Departure, row: Row, now: datetime) -> bool:
    """Hand over one row. Returns whether it was still the agent's."""
    leaver, by = departure.departure_id, departure.asked_by
    if isinstance(row, Agent):
        gone, to = require(desk, Agent, leaver), present_agent(desk, departure.to)
        without = change(desk, Agent, row.id, lambda one: rules.without(one, gone, to.agent_id))
        return without.version > row.version
    if isinstance(row, Customer):
        to = _successor(desk, departure, row.id)
        moved = change(desk, Customer, row.id, lambda one: _served_by(one, leaver, to.agent_id))
        return moved.version > row.version
    if not isinstance(row, Case | Commitment | FollowUp | Reply):
        raise TypeError(row.kind_of_row)
    to = _successor(desk, departure, row.customer_id)
    match row:
        case Case():
            is_theirs = require(desk, Case, row.id).agent_id == leaver
            if is_theirs:
                cases.assign(desk, row.id, to.agent_id, now, by)
            return is_theirs
        case Commitment():
            return hand_over.move(desk, Commitment, row.id, to, now, by, leaver=leaver)
        case FollowUp():
            return hand_over.move(desk, FollowUp, row.id, to, now, by, leaver=leaver)
        case Reply():
            return hand_over.move(desk, Reply, row.id, to, now, by, leaver=leaver)


def _served_by(customer: Customer, leaver: str, to: str) -> Customer:
    if customer.agent_id != leaver:
        return customer
    served_by = customer.served_by if to in customer.served_by else (*customer.served_by, to)
    return customer.changed(agent_id=to, served_by=served_by)


def _successor(desk: Desk, departure: Departure, customer_id: str) -> Agent:
    ids: tuple[str, ...] = (customer_id,)
    if departure.by_customer and customer_id not in departure.by_customer:
        ids = current_customer(desk, customer_id).record_ids
    return present_agent(desk, rules.successor_for(departure, *ids))


def _agents(desk: Desk) -> Iterator[Agent]:
    cursor = None
    while True:
        page = desk.table.list_rows(Agent, 100, cursor)
        yield from (row for row in page.rows if isinstance(row, Agent))
        cursor = page.next_cursor
        if cursor is None:
            return
