"""Hand a promise or a follow-up over to another agent."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeVar

from vaada.desk import Desk
from vaada.flows.optimistic_write import change
from vaada.flows.references import require_present_agents
from vaada.flows.work import current_customer
from vaada.model.people import Agent
from vaada.model.rows import Row
from vaada.model.work import Commitment, FollowUp, Reply
from vaada.rules import hand_over as rules
from vaada.rules.interactions import mark_served
from vaada.rules.open_work import is_open

A = TypeVar("A", Commitment, FollowUp)
W = TypeVar("W", Commitment, FollowUp, Reply)


def assign(desk: Desk, kind: type[A], row_id: str, agent_id: str, now: datetime, by: str) -> A:
    """Give one promise or follow-up to another agent, who serves the customer from now on.

    Both agents are told, unless they did it. Raises NotFound, NotPossible if it has ended or is theirs
    already, UnknownReference, InvalidField, Busy.
    """
    to = require_present_agents(desk, agent_id=agent_id)["agent_id"]
    return _move(desk, kind, row_id, lambda row: rules.assign(row, to, desk.policy, now, by), to, now, by)


def move(desk: Desk, kind: type[W], row_id: str, to: Agent, now: datetime, by: str, *, leaver: str) -> bool:
    """Move open work of another agent. Returns whether it was still theirs. Raises NotFound, Busy."""
    moved = False

    def decide(row: W) -> W:
        nonlocal moved
        moved = row.agent_id == leaver and is_open(row)
        return rules.hand_over(row, to, desk.policy, now, by) if moved else row

    _move(desk, kind, row_id, decide, to, now, by)
    return moved


def _move(
    desk: Desk, kind: type[W], row_id: str, decide: Callable[[W], W], to: Agent, now: datetime, by: str
) -> W:
    """Write the row that `decide` returns. Its new agent serves the customer, and both agents are told."""

    def other_rows(before: W, after: W) -> Iterator[Row]:
        customer = current_customer(desk, after.customer_id)
        served = mark_served(customer, to.agent_id)
        if served is not customer:
            yield served
        former = desk.table.get(Agent, before.agent_id)
        yield from rules.notices(after, former, to, desk.policy, now, by)

    return change(desk, kind, row_id, decide, other_rows=other_rows)
