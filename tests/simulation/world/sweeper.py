"""The sweep every two minutes. Sweeps that would find no due row are left out."""

import math
from datetime import datetime, timedelta

from functions.sweep_due.app import handler as sweep_due
from tests.simulation.fake_aws.faults import Faults
from tests.simulation.fake_aws.table import DynamoDb
from tests.simulation.world.event_loop import EventLoop
from tests.simulation.world.lambda_runtime import LambdaRuntime

INTERVAL = timedelta(minutes=2)
LONGEST_WAIT = timedelta(days=1)  # until a due row is advanced


class Sweeper:
    """Schedules the next sweep whenever rows have changed."""

    def __init__(self, loop: EventLoop, faults: Faults, table: DynamoDb, runtime: LambdaRuntime) -> None:
        self._loop, self._faults = loop, faults
        self._table, self._runtime = table, runtime
        self._next: datetime | None = None
        self._planned_until = 0
        self._soonest: tuple[str | None, datetime] = (None, loop.start)

    def notice_writes(self) -> None:
        """Schedule the next sweep, if rows have changed."""
        if self._planned_until != len(self._table.stream) or self._next is None:
            self._planned_until = len(self._table.stream)
            self._plan()

    def _plan(self) -> None:
        wakes = self._table.next_wake()
        if wakes != self._soonest[0]:
            self._soonest = wakes, self._loop.now
        if wakes is None:
            return
        waits_since = max(datetime.fromisoformat(wakes), self._soonest[1])
        assert self._loop.now - waits_since < LONGEST_WAIT, f"due since {wakes}, and nothing happens"
        soonest = max(datetime.fromisoformat(wakes), self._loop.now + timedelta(seconds=1))
        at = self._loop.start + math.ceil((soonest - self._loop.start) / INTERVAL) * INTERVAL
        if self._next is None or at < self._next:
            self._next = at
            self._loop.at(at, "sweep", self._sweep)

    def _sweep(self) -> None:
        if self._next is not None and self._loop.now < self._next:
            return
        self._next = None
        if self._faults.strikes("sweep skipped"):
            self._loop.tell("the sweep is skipped")
            return
        self._runtime.run_unattended(sweep_due, {})
