"""Bugs of the rules of follow-ups and check-ins."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.simulation.mutations.planting import Planted, mutation
from tests.simulation.replacing import replaced
from vaada.rules import check_ins, follow_ups, next_steps
from vaada.rules.time.clock import Hours, TimeCount, at_local


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


@mutation()
def notes_a_reason_that_cannot_be_translated() -> Planted:
    step_after = next_steps._step_after

    def in_other_words(*facts: Any) -> Any:
        origin, due, _ = step_after(*facts)
        return origin, due, "Somebody should look at this."

    return replaced(step_after, in_other_words)


@mutation(seed=18)
def counts_weekends_as_working_days() -> Planted:
    step_after = next_steps._step_after

    def on_any_day(case: Any, start: datetime, event: str, policy: Any) -> Any:
        origin, due, reason = step_after(case, start, event, policy)
        days = policy.follow_ups.unresolved_after_business_days
        return origin, due._replace(at=start + timedelta(days=days)), reason

    return replaced(step_after, on_any_day)


@mutation(seed=12)
def leaves_a_case_alone_after_its_last_promise() -> Planted:
    return replaced(next_steps.after_end, lambda *_, **__: None)


@mutation()
def counts_business_days_from_closed_time() -> Planted:
    def at_the_same_clock_time(hours: Any, start: datetime, days: int) -> TimeCount:
        counted = TimeCount(start)
        for _ in range(days):
            morning = hours.next_morning(counted.at).at.astimezone(ZoneInfo(hours.zone)).date()
            counted = TimeCount(at_local(morning, start.astimezone(ZoneInfo(hours.zone)).time(), hours.zone))
        return counted

    return replaced(Hours.business_days_after, at_the_same_clock_time)


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
