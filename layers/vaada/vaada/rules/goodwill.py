"""Goodwill: an agent may give up to the policy's allowance per case; above it a supervisor decides.

States: granted; requested → approved · declined.
"""

from datetime import datetime
from decimal import Decimal

from vaada.model.cases import Case
from vaada.model.policy import PolicyDocument
from vaada.model.work import Goodwill
from vaada.rules.decisions import Decision, Notice
from vaada.rules.errors import NotPossible
from vaada.rules.history import add_change
from vaada.rules.time.availability import staff_reachable_at
from vaada.rules.time.clock import Hours
from vaada.rules.time.deadlines import next_morning


def is_allowed(case: Case, amount: Decimal, policy: PolicyDocument) -> bool:
    """Whether an agent may give this amount for the case without approval."""
    return case.granted + amount <= policy.goodwill.allowance_per_case


def give(
    case: Case,
    goodwill_id: str,
    amount: Decimal,
    reason: str,
    agent_id: str,
    policy: PolicyDocument,
    now: datetime,
    *,
    freely: bool,
) -> tuple[Goodwill, Case]:
    """Return the goodwill, granted or above the allowance requested, and its case afterwards.

    Any amount is granted `freely`. Raises NotPossible.
    """
    if case.status == "merged":
        raise NotPossible("case", case.status, "given goodwill for")
    granted = freely or is_allowed(case, amount, policy)
    goodwill = Goodwill(
        goodwill_id=goodwill_id,
        customer_id=case.customer_id,
        case_id=case.case_id,
        agent_id=agent_id,
        amount=amount,
        currency=policy.goodwill.currency,
        reason=reason,
        status="granted" if granted else "requested",
        due_at=now,
        wake_at=None if granted else now,
        created_at=now,
    )
    return goodwill, case.changed(granted=case.granted + amount) if granted else case.changed()


def next_step(
    goodwill: Goodwill, policy: PolicyDocument, working: Hours, now: datetime
) -> Decision[Goodwill]:
    """Ask the supervisor now and each working morning, up to the policy's number of reminders."""
    count = goodwill.reminders + 1
    last = count >= policy.follow_ups.reminders_at_most
    asked = goodwill.changed(reminders=count).waiting(None)
    if not last:
        morning = next_morning(staff_reachable_at(working, now), working)
        asked = asked.waiting(morning.at, morning.explain)
    why = "goodwill above the allowance waits for a decision"
    notice = Notice("supervisor", "goodwill_approval", f"ask-{count}", why, may_wait=count > 1)
    return Decision(asked, (notice,))


def decide(
    goodwill: Goodwill, now: datetime, by: str, *, approved: bool, reason: str | None = None
) -> Goodwill:
    """Record the decision of a supervisor or manager. Raises NotPossible unless it is `requested`."""
    wanted = "approved" if approved else "declined"
    if goodwill.status != "requested":
        raise NotPossible("goodwill", goodwill.status, wanted)
    return goodwill.changed(
        status=wanted,
        wake_at=None,
        decided_by=by,
        decided_at=now,
        history=add_change(goodwill, now, by, wanted, reason=reason),
    )
