"""The rotation of the keys, and the creation and deletion of the stack."""

from datetime import timedelta
from functools import wraps
from typing import Any

from functions.rotate_link_keys.app import handler as rotate
from tests.simulation.crash_points.engine import Scenario
from tests.simulation.crash_points.scenario_world import ScenarioWorld
from tests.simulation.crash_points.times import HOUR, MONDAY
from vaada.model.times import text_of


@wraps(rotate)
def rotate_link_keys(event: dict[str, Any], context: object) -> str:
    """The function. It returns None, which here would mean that it was killed."""
    rotate(event, context)
    return "done"


ON_SCHEDULE = {"detail-type": "Scheduled Event", "time": text_of(MONDAY), "detail": {}}


def rotate_keys(world: ScenarioWorld) -> None:
    world.pass_time(timedelta(seconds=5))  # the event comes a little late
    world.watch_next_run()
    world.invoke(ON_SCHEDULE)


def rotate_keys_twice(world: ScenarioWorld) -> None:
    rotate_keys(world)
    world.invoke(ON_SCHEDULE)


def judge_rotated_once(world: ScenarioWorld) -> None:
    before, (signed_until_now, signs) = "newer", world.aws.parameters.link_keys or []
    assert signed_until_now == before, (
        f"links of yesterday are no good any more: {world.aws.parameters.link_keys}"
    )
    assert signs != before, "no new key"


def create_stack(world: ScenarioWorld) -> None:
    world.aws.parameters.stored.clear()
    request_by_cloudformation(world, "Create")


def judge_keys_exist(world: ScenarioWorld) -> None:
    if "FAILED" in world.told_cloudformation:
        return  # the stack is rolled back with a reason
    assert len(world.aws.parameters.link_keys or []) == 1
    assert len(world.aws.parameters.stored) == 2
    assert world.told_cloudformation, "CloudFormation waits for an hour"


def delete_stack(world: ScenarioWorld) -> None:
    request_by_cloudformation(world, "Delete")


def judge_keys_deleted(world: ScenarioWorld) -> None:
    assert world.aws.parameters.link_keys is None
    assert len(world.aws.parameters.stored) == 1
    assert world.told_cloudformation, "CloudFormation waits for an hour"


def request_by_cloudformation(world: ScenarioWorld, what: str) -> None:
    world.watch_next_run()
    ids = dict.fromkeys(("StackId", "RequestId", "LogicalResourceId"), "an id")
    world.invoke({"RequestType": what, "ResponseURL": "https://cloudformation/answer", **ids})


SCENARIOS = (
    Scenario(rotate_link_keys, "every ninety days", rotate_keys, HOUR, judge_rotated_once),
    Scenario(rotate_link_keys, "the event comes twice", rotate_keys_twice, HOUR, judge_rotated_once),
    Scenario(rotate_link_keys, "the stack is created", create_stack, HOUR, judge_keys_exist),
    Scenario(rotate_link_keys, "the stack is deleted", delete_stack, HOUR, judge_keys_deleted),
)
