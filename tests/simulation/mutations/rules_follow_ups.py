"""Bugs of the rules of follow-ups and check-ins."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.simulation.mutations.planting import Planted, mutation
from tests.simulation.replacing import replaced
from vaada.model.ids import customer_of, new_row_id
from vaada.rules import check_ins, follow_ups

FAR_AHEAD = datetime(2030, 1, 1, tzinfo=UTC)


@mutation()
def reminds_every_hour() -> Planted:
    next_step = follow_ups.next_step

    def hourly(follow_up: Any, policy: Any, working: Any, now: datetime) -> Any:
        decision = next_step(follow_up, policy, working, now)
        row = decision.row.waiting(now + timedelta(hours=1)) if decision.row.wake_at else decision.row
        return type(decision)(row, decision.notices)

    return replaced(next_step, hourly)


@mutation()
def never_tells_the_supervisor() -> Planted:
    next_step = follow_ups.next_step

    def agent_only(follow_up: Any, *facts: Any) -> Any:
        decision = next_step(follow_up, *facts)
        return type(decision)(decision.row, decision.notices[:1])

    return replaced(next_step, agent_only)


@mutation(seed=24)
def keeps_counting_reminders_after_a_snooze() -> Planted:
    put_off = follow_ups._put_off

    def counting_on(follow_up: Any, *facts: Any) -> Any:
        return put_off(follow_up, *facts).model_copy(update={"reminders": follow_up.reminders})

    return replaced(put_off, counting_on)


@mutation(seed=30)
def plans_with_new_ids() -> Planted:
    unresolved = follow_ups.unresolved

    def with_new_id(interaction: Any, policy: Any) -> Any:
        row = unresolved(interaction, policy)
        return row and row.model_copy(update={"follow_up_id": new_row_id(customer_of(row.id), FAR_AHEAD)})

    return replaced(unresolved, with_new_id, within=(follow_ups,))


@mutation(seed=18)
def counts_weekends_as_working_days() -> Planted:
    unresolved = follow_ups.unresolved

    def on_any_day(interaction: Any, policy: Any) -> Any:
        row = unresolved(interaction, policy)
        due_at = interaction.occurred_at + timedelta(days=policy.follow_ups.unresolved_after_business_days)
        return row and row.model_copy(update={"due_at": due_at, "wake_at": due_at})

    return replaced(unresolved, on_any_day)


@mutation()
def checks_in_while_the_last_one_is_open() -> Planted:
    next_step = check_ins.next_step
    return replaced(next_step, lambda row, _open, policy, now: next_step(row, None, policy, now))


@mutation(seed=306)
def checks_in_by_the_contact_recorded_last() -> Planted:
    plan_from = check_ins.plan_from

    def from_this_contact(customer: Any, anchor: datetime, policy: Any) -> Any:
        return plan_from(customer.model_copy(update={"anchor": None}), anchor, policy)

    return replaced(plan_from, from_this_contact)
