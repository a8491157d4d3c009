"""Asynchronous invocations: some come twice, failed ones are retried and become dead letters."""

import json
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from tests.simulation.fake_aws.faults import Faults
from tests.simulation.fake_aws.unusual_records import OF_ANOTHER_RELEASE
from tests.simulation.world.dead_letters import DeadLetters
from tests.simulation.world.event_loop import EventLoop
from tests.simulation.world.lambda_runtime import LambdaRuntime
from tests.simulation.world.targets import TARGETS, Event, Function, name_of

RETRY_PAUSES = (timedelta(minutes=1), timedelta(minutes=2))
"""The delays of Lambda's retries of an asynchronous invocation."""
EVENT_AGE = timedelta(hours=1)  # how long Lambda tries to deliver one
HELD_PAUSE = timedelta(minutes=5)


class Invocations:
    """Invokes the functions that advance due rows."""

    def __init__(
        self, loop: EventLoop, faults: Faults, runtime: LambdaRuntime, dead_letters: DeadLetters
    ) -> None:
        self._loop, self._faults = loop, faults
        self._runtime, self._dead_letters = runtime, dead_letters

    def wake_by_schedule(self, target: dict[str, Any], how: str) -> None:
        """Invoke the target of a schedule."""
        self.wake(target["Arn"], json.loads(target["Input"]), how)

    def wake(self, arn: str, event: Event, how: str) -> None:
        """Invoke a function for a row. `how` is for the trace."""
        if self._faults.strikes("another release"):
            event = {**event, **OF_ANOTHER_RELEASE}
        for _ in range(2 if self._faults.strikes("invoke doubled") else 1):
            self._invoke(TARGETS[arn], event, how, self._loop.now)

    def _invoke(self, function: Function, event: Event, how: str, since: datetime, attempt: int = 0) -> None:
        what = f"{how} → {name_of(function)} {event['row_id'][-8:]} v{event['version']}"

        def give_up(condition: str) -> None:
            context = {"functionArn": name_of(function), "condition": condition}
            content = {"requestContext": context, "requestPayload": event}
            self._dead_letters.add(f"{name_of(function)} failures", content)

        def run() -> None:
            if self._faults.lasts("functions held"):
                if self._loop.now - since > EVENT_AGE:
                    give_up("EventAgeExceeded")
                else:
                    self._loop.after(HELD_PAUSE, what, run)
            elif self._runtime.run_unattended(function, event) is None:
                if attempt == len(RETRY_PAUSES):
                    give_up("RetriesExhausted")
                else:
                    again = partial(self._invoke, function, event, "retried", since, attempt + 1)
                    self._loop.after(RETRY_PAUSES[attempt], what, again)

        self._loop.after(timedelta(seconds=1), what, run)
