"""Lambda: each function in a process of its own, which may be killed, time out, or have a wrong clock."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.integration.scripted_desk import Context
from tests.simulation.fake_aws.account import AwsAccount
from tests.simulation.fake_aws.faults import LITTLE_TIME, Faults, Killed
from tests.simulation.fake_aws.zombies import Zombie
from tests.simulation.world.event_loop import EventLoop
from tests.simulation.world.inbound_tracking import InboundTracking
from tests.simulation.world.run_checks import RunChecks
from tests.simulation.world.targets import Event, Function, name_of
from vaada.desk import Desk
from vaada.settings import Settings

SKEW_SECONDS = 3
ZOMBIE_SECONDS = (20, 200)  # shorter than a lease: no function runs longer
ZOMBIE_CALLS = (1, 12)  # the number of the call at which a zombie is paused


class LambdaRuntime:
    """Runs functions. `settings` must be set before the first run."""

    settings: Settings

    def __init__(self, loop: EventLoop, faults: Faults, aws: AwsAccount, tracking: InboundTracking) -> None:
        self.loop, self.faults, self.aws, self.tracking = loop, faults, aws, tracking
        self._desks: dict[Function, Desk] = {}
        self._running: list[Function] = []
        self._zombies: list[Zombie] = []

    def open_desk(self) -> Desk:
        """The desk of the running function. Each process has its own, which caches the policy."""
        function = self._running[-1]
        if function not in self._desks:
            self._desks[function] = Desk(self.settings)
        return self._desks[function]

    def run(self, function: Function, event: Event) -> Any:
        """Run a function. None: it failed or was killed, and its process has ended."""
        now, struck = self.loop.now, self.faults.struck
        if self.faults.strikes("clock skewed"):
            seconds = self.faults.dice["clock skewed"].randint(-SKEW_SECONDS, SKEW_SECONDS)
            self.loop.move_to(now + timedelta(seconds=seconds))
        self._running.append(function)
        checks, answer = RunChecks(self.aws, function, event, self.loop.now), None
        try:
            answer = self.call(function, event)
        except Killed:
            self.end_process(function)
        except Exception as failure:  # noqa: BLE001 - Lambda catches whatever a function raises
            told = f"{name_of(function)} failed: {type(failure).__name__} {failure}"[:200]
            self.loop.tell(told)
            assert self.faults.struck > struck or self.is_zombie(), f"nothing was wrong, and {told}"
        finally:
            if function in self._running:
                self._running.remove(function)
            if not self.is_zombie():
                self.loop.move_to(now)
        if not self.is_zombie():
            checks.check(succeeded=answer is not None)
        return answer

    def call(self, function: Function, event: Event) -> Any:
        """Call the function in its process."""
        if not self.tracking.concerns(function):
            little = self.faults.strikes(LITTLE_TIME)
            return function(event, Context(self.faults.dice[LITTLE_TIME].randint(0, 3) if little else None))
        return self.tracking.call(function, event, may_fail=self.is_zombie)

    def run_unattended(self, function: Function, event: Event) -> Any:
        """Run a function asynchronously. It may time out, and continue later as a zombie."""
        if not self.faults.strikes("zombie"):
            return self.run(function, event)
        answers: list[Any] = []
        now = self.loop.now
        calls = self.faults.dice["zombie"].randint(*ZOMBIE_CALLS)
        zombie = Zombie(lambda: answers.append(self.run(function, event)), calls)
        self._zombies.append(zombie)
        if zombie.start():
            self._zombies.remove(zombie)
            return answers[0] if answers else None
        self.loop.tell(f"{name_of(function)} times out")
        self.loop.move_to(now)
        self._running.remove(function)
        self.end_process(function)
        seconds = self.faults.dice["zombie"].randint(*ZOMBIE_SECONDS)
        what = f"{name_of(function)} goes on all the same"
        self.loop.after(timedelta(seconds=seconds), what, self._continue(zombie, function))
        return None

    def end_process(self, function: Function) -> None:
        """End the process: the next run is a cold start."""
        self._desks.pop(function, None)

    def before_call(self) -> None:
        """A function is about to call AWS: a zombie may be paused here."""
        for zombie in self._zombies:
            if zombie.is_me():
                zombie.hold()

    def is_zombie(self) -> bool:
        """Whether a zombie is running."""
        return any(zombie.is_me() for zombie in self._zombies)

    def end_zombies(self) -> None:
        """End all zombies, when the history is over."""
        for zombie in self._zombies:
            zombie.die()

    def _continue(self, zombie: Zombie, function: Function) -> Callable[[], None]:
        def go_on() -> None:
            self._running.append(function)
            zombie.go_on()
            self._zombies.remove(zombie)

        return go_on
