"""Give goodwill, and decide on goodwill above the allowance."""

from datetime import datetime
from decimal import Decimal

from vaada.desk import Desk
from vaada.flows.idempotency import Receipts
from vaada.flows.optimistic_write import Busy, change, require
from vaada.flows.work import standing_case
from vaada.gateways.table import Conflict
from vaada.model.cases import Case
from vaada.model.ids import customer_of, new_row_id
from vaada.model.rows import Row
from vaada.model.work import Goodwill
from vaada.rules import goodwill as giving
from vaada.rules.errors import NotPossible

_TRIES = 4


def give(
    desk: Desk,
    case_id: str,
    amount: Decimal,
    reason: str,
    agent_id: str,
    receipts: Receipts,
    now: datetime,
    *,
    freely: bool,
) -> Goodwill:
    """Goodwill for the case's customer, up to the allowance, or any if `freely`; above it, ask.

    Raises NotThere, NotPossible, Busy.
    """
    goodwill_id = new_row_id(customer_of(case_id), now)
    for _ in range(_TRIES):
        case = require(desk, Case, case_id)
        if case.status == "merged":
            raise NotPossible("case", case.status, "given goodwill for")
        granted = freely or giving.is_allowed(case, amount, desk.policy)
        goodwill = Goodwill(
            goodwill_id=goodwill_id,
            customer_id=case.customer_id,
            case_id=case_id,
            agent_id=agent_id,
            amount=amount,
            currency=desk.policy.goodwill.currency,
            reason=reason,
            status="granted" if granted else "requested",
            due_at=now,
            wake_at=None if granted else now,
            created_at=now,
        )
        changed = case.changed(granted=case.granted + amount) if granted else case.changed()
        try:
            desk.table.write(goodwill, changed, *receipts(goodwill_id))
        except Conflict as conflict:
            if any(row is not changed for row in conflict.rows):
                raise
            continue
        return goodwill
    raise Busy(case_id)


def decide(
    desk: Desk,
    goodwill_id: str,
    *,
    approved: bool,
    reason: str | None,
    receipts: Receipts,
    now: datetime,
    by: str,
) -> Goodwill:
    """Approve or decline goodwill that was asked for. Raises NotThere, NotPossible, Busy."""

    def along(goodwill: Goodwill) -> tuple[Row, ...]:
        case = standing_case(desk, goodwill.case_id)
        total = [case.changed(granted=case.granted + goodwill.amount)] if approved else []
        return (*total, *receipts(goodwill_id))

    return change(
        desk,
        Goodwill,
        goodwill_id,
        lambda row: giving.decide(row, now, by, approved=approved, reason=reason),
        along=along,
    )
