"""Records of the stream: contacts to plan, due rows that need a schedule."""

from functions.plan_surveys.app import handler as plan_surveys
from functions.sync_schedules.app import handler as sync_schedules
from tests.simulation.crash_points.engine import Scenario
from tests.simulation.crash_points.scenario_world import ScenarioWorld
from tests.simulation.crash_points.times import DAY, HOUR, MINUTE
from vaada.model.times import text_of


def a_resolved_contact(world: ScenarioWorld) -> None:
    world.add_people()
    world.watch_next_run()
    world.contact(resolved=True)


def an_unresolved_contact(world: ScenarioWorld) -> None:
    world.add_people()
    world.contact(resolved=True)
    world.pass_time(MINUTE)
    world.watch_next_run()
    world.contact(direction="inbound", kind="complaint")


def several_things_owed(world: ScenarioWorld) -> None:
    world.add_people()
    world.watch_next_run()
    made = [{"what": what, "due_at": text_of(world.now + 3 * DAY)} for what in ("Call back", "Send a list")]
    wanted = {"at": text_of(world.now + DAY), "reason": "Ask for the colour"}
    world.contact(commitments=made, follow_up=wanted)


def a_commitment_due_soon(world: ScenarioWorld) -> None:
    world.add_people()
    world.watch_next_run()
    world.commitment_id = world.promise(2 * HOUR)


def a_commitment_put_off(world: ScenarioWorld) -> None:
    world.add_people()
    world.commitment_id = world.promise(3 * DAY)
    world.pass_time(MINUTE)
    world.watch_next_run()
    new = {"due_at": text_of(world.now + 4 * DAY), "reason": "agreed"}
    world.call_api(f"POST /api/commitments/{world.commitment_id}/renegotiate", new)


def a_kept_commitment(world: ScenarioWorld) -> None:
    world.add_people()
    world.commitment_id = world.promise(3 * DAY)
    world.pass_time(MINUTE)
    world.watch_next_run()
    world.call_api(f"POST /api/commitments/{world.commitment_id}/keep", {})


SCENARIOS = (
    Scenario(plan_surveys, "a resolved contact", a_resolved_contact),
    Scenario(plan_surveys, "an unresolved contact", an_unresolved_contact),
    Scenario(sync_schedules, "several things owed", several_things_owed),
    Scenario(sync_schedules, "a commitment due soon", a_commitment_due_soon, HOUR),
    Scenario(sync_schedules, "a commitment put off", a_commitment_put_off),
    Scenario(sync_schedules, "a kept commitment", a_kept_commitment),
)
