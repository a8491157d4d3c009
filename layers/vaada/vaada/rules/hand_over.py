"""Hand work over to another agent: the work itself, its reminders, and its escalation."""

from collections.abc import Iterator
from datetime import datetime
from typing import TypeVar

from vaada.model.ids import derived_row_id
from vaada.model.interactions import Interaction
from vaada.model.messages import Message, Purpose
from vaada.model.people import Agent
from vaada.model.policy import PolicyDocument
from vaada.model.work import Commitment, FollowUp, Reply
from vaada.rules.commitments import open_commitment
from vaada.rules.errors import NotPossible
from vaada.rules.history import add_change
from vaada.rules.messages.lifecycle import BATCH_WINDOW, new_message
from vaada.rules.open_work import OpenWork, is_open
from vaada.rules.time.availability import staff_reachable_at
from vaada.rules.time.deadlines import working_hours

A = TypeVar("A", Commitment, FollowUp)
W = TypeVar("W", Commitment, FollowUp, Reply)


def hand_over(row: W, to: Agent, policy: PolicyDocument, now: datetime, by: str) -> W:
    """Return the work as this agent's. A warning is planned again for their working time."""
    if row.agent_id == to.agent_id:
        return row
    if isinstance(row, Reply):
        return row.changed(agent_id=to.agent_id)
    history = add_change(row, now, by, "handed over", agent_after=to.agent_id)
    moved = row.changed(agent_id=to.agent_id, history=history)
    if isinstance(moved, Commitment) and moved.step == "warn":
        return open_commitment(moved, policy, working_hours(to, policy), now)
    return moved


def assign(row: A, to: Agent, policy: PolicyDocument, now: datetime, by: str) -> A:
    """Return one promise or follow-up as this agent's, who is now reminded of it.

    Raises NotPossible if it has ended or is theirs already.
    """
    what = row.kind_of_row.replace("_", "-")
    if not is_open(row):
        raise NotPossible(what, row.status, "handed over")
    if row.agent_id == to.agent_id:
        raise NotPossible(what, "theirs already", "handed over to them")
    moved = hand_over(row, to, policy, now, by)
    return moved.model_copy(update={"told": "agent"}) if isinstance(moved, FollowUp) else moved


def hand_over_all(
    work: OpenWork,
    to: Agent,
    policy: PolicyDocument,
    now: datetime,
    by: str,
    *,
    only_of: Interaction | None = None,
) -> OpenWork:
    """Return the open work of a case as this agent's, or only the work from one of its contacts."""

    def move(row: W) -> W:
        is_meant = only_of is None or row.interaction_id == only_of.interaction_id
        return hand_over(row, to, policy, now, by) if is_meant else row

    return work.each(move, move, move)


def moved_first(before: OpenWork, after: OpenWork) -> Commitment | FollowUp | Reply | None:
    """Return the first row whose agent has changed, promises first. None: nothing has moved."""
    agents = {row.id: row.agent_id for row in before.rows}
    moved = [row for row in after.rows if agents.get(row.id, row.agent_id) != row.agent_id]
    return min(moved, key=lambda row: (not isinstance(row, Commitment), row.due_at), default=None)


def notices(
    moved: Commitment | FollowUp | Reply,
    former: Agent | None,
    to: Agent,
    policy: PolicyDocument,
    now: datetime,
    by: str,
) -> Iterator[Message]:
    """Yield the messages that tell both agents, unless they did it themselves or have left."""
    if former is not None and by != former.agent_id and former.left_at is None:
        yield notice_of(moved, former, "handed_over", policy, now)
    if by != to.agent_id:
        yield notice_of(moved, to, "assigned", policy, now)


def notice_of(
    moved: Commitment | FollowUp | Reply,
    reader: Agent,
    purpose: Purpose,
    policy: PolicyDocument,
    now: datetime,
) -> Message:
    """Return the message that tells an agent, in their working time, who has the work now.

    `purpose` is `handed_over` to the former agent, `assigned` to the new one.
    """
    at = staff_reachable_at(working_hours(reader, policy), now) + BATCH_WINDOW
    return new_message(
        moved,
        derived_row_id(moved.id, f"{purpose}-{moved.version}", now),
        purpose,
        "agent",
        reader.agent_id,
        reader.notify_by[0],
        "the work was handed over",
        at,
        now,
    )
