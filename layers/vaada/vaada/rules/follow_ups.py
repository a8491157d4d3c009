"""Follow-ups: remind at `due_at`, then each working morning, up to the policy's number of reminders.

States: scheduled → due → done · cancelled; a snooze goes back to scheduled and restarts the reminders.
"""

from collections.abc import Iterable
from datetime import datetime

from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.people import Agent
from vaada.model.policy import PolicyDocument
from vaada.model.rows import Explained
from vaada.model.work import FollowUp, FollowUpOrigin
from vaada.rules.decisions import Decision, Notice
from vaada.rules.errors import NotPossible
from vaada.rules.history import DESK, add_change
from vaada.rules.ids import derived_id
from vaada.rules.time import deadlines
from vaada.rules.time.availability import staff_reachable_at
from vaada.rules.time.clock import Hours
from vaada.rules.time.deadlines import Deadline, business_hours
from vaada.rules.undo import require_recent

OPEN = frozenset({"scheduled", "due"})


def next_step(
    follow_up: FollowUp, policy: PolicyDocument, working: Hours, now: datetime
) -> Decision[FollowUp]:
    """Remind the agent; tell the supervisor once after the policy's number of unanswered reminders."""
    rules = policy.follow_ups
    count = follow_up.reminders + 1
    last = count >= rules.reminders_at_most
    reminded = follow_up.changed(status="due", reminders=count)
    urgent = follow_up.urgent and count == 1
    if last:
        reminded = reminded.waiting(None)
    else:
        reminded_at = now if urgent or follow_up.told == "owner" else staff_reachable_at(working, now)
        morning = deadlines.next_morning(reminded_at, working)
        reminded = reminded.waiting(morning.at, morning.explain)
    why = "the follow-up is due" if count == 1 else f"the follow-up is not done, reminder {count}"
    step = f"reminder-{count}"
    notices = [Notice(follow_up.told, "follow_up_reminder", step, why, urgent=urgent, may_wait=count > 1)]
    if count == rules.supervisor_hears_after_reminders + 1:
        unanswered = f"{follow_up.reminders} reminders went unanswered"
        notices.append(Notice("supervisor", "follow_up_unanswered", "unanswered", unanswered, may_wait=True))
    return Decision(reminded, tuple(notices))


def complete(follow_up: FollowUp, now: datetime, by: str, note: str | None = None) -> FollowUp:
    """Mark it as done. Raises NotPossible unless it is open."""
    return _close(follow_up, "done", now, by, note)


def undo_complete(
    follow_up: FollowUp, policy: PolicyDocument, working: Hours, now: datetime, by: str
) -> FollowUp:
    """Return the follow-up as still open, with the next reminder that it would have now.

    Raises NotPossible unless it was done within the last day.
    """
    done = follow_up.history[-1] if follow_up.history else None
    if follow_up.status != "done" or done is None or done.what != "done":
        raise NotPossible("follow-up", follow_up.status, "marked as not done")
    require_recent("change", done.at, now)
    history = add_change(follow_up, now, by, "not done after all")
    if not follow_up.reminders:
        undone = follow_up.changed(status="scheduled", history=history)
        return undone.waiting(follow_up.due_at, follow_up.explain.due_at)
    undone = follow_up.changed(status="due", history=history)
    if follow_up.reminders >= policy.follow_ups.reminders_at_most:
        return undone
    morning = deadlines.next_morning(now, working)
    return undone.waiting(morning.at, morning.explain)


def undo_snooze(follow_up: FollowUp, working: Hours, now: datetime, by: str) -> FollowUp:
    """Return the follow-up with the date that it had before it was snoozed.

    If that date is over, it is due, and the next reminder comes on the next working morning. Raises
    NotPossible unless it was snoozed within the last day, and nothing happened since.
    """
    snoozed = follow_up.history[-1] if follow_up.history else None
    if follow_up.status != "scheduled" or snoozed is None or snoozed.what != "snoozed":
        raise NotPossible("follow-up", follow_up.status, "undone")
    require_recent("change", snoozed.at, now)
    before = snoozed.due_before or snoozed.at
    undone = _put_off(follow_up, before, now, by, "not put off after all")
    undone = undone.model_copy(update={"snoozes": follow_up.snoozes - 1})
    if before > snoozed.at:
        return undone
    morning = deadlines.next_morning(now, working)
    return undone.model_copy(update={"status": "due", "reminders": 1}).waiting(morning.at, morning.explain)


def cancel(follow_up: FollowUp, now: datetime, by: str, reason: str | None = None) -> FollowUp:
    """Cancel it. Raises NotPossible unless it is open."""
    return _close(follow_up, "cancelled", now, by, reason)


def snooze(follow_up: FollowUp, until: datetime, now: datetime, by: str) -> FollowUp:
    """Remind at `until`, and restart the count of reminders. Raises NotPossible unless it is open."""
    return _put_off(follow_up, until, now, by, "snoozed").model_copy(
        update={"snoozes": follow_up.snoozes + 1}
    )


def note_unreached(
    follow_up: FollowUp, policy: PolicyDocument, working: Hours, now: datetime, by: str
) -> FollowUp:
    """Count an attempt that did not reach the customer, and remind to try again.

    After the policy's number of attempts it only counts: somebody must decide what to do instead. Raises
    NotPossible unless it is open.
    """
    count = follow_up.unreached + 1
    if count >= policy.follow_ups.unreached_asks_after:
        _require_open(follow_up, "tried again")
        history = add_change(follow_up, now, by, "customer not reached")
        return follow_up.changed(unreached=count, history=history)
    again = try_again_at(policy, working, now)
    put_off = _put_off(follow_up, again.at, now, by, "customer not reached")
    return put_off.waiting(again.at, again.explain, unreached=count)


def try_again_at(policy: PolicyDocument, working: Hours, now: datetime) -> Deadline:
    """Return when to try again to reach a customer."""
    return deadlines.after(policy.follow_ups.try_again_after, now, working, "the last attempt")


def move(follow_up: FollowUp, due: Deadline, now: datetime) -> FollowUp:
    """Set another date because of a contact or of waiting. Raises NotPossible unless it is open."""
    if due.at == follow_up.due_at:
        return follow_up
    moved = _put_off(follow_up, due.at, now, DESK, "moved on")
    return moved.model_copy(
        update={"explain": Explained(due_at=due.explain, wake_at=due.explain), "snoozes": 0}
    )


def plan_again(follow_up: FollowUp, planned: FollowUp, now: datetime) -> FollowUp:
    """Return a cancelled follow-up as open again, because the reason for cancelling was a mistake."""
    history = add_change(follow_up, now, DESK, "planned again", due_after=planned.due_at)
    again = follow_up.changed(
        status="scheduled", due_at=planned.due_at, reminders=0, explain=planned.explain, history=history
    )
    return again.waiting(planned.wake_at, planned.explain.wake_at)


def is_snoozed(follow_up: FollowUp) -> bool:
    """Whether an agent snoozed it, and the new date is still ahead."""
    return follow_up.status == "scheduled" and follow_up.snoozes > 0


def wake(follow_up: FollowUp, now: datetime) -> FollowUp:
    """End the snooze because the customer got in touch: due now, and the old date is kept in `woken_from`."""
    old = follow_up.due_at
    woken = _put_off(follow_up, now, now, DESK, "woken by the customer")
    return woken.model_copy(update={"woken_from": old, "snoozes": 0})


def _put_off(follow_up: FollowUp, until: datetime, now: datetime, by: str, what: str) -> FollowUp:
    _require_open(follow_up, "snoozed")
    history = add_change(follow_up, now, by, what, due_before=follow_up.due_at, due_after=until)
    put_off = follow_up.changed(
        status="scheduled", due_at=until, explain=Explained(), reminders=0, woken_from=None, history=history
    )
    return put_off.waiting(until)


def _close(follow_up: FollowUp, status: str, now: datetime, by: str, reason: str | None = None) -> FollowUp:
    _require_open(follow_up, status)
    history = add_change(follow_up, now, by, status, reason=reason)
    return follow_up.changed(status=status, history=history).waiting(None)


def _require_open(follow_up: FollowUp, wanted: str) -> None:
    if follow_up.status not in OPEN:
        raise NotPossible("follow-up", follow_up.status, wanted)


def requested(interaction: Interaction) -> FollowUp | None:
    """Return the follow-up requested in the interaction, or None."""
    request = interaction.follow_up
    return _of_interaction(interaction, "requested", request.at, request.reason) if request else None


def added_to(case: Case, follow_up_id: str, at: datetime, reason: str, now: datetime, by: str) -> FollowUp:
    """Return a follow-up that somebody added to this case after its last contact."""
    follow_up = FollowUp(
        follow_up_id=follow_up_id,
        customer_id=case.customer_id,
        interaction_id=case.last_interaction_id,
        case_id=case.case_id,
        agent_id=case.agent_id,
        reason=reason,
        due_at=at,
        wake_at=at,
        created_at=now,
    )
    return follow_up.model_copy(update={"history": add_change(follow_up, now, by, "added")})


def by_tone(interaction: Interaction, agent: Agent, policy: PolicyDocument) -> FollowUp | None:
    """Return the supervisor's follow-up for an abusive tone (at once) or an upset one (soon), or None."""
    if interaction.is_history:
        return None
    recorded = interaction.recorded_at
    match interaction.tone:
        case "abusive":
            reason = f"The customer was abusive towards {agent.name}."
            return _for_supervisor(interaction, agent, "abusive", recorded, reason, urgent=True)
        case "upset":
            delay = policy.cases.upset_follow_up_after
            due = deadlines.after(delay, recorded, business_hours(policy), "the contact was recorded")
            reason = f"The customer was upset when in touch with {agent.name}."
            return with_deadline(_for_supervisor(interaction, agent, "upset", due.at, reason), due)
        case "calm":
            return None


def run_around(case: Case, interaction: Interaction, owner: Agent) -> FollowUp:
    """Return the follow-up that tells the supervisor about a run-around and the current owner of the case."""
    facts = (
        (len(case.hand_offs), "hand-off"),
        (len(case.repeat_contacts), "repeat contact"),
        (len(case.reopenings), "reopening"),
    )
    counted = ", ".join(f"{count} {name}{'s' if count > 1 else ''}" for count, name in facts if count)
    reason = f"Run-around: {counted}. {owner.name} has the case from now on."
    return _for_supervisor(interaction, owner, "run_around", interaction.recorded_at, reason[:500])


def run_around_ids(contacts: Iterable[Interaction]) -> list[str]:
    """Return the ids of the follow-ups about a run-around that these contacts may have caused."""
    return [derived_id(contact, "run_around") for contact in contacts]


def after_parting(interaction: Interaction) -> FollowUp | None:
    """Return the owner's follow-up for a customer who contacts the business after a parting."""
    if interaction.direction == "outbound":
        return None
    reason = "The customer is in touch again after you parted."
    row = _of_interaction(interaction, "parted", interaction.recorded_at, reason)
    return row.model_copy(update={"told": "owner"})


def _of_interaction(interaction: Interaction, rule: FollowUpOrigin, at: datetime, reason: str) -> FollowUp:
    return FollowUp(
        follow_up_id=derived_id(interaction, rule),
        customer_id=interaction.customer_id,
        interaction_id=interaction.interaction_id,
        case_id=interaction.case_id,
        agent_id=interaction.agent_id,
        origin=rule,
        reason=reason,
        due_at=at,
        wake_at=at,
        created_at=interaction.recorded_at,
    )


def _for_supervisor(
    interaction: Interaction,
    agent: Agent,
    rule: FollowUpOrigin,
    at: datetime,
    reason: str,
    *,
    urgent: bool = False,
) -> FollowUp:
    follow_up = _of_interaction(interaction, rule, at, reason)
    told = "agent" if agent.supervisor_id else "owner"
    return follow_up.model_copy(
        update={"agent_id": agent.supervisor_id or agent.agent_id, "told": told, "urgent": urgent}
    )


def with_deadline(follow_up: FollowUp, due: Deadline) -> FollowUp:
    """Return a copy that explains how its due date was computed."""
    return follow_up.model_copy(update={"explain": Explained(due_at=due.explain, wake_at=due.explain)})
