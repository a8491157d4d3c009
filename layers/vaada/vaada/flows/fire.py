"""The due-row machine: a row's time has come; claim the step, then send what it asks for.

Whoever comes first claims the step with a conditional write that also puts the messages down; all others
find the row at a later version, and stop. Between claim and send nothing is lost: each message is a due row
itself, which the sweep takes up again.
"""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

from vaada.desk import Desk
from vaada.flows import deliver, reaching
from vaada.flows.briefing import Work, agent_of, customer_of
from vaada.flows.cases import case_of
from vaada.flows.writing import NotThere
from vaada.gateways.table import Conflict
from vaada.model.ids import derived_row_id
from vaada.model.messages import Message, Party
from vaada.model.people import Agent, Customer, Medium
from vaada.model.rows import Explained
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply, Survey
from vaada.rules import check_ins, commitments, follow_ups, goodwill, replies, surveys
from vaada.rules.deadlines import working_hours
from vaada.rules.decisions import Decision, Notice
from vaada.rules.messages import GATHERING, LEASE
from vaada.rules.reach import staff_hear_at

Due = Work | Customer
Step = (
    Decision[Commitment]
    | Decision[FollowUp]
    | Decision[Reply]
    | Decision[Goodwill]
    | Decision[Survey]
    | Decision[Customer]
)
_MOST_STEPS = 10  # more than most ladders have rungs; what is left the next sweep does
_MOST_NEIGHBOURS = 10


def fire(desk: Desk, kind: type[Due], row_id: str, version: int, now: datetime) -> str:
    """Take every step of this row that is due. Says what came of it, for the log.

    A version that is not the row's own is a schedule of the past: it changes nothing.
    """
    try:
        return _take_steps(desk, kind, row_id, version, now)
    except NotThere:
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
        claimed = () if isinstance(row, Customer) else tuple(_messages(desk, decision, row, now))
        try:
            desk.table.write(decision.row, *decision.along, *claimed)
        except Conflict:
            return "claimed by another"
        row, steps = decision.row, steps + 1
        for message in claimed:
            if message.status == "sending":
                deliver.attempt(desk, message, now)
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
            medium = reaching.customer_medium(desk, customer, survey=True)
            asked = surveys.Asked(customer, case, medium)
            return surveys.next_step(row, asked, policy, now)
        case Customer():
            last = desk.table.get(FollowUp, row.check_in_id) if row.check_in_id else None
            open_one = last if last is not None and last.status in follow_ups.OPEN else None
            return check_ins.next_step(row, open_one, policy, now)


def _messages(desk: Desk, decision: Step, before: Work, now: datetime) -> Iterator[Message]:
    for notice in decision.notices:
        reached = _reached_by(desk, notice, before, now)
        cause = f"{before.version}/{notice.step}/{notice.to}"
        ids = {medium: derived_row_id(before.id, f"{cause}/{medium}", now) for _, _, medium in reached}
        for to, reader, medium in reached:
            message = Message(
                message_id=ids[medium],
                customer_id=before.customer_id,
                about_id=before.id,
                about_kind=before.kind_of_row,
                purpose=notice.purpose,
                to=to,
                recipient_id=reader.id if reader else None,
                medium=medium,
                twins=tuple(twin for other, twin in ids.items() if other != medium),
                why=notice.why,
                claim=uuid.uuid4().hex,
                wake_at=now + LEASE,
                explain=Explained(due_at=before.explain.wake_at or before.explain.due_at),
                created_at=now,
            )
            release = _release_at(desk, notice, before, reader, medium, now)
            if release is not None and (notice.useless_from is None or release < notice.useless_from):
                held = {"status": "held", "attempts": 0, "claim": None, "wake_at": release}
                message = message.model_copy(update=held)
            yield message


def _reached_by(
    desk: Desk, notice: Notice, work: Work, now: datetime
) -> list[tuple[Party, Agent | Customer | None, Medium]]:
    """Who the notice goes to, and by what. A supervisor who is not there is the owner, told by e-mail."""
    if notice.to == "customer":
        customer = customer_of(desk, work)
        return [("customer", customer, medium) for medium in notice.by or ()]
    reader = reaching.staff(desk, notice.to, agent_of(desk, work), now, by=notice.by)
    to = notice.to if reader.agent else "owner"
    return [(to, reader.agent, medium) for medium in reader.media]


def _release_at(
    desk: Desk, notice: Notice, work: Work, reader: Agent | Customer | None, medium: Medium, now: datetime
) -> datetime | None:
    """Until when the message is held: for its reader's working time, or to go out with others. None: not."""
    if notice.urgent or not isinstance(reader, Agent):
        return None
    at = staff_hear_at(working_hours(reader, desk.policy), now, notice.useless_from)
    if at > now or notice.may_wait:
        return at + GATHERING
    window = timedelta(minutes=desk.policy.follow_ups.group_within_minutes)
    if not window or notice.to != "agent":
        return None
    held = [one.wake_at for one in desk.table.held(reader.id, medium, _MOST_NEIGHBOURS) if one.wake_at]
    if joined := [release for release in held if release <= now + window + GATHERING]:
        return max(*joined, now)
    neighbours = _due_soon(desk, work, now, window)
    return max(now, *neighbours) + GATHERING if neighbours else None


def _due_soon(desk: Desk, work: Work, now: datetime, window: timedelta) -> list[datetime]:
    """When others like it, of the same agent, are told of that fall due within this time of it."""
    match work:
        case FollowUp(status="scheduled"):
            status, first, last = "scheduled", None, now + window
        case Commitment():
            status, first, last = "open", work.due_at, work.due_at + window
        case _:
            return []
    page = desk.table.listed(
        type(work),
        _MOST_NEIGHBOURS,
        None,
        agent_id=work.agent_id,
        status=status,
        due_from=first,
        due_by=last,
    )
    others = [row for row in page.rows if isinstance(row, Commitment | FollowUp) and row.id != work.id]
    told_at = work.wake_at or now  # a warning is told of before what it warns of is due
    return [told_at + (row.due_at - work.due_at) for row in others]
