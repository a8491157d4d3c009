"""Functions that send: reminders, warnings, surveys."""

from functions.flag_overdue.app import handler as flag_overdue
from functions.remind_agent.app import handler as remind_agent
from functions.send_survey.app import handler as send_survey
from tests.simulation.crash_points.engine import Scenario
from tests.simulation.crash_points.scenario_world import ScenarioWorld
from tests.simulation.crash_points.times import DAY, HOUR, MINUTE

BY_BOTH = {"notify_by": ["email", "sms"]}


def a_reminder(world: ScenarioWorld) -> None:
    world.add_people()
    world.call_api(f"PATCH /api/agents/{world.agent_id}", BY_BOTH)
    world.follow_up(HOUR)
    world.pass_time(30 * MINUTE)
    world.watch_next_run()


def a_warning(world: ScenarioWorld) -> None:
    world.add_people()
    world.promise(6 * HOUR)
    world.pass_time(HOUR)
    world.watch_next_run()


def a_missed_promise(world: ScenarioWorld) -> None:
    world.add_people()
    world.commitment_id = world.promise(6 * HOUR)
    world.pass_time(5 * HOUR)
    world.watch_next_run()


def keep_the_promise(world: ScenarioWorld) -> None:
    world.call_api(f"POST /api/commitments/{world.commitment_id}/keep", {})
    world.pass_time(HOUR)


def a_survey_by_mail(world: ScenarioWorld) -> None:
    world.add_people()
    world.contact(resolved=True)
    world.pass_time(HOUR)
    world.watch_next_run()


def a_survey_by_text(world: ScenarioWorld) -> None:
    world.add_people(preferred_channel="sms")
    world.contact(resolved=True)
    world.pass_time(HOUR)
    world.watch_next_run()


SEND_PATH = (
    Scenario(remind_agent, "a reminder by mail and text", a_reminder),
    Scenario(flag_overdue, "a warning", a_warning),
    Scenario(flag_overdue, "a missed promise", a_missed_promise, end=keep_the_promise),
    Scenario(send_survey, "a question by mail", a_survey_by_mail, DAY),
    Scenario(send_survey, "a question by text", a_survey_by_text, DAY),
)
