"""Load the tasks of a message to staff: the task it is about, and those of the messages batched in it.

A batch may have hundreds, so their rows are read with BatchGetItem.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from vaada.desk import Desk
from vaada.flows.optimistic_write import NotFound
from vaada.flows.work import MissingRow, StaffWork, current_customer
from vaada.model.interactions import Interaction
from vaada.model.messages import Message
from vaada.model.people import Agent, Customer
from vaada.model.weekly_reports import WeeklyReport
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply
from vaada.rules.messages import lifecycle

_STAFF_WORK = (Commitment, FollowUp, Reply, Goodwill)


class Task(NamedTuple):
    """Work with its customer and agent, and the contact that it comes from, where that was read."""

    work: StaffWork
    customer: Customer
    agent: Agent
    interaction: Interaction | None = None


def members_of(desk: Desk, messages: Iterable[Message]) -> dict[str, tuple[Message, ...]]:
    """Return the members of each message, by its id: the message itself, and those that are batched in it."""
    messages = tuple(messages)
    carried = desk.table.work_rows(other for one in messages for other in one.carries)
    members: dict[str, tuple[Message, ...]] = {}
    for one in messages:
        rows = (carried.get(other) for other in one.carries)
        members[one.id] = (one, *(row for row in rows if isinstance(row, Message)))
    return members


def obsolete_ids(desk: Desk, messages: Iterable[Message], now: datetime) -> frozenset[str]:
    """Return the ids of the messages that are obsolete, as is everything that is batched in them.

    A message is obsolete if it is not true any more, or its customer is erased.
    """
    members = members_of(desk, messages)
    works = desk.table.work_rows(one.about_id for each in members.values() for one in each)

    def is_true(message: Message) -> bool:
        work = works.get(message.about_id)
        if not isinstance(work, lifecycle.Work | WeeklyReport):
            return False
        return lifecycle.is_still_true(message, work, now)

    return frozenset(message_id for message_id, each in members.items() if not any(map(is_true, each)))


def works_of(desk: Desk, messages: Iterable[Message]) -> list[tuple[Message, StaffWork]]:
    """Return the messages with the work that each is about. Leaves out work that was erased."""
    messages = tuple(messages)
    works = desk.table.work_rows(one.about_id for one in messages)
    found = ((one, works.get(one.about_id)) for one in messages)
    return [(one, work) for one, work in found if isinstance(work, _STAFF_WORK)]


def load_tasks(
    desk: Desk, works: Sequence[StaffWork], *, with_contacts: int | None = None
) -> dict[str, Task]:
    """Return the tasks by id of the work. Leaves out those whose customer is erased. Raises MissingRow.

    `with_contacts`: the contacts are read for this many of them, from the first on. None: for all.
    """
    contact_ids = {work.interaction_id for work in works[:with_contacts] if work.interaction_id is not None}
    rows = desk.table.rows_of(
        [
            *((Customer, work.customer_id) for work in works),
            *((Agent, work.agent_id) for work in works),
            *((Interaction, contact_id) for contact_id in sorted(contact_ids)),
        ]
    )
    tasks: dict[str, Task] = {}
    for work in works:
        customer, agent = rows.get(work.customer_id), rows.get(work.agent_id)
        contact = rows.get(work.interaction_id or "")
        if isinstance(customer, Customer) and customer.merged_into is not None:
            customer = _merged_into(desk, customer.merged_into)
        if not isinstance(customer, Customer):
            continue
        if not isinstance(agent, Agent):
            raise MissingRow(f"agent {work.agent_id}")
        tasks[work.id] = Task(work, customer, agent, contact if isinstance(contact, Interaction) else None)
    return tasks


def task_of(desk: Desk, work: StaffWork) -> Task:
    """Return the work as a task. Raises NotFound once its customer is erased, MissingRow."""
    tasks = load_tasks(desk, [work])
    if work.id not in tasks:
        raise NotFound(Customer, work.customer_id)
    return tasks[work.id]


def _merged_into(desk: Desk, customer_id: str) -> Customer | None:
    try:
        return current_customer(desk, customer_id)
    except NotFound:
        return None
