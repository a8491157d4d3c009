"""Replies: how long a customer waits for an answer, in opening time, and who hears if it is too long.

awaited → given · closed; awaited ⇄ paused, while the desk waits for the customer.
"""

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

UNANSWERED = frozenset({"awaited", "paused"})


def open_reply(interaction: Interaction, case: Case | None, policy: PolicyDocument) -> Reply | None:
    """The answer that the contact asks for, where its channel has a target.

    It is measured, but nobody is told of it unless it is `running`.
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
    """Warn the agent before the target, tell the supervisor once it is missed."""
    if reply.step == "warn" and now < reply.due_at:
        why = "a customer waits for an answer"
        notice = Notice("agent", "reply_warning", "warn", why, useless_from=reply.due_at)
        missing = reply.changed(step="miss").waiting(reply.due_at, reply.explain.due_at)
        return Decision(missing, (notice,))
    missed = reply.changed(step=None, missed_at=reply.due_at).waiting(None)
    why = "a customer was not answered in time"
    return Decision(missed, (Notice("supervisor", "reply_missed", "miss", why),))


def give(reply: Reply, at: datetime, by: str, policy: PolicyDocument) -> Reply:
    """The customer has an answer, since `at`. Raises NotPossible unless they wait for it."""
    if reply.status not in UNANSWERED:
        raise NotPossible("reply", reply.status, "given")
    hours = business_hours(policy)
    late = hours.between(reply.due_at, at)
    if reply.status == "paused":
        late = max(timedelta(0), -_left(reply))
    return _end(
        reply,
        status="given",
        given_at=at,
        given_by=by,
        missed_at=reply.missed_at if late else None,
        took_seconds=int(hours.between(reply.asked_at, at).total_seconds()),
        late_by_seconds=int(late.total_seconds()),
    )


def close(reply: Reply) -> Reply:
    """The matter ended without an answer of its own."""
    return _end(reply, status="closed")


def pause(reply: Reply, now: datetime, policy: PolicyDocument) -> Reply:
    """The desk waits for the customer: the clock stands still. Raises NotPossible unless it runs.

    Less than nothing is left of a target that has passed: it stays as late as it was.
    """
    if reply.status != "awaited":
        raise NotPossible("reply", reply.status, "paused")
    hours = business_hours(policy)
    left = hours.between(now, reply.due_at) - hours.between(reply.due_at, now)
    return _end(reply, status="paused", remaining_seconds=int(left.total_seconds()))


def resume(reply: Reply, now: datetime, policy: PolicyDocument) -> Reply:
    """The clock runs on with what was left. Raises NotPossible unless it is paused."""
    if reply.status != "paused":
        raise NotPossible("reply", reply.status, "resumed")
    hours = business_hours(policy)
    left = _left(reply)
    found = hours.before(now, -left) if left < timedelta(0) else hours.after(now, left)
    explain = deadlines.explain("what was left when the clock was paused", now, hours, found)
    awaited = reply.changed(
        status="awaited", due_at=found.at, remaining_seconds=None, explain=Explained(due_at=explain)
    )
    return awaited if reply.missed_at is not None else start_clock(awaited, policy, now)


def start_clock(reply: Reply, policy: PolicyDocument, now: datetime) -> Reply:
    """The reply as it waits for the warning, or for the target where there is no time to warn."""
    minutes = policy.replies.warn_opening_minutes_before
    if minutes and reply.due_at > now:
        early = Delay(opening_minutes=minutes)
        warning = deadlines.before(early, reply.due_at, business_hours(policy), "the target")
        if warning.at > reply.asked_at:
            return reply.waiting(max(warning.at, now), warning.explain, step="warn")
    return reply.waiting(reply.due_at, reply.explain.due_at, step="miss")


def _left(reply: Reply) -> timedelta:
    return timedelta(seconds=reply.remaining_seconds or 0)


def _end(reply: Reply, **changes: object) -> Reply:
    return reply.changed(step=None, **changes).waiting(None)
