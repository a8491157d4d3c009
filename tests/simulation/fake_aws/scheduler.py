"""EventBridge Scheduler: one-time schedules."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.fake_aws.calls import Calls
from tests.simulation.fake_aws.errors import ConflictException, ResourceNotFoundException, error


@dataclass
class Scheduler:
    """One-time schedules. The world invokes their targets."""

    calls: Calls
    schedules: dict[str, dict[str, Any]] = field(default_factory=dict)
    made: int = 0  # how often a schedule was created or changed

    class exceptions:  # noqa: N801 - botocore's name for it
        ResourceNotFoundException = ResourceNotFoundException
        ConflictException = ConflictException

    def create_schedule(self, **schedule: Any) -> None:
        """Create a schedule."""
        self._make("CreateSchedule", lambda: self._put(schedule, there=False))

    def update_schedule(self, **schedule: Any) -> None:
        """Change a schedule."""
        self._make("UpdateSchedule", lambda: self._put(schedule, there=True))

    def delete_schedule(self, *, Name: str, **_: object) -> None:  # noqa: N803 - as boto3 calls it
        """Delete a schedule."""

        def effect() -> None:
            if self.schedules.pop(Name, None) is None:
                raise error("ResourceNotFoundException", status=404)

        self._make("DeleteSchedule", effect)

    def _make(self, name: str, effect: Callable[[], None]) -> None:
        if self.calls.faults.lasts("no Scheduler"):
            raise error("InternalServerException", status=503)
        self.calls.make(name, effect)

    def _put(self, schedule: dict[str, Any], *, there: bool) -> None:
        if (schedule["Name"] in self.schedules) != there:
            raise error("ResourceNotFoundException" if there else "ConflictException", status=409)
        self.schedules[schedule["Name"]] = schedule
        self.made += 1
