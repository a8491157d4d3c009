"""The event loop: everything that happens is an action in one queue, in the order of a virtual clock."""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

import time_machine

from tests.simulation.world.trace import Trace

Action = Callable[[], None]


class EventLoop:
    """Runs actions in order. `clock` is the process's own clock, which moves with it."""

    def __init__(self, start: datetime) -> None:
        self.start = self.now = start
        self.clock: time_machine.Traveller
        self.trace = Trace()
        self._actions: list[tuple[datetime, int, str, Action]] = []
        self._numbers = count()

    def at(self, when: datetime, what: str, action: Action) -> None:
        """Schedule an action for this time, or at once if it has passed."""
        heapq.heappush(self._actions, (max(when, self.now), self.next_number(), what, action))

    def after(self, delay: timedelta, what: str, action: Action) -> None:
        """Schedule an action after this delay."""
        self.at(self.now + delay, what, action)

    def run_until(self, end: datetime, before_each: Action, after_each: Action) -> None:
        """Run all actions until this time."""
        while self._actions and self._actions[0][0] <= end:
            when, _, what, action = heapq.heappop(self._actions)
            self.move_to(max(when, self.now))
            self.trace.begin(what)
            before_each()
            action()
            after_each()
        self.move_to(end)

    def move_to(self, when: datetime) -> None:
        """Set the clock."""
        self.now = when
        self.clock.move_to(when.timestamp())  # a datetime would set the time zone of the process each time

    def tell(self, line: object) -> None:
        """Add a line to the trace."""
        self.trace.add(self.now, line)

    def next_number(self) -> int:
        """The next number of a sequence."""
        return next(self._numbers)
