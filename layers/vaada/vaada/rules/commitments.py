"""Commitments: warn before, flag at, escalate after. Each rung of the ladder once, never early.

open → kept · broken · withdrawn; broken → kept, when the word was kept after all.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from vaada.model.policy import PolicyDocument
from vaada.model.work import Commitment, CommitmentStep
from vaada.rules.days import business_days_after, days_after
from vaada.rules.decisions import Decision, Notice
from vaada.rules.errors import NotPossible
from vaada.rules.history import noted

_LADDER: tuple[CommitmentStep, ...] = ("warn", "flag", "supervisor", "owner", "give_up")


@dataclass(frozen=True)
class Agreement:
    """A new date that the customer agreed to, and why."""

    due_at: datetime
    reason: str


def rung_at(step: CommitmentStep, due_at: datetime, policy: PolicyDocument) -> datetime:
    """When this rung of the ladder is reached."""
    rules = policy.commitments
    match step:
        case "warn":
            return due_at - timedelta(hours=rules.warn_hours_before)
        case "flag":
            return due_at
        case "supervisor":
            return due_at + timedelta(hours=rules.supervisor_hours_after)
        case "owner":
            return business_days_after(due_at, rules.owner_business_days_after, policy)
        case "give_up":
            return days_after(due_at, rules.broken_days_after, policy)


def opened(commitment: Commitment, policy: PolicyDocument, now: datetime) -> Commitment:
    """The commitment at the foot of the ladder: warned of before it is due, at once if that is nearer."""
    if now >= commitment.due_at:
        return commitment.model_copy(update={"step": "flag", "wake_at": commitment.due_at})
    warn_at = max(rung_at("warn", commitment.due_at, policy), now)
    return commitment.model_copy(update={"step": "warn", "wake_at": warn_at})


def next_step(commitment: Commitment, policy: PolicyDocument, now: datetime) -> Decision[Commitment]:
    """Take the rung that is due. A warning whose time has passed gives way to the flag."""
    step = commitment.step
    if step == "warn" and now >= commitment.due_at:
        step = "flag"
    match step:
        case "warn":
            notice = Notice("agent", "promise_warning", "warn", "the promise is due soon")
            return Decision(_climb(commitment, "warn", policy), (notice,))
        case "flag":
            notice = Notice("agent", "promise_overdue", "flag", "the promise was not kept in time")
            return Decision(_climb(commitment, "flag", policy, flagged_at=now), (notice,))
        case "supervisor":
            notice = Notice("supervisor", "promise_escalation", "supervisor", "the promise is still not kept")
            return Decision(_climb(commitment, "supervisor", policy), (notice,))
        case "owner":
            notice = Notice("owner", "promise_escalation", "owner", "the promise is still not kept")
            return Decision(_climb(commitment, "owner", policy), (notice,))
        case "give_up" | None:
            return Decision(
                commitment.changed(
                    status="broken",
                    step=None,
                    wake_at=None,
                    history=noted(commitment.history, now, "desk", "broken"),
                )
            )


def keep(commitment: Commitment, now: datetime, by: str) -> Commitment:
    """The promise was kept, in time or late. Raises NotPossible once it is kept or withdrawn."""
    if commitment.status not in {"open", "broken"}:
        raise NotPossible("commitment", commitment.status, "kept")
    late = max(0, int((now - commitment.due_at).total_seconds()))
    return commitment.changed(
        status="kept",
        step=None,
        wake_at=None,
        kept_at=now,
        late_by_seconds=late,
        history=noted(commitment.history, now, by, "kept"),
    )


def renegotiate(
    commitment: Commitment, agreed: Agreement, policy: PolicyDocument, now: datetime, by: str
) -> Commitment:
    """A new date was agreed with the customer; the ladder starts anew. Raises NotPossible unless open."""
    if commitment.status != "open":
        raise NotPossible("commitment", commitment.status, "renegotiated")
    history = noted(
        commitment.history,
        now,
        by,
        "renegotiated",
        reason=agreed.reason,
        due_before=commitment.due_at,
        due_after=agreed.due_at,
    )
    return opened(commitment.changed(due_at=agreed.due_at, history=history), policy, now)


def withdraw(commitment: Commitment, reason: str, now: datetime, by: str) -> Commitment:
    """The promise was taken back. Raises NotPossible unless open."""
    if commitment.status != "open":
        raise NotPossible("commitment", commitment.status, "withdrawn")
    return commitment.changed(
        status="withdrawn",
        step=None,
        wake_at=None,
        history=noted(commitment.history, now, by, "withdrawn", reason=reason),
    )


def _climb(
    commitment: Commitment, step: CommitmentStep, policy: PolicyDocument, **changes: object
) -> Commitment:
    above = _LADDER[_LADDER.index(step) + 1]
    return commitment.changed(step=above, wake_at=rung_at(above, commitment.due_at, policy), **changes)
