"""What the product relies on in EventBridge Scheduler and in Parameter Store."""

from typing import Any

import pytest

from tests.conformance.engines import GROUP, Engine, refusal
from tests.integration.scripted_desk import ENVIRONMENT


def schedule(hour: int) -> dict[str, Any]:
    """A schedule for this hour of a future day."""
    return {
        "GroupName": GROUP,
        "Name": "a-row",
        "ScheduleExpression": f"at(2099-03-02T{hour:02}:00:00)",
        "ScheduleExpressionTimezone": "UTC",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "DELETE",
        "Target": {
            "Arn": ENVIRONMENT["REMIND_AGENT_ARN"],
            "RoleArn": ENVIRONMENT["SCHEDULER_ROLE_ARN"],
            "Input": "{}",
        },
    }


def test_a_schedule_is_created_once(engine: Engine) -> None:
    engine.scheduler.create_schedule(**schedule(9))
    code, _ = refusal(lambda: engine.scheduler.create_schedule(**schedule(10)))
    assert code == "ConflictException"
    assert engine.schedules() == {"a-row": "at(2099-03-02T09:00:00)"}


def test_a_schedule_is_updated_only_if_it_exists(engine: Engine) -> None:
    code, _ = refusal(lambda: engine.scheduler.update_schedule(**schedule(9)))
    assert code == "ResourceNotFoundException"
    assert engine.schedules() == {}
    engine.scheduler.create_schedule(**schedule(9))
    engine.scheduler.update_schedule(**schedule(10))
    assert engine.schedules() == {"a-row": "at(2099-03-02T10:00:00)"}


def test_a_schedule_is_deleted_once_and_can_be_created_again(engine: Engine) -> None:
    engine.scheduler.create_schedule(**schedule(9))
    engine.scheduler.delete_schedule(GroupName=GROUP, Name="a-row")
    code, _ = refusal(lambda: engine.scheduler.delete_schedule(GroupName=GROUP, Name="a-row"))
    assert code == "ResourceNotFoundException"
    engine.scheduler.create_schedule(**schedule(11))
    assert engine.schedules() == {"a-row": "at(2099-03-02T11:00:00)"}


def test_errors_of_scheduler_have_their_exception_classes(engine: Engine) -> None:
    with pytest.raises(engine.scheduler.exceptions.ResourceNotFoundException):
        engine.scheduler.update_schedule(**schedule(9))
    engine.scheduler.create_schedule(**schedule(9))
    with pytest.raises(engine.scheduler.exceptions.ConflictException):
        engine.scheduler.create_schedule(**schedule(9))


def test_a_parameter_is_kept_replaced_and_deleted(engine: Engine) -> None:
    name = f"/{engine.table}/key"

    def stored() -> str:
        return str(engine.ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])

    engine.ssm.put_parameter(Name=name, Value="first", Type="SecureString", Overwrite=False)
    code, _ = refusal(
        lambda: engine.ssm.put_parameter(Name=name, Value="second", Type="SecureString", Overwrite=False)
    )
    assert (code, stored()) == ("ParameterAlreadyExists", "first")
    engine.ssm.put_parameter(Name=name, Value="second", Type="SecureString", Overwrite=True)
    assert stored() == "second"
    together = engine.ssm.get_parameters(Names=[name, f"{name}-of-nothing"], WithDecryption=True)
    assert [(one["Name"], one["Value"]) for one in together["Parameters"]] == [(name, "second")]
    engine.ssm.delete_parameter(Name=name)
    assert refusal(stored)[0] == "ParameterNotFound"
    assert refusal(lambda: engine.ssm.delete_parameter(Name=name))[0] == "ParameterNotFound"
