"""Commitments: warn before `due_at`, flag at it, escalate after it. Each step once, never early.

States: open → kept · broken · withdrawn; broken → kept, if it is kept after all. A promised call is also
withdrawn, even a kept one, when it turns out that none was promised, and opened again if one was after all.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.messages import Purpose
from vaada.model.people import Agent
from vaada.model.policy import CommitmentRules, PolicyDocument
from vaada.model.rows import Explained
from vaada.model.work import Commitment, Reply
from vaada.rules.decisions import Decision, Notice
from vaada.rules.errors import NotPossible
from vaada.rules.history import DESK, add_change
from vaada.rules.ids import derived_id
from vaada.rules.time import deadlines
from vaada.rules.time.availability import is_at_work
from vaada.rules.time.clock import Hours
from vaada.rules.time.deadlines import Deadline, business_hours, working_hours
from vaada.rules.undo import require_recent

KEEPABLE = frozenset({"open", "broken"})
"""Statuses in which a commitment may still be kept."""

CORRECTED = "the contact was corrected"
WAITED_BEFORE = "a contact that was recorded since shows that they have waited for longer"
_KEPT, _BROKEN, _ADDED = "kept", "broken", "added"  # what a commitment's history says
_WITHDRAWN, _RENEGOTIATED, _REOPENED = "withdrawn", "renegotiated", "reopened"
_ONE_CALL = "the matter became part of another, in which they are called back"
_WARNING_BEFORE_CLOSING = timedelta(
    hours=1
)  # so that whoever is warned at the end of a day can still act on it


class Agreement(NamedTuple):
    """A new date that the customer agreed to, and the reason."""

    due_at: datetime
    reason: str


def stated_in(interaction: Interaction, agent: Agent, policy: PolicyDocument) -> list[Commitment]:
    """Return the commitments made in the interaction, in order."""
    return [
        _commitment(interaction, agent, policy, f"commitment-{n}", promise.what, promise.due_at)
        for n, promise in enumerate(interaction.commitments)
    ]


def call_back(
    interaction: Interaction, due: Deadline, agent: Agent, policy: PolicyDocument
) -> Commitment | None:
    """Return the promise to call back after an interaction outside opening hours. None: within hours.

    It is due when the reply is, at `due`: at the channel's target, counted from the next opening.
    """
    if not is_call_promised(interaction, policy):
        return None
    what = "Get back to them: they were in touch outside opening hours."
    back = _commitment(interaction, agent, policy, "call-back", what, due.at)
    explain = back.explain.model_copy(update={"due_at": due.explain})
    return back.model_copy(update={"origin": "call_back", "explain": explain})


def is_call_promised(interaction: Interaction, policy: PolicyDocument) -> bool:
    """Whether who begins to wait in this interaction is promised a call, as it is outside opening hours."""
    outside = not business_hours(policy).is_open(interaction.occurred_at)
    return policy.replies.call_back_outside_hours and outside


def _commitment(
    interaction: Interaction, agent: Agent, policy: PolicyDocument, rule: str, what: str, due_at: datetime
) -> Commitment:
    commitment = Commitment(
        commitment_id=derived_id(interaction, rule),
        customer_id=interaction.customer_id,
        interaction_id=interaction.interaction_id,
        case_id=interaction.case_id,
        agent_id=interaction.agent_id,
        channel=interaction.channel,
        what=what,
        due_at=due_at,
        created_at=interaction.recorded_at,
    )
    return open_commitment(commitment, policy, working_hours(agent, policy), interaction.recorded_at)


def added_to(
    case: Case, commitment_id: str, what: str, due_at: datetime, now: datetime, by: str
) -> Commitment:
    """Return a promise that was made after the last contact of a case. No step is planned yet."""
    commitment = Commitment(
        commitment_id=commitment_id,
        customer_id=case.customer_id,
        interaction_id=case.last_interaction_id,
        case_id=case.case_id,
        agent_id=case.agent_id,
        what=what,
        due_at=due_at,
        created_at=now,
    )
    return commitment.model_copy(update={"history": add_change(commitment, now, by, _ADDED)})


def warn_at(due_at: datetime, policy: PolicyDocument, working: Hours) -> Deadline:
    """Return when to warn the agent: the policy's time before `due_at`, moved into working time.

    Outside working time it moves forward to the agent's next start of work, or, if that is too late, back to
    one hour before their last end of work.
    """
    ideal = deadlines.before(policy.commitments.warn_before, due_at, business_hours(policy), "it is due")
    if is_at_work(working, ideal.at):
        return ideal
    rule = f"{ideal.explain.rule}, moved into working time"
    moved = ideal.explain.model_copy(update={"rule": rule})
    opens = working.opens(ideal.at)
    if opens < due_at:
        return Deadline(opens, moved)
    last = working.closed_before(ideal.at)
    return Deadline(max(last.start, last.end - _WARNING_BEFORE_CLOSING), moved)


def open_commitment(
    commitment: Commitment, policy: PolicyDocument, working: Hours, now: datetime
) -> Commitment:
    """Plan the first step: the warning, at once if its time has passed, or the flag if it is already due."""
    if now >= commitment.due_at:
        return commitment.waiting(commitment.due_at, step="flag", rung=0)
    warning = warn_at(commitment.due_at, policy, working)
    return commitment.waiting(max(warning.at, now), warning.explain, step="warn", rung=0)


def merge_call_backs(
    call_backs: Iterable[Commitment | None], reply: Reply | None, now: datetime, by: str
) -> tuple[Commitment | None, list[Commitment]]:
    """Return the one call-back of merged cases, and the others as withdrawn: one call is enough.

    The one that stays is not broken, is for the reply that is still owed, and is due first.
    """

    def rank(call: Commitment) -> tuple[bool, bool, datetime]:
        for_reply = reply is not None and reply.interaction_id == call.interaction_id
        return call.status == "broken", not for_reply, call.due_at

    calls = sorted((call for call in call_backs if call is not None), key=rank)
    withdrawn = [withdraw(call, _ONE_CALL, now, by) for call in calls[1:] if call.status == "open"]
    return (calls[0] if calls else None), withdrawn


def next_step(commitment: Commitment, policy: PolicyDocument, now: datetime) -> Decision[Commitment]:
    """Take the due step: warn, flag, escalate or give up. A warning after `due_at` becomes the flag."""
    rules = policy.commitments
    step = commitment.step
    if step == "warn" and now >= commitment.due_at:
        step = "flag"
    match step:
        case "warn":
            due_at = commitment.due_at
            flag = commitment.changed().waiting(due_at, step="flag")
            why = "the promise is due soon"
            return Decision(flag, (Notice("agent", "promise_warning", "warn", why, useless_from=due_at),))
        case "flag":
            why = "the promise was not kept in time"
            flagged = _next_rung(commitment.changed(flagged_at=now), 0, policy)
            return Decision(flagged, (Notice("agent", "promise_overdue", "flag", why),))
        case "escalate" if commitment.rung < len(rules.ladder):
            escalated = _next_rung(commitment.changed(), commitment.rung + 1, policy)
            return Decision(escalated, (_escalation(rules, commitment.rung),))
        case "escalate":  # the ladder was made shorter meanwhile
            return Decision(_next_rung(commitment.changed(), commitment.rung, policy))
        case _:
            history = add_change(commitment, now, DESK, _BROKEN)
            return Decision(_close(commitment, status="broken", history=history))


def keep(
    commitment: Commitment, at: datetime, by: str, now: datetime | None = None, note: str | None = None
) -> Commitment:
    """Mark the promise as kept at `at`, in time or late. Raises NotPossible unless it is open or broken.

    `now`, else `at`, is when somebody said so.
    """
    if commitment.status not in KEEPABLE:
        raise NotPossible("commitment", commitment.status, "kept")
    late = _late_by_seconds(commitment, at)
    history = add_change(commitment, now or at, by, _KEPT, reason=note)
    return _close(commitment, status="kept", kept_at=at, late_by_seconds=late, history=history)


def keep_at(commitment: Commitment, at: datetime) -> Commitment:
    """Return a kept promise as kept at another time, as it turned out, or the same one if nothing changes."""
    if commitment.kept_at == at:
        return commitment
    return commitment.changed(kept_at=at, late_by_seconds=_late_by_seconds(commitment, at))


def take_back(call: Commitment, reason: str, now: datetime, by: str) -> Commitment:
    """Return a promised call as withdrawn, because it turned out that none was promised.

    `reason` is `CORRECTED` or `WAITED_BEFORE`.
    """
    history = add_change(call, now, by, _WITHDRAWN, reason=reason)
    return _close(call, status="withdrawn", kept_at=None, late_by_seconds=None, history=history)


def is_taken_back(call: Commitment) -> bool:
    """Whether the desk withdrew the call, and not somebody who saw that none is needed."""
    if call.status != "withdrawn" or not call.history:
        return False
    return call.history[-1].reason in {CORRECTED, WAITED_BEFORE, _ONE_CALL}


def promise_again(
    call: Commitment, due: Deadline, policy: PolicyDocument, working: Hours, now: datetime
) -> Commitment:
    """Return a call that was taken back as promised after all, due at `due`, with its steps as they stand."""
    history = add_change(call, now, DESK, _REOPENED)
    again = call.changed(due_at=due.at, explain=Explained(due_at=due.explain), history=history)
    return _as_open_again(again, call.history[-1].at, policy, working, now)


def move_call(
    call: Commitment, due: Deadline, policy: PolicyDocument, working: Hours, now: datetime, by: str
) -> Commitment:
    """Return a promised call, open, kept or broken, as due at `due`, because the contact was corrected.

    A date that somebody agreed on with the customer stays.
    """
    agreed = any(one.what == _RENEGOTIATED and one.reason != CORRECTED for one in call.history)
    if agreed or call.due_at == due.at:
        return call
    if call.status == "open":
        moved = renegotiate(call, Agreement(due.at, CORRECTED), policy, working, now, by)
        explain = moved.explain.model_copy(update={"due_at": due.explain})
        return moved.model_copy(update={"explain": explain})
    moved = call.changed(due_at=due.at, explain=Explained(due_at=due.explain))
    if moved.kept_at is None:
        return moved
    return moved.model_copy(update={"late_by_seconds": _late_by_seconds(moved, moved.kept_at)})


def undo_keep(
    commitment: Commitment, policy: PolicyDocument, working: Hours, now: datetime, by: str
) -> Commitment:
    """Return the promise as not kept, with the steps that it would have now.

    Raises NotPossible unless it was kept within the last day.
    """
    kept = commitment.history[-1] if commitment.history else None
    if commitment.status != "kept" or kept is None or kept.what != _KEPT:
        raise NotPossible("commitment", commitment.status, "marked as not kept")
    require_recent("change", kept.at, now)
    return keep_again(commitment, policy, working, now, by)


def keep_again(
    commitment: Commitment, policy: PolicyDocument, working: Hours, now: datetime, by: str
) -> Commitment:
    """Return a kept promise as still to be kept, with its steps as they would stand."""
    kept_at = commitment.history[-1].at
    undone = commitment.changed(
        kept_at=None, late_by_seconds=None, history=add_change(commitment, now, by, "not kept after all")
    )
    return _as_open_again(undone, kept_at, policy, working, now)


def _as_open_again(
    commitment: Commitment, ended_at: datetime, policy: PolicyDocument, working: Hours, now: datetime
) -> Commitment:
    """Return a promise that ended at `ended_at` as still to be kept. No step is taken twice."""
    if any(change.what == _BROKEN for change in commitment.history):
        return commitment.model_copy(update={"status": "broken"})
    again = commitment.model_copy(update={"status": "open"})
    due_at, flagged_at = again.due_at, again.flagged_at
    if flagged_at is not None and flagged_at >= due_at:
        return _next_rung(again, again.rung, policy)
    warned_at = max(warn_at(due_at, policy, working).at, date_set_at(again))
    if now < due_at and warned_at <= ended_at:
        return again.waiting(due_at, step="flag", rung=0)
    return open_commitment(again, policy, working, now)


def renegotiate(
    commitment: Commitment,
    agreed: Agreement,
    policy: PolicyDocument,
    working: Hours,
    now: datetime,
    by: str,
) -> Commitment:
    """Set the date agreed with the customer and restart the steps. Raises NotPossible unless it is open."""
    _require_open(commitment, "renegotiated")
    history = add_change(
        commitment,
        now,
        by,
        _RENEGOTIATED,
        reason=agreed.reason,
        due_before=commitment.due_at,
        due_after=agreed.due_at,
    )
    moved = commitment.changed(due_at=agreed.due_at, history=history, explain=Explained())
    return open_commitment(moved, policy, working, now)


def withdraw(commitment: Commitment, reason: str, now: datetime, by: str) -> Commitment:
    """Withdraw the promise. Raises NotPossible unless it is open."""
    _require_open(commitment, "withdrawn")
    history = add_change(commitment, now, by, _WITHDRAWN, reason=reason)
    return _close(commitment, status="withdrawn", history=history)


def note_unreached(commitment: Commitment, now: datetime, by: str) -> Commitment:
    """Count a failed attempt to reach the customer. Raises NotPossible unless it is open."""
    _require_open(commitment, "tried again")
    history = add_change(commitment, now, by, "customer not reached")
    return commitment.changed(unreached=commitment.unreached + 1, history=history)


def date_set_at(commitment: Commitment) -> datetime:
    """Return when the current `due_at` was set."""
    moves = (change.at for change in commitment.history if change.due_after != change.due_before)
    return max(moves, default=commitment.created_at)


def _next_rung(commitment: Commitment, rung: int, policy: PolicyDocument) -> Commitment:
    """Plan this rung of the ladder, or the end of the commitment after the last rung."""
    rules, hours = policy.commitments, business_hours(policy)
    if rung >= len(rules.ladder):
        at = hours.days_after(commitment.due_at, rules.broken_days_after)
        return commitment.waiting(at, step="give_up", rung=rung)
    deadline = deadlines.after(rules.ladder[rung].after, commitment.due_at, hours, "it was due")
    return commitment.waiting(deadline.at, deadline.explain, step="escalate", rung=rung)


def _escalation(rules: CommitmentRules, number: int) -> Notice:
    rung = rules.ladder[number]
    purpose: Purpose = "promise_overdue" if rung.tell == "agent" else "promise_escalation"
    return Notice(rung.tell, purpose, f"rung-{number}", "the promise is still not kept", media=rung.by)


def _late_by_seconds(commitment: Commitment, at: datetime) -> int:
    return max(0, int((at - commitment.due_at).total_seconds()))


def _close(commitment: Commitment, **changes: object) -> Commitment:
    return commitment.changed(step=None, **changes).waiting(None)


def _require_open(row: Commitment, wanted: str) -> None:
    if row.status != "open":
        raise NotPossible("commitment", row.status, wanted)
