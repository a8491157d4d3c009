"""Load the work that a message or an action is about: its row, customer, agent and case."""

from vaada.desk import Desk
from vaada.flows.optimistic_write import NotFound, require
from vaada.model.cases import Case
from vaada.model.messages import Message
from vaada.model.people import Agent, Customer
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply, Survey
from vaada.rules import commitments, replies

StaffWork = Commitment | FollowUp | Reply | Goodwill


Work = StaffWork | Survey


WORK: dict[str, type[Work]] = {
    work.kind_of_row: work for work in (Commitment, FollowUp, Reply, Goodwill, Survey)
}


class MissingRow(Exception):
    """A row that another row refers to does not exist."""


def customer_of(desk: Desk, work: Work) -> Customer:
    """Return the work's customer. Raises NotFound once they are erased."""
    return current_customer(desk, work.customer_id)


def agent_of(desk: Desk, work: Work) -> Agent:
    """Return the work's agent. Raises MissingRow."""
    agent = desk.table.get(Agent, work.agent_id)
    if agent is None:
        raise MissingRow(f"agent {work.agent_id} of {work.id}")
    return agent


def work_of(desk: Desk, message: Message) -> Work:
    """Return the row that the message is about. Raises NotFound once its customer is erased."""
    return require(desk, WORK[message.about_kind], message.about_id)


def current_customer(desk: Desk, customer_id: str) -> Customer:
    """Return the customer, or the one they were merged into. Raises NotFound."""
    customer = require(desk, Customer, customer_id)
    while customer.merged_into:
        customer = require(desk, Customer, customer.merged_into)
    return customer


def current_case(desk: Desk, case_id: str) -> Case:
    """Return the case, or the one it was merged into. Raises NotFound."""
    case = require(desk, Case, case_id)
    while case.merged_into:
        case = require(desk, Case, case.merged_into)
    return case


def case_of(desk: Desk, case_id: str | None) -> Case | None:
    """Return the case, or the one it was merged into. None: there is none, for example after a restore."""
    try:
        return current_case(desk, case_id) if case_id else None
    except NotFound:
        return None


def unanswered_reply(desk: Desk, case: Case) -> Reply | None:
    """Return the reply that the customer of the case waits for, or None."""
    reply = reply_of(desk, case)
    return reply if reply and reply.status in replies.OPEN else None


def open_call_back(desk: Desk, case: Case) -> Commitment | None:
    """Return the promised call-back of the case if it can still be kept, or None."""
    row = desk.table.get(Commitment, case.call_back_id) if case.call_back_id else None
    return row if row and row.status in commitments.KEEPABLE else None


def reply_of(desk: Desk, case: Case) -> Reply | None:
    """Return the latest reply of the case, or None."""
    return desk.table.get(Reply, case.reply_id) if case.reply_id else None
