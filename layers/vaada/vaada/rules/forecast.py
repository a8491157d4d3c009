"""What the desk will do about rows that are about to be written, computed by the rules themselves."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from vaada.model.messages import RecipientRole
from vaada.model.policy import PolicyDocument
from vaada.model.rows import Row
from vaada.model.work import Commitment, FollowUp, Reply, Survey
from vaada.rules import commitments, replies

Event = Literal[
    "warned", "overdue", "told", "reply_warned", "reply_missed", "reminded", "asked", "called_back"
]
"""What happens: the agent is warned of a promise, it is overdue, somebody is told of that, the agent is
warned of a reply, it is late, the agent is reminded, the customer is asked how it went, a promise to get
back to them was made."""

_MOST_STEPS = 20  # a ladder has ten rungs at most


@dataclass(frozen=True)
class Ahead:
    """Something that will happen at a time unless somebody acts first. `to` is who is told."""

    at: datetime
    event: Event
    to: RecipientRole
    rung: int = 0


def forecast(rows: Iterable[Row], policy: PolicyDocument) -> tuple[Ahead, ...]:
    """Return what will happen to these rows, in order of time, if nobody does anything."""
    ahead = [event for row in rows for event in _of_row(row, policy)]
    return tuple(sorted(ahead, key=lambda event: event.at))


def _of_row(row: Row, policy: PolicyDocument) -> Iterator[Ahead]:
    match row:
        case Commitment():
            if row.origin == "call_back":
                yield Ahead(row.due_at, "called_back", "agent")
            yield from _of_commitment(row, policy)
        case Reply() if row.status == "awaited":
            yield from _of_reply(row)
        case FollowUp() if row.wake_at is not None:
            yield Ahead(row.due_at, "reminded", "agent")
        case Survey() if row.status == "scheduled":
            yield Ahead(row.due_at, "asked", "customer")


def _of_commitment(row: Commitment, policy: PolicyDocument) -> Iterator[Ahead]:
    for _ in range(_MOST_STEPS):
        at = row.wake_at
        if at is None or row.step == "give_up":
            return
        decision = commitments.next_step(row, policy, at)
        for notice in decision.notices:
            event: Event = {"warn": "warned", "flag": "overdue"}.get(notice.step, "told")  # type: ignore[assignment]  # words of Event
            yield Ahead(at, event, notice.to, rung=row.rung)
        row = decision.row


def _of_reply(row: Reply) -> Iterator[Ahead]:
    for _ in range(_MOST_STEPS):
        at = row.wake_at
        if at is None:
            return
        decision = replies.next_step(row, at)
        for notice in decision.notices:
            event: Event = "reply_warned" if notice.step == "warn" else "reply_missed"
            yield Ahead(at, event, notice.to)
        row = decision.row
