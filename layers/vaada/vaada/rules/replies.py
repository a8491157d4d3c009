"""Replies: how long a customer waits for a reply, in opening time, and who is told if it is too long.

States: awaited → given · closed; awaited ⇄ paused, while the case waits for the customer.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.policy import Delay, PolicyDocument
from vaada.model.rows import Explained
from vaada.model.work import Reply
from vaada.rules import ids
from vaada.rules.decisions import Decision, Notice
from vaada.rules.errors import NotPossible
from vaada.rules.time import deadlines
from vaada.rules.time.deadlines import business_hours

OPEN = frozenset({"awaited", "paused"})


def open_reply(interaction: Interaction, case: Case | None, policy: PolicyDocument) -> Reply | None:
    """Return the reply that the interaction needs. None: its channel has no target.

    It is measured from now on, but the agent is only warned after `start_clock`.
    """
    minutes = policy.replies.opening_minutes.get(interaction.channel)
    if minutes is None:
        return None
    hours = business_hours(policy)
    due = deadlines.after(
        Delay(opening_minutes=minutes), interaction.occurred_at, hours, "the customer was in touch"
    )
    return Reply(
        reply_id=ids.reply_id(interaction),
        customer_id=interaction.customer_id,
        interaction_id=interaction.interaction_id,
        case_id=interaction.case_id,
        agent_id=interaction.agent_id,
        channel=interaction.channel,
        which="next" if case is not None and case.answered else "first",
        asked_at=interaction.occurred_at,
        due_at=due.at,
        explain=Explained(due_at=due.explain),
        created_at=interaction.recorded_at,
    )


def next_step(reply: Reply, now: datetime) -> Decision[Reply]:
    """Warn the agent before the target, or tell the supervisor that it was missed."""
    if reply.step == "warn" and now < reply.due_at:
        why = "a customer waits for an answer"
        notice = Notice("agent", "reply_warning", "warn", why, useless_from=reply.due_at)
        missing = reply.changed(step="miss").waiting(reply.due_at, reply.explain.due_at)
        return Decision(missing, (notice,))
    missed = reply.changed(step=None, missed_at=reply.due_at).waiting(None)
    why = "a customer was not answered in time"
    return Decision(missed, (Notice("supervisor", "reply_missed", "miss", why),))


def give(reply: Reply, at: datetime, by: str, policy: PolicyDocument) -> Reply:
    """Record that the customer got the reply at `at`. Raises NotPossible unless it is awaited or paused."""
    if reply.status not in OPEN:
        raise NotPossible("reply", reply.status, "given")
    hours = business_hours(policy)
    late = hours.between(reply.due_at, at)
    if reply.status == "paused":
        late = max(timedelta(0), -_remaining(reply))
    return _stop_clock(
        reply,
        status="given",
        given_at=at,
        given_by=by,
        missed_at=reply.missed_at if late else None,
        took_seconds=int(hours.between(reply.asked_at, at).total_seconds()),
        late_by_seconds=int(late.total_seconds()),
    )


def close(reply: Reply) -> Reply:
    """Close the reply because the case ended without one."""
    return _stop_clock(reply, status="closed")


def merge(replies: Iterable[Reply | None], case: Case) -> tuple[Reply | None, list[Reply]]:
    """The one reply of merged cases, the one that is due first, and those that change, for this case."""
    waiting = [reply for reply in replies if reply is not None]
    waiting.sort(key=lambda reply: (reply.status == "paused", reply.due_at))
    changed = [close(reply) for reply in waiting[1:]]
    first = waiting[0] if waiting else None
    if first is not None and first.case_id != case.case_id:
        first = first.changed(case_id=case.case_id, agent_id=case.agent_id)
        changed.append(first)
    return first, changed


def pause(reply: Reply, now: datetime, policy: PolicyDocument) -> Reply:
    """Stop the clock while the case waits for the customer. Raises NotPossible unless it is awaited.

    After the target `remaining_seconds` is negative, so that it stays as late as it was.
    """
    if reply.status != "awaited":
        raise NotPossible("reply", reply.status, "paused")
    hours = business_hours(policy)
    remaining = hours.between(now, reply.due_at) - hours.between(reply.due_at, now)
    return _stop_clock(reply, status="paused", remaining_seconds=int(remaining.total_seconds()))


def resume(reply: Reply, now: datetime, policy: PolicyDocument) -> Reply:
    """Start the clock again with the remaining time. Raises NotPossible unless it is paused."""
    if reply.status != "paused":
        raise NotPossible("reply", reply.status, "resumed")
    hours = business_hours(policy)
    remaining = _remaining(reply)
    due = hours.before(now, -remaining) if remaining < timedelta(0) else hours.after(now, remaining)
    explain = deadlines.explain("what was left when the clock was paused", now, hours, due)
    awaited = reply.changed(
        status="awaited", due_at=due.at, remaining_seconds=None, explain=Explained(due_at=explain)
    )
    return awaited if reply.missed_at is not None else start_clock(awaited, policy, now)


def start_clock(reply: Reply, policy: PolicyDocument, now: datetime) -> Reply:
    """Plan the warning, or the target if there is no time to warn."""
    minutes = policy.replies.warn_opening_minutes_before
    if minutes and reply.due_at > now:
        early = Delay(opening_minutes=minutes)
        warning = deadlines.before(early, reply.due_at, business_hours(policy), "the target")
        if warning.at > reply.asked_at:
            return reply.waiting(max(warning.at, now), warning.explain, step="warn")
    return reply.waiting(reply.due_at, reply.explain.due_at, step="miss")


def _remaining(reply: Reply) -> timedelta:
    return timedelta(seconds=reply.remaining_seconds or 0)


def _stop_clock(reply: Reply, **changes: object) -> Reply:
    return reply.changed(step=None, **changes).waiting(None)
