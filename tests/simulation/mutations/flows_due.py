"""Bugs of due rows: advancing them, sweeping them, and syncing their schedules."""

from typing import Any

from tests.simulation.mutations.planting import Planted, mutation
from tests.simulation.replacing import replaced
from vaada.flows.due import advance, sweep
from vaada.flows.interactions import plan_interaction
from vaada.rules.schedules import schedule_change
from vaada.rules.time.deadlines import business_hours, working_hours


@mutation()
def makes_no_schedules() -> Planted:
    return replaced(schedule_change, lambda *_: "none")


@mutation(seed=18)
def uses_business_hours_for_agents() -> Planted:
    return replaced(working_hours, lambda _agent, policy: business_hours(policy), within=(advance,))


@mutation(seed=198)
def plans_only_from_the_stream() -> Planted:
    return replaced(plan_interaction, lambda *_: 0, within=(sweep,))


@mutation(seed=108)
def leaves_the_schedules_of_erased_customers() -> Planted:
    def change(before: Any, after: Any, now: Any) -> Any:
        return "none" if after is None else schedule_change(before, after, now)

    return replaced(schedule_change, change)


@mutation(seed=12)
def leaves_old_schedules() -> Planted:
    def change(*facts: Any) -> Any:
        act = schedule_change(*facts)
        return "none" if act == "delete" else act

    return replaced(schedule_change, change)


@mutation(seed=120)
def leaves_the_schedules_of_what_it_wakes() -> Planted:
    def change(*facts: Any) -> Any:
        act = schedule_change(*facts)
        return "wake" if act == "wake_instead" else act

    return replaced(schedule_change, change)
