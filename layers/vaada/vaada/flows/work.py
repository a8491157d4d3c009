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
    """A row that another row names is not there."""


def customer_of(desk: Desk, work: Work) -> Customer:
    """The customer it is owed to. Raises NotThere once they are erased."""
    return standing_customer(desk, work.customer_id)


def agent_of(desk: Desk, work: Work) -> Agent:
    """The agent who owes it. Raises Missing."""
    agent = desk.table.get(Agent, work.agent_id)
    if agent is None:
        raise MissingRow(f"agent {work.agent_id} of {work.id}")
    return agent


def work_of(desk: Desk, message: Message) -> Work:
    """The row that the message is about. Raises NotThere once its customer is erased."""
    return require(desk, WORK[message.about_kind], message.about_id)


def standing_customer(desk: Desk, customer_id: str) -> Customer:
    """The customer, or the one that they were merged into. Raises NotFound."""
    customer = require(desk, Customer, customer_id)
    while customer.merged_into:
        customer = require(desk, Customer, customer.merged_into)
    return customer


def standing_case(desk: Desk, case_id: str) -> Case:
    """The case, or the one that it became part of. Raises NotThere."""
    case = require(desk, Case, case_id)
    while case.merged_into:
        case = require(desk, Case, case.merged_into)
    return case


def case_of(desk: Desk, case_id: str | None) -> Case | None:
    """The case that goes on. None: there is none, or none any more, as after a restore."""
    try:
        return standing_case(desk, case_id) if case_id else None
    except NotFound:
        return None


def unanswered_reply(desk: Desk, case: Case) -> Reply | None:
    reply = reply_of(desk, case)
    return reply if reply and reply.status in replies.OPEN else None


def open_call_back(desk: Desk, case: Case) -> Commitment | None:
    row = desk.table.get(Commitment, case.call_back_id) if case.call_back_id else None
    return row if row and row.status in commitments.KEEPABLE else None


def reply_of(desk: Desk, case: Case) -> Reply | None:
    return desk.table.get(Reply, case.reply_id) if case.reply_id else None
