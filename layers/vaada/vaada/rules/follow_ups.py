"""Follow-ups: remind at the time, then each working morning until it is done, but not for ever.

scheduled → due → done · cancelled; a snooze takes it back to scheduled and counts as an answer.
"""

from datetime import datetime

from vaada.model.policy import PolicyDocument
from vaada.model.work import FollowUp
from vaada.rules.days import next_morning
from vaada.rules.decisions import Decision, Notice
from vaada.rules.errors import NotPossible
from vaada.rules.history import noted

OPEN = frozenset({"scheduled", "due"})


def next_step(follow_up: FollowUp, policy: PolicyDocument, now: datetime) -> Decision[FollowUp]:
    """Remind the agent; tell the supervisor once when the policy's number of reminders went unanswered."""
    rules = policy.follow_ups
    count = follow_up.reminders + 1
    last = count >= rules.reminders_at_most
    reminded = follow_up.changed(
        status="due", reminders=count, wake_at=None if last else next_morning(now, policy)
    )
    why = "the follow-up is due" if count == 1 else f"the follow-up is not done, reminder {count}"
    notices = [Notice("agent", "follow_up_reminder", f"reminder-{count}", why)]
    if count == rules.supervisor_hears_after_reminders + 1:
        unanswered = f"{follow_up.reminders} reminders went unanswered"
        notices.append(Notice("supervisor", "follow_up_unanswered", "unanswered", unanswered))
    return Decision(reminded, tuple(notices))


def complete(follow_up: FollowUp, now: datetime, by: str) -> FollowUp:
    """It is done. Raises NotPossible once it is closed."""
    return _closed(follow_up, "done", now, by)


def cancel(follow_up: FollowUp, now: datetime, by: str) -> FollowUp:
    """It is no longer needed. Raises NotPossible once it is closed."""
    return _closed(follow_up, "cancelled", now, by)


def snooze(follow_up: FollowUp, until: datetime, now: datetime, by: str) -> FollowUp:
    """Remind later, and count reminders anew. Raises NotPossible once it is closed."""
    _require_open(follow_up, "snoozed")
    history = noted(follow_up.history, now, by, "snoozed", due_before=follow_up.due_at, due_after=until)
    return follow_up.changed(
        status="scheduled",
        due_at=until,
        wake_at=until,
        reminders=0,
        snoozes=follow_up.snoozes + 1,
        history=history,
    )


def _closed(follow_up: FollowUp, status: str, now: datetime, by: str) -> FollowUp:
    _require_open(follow_up, status)
    return follow_up.changed(status=status, wake_at=None, history=noted(follow_up.history, now, by, status))


def _require_open(follow_up: FollowUp, wanted: str) -> None:
    if follow_up.status not in OPEN:
        raise NotPossible("follow-up", follow_up.status, wanted)
