"""Load the work that a message or an action is about: its row, customer, agent and case."""

from collections.abc import Mapping

from vaada.desk import Desk
from vaada.flows.optimistic_write import NotFound, require
from vaada.model.campaigns import CampaignRecipient
from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.messages import Message
from vaada.model.people import Agent, Customer
from vaada.model.recognitions import Recognition
from vaada.model.rows import Row
from vaada.model.weekly_reports import WeeklyReport
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply, Survey
from vaada.rules import case_merge, commitments, replies
from vaada.rules.open_work import OpenWork, is_open

StaffWork = Commitment | FollowUp | Reply | Goodwill


Work = StaffWork | Survey

About = Work | Interaction | Recognition | CampaignRecipient
"""What a message is about; a contact, if an agent wrote it."""

WORK: dict[str, type[Work]] = {
    work.kind_of_row: work for work in (Commitment, FollowUp, Reply, Goodwill, Survey)
}
ABOUT: dict[str, type[About]] = {
    **WORK,
    Interaction.kind_of_row: Interaction,
    Recognition.kind_of_row: Recognition,
    CampaignRecipient.kind_of_row: CampaignRecipient,
}
SUBJECTS: dict[str, type[About | WeeklyReport]] = {**ABOUT, WeeklyReport.kind_of_row: WeeklyReport}
"""What messages are about, by its kind; a weekly report has neither an agent nor a customer."""


class MissingRow(Exception):
    """A row that another row refers to does not exist."""


def customer_of(desk: Desk, work: About) -> Customer:
    """Return the work's customer. Raises NotFound once they are erased."""
    return current_customer(desk, work.customer_id)


def agent_of(desk: Desk, work: About) -> Agent:
    """Return the work's agent. Raises MissingRow."""
    return require_agent(desk, work.agent_id)


def require_agent(desk: Desk, agent_id: str) -> Agent:
    """Return the agent whom a row names. Raises MissingRow."""
    agent = desk.table.get(Agent, agent_id)
    if agent is None:
        raise MissingRow(f"agent {agent_id}")
    return agent


def present_agent(desk: Desk, agent_id: str) -> Agent:
    """Return the agent, or if they have left, the agent who has their work now. Raises MissingRow."""
    agent = require_agent(desk, agent_id)
    while agent.left_to is not None:
        agent = require_agent(desk, agent.left_to)
    return agent


def work_of(desk: Desk, message: Message) -> About:
    """Return the row that the message is about. Raises NotFound once its customer is erased."""
    return require(desk, ABOUT[message.about_kind], message.about_id)


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


def cases_in(desk: Desk, case: Case) -> frozenset[str]:
    """Return the ids of the case and of those merged into it: work and contacts keep the one they had."""
    found, merged = {case.id}, [case]
    while merged:
        ids = {each for one in merged for each in case_merge.merged_ids(one)} - found
        found |= ids
        merged = [
            row for row in desk.table.get_several(Case, sorted(ids)).values() if row.merged_into in found
        ]
    return frozenset(found)


def case_of(desk: Desk, case_id: str | None) -> Case | None:
    """Return the case, or the one it was merged into. None: there is none, for example after a restore."""
    try:
        return current_case(desk, case_id) if case_id else None
    except NotFound:
        return None


def open_work_of(desk: Desk, case: Case) -> OpenWork:
    """Return the open work of the case."""
    return open_work_in(case, desk.table.work_rows(open_work_ids(case)))


def open_work_ids(case: Case) -> tuple[str, ...]:
    """Return the ids of the open work that the case lists."""
    single = (case.reply_id, case.call_back_id)
    return (*(row_id for row_id in single if row_id), *case.commitment_ids, *case.follow_up_ids)


def open_work_in(case: Case, rows: Mapping[str, Row]) -> OpenWork:
    """Return the open work of the case among these rows, by id. What has ended is left out."""
    reply, call_back = rows.get(case.reply_id or ""), rows.get(case.call_back_id or "")
    promises = (rows.get(row_id) for row_id in case.commitment_ids)
    planned = (rows.get(row_id) for row_id in case.follow_up_ids)
    return OpenWork(
        reply if isinstance(reply, Reply) and is_open(reply) else None,
        call_back if isinstance(call_back, Commitment) and is_open(call_back) else None,
        tuple(row for row in promises if isinstance(row, Commitment) and is_open(row)),
        tuple(row for row in planned if isinstance(row, FollowUp) and is_open(row)),
    )


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
