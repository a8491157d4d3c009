"""Replies: how long a customer waits for a reply, in opening time, and who is told if it takes too long.

States: awaited → given · closed; awaited ⇄ paused, while the case waits for the customer. A contact
that is recorded late, or corrected, may show that it was another one, see `late_replies`.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.people import Channel
from vaada.model.policy import Delay, PolicyDocument
from vaada.model.rows import Explained
from vaada.model.work import Pause, Reply
from vaada.rules import ids
from vaada.rules.decisions import Decision, Notice
from vaada.rules.errors import NotPossible
from vaada.rules.time import deadlines
from vaada.rules.time.clock import Hours
from vaada.rules.time.deadlines import Deadline, business_hours
from vaada.rules.undo import require_recent

OPEN = frozenset({"awaited", "paused"})


def open_reply(interaction: Interaction, case: Case | None, policy: PolicyDocument) -> Reply | None:
    """Return the reply that the interaction needs. None: its channel has no target.

    It is measured from now on, but the agent is only warned after `start_clock`.
    """
    due = due_after(interaction, policy)
    if due is None:
        return None
    reply = Reply(
        reply_id=ids.reply_id(interaction),
        customer_id=interaction.customer_id,
        interaction_id=interaction.interaction_id,
        case_id=interaction.case_id,
        agent_id=interaction.agent_id,
        channel=interaction.channel,
        which="first",
        asked_at=interaction.occurred_at,
        due_at=due.at,
        explain=Explained(due_at=due.explain),
        created_at=interaction.recorded_at,
    )
    return counted(reply, answered=case is not None and case.answered)


def counted(reply: Reply, *, answered: bool) -> Reply:
    """Return the reply, with the same version, as the first in its case or as a next one.

    `answered`: the customer had a reply in this case before. A contact of ours for which they did not wait is
    no reply, as in the usual first reply time.
    """
    which = "next" if answered else "first"
    return reply if reply.which == which else reply.model_copy(update={"which": which})


def due_after(interaction: Interaction, policy: PolicyDocument) -> Deadline | None:
    """Return when the reply to the interaction is due. None: its channel has no target."""
    return due_at(interaction.channel, interaction.occurred_at, policy)


def due_at(channel: Channel, asked_at: datetime, policy: PolicyDocument) -> Deadline | None:
    """Return when the reply to somebody on this channel is due. None: it has no target."""
    minutes = policy.replies.opening_minutes.get(channel)
    if minutes is None:
        return None
    delay = Delay(opening_minutes=minutes)
    return deadlines.after(delay, asked_at, business_hours(policy), "the customer was in touch")


def ask_earlier(reply: Reply, interaction: Interaction, policy: PolicyDocument) -> Reply:
    """Return the reply as one to this earlier interaction, in which the customer began to wait."""
    due = due_after(interaction, policy)
    if due is None or reply.asked_at == interaction.occurred_at:
        return reply
    return reply.changed(
        asked_at=interaction.occurred_at,
        channel=interaction.channel,
        interaction_id=interaction.interaction_id,
        due_at=due.at,
        explain=Explained(due_at=due.explain),
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
    late = _late_by(reply, at, hours)
    return _stop_clock(
        reply,
        status="given",
        given_at=at,
        given_by=by,
        missed_at=reply.missed_at if late else None,
        took_seconds=int(_took(reply, at, hours).total_seconds()),
        late_by_seconds=int(late.total_seconds()),
    )


def await_again(reply: Reply) -> Reply:
    """Return a given reply as awaited, because what counted as the reply was not one.

    That the supervisor heard of it before stays.
    """
    return reply.changed(
        status="awaited",
        given_at=None,
        given_by=None,
        took_seconds=None,
        late_by_seconds=None,
    )


def undo_give(reply: Reply, policy: PolicyDocument, now: datetime) -> Reply:
    """Return a reply that was marked as given by mistake as awaited, with its current next step.

    Raises NotPossible unless it was given within the last day.
    """
    if reply.status != "given" or reply.given_at is None:
        raise NotPossible("reply", reply.status, "marked as not given")
    require_recent("change", reply.given_at, now)
    awaited = await_again(reply)
    return awaited if awaited.missed_at is not None else start_clock(awaited, policy, now)


def close(reply: Reply) -> Reply:
    """Close the reply because the case ended without one."""
    return _stop_clock(reply, status="closed")


def merge(replies: Iterable[Reply | None], case: Case) -> tuple[Reply | None, list[Reply]]:
    """Return the one reply of merged cases, which is the one due first, and the replies that change.

    `case` is the one that remains.
    """
    waiting = [reply for reply in replies if reply is not None]
    waiting.sort(key=lambda reply: (reply.status == "paused", reply.due_at))
    changed = [close(reply) for reply in waiting[1:]]
    first = counted(waiting[0], answered=case.answered) if waiting else None
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
    return _stop_clock(
        reply,
        status="paused",
        remaining_seconds=int(remaining.total_seconds()),
        pauses=(*reply.pauses, Pause(began_at=now, due_at=reply.due_at)),
    )


def resume(reply: Reply, now: datetime, policy: PolicyDocument) -> Reply:
    """Start the clock again with the remaining time. Raises NotPossible unless it is paused."""
    if reply.status != "paused":
        raise NotPossible("reply", reply.status, "resumed")
    hours = business_hours(policy)
    remaining = _remaining(reply)
    due = hours.before(now, -remaining) if remaining < timedelta(0) else hours.after(now, remaining)
    explain = deadlines.explain("what was left when the clock was paused", now, hours, due)
    awaited = reply.changed(
        status="awaited",
        due_at=due.at,
        remaining_seconds=None,
        pauses=tuple(
            pause if pause.ended_at else pause.model_copy(update={"ended_at": now}) for pause in reply.pauses
        ),
        explain=Explained(due_at=explain),
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


def _took(reply: Reply, at: datetime, hours: Hours) -> timedelta:
    """Return the opening time from the question until `at`, without pauses."""
    stood = (
        hours.between(pause.began_at, min(pause.ended_at or at, at))
        for pause in reply.pauses
        if pause.began_at < at
    )
    return hours.between(reply.asked_at, at) - sum(stood, timedelta(0))


def _late_by(reply: Reply, at: datetime, hours: Hours) -> timedelta:
    """Return the opening time from the due time until `at`, which may be before or in a pause."""
    for pause in reply.pauses:
        if pause.ended_at is None or at <= pause.ended_at:
            return hours.between(pause.due_at, min(at, pause.began_at))
    return hours.between(reply.due_at, at)


def _remaining(reply: Reply) -> timedelta:
    return timedelta(seconds=reply.remaining_seconds or 0)


def _stop_clock(reply: Reply, **changes: object) -> Reply:
    return reply.changed(step=None, **changes).waiting(None)
