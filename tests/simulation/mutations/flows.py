"""Bugs of the other flows: cases, goodwill, answers to surveys, erasure."""

from datetime import datetime
from typing import Any

from tests.simulation.mutations.planting import Planted, mutation
from tests.simulation.replacing import replaced
from vaada.flows import case_work, cases, erasure, surveys
from vaada.flows.optimistic_write import change
from vaada.model.cases import Case
from vaada.rules import cases as case_rules
from vaada.rules import goodwill as goodwill_rules
from vaada.rules import hand_over


@mutation()
def leaves_work_open_when_a_case_is_resolved() -> Planted:
    resolve = cases.resolve

    def only_the_case(desk: Any, case_id: str, outcome: Any, now: datetime, by: str, **_: Any) -> Any:
        return change(desk, Case, case_id, lambda case: case_rules.resolve(case, now, by, outcome))

    return replaced(resolve, only_the_case)


@mutation(seed=30)
def leaves_calls_open_that_were_answered() -> Planted:
    return replaced(case_work._ended_with, lambda *_: iter(()))


@mutation(seed=72)
def leaves_the_work_with_the_former_agent() -> Planted:
    return replaced(hand_over.hand_over_all, lambda work, *_, **__: work)


@mutation(seed=12)
def counts_goodwill_twice() -> Planted:
    return _counts_again("granted")


@mutation(seed=36)
def grants_what_was_only_requested() -> Planted:
    return _counts_again("requested")


def _counts_again(status: str) -> Planted:
    give = goodwill_rules.give

    def give_more(*facts: Any, freely: bool) -> Any:
        given, case = give(*facts, freely=freely)
        if given.status == status:
            case = case.model_copy(update={"granted": case.granted + given.amount})
        return given, case

    return replaced(give, give_more)


@mutation(seed=60)
def never_asks_again_after_a_low_score() -> Planted:
    opened_by = surveys._opened_rows

    def without_case(*facts: Any) -> Any:
        return [row for row in opened_by(*facts) if row.kind_of_row != "case"]

    return replaced(opened_by, without_case)


@mutation(seed=522)
def erases_one_batch_only() -> Planted:
    def one(desk: Any, row: Any, now: datetime) -> Any:
        desk.table.delete_items(desk.table.items_to_erase(row.customer_id))
        return erasure._finish(desk, row, now)

    return replaced(erasure.continue_erasure, one)


@mutation(seed=84)
def erases_only_the_customers_own_row() -> Planted:
    return replaced(erasure.continue_erasure, erasure._finish)


@mutation(seed=84)
def never_continues_an_erasure() -> Planted:
    begin = erasure._begin

    def begun(*facts: Any) -> Any:
        return begin(*facts).model_copy(update={"wake_at": None})

    return replaced(begin, begun)
