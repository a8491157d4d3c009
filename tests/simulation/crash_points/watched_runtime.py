"""Lambda, with watched runs of one function that may be killed as they return."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.simulation.crash_points.times import MONDAY
from tests.simulation.crash_points.tracked_calls import TrackedCalls
from tests.simulation.fake_aws.account import AwsAccount
from tests.simulation.fake_aws.faults import Faults
from tests.simulation.world.event_loop import EventLoop
from tests.simulation.world.inbound_tracking import InboundTracking
from tests.simulation.world.lambda_runtime import LambdaRuntime
from tests.simulation.world.targets import Event, Function

RECOVERED_WITHIN = timedelta(minutes=15)
"""After a function was killed, its work is done or has visibly failed within this time."""


class WatchedRuntime(LambdaRuntime):
    """Watches one run of `function`, and then the runs that continue its work.

    `state_after_kill` is the state of AWS after the first kill.
    """

    def __init__(
        self,
        function: Function,
        loop: EventLoop,
        faults: Faults,
        aws: AwsAccount,
        tracking: InboundTracking,
    ) -> None:
        super().__init__(loop, faults, aws, tracking)
        assert isinstance(aws.calls, TrackedCalls)
        self.calls, self.function = aws.calls, function
        self.state_after_kill: tuple[object, ...] | None = None
        self._followers: frozenset[Function] = frozenset()
        self._next_run = False
        self._method: str | None = None
        self._until = MONDAY

    def watch_next_run(self, method: str | None = None) -> None:
        """Watch the next run: by any event, or by one of this HTTP method, or from the "queue"."""
        self._next_run, self._method = True, method

    def watch_followers(self, *functions: Function) -> None:
        """Also watch the runs of these functions after the first kill, until its work must be done."""
        self._followers = frozenset({self.function, *functions})

    def run(self, function: Function, event: Event) -> Any:
        """Run a function. A watched run begins with a cold start."""
        if not self._is_watched(function, event):
            return super().run(function, event)
        self.end_process(function)
        self.calls.begin_run()
        answer = super().run(function, event)
        if self.calls.end_run():
            self.end_process(function)
            answer = None
        if self.calls.struck and self.state_after_kill is None:
            self.state_after_kill, self._until = self._state(), self.loop.now + RECOVERED_WITHIN
        return answer

    def _is_watched(self, function: Function, event: Event) -> bool:
        if self._next_run and function is self.function and self._method in {None, _method(event)}:
            self._next_run = False
            return True
        in_time = self.state_after_kill is not None and self.loop.now <= self._until
        return in_time and function in self._followers

    def _state(self) -> tuple[object, ...]:
        """The state of AWS without claims, which differ each time."""
        items = {
            key: {name: value for name, value in item.items() if name != "claim"}
            for key, item in self.aws.table.items.items()
        }
        invoked = list(self.aws.functions.invoked)
        queued = [message.body for message in self.aws.queue.messages]
        return items, dict(self.aws.scheduler.schedules), invoked, queued, len(self.aws.providers.sent)


def watching(
    function: Function,
) -> Callable[[EventLoop, Faults, AwsAccount, InboundTracking], WatchedRuntime]:
    """Return a factory of runtimes that watch this function."""
    return lambda *parts: WatchedRuntime(function, *parts)


def _method(event: Event) -> str | None:
    """The HTTP method of the event, or "queue"."""
    if any("body" in record for record in event.get("Records", ())):
        return "queue"
    method: str | None = event.get("requestContext", {}).get("http", {}).get("method")
    return method
