"""Calls to AWS, and the faults that occur in them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tests.simulation.fake_aws.errors import error
from tests.simulation.fake_aws.faults import Faults, Killed

T = TypeVar("T")


@dataclass
class Calls:
    """Every call passes through here: it may be refused, killed, or lose its response."""

    faults: Faults
    log: Callable[[str], None] = lambda _line: None
    begin: Callable[[], None] = lambda: None  # where a zombie is paused

    def make(self, name: str, effect: Callable[[], T], *, again: Callable[[], T] | None = None) -> T:
        """Make the call. `again` is the effect of the SDK's retry after a lost response."""
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
        """AWS throttles, or fails with HTTP 5xx before or after it executed the call."""
        dice = self.faults.dice["burst of errors"]
        if dice.random() < 1 / 3:
            self.log(f"busy: {name}")
            raise error("ThrottlingException")
        done = dice.random() < 1 / 2
        if done:
            effect()
        self.log(f"500 of {name}, {'which was done' if done else 'nothing done'}")
        raise error("InternalServerError", status=500)
