"""Give goodwill, and decide on goodwill above the allowance."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from vaada.desk import Desk
from vaada.flows.optimistic_write import change, lost_new_row, require, retry_on_conflict
from vaada.flows.work import current_case
from vaada.model.cases import Case
from vaada.model.ids import customer_of, new_row_id
from vaada.model.rows import Row
from vaada.model.work import Goodwill
from vaada.rules import goodwill as rules


def give(
    desk: Desk, case_id: str, amount: Decimal, reason: str, agent_id: str, now: datetime, *, freely: bool
) -> Goodwill:
    """Give goodwill up to the allowance, or any amount if `freely`. Above the allowance, request approval.

    Raises NotFound, NotPossible, Busy.
    """
    goodwill_id = new_row_id(customer_of(case_id), now)

    def attempt() -> Goodwill:
        case = require(desk, Case, case_id)
        goodwill, changed = rules.give(
            case, goodwill_id, amount, reason, agent_id, desk.policy, now, freely=freely
        )
        desk.table.write(goodwill, changed)
        return goodwill

    return retry_on_conflict(case_id, attempt, is_final=lost_new_row)


def decide(
    desk: Desk, goodwill_id: str, *, approved: bool, reason: str | None, now: datetime, by: str
) -> Goodwill:
    """Approve or decline requested goodwill. Raises NotFound, NotPossible, Busy."""

    def add_to_case(_before: Goodwill, goodwill: Goodwill) -> Iterator[Row]:
        case = current_case(desk, goodwill.case_id)
        if approved:
            yield case.changed(granted=case.granted + goodwill.amount)

    return change(
        desk,
        Goodwill,
        goodwill_id,
        lambda row: rules.decide(row, now, by, approved=approved, reason=reason),
        other_rows=add_to_case,
    )
