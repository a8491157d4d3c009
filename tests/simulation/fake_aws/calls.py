"""One call to AWS, and the faults that can strike it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tests.simulation.fake_aws.errors import error
from tests.simulation.fake_aws.faults import Faults, Killed

T = TypeVar("T")


@dataclass
class Calls:
    """Every call passes here, where it may be refused, cut short, or lose its answer."""

    faults: Faults
    log: Callable[[str], None] = lambda _line: None
    begin: Callable[[], None] = lambda: None  # where a function that has timed out is held up

    def make(self, name: str, effect: Callable[[], T], *, again: Callable[[], T] | None = None) -> T:
        """Make the call. `again` is what the SDK meets when it asks a second time for lack of an answer."""
        self.begin()
        if self.faults.none:
            return effect()
        if self.faults.strikes("killed before a call"):
            self.log(f"killed before {name}")
            raise Killed
        if self.faults.strikes("call throttled"):
            self.log(f"throttled {name}")
            raise error("ThrottlingException")
        if self.faults.mostly("burst of errors"):
            self._fail(name, effect)
        result = effect()
        if again is not None and self.faults.strikes("answer lost"):
            self.log(f"answer lost of {name}")
            result = again()
        if self.faults.strikes("killed after a call"):
            self.log(f"killed after {name}")
            raise Killed
        return result

    def _fail(self, name: str, effect: Callable[[], T]) -> None:
        """AWS has trouble of its own: it is too busy, or breaks down before or after doing what was asked."""
        dice = self.faults.dice["burst of errors"]
        if dice.random() < 1 / 3:
            self.log(f"busy: {name}")
            raise error("ThrottlingException")
        done = dice.random() < 1 / 2
        if done:
            effect()
        self.log(f"500 of {name}, {'which was done' if done else 'nothing done'}")
        raise error("InternalServerError", status=500)
