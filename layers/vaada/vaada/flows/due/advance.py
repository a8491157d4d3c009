"""The due-row machine: a row's time has come; claim the step, then send what it asks for.

Whoever comes first claims the step with a conditional write that also puts the messages down; all others
find the row at a later version, and stop. Between claim and send nothing is lost: each message is a due row
itself, which the sweep takes up again.
"""

from datetime import datetime

from vaada.desk import Desk
from vaada.flows.messages import recipients, send
from vaada.flows.messages.address_usage import usages_of
from vaada.flows.messages.create import Step, messages_of
from vaada.flows.optimistic_write import NotFound
from vaada.flows.work import Work, agent_of, case_of, customer_of
from vaada.gateways.table import Conflict
from vaada.model.people import Agent, Customer
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply, Survey
from vaada.rules import check_ins, commitments, follow_ups, goodwill, replies, surveys
from vaada.rules.time.deadlines import working_hours

Due = Work | Customer
_MOST_STEPS = 10  # more than most ladders have rungs; what is left the next sweep does


def advance(desk: Desk, kind: type[Due], row_id: str, version: int, now: datetime) -> str:
    """Take every step of this row that is due. Says what came of it, for the log.

    A version that is not the row's own is a schedule of the past: it changes nothing.
    """
    try:
        return _take_steps(desk, kind, row_id, version, now)
    except NotFound:
        return "gone"  # its customer is being erased


def _take_steps(desk: Desk, kind: type[Due], row_id: str, version: int, now: datetime) -> str:
    row = desk.table.get(kind, row_id)
    if row is None:
        return "gone"
    if row.version != version:
        return "stale"
    steps = 0
    while row.wake_at is not None and row.wake_at <= now and steps < _MOST_STEPS:
        decision = _decide(desk, row, now)
        claimed = () if isinstance(row, Customer) else tuple(messages_of(desk, decision, row, now))
        try:
            desk.table.write(decision.row, *decision.other_rows, *claimed)
        except Conflict:
            return "claimed by another"
        row, steps = decision.row, steps + 1
        for message in claimed:
            if message.status == "sending":
                send.attempt(desk, message, now)
    return "fired" if steps else "early"


def _decide(desk: Desk, row: Due, now: datetime) -> Step:
    policy = desk.policy
    match row:
        case Commitment():
            return commitments.next_step(row, policy, now)
        case FollowUp():
            working = working_hours(agent_of(desk, row), policy)
            return follow_ups.next_step(row, policy, working, now)
        case Reply():
            return replies.next_step(row, now)
        case Goodwill():
            agent = agent_of(desk, row)
            supervisor = desk.table.get(Agent, agent.supervisor_id) if agent.supervisor_id else None
            return goodwill.next_step(row, policy, working_hours(supervisor, policy), now)
        case Survey():
            customer = customer_of(desk, row)
            case = case_of(desk, row.case_id)
            at = recipients.customer_address(desk, customer, survey=True)
            usages = usages_of(desk, customer)
            medium, address_id = (at.medium, at.id) if at else (None, None)
            asked = surveys.SurveyContext(customer, case, medium, address_id, usages)
            return surveys.next_step(row, asked, policy, now)
        case Customer():
            last = desk.table.get(FollowUp, row.check_in_id) if row.check_in_id else None
            open_one = last if last is not None and last.status in follow_ups.OPEN else None
            return check_ins.next_step(row, open_one, policy, now)
