"""Advance a due row: claim its step, then send its messages.

The first function claims the step with a conditional write, which also writes the messages. All others find a
later version of the row, and stop. Between claim and send nothing is lost: each message is a due row itself,
which the sweep resumes.
"""

from collections.abc import Sequence
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.case_work import rows_after_end
from vaada.flows.messages import recipients, send
from vaada.flows.messages.address_usage import address_ids, usages_of
from vaada.flows.messages.create import Step, messages_of
from vaada.flows.messages.rate_limits import mail_count_id
from vaada.flows.optimistic_write import NotFound, require
from vaada.flows.work import StaffWork, Work, agent_of, case_of, customer_of
from vaada.gateways.table import Conflict
from vaada.model.address_usage import AddressUsage
from vaada.model.cases import Case
from vaada.model.ids import customer_of as owner_of
from vaada.model.interactions import Interaction
from vaada.model.messages import Message
from vaada.model.people import Agent, Customer
from vaada.model.rate_limits import RateCount
from vaada.model.suppressions import Suppression
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply, Survey
from vaada.rules import check_ins, commitments, follow_ups, goodwill, replies, surveys
from vaada.rules.decisions import Decision
from vaada.rules.hold import waits_for_release
from vaada.rules.time.deadlines import working_hours

Due = Work | Customer
_MAX_STEPS = 10  # more than most ladders have; the next sweep takes the others


def read_ahead(desk: Desk, kind: type[Due], row_id: str, now: datetime) -> None:
    """Read what a step of this row usually needs in one call, and what staff messages need in two more."""
    desk.read_ahead((kind, row_id), (Customer, owner_of(row_id)), (RateCount, mail_count_id(now)))
    row = desk.table.get(kind, row_id)
    if not isinstance(row, StaffWork) or row.wake_at is None:
        return
    desk.links.prepare()  # it also reads the key that hashes addresses
    desk.read_ahead((Agent, row.agent_id), (Interaction, row.interaction_id))
    agent, customer = desk.table.get(Agent, row.agent_id), desk.table.get(Customer, row.customer_id)
    people = (
        agent,
        customer if isinstance(row, Commitment) else None,
    )  # a customer may be told the new date of a promise
    addresses = [address_id for one in people if one for address_id in address_ids(desk, one)]
    desk.read_ahead(*((Suppression, address_id) for address_id in addresses))


def advance(desk: Desk, kind: type[Due], row_id: str, version: int, now: datetime) -> str:
    """Take all due steps of the row. Returns the outcome for the log.

    If `version` is not the row's, it is an outdated schedule, and nothing happens. Nor does anything while
    sending is held.
    """
    if waits_for_release(kind.kind_of_row, desk.policy):
        return "held"
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
    while row.wake_at is not None and row.wake_at <= now and steps < _MAX_STEPS:
        decision = _decide(desk, row, now)
        claimed = () if isinstance(row, Customer) else tuple(messages_of(desk, decision, row, now))
        try:
            desk.table.write(
                decision.row,
                *decision.other_rows,
                *claimed,
                must_exist=_customers_written_about(desk, claimed),
            )
        except Conflict:
            return "claimed by another"
        row, steps = decision.row, steps + 1
        for message in claimed:
            if message.status == "sending":
                send.attempt(desk, message, now)
    return "fired" if steps else "early"


def _customers_written_about(desk: Desk, messages: Sequence[Message]) -> list[Customer]:
    """Return the customers of messages that are about to be sent. Raises NotFound once one is erased.

    Their row must still exist when the messages are claimed: it may have been read some time ago.
    """
    ids = {message.customer_id for message in messages if message.status == "sending"}
    return [require(desk, Customer, customer_id) for customer_id in ids]


def _decide(desk: Desk, row: Due, now: datetime) -> Step:
    policy = desk.policy
    match row:
        case Commitment():
            return _with_next_step(desk, commitments.next_step(row, policy, now), now)
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
            _read_ahead_of_survey(desk, row, customer)
            case = case_of(desk, row.case_id)
            at = recipients.customer_address(desk, customer, survey=True)
            usages = usages_of(desk, customer)
            medium, address_id = (at.medium, at.id) if at else (None, None)
            context = surveys.SurveyContext(customer, case, medium, address_id, usages)
            return surveys.next_step(row, context, policy, now)
        case Customer():
            last = desk.table.get(FollowUp, row.check_in_id) if row.check_in_id else None
            open_check_in = last if last is not None and last.status in follow_ups.OPEN else None
            return check_ins.next_step(row, open_check_in, policy, now)


def _read_ahead_of_survey(desk: Desk, survey: Survey, customer: Customer) -> None:
    """Read in one call all rows that decide about the survey or that its message shows."""
    desk.links.prepare()  # it also reads the key that hashes addresses
    addresses = address_ids(desk, customer)
    desk.read_ahead(
        (Case, survey.case_id),
        (Agent, survey.agent_id),
        (Commitment, survey.commitment_id),
        *((Suppression, address_id) for address_id in addresses),
        *((AddressUsage, address_id) for address_id in addresses),
    )


def _with_next_step(desk: Desk, decision: Decision[Commitment], now: datetime) -> Decision[Commitment]:
    """Return the decision. If the commitment is given up, it includes the next step of the case."""
    if decision.row.status != "broken":
        return decision
    return decision._replace(other_rows=tuple(rows_after_end(desk, decision.row, now)))
