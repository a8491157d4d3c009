"""One-time schedules: on time, late, twice, too early, for an old version, or not at all."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from tests.simulation.fake_aws.faults import Faults
from tests.simulation.fake_aws.scheduler import Scheduler
from tests.simulation.world.event_loop import EventLoop
from tests.simulation.world.invocations import Invocations

EARLY = timedelta(minutes=20)


class ScheduleDelivery:
    """Puts every schedule that was created or changed into the event loop."""

    def __init__(
        self, loop: EventLoop, faults: Faults, scheduler: Scheduler, invocations: Invocations
    ) -> None:
        self._loop, self._faults, self._scheduler, self._invocations = loop, faults, scheduler, invocations
        self._made = 0
        self._timed: dict[str, dict[str, Any]] = {}
        self._targets: dict[str, dict[str, Any]] = {}

    def notice_changes(self) -> None:
        """Add the schedules that were created or changed since the last time."""
        if self._made == self._scheduler.made:
            return
        self._made = self._scheduler.made
        for name, schedule in self._scheduler.schedules.items():
            if self._timed.get(name) is not schedule:
                self._timed[name] = schedule
                self._time(name, schedule)

    def _time(self, name: str, schedule: dict[str, Any]) -> None:
        at = datetime.fromisoformat(schedule["ScheduleExpression"][3:-1]).replace(tzinfo=UTC)
        before, self._targets[name] = self._targets.get(name), schedule["Target"]
        if before is not None and self._faults.strikes("schedule doubled"):
            # A late call has created an earlier schedule again.
            again = partial(self._invocations.wake_by_schedule, before, "of the past")
            self._loop.at(at, "a schedule of the past", again)
        if self._faults.strikes("schedule doubled"):
            early = partial(self._invocations.wake_by_schedule, schedule["Target"], "early")
            self._loop.at(at - EARLY, "somebody tries what a schedule does", early)
        if self._faults.strikes("schedule late"):
            at += timedelta(minutes=self._faults.dice["schedule late"].randint(1, 90))
        self._loop.at(at, f"schedule of {name[-8:]}", partial(self._fire, name, schedule))

    def _fire(self, name: str, schedule: dict[str, Any]) -> None:
        if self._scheduler.schedules.get(name) is not schedule:
            return  # moved or deleted meanwhile
        if back := self._faults.lasts("no Scheduler"):
            late = timedelta(seconds=self._faults.dice["no Scheduler"].randint(0, 1800))
            again = partial(self._fire, name, schedule)
            self._loop.at(back + late, f"schedule of {name[-8:]}, late", again)
            return
        del self._scheduler.schedules[name]
        if self._faults.strikes("schedule lost"):
            self._loop.tell("the schedule is lost")
            return
        for _ in range(2 if self._faults.strikes("schedule doubled") else 1):
            self._invocations.wake_by_schedule(schedule["Target"], "scheduled")
