"""Counts calls to AWS, and lets them fail as planned."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import NoReturn, TypeVar

from botocore.exceptions import ReadTimeoutError

from tests.simulation.crash_points.points import WRITES, Point
from tests.simulation.crash_points.times import MONDAY
from tests.simulation.fake_aws.calls import Calls
from tests.simulation.fake_aws.errors import error
from tests.simulation.fake_aws.faults import Faults, Killed

T = TypeVar("T")


class TrackedCalls(Calls):
    """Counts the calls of watched runs, and lets those fail that the plan names."""

    def __init__(self, plan: Sequence[Point], faults: Faults, log: Callable[[str], None]) -> None:
        super().__init__(faults, log)
        self.runs: list[list[str]] = []
        self.struck: list[Point] = []
        self.watching = False
        self.busy_until = MONDAY  # the table, to whoever writes
        self._plan = {(point.run, point.call): point for point in plan}

    def make(self, name: str, effect: Callable[[], T], *, again: Callable[[], T] | None = None) -> T:
        """Make the call, unless it fails before."""
        if name in WRITES and datetime.now(UTC) < self.busy_until:
            effect = again = self._busy
        if not self.watching:
            return effect()
        calls = self.runs[-1]
        calls.append(name)
        point = self._plan.get((len(self.runs) - 1, len(calls)))
        match point and point.moment:
            case "killed before":
                self._strike(point)
                raise Killed
            case "killed after":
                with suppress(Exception):
                    effect()
                self._strike(point)
                raise Killed
            case "answer lost of":  # the SDK retries once
                with suppress(Exception):
                    effect()
                self._strike(point)
                return (again or effect)()
            case "no answer to":  # however often the SDK retries
                with suppress(Exception):
                    effect()
                self._strike(point)
                raise ReadTimeoutError(endpoint_url="https://aws")
        return effect()

    def begin_run(self) -> None:
        """Begin to count the calls of a watched run."""
        self.runs.append([])
        self.watching = True

    def end_run(self) -> bool:
        """End a watched run. Returns whether it is killed as it returns."""
        self.watching = False
        point = self._plan.get((len(self.runs) - 1, len(self.runs[-1]) + 1))
        if point is not None:
            self._strike(point)
        return point is not None

    def _busy(self) -> NoReturn:
        self.faults.struck += 1
        raise error("ThrottlingException")

    def _strike(self, point: Point | None) -> None:
        assert point is not None
        self.struck.append(point)
        self.faults.struck += 1
        self.log(str(point))
