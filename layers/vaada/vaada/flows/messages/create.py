"""Create the messages of a decision: one per recipient and medium."""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

from vaada.desk import Desk
from vaada.flows.messages import recipients
from vaada.flows.work import Work, agent_of, customer_of
from vaada.model.ids import derived_row_id
from vaada.model.messages import Message, RecipientRole
from vaada.model.people import Agent, Customer, Medium
from vaada.model.rows import Explained
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply, Survey
from vaada.rules.decisions import Decision, Notice
from vaada.rules.messages.lifecycle import BATCH_WINDOW, LEASE, new_message
from vaada.rules.time.availability import staff_reachable_at
from vaada.rules.time.deadlines import working_hours

Step = (
    Decision[Commitment]
    | Decision[FollowUp]
    | Decision[Reply]
    | Decision[Goodwill]
    | Decision[Survey]
    | Decision[Customer]
)


_SWEEP_INTERVAL = timedelta(minutes=2)
_FURTHEST_WARNED = timedelta(days=30)  # before a promise is due
_MAX_OTHERS = 20  # enough to know that there are others, and when


def messages_of(desk: Desk, decision: Step, before: Work, now: datetime) -> Iterator[Message]:
    """Yield the messages of the notices, claimed or held. `before` is the row before the step."""
    for notice in decision.notices:
        targets = _recipients(desk, notice, before, now)
        cause = f"{before.version}/{notice.step}/{notice.to}"
        ids = {medium: derived_row_id(before.id, f"{cause}/{medium}", now) for _, _, medium in targets}
        for to, reader, medium in targets:
            message = new_message(
                before,
                ids[medium],
                notice.purpose,
                to,
                reader.id if reader else None,
                medium,
                notice.why,
                now,
                now,
            ).model_copy(
                update={
                    "address_id": notice.address_id,
                    "twins": tuple(twin for other, twin in ids.items() if other != medium),
                    "explain": Explained(due_at=before.explain.wake_at or before.explain.due_at),
                }
            )
            claim = uuid.uuid4().hex
            release = _release_at(desk, notice, before, reader, medium, now)
            if release is not None and _is_in_time(notice, release):
                message = message.model_copy(update={"wake_at": release})
            else:
                claimed = {"status": "sending", "attempts": 1, "claim": claim, "wake_at": now + LEASE}
                message = message.model_copy(update=claimed)
            yield message


def _recipients(
    desk: Desk, notice: Notice, work: Work, now: datetime
) -> list[tuple[RecipientRole, Agent | Customer | None, Medium]]:
    """Return the recipients of the notice and their media. Without a supervisor, the owner gets an e-mail."""
    if notice.to == "customer":
        customer = customer_of(desk, work)
        return [("customer", customer, medium) for medium in notice.media or ()]
    reader = recipients.staff_recipient(desk, notice.to, agent_of(desk, work), now, by=notice.media)
    to = notice.to if reader.agent else "owner"
    return [(to, reader.agent, medium) for medium in reader.media]


def _release_at(
    desk: Desk, notice: Notice, work: Work, reader: Agent | Customer | None, medium: Medium, now: datetime
) -> datetime | None:
    """Return until when to hold the message, for the reader's working hours or a batch. None: send it now."""
    if notice.urgent or isinstance(reader, Customer):
        return None
    at = (
        now
        if reader is None
        else staff_reachable_at(working_hours(reader, desk.policy), now, notice.useless_from)
    )
    if at > now or notice.may_wait:
        return at + BATCH_WINDOW
    window = timedelta(minutes=desk.policy.follow_ups.group_within_minutes)
    if not window:
        return None
    latest, reader_id = now + window + BATCH_WINDOW, reader.id if reader else "owner"
    others: list[datetime] = []
    releases = [known for known in desk.table.known_releases(reader_id, medium) if known <= latest]
    if not releases:
        # In this order: who takes a step after the first read sees this work as due, and holds its message.
        others = _other_due_times(desk, notice, work, reader, now, window)
        messages, _ = desk.table.held_messages(reader_id, medium, _MAX_OTHERS)
        releases = [one.wake_at for one in messages if one.wake_at and one.wake_at <= latest]
    if releases:
        return max(*releases, now)
    if others:
        return max(*others, now) + BATCH_WINDOW
    return now if _is_by_the_sweep(notice) else None


def _is_in_time(notice: Notice, release: datetime) -> bool:
    """Whether a message that the sweep releases from then on is sent while it is of use."""
    return notice.useless_from is None or release + _SWEEP_INTERVAL < notice.useless_from


def _is_by_the_sweep(notice: Notice) -> bool:
    """Whether only the sweep takes the step of this notice, so that its message waits for the sweep's end."""
    return notice.to in {"supervisor", "owner"} and notice.purpose != "follow_up_reminder"


def _other_due_times(
    desk: Desk, notice: Notice, work: Work, reader: Agent | None, now: datetime, window: timedelta
) -> list[datetime]:
    """Return when this reader is told the same about other work of this kind, within `window`."""
    latest = now + window
    match work:
        case FollowUp(status="scheduled"):
            status, first, last = "scheduled", None, latest
        case Commitment(step="warn"):  # many are warned of when a working day begins, whenever they are due
            status, first, last = "open", min(now, work.due_at - window), latest + _FURTHEST_WARNED
        case Commitment():
            status, first, last = "open", work.due_at - window, work.due_at + window
        case Reply():
            status, first, last = "awaited", work.due_at - window, work.due_at + window
        case _:
            return []
    page = desk.table.list_rows(
        type(work),
        _MAX_OTHERS,
        None,
        agent_id=work.agent_id if notice.to == "agent" else None,
        status=status,
        due_from=first,
        due_by=last,
    )
    others = [
        row
        for row in page.rows
        if isinstance(row, Commitment | FollowUp | Reply)
        and row.id != work.id
        and _waits_for(row, work, latest)
    ]
    if notice.to == "supervisor" and reader is not None:
        others = _told_to(desk, others, work, reader)
    return [row.wake_at for row in others if row.wake_at]


def _waits_for(row: Commitment | FollowUp | Reply, work: Work, latest: datetime) -> bool:
    """Whether the row still waits for the step that `work` takes now, and takes it by `latest`."""
    if row.wake_at is None or row.wake_at > latest:
        return False
    match row, work:
        case Commitment(), Commitment():
            return (row.step, row.rung) == (work.step, work.rung)
        case Reply(), Reply():
            return row.step == work.step
        case _:
            return True


def _told_to(
    desk: Desk, others: list[Commitment | FollowUp | Reply], work: Work, supervisor: Agent
) -> list[Commitment | FollowUp | Reply]:
    """Return the work of this agent, and of other agents who have this supervisor."""
    agents = desk.table.get_several(Agent, [row.agent_id for row in others if row.agent_id != work.agent_id])
    supervised = {agent.id for agent in agents.values() if agent.supervisor_id == supervisor.id}
    return [row for row in others if row.agent_id in {work.agent_id, *supervised}]
