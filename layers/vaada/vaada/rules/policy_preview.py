"""What would have happened under other rules: past work, replayed by the same pure rules.

Only what depends on the rules alone is replayed: when each step of a promise, of an awaited answer and of a
follow-up would have come, which surveys would have been sent, and when a supervisor would have been asked
about goodwill. Nobody knows whether people would have acted earlier.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from vaada.model.cases import Case
from vaada.model.messages import Purpose, RecipientRole
from vaada.model.people import Agent, Customer
from vaada.model.policy import PolicyDocument
from vaada.model.rows import Explained
from vaada.model.work import Change, Commitment, FollowUp, Goodwill, Reply, Survey
from vaada.rules import commitments, follow_ups, goodwill_preview, replies, survey_preview
from vaada.rules.decisions import Notice
from vaada.rules.time.clock import Hours
from vaada.rules.time.deadlines import working_hours

Replayed = Commitment | Reply | FollowUp | Goodwill | Survey
Told = Literal["warned", "told_late", "reminded", "supervisor_told", "owner_told", "asked"]
"""What a notice is: a warning, that work is late, a reminder, a survey, or an escalation."""

REACH = timedelta(days=30)
"""How far before and after the period replayed work may be due."""

NOT_KNOWN = (
    "whether people would have acted earlier or later for it",
    "who was away then, how messages were grouped, and which way they went",
    "whether a customer would have agreed, and been reached, where no survey was planned then",
    "surveys about the business, reminders of surveys, and how often customers were written to otherwise",
    "who answers a survey, and what the desk itself plans to follow up",
    "what a supervisor would have said about goodwill, and how soon",
    "answers that were owed by a channel without a target, or that ended without one",
    "promises and answers that were due more than 30 days before or after the period",
)
"""What a replay cannot tell."""

_SECOND = timedelta(seconds=1)  # all times are whole seconds
_MOST_STEPS = 60  # of one row: more than a ladder and all reminders have
_ENDS = {"kept", "withdrawn", "done", "cancelled"}


@dataclass(frozen=True)
class Event:
    """Somebody is told about a row: what kind of message, to whom, when."""

    row: Replayed
    told: Told
    purpose: Purpose
    to: RecipientRole
    at: datetime

    @property
    def key(self) -> tuple[str, Purpose, RecipientRole, datetime]:
        """What identifies the event under other rules: the same message about the same row and time."""
        return self.row.id, self.purpose, self.to, self.at


@dataclass(frozen=True)
class Preview:
    """The events of a period under the current rules and under others. Each list begins with the first.

    `more` are those that only the other rules bring, `less` those that they do not bring any more.
    """

    was: Counter[Told]
    would_be: Counter[Told]
    more: tuple[Event, ...]
    less: tuple[Event, ...]


def preview(
    rows: Iterable[Replayed],
    agents: Mapping[str, Agent],
    customers: Mapping[str, Customer],
    cases: Sequence[Case],
    before: PolicyDocument,
    after: PolicyDocument,
    begins: datetime,
    now: datetime,
) -> Preview:
    """Return what the rules `after` would have changed from `begins` until `now`.

    `cases` are those that were resolved while nothing was asked about them.
    """
    rows = tuple(rows)

    def events(policy: PolicyDocument) -> Iterator[Event]:
        for row in rows:
            yield from events_of(row, agents, policy, now)
        yield from _of_goodwill(rows, agents, before, policy, now)
        yield from _of_surveys(rows, cases, customers, policy)

    was, would_be = (
        {event.key: event for event in events(policy) if begins <= event.at <= now}
        for policy in (before, after)
    )
    more = [would_be[key] for key in would_be.keys() - was.keys()]
    less = [was[key] for key in was.keys() - would_be.keys()]
    return Preview(
        Counter(event.told for event in was.values()),
        Counter(event.told for event in would_be.values()),
        tuple(sorted(more, key=_order)),
        tuple(sorted(less, key=_order)),
    )


def events_of(
    row: Replayed, agents: Mapping[str, Agent], policy: PolicyDocument, now: datetime
) -> Iterator[Event]:
    """Yield the messages about this row that these rules would have brought, until it ended or until now."""
    match row:
        case Commitment():
            yield from _of_commitment(row, agents, policy, now)
        case Reply():
            yield from _of_reply(row, agents, policy, now)
        case FollowUp():
            yield from _of_follow_up(row, agents, policy, now)


def _of_commitment(
    row: Commitment, agents: Mapping[str, Agent], policy: PolicyDocument, now: datetime
) -> Iterator[Event]:
    """Replay a promise from when it was made: its dates, its agents and its end."""
    moves = [change for change in row.history if change.due_before is not None]
    begun = row.model_copy(
        update={
            "agent_id": _first_agent(row),
            "due_at": moves[0].due_before if moves else row.due_at,
            "status": "open",
            "history": (),
            "explain": Explained(),
            "flagged_at": None,
        }
    )

    def hours() -> Hours:
        return working_hours(agents.get(at_work.agent_id), policy)

    at_work = begun
    at_work = commitments.open_commitment(begun, policy, hours(), row.created_at)
    for change in (*row.history, None):
        until = change.at if change else now + _SECOND  # with what is due right now
        for _ in range(_MOST_STEPS):
            wake_at = at_work.wake_at
            if wake_at is None or wake_at >= until or at_work.step == "give_up":
                break
            decision = commitments.next_step(at_work, policy, wake_at)
            yield from _events(row, decision.notices, wake_at, agents.get(at_work.agent_id))
            at_work = decision.row
        if change is None or change.what in _ENDS:
            return
        if change.agent_after:
            at_work = at_work.model_copy(update={"agent_id": change.agent_after})
        if change.due_after is not None and change.due_after != change.due_before:
            moved = at_work.model_copy(update={"due_at": change.due_after, "explain": Explained()})
            at_work = commitments.open_commitment(moved, policy, hours(), change.at)


def _of_reply(
    row: Reply, agents: Mapping[str, Agent], policy: PolicyDocument, now: datetime
) -> Iterator[Event]:
    """Replay an awaited reply with its pauses. A reply that was closed does not say when it ended."""
    due = replies.due_at(row.channel, row.asked_at, policy)
    if row.status == "closed" or due is None:
        return
    ends = row.given_at or now + _SECOND
    reply = row.model_copy(
        update={
            "due_at": due.at,
            "status": "awaited",
            "pauses": (),
            "missed_at": None,
            "explain": Explained(due_at=due.explain),
        }
    )
    reply = replies.start_clock(reply, policy, row.created_at)
    for pause in (*row.pauses, None):
        until = min(pause.began_at, ends) if pause else ends
        while reply.wake_at is not None and reply.wake_at < until:
            at = reply.wake_at
            decision = replies.next_step(reply, at)
            yield from _events(row, decision.notices, at, agents.get(row.agent_id))
            reply = decision.row
        if pause is None or pause.ended_at is None or pause.ended_at >= ends:
            return
        reply = replies.resume(replies.pause(reply, pause.began_at, policy), pause.ended_at, policy)


def _of_follow_up(
    row: FollowUp, agents: Mapping[str, Agent], policy: PolicyDocument, now: datetime
) -> Iterator[Event]:
    """Replay the reminders of a follow-up. Its date stays as it is, even if the desk computed it."""
    moves = [change for change in row.history if change.due_after is not None]
    first = moves[0].due_before if moves and moves[0].due_before else row.due_at
    follow_up = row.model_copy(
        update={"agent_id": _first_agent(row), "status": "scheduled", "reminders": 0, "due_at": first}
    ).waiting(first)
    for change in (*row.history, None):
        until = change.at if change else now + _SECOND  # with what is due right now
        for _ in range(_MOST_STEPS):
            wake_at = follow_up.wake_at
            if wake_at is None or wake_at >= until:
                break
            working = working_hours(agents.get(follow_up.agent_id), policy)
            decision = follow_ups.next_step(follow_up, policy, working, wake_at)
            yield from _events(row, decision.notices, wake_at, agents.get(follow_up.agent_id))
            follow_up = decision.row
        if change is None or change.what in _ENDS:
            return
        if change.agent_after:
            follow_up = follow_up.model_copy(update={"agent_id": change.agent_after})
        if change.due_after is not None:
            follow_up = follow_up.model_copy(
                update={"status": "scheduled", "reminders": 0, "due_at": change.due_after}
            ).waiting(change.due_after)


def _of_goodwill(
    rows: Iterable[Replayed],
    agents: Mapping[str, Agent],
    in_force: PolicyDocument,
    policy: PolicyDocument,
    now: datetime,
) -> Iterator[Event]:
    given = (row for row in rows if isinstance(row, Goodwill))
    for row, notice, at in goodwill_preview.asked(given, agents, in_force, policy, now):
        yield from _events(row, (notice,), at, agents.get(row.agent_id))


def _of_surveys(
    rows: Iterable[Replayed],
    cases: Iterable[Case],
    customers: Mapping[str, Customer],
    policy: PolicyDocument,
) -> Iterator[Event]:
    stored = (row for row in rows if isinstance(row, Survey))
    promises = (row for row in rows if isinstance(row, Commitment))
    for survey, at in survey_preview.asked(stored, promises, cases, customers, policy):
        yield Event(survey, "asked", "survey", "customer", at)


def _events(row: Replayed, notices: Iterable[Notice], at: datetime, agent: Agent | None) -> Iterator[Event]:
    """Yield the notices as events. The owner is told what a missing supervisor would be told."""
    for notice in notices:
        to = notice.to
        if to == "supervisor" and (agent is None or agent.supervisor_id is None):
            to = "owner"
        yield Event(row, _told(notice.purpose, to), notice.purpose, to, at)


def _told(purpose: Purpose, to: RecipientRole) -> Told:
    if purpose == "follow_up_reminder":
        return "reminded"
    if to == "supervisor":
        return "supervisor_told"
    if to == "owner":
        return "owner_told"
    return "warned" if purpose in {"promise_warning", "reply_warning"} else "told_late"


def _first_agent(row: Commitment | FollowUp) -> str:
    """Return the agent who had it first."""
    changes: Iterable[Change] = row.history
    return next((change.agent_before for change in changes if change.agent_before), row.agent_id)


def _order(event: Event) -> tuple[datetime, str]:
    return event.at, event.row.id
