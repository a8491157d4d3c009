"""One-time schedules of EventBridge Scheduler: one per row, named by the row's id."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from vaada.model.times import to_utc

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_scheduler import EventBridgeSchedulerClient


class Target(NamedTuple):
    """The function to invoke for a kind of row, and the dead-letter queue for failed invocations."""

    function_arn: str
    failures_arn: str


@dataclass(frozen=True)
class Schedules:
    """Create, move and delete schedules. Their payload is the row's id and version, nothing else."""

    scheduler: "EventBridgeSchedulerClient"
    functions: "LambdaClient"
    group: str
    role_arn: str
    targets: dict[str, Target]

    def put(self, kind: str, row_id: str, version: int, at: datetime, *, moved: bool) -> None:
        """Schedule the function of this kind of row. `moved`: the row had a schedule before."""
        schedule = self._schedule(kind, row_id, version, at)
        missing = self.scheduler.exceptions.ResourceNotFoundException
        exists = self.scheduler.exceptions.ConflictException
        if moved:
            try:
                self.scheduler.update_schedule(**schedule)
            except missing:  # it has fired, or was never created
                self.scheduler.create_schedule(**schedule)
        else:
            try:
                self.scheduler.create_schedule(**schedule)
            except exists:  # an old one was left over, or this is the second delivery
                self.scheduler.update_schedule(**schedule)

    def delete(self, row_id: str) -> None:
        """Delete the row's schedule, if it exists."""
        try:
            self.scheduler.delete_schedule(GroupName=self.group, Name=row_id)
        except self.scheduler.exceptions.ResourceNotFoundException:
            return  # it has fired

    def wake_now(self, kind: str, row_id: str, version: int) -> None:
        """Invoke the function of this kind of row now, asynchronously."""
        self.functions.invoke(
            FunctionName=self.targets[kind].function_arn,
            InvocationType="Event",
            Payload=_payload(row_id, version),
        )

    def _schedule(self, kind: str, row_id: str, version: int, at: datetime) -> Any:
        target = self.targets[kind]
        return {
            "GroupName": self.group,
            "Name": row_id,
            "ScheduleExpression": f"at({to_utc(at):%Y-%m-%dT%H:%M:%S})",
            "ScheduleExpressionTimezone": "UTC",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "ActionAfterCompletion": "DELETE",
            "Target": {
                "Arn": target.function_arn,
                "RoleArn": self.role_arn,
                "Input": _payload(row_id, version),
                "DeadLetterConfig": {"Arn": target.failures_arn},
                "RetryPolicy": {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 5},
            },
        }


def _payload(row_id: str, version: int) -> str:
    return json.dumps({"row_id": row_id, "version": version})
