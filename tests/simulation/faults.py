"""What goes wrong, decided by the seed."""

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from random import Random

KINDS = (
    "killed before a call",
    "killed after a call",
    "call throttled",
    "answer lost",
    "record doubled",
    "batch redelivered",
    "schedule lost",
    "schedule doubled",
    "schedule late",
    "invoke doubled",
    "sweep skipped",
    "stale index",
    "clock skewed",
    "zombie",
    "send refused",
    "send unanswered",
    "news late",
    "news doubled",
    "news lost",
)


class Killed(BaseException):
    """The process is gone: none of its handlers of errors runs."""


@dataclass
class Faults:
    """How likely each fault is at each chance it gets; none once the faults have stopped."""

    on: bool = True
    rates: dict[str, float] = field(default_factory=dict)
    dice: dict[str, Random] = field(default_factory=dict)

    @classmethod
    def of(cls, seed: int, without: Collection[str]) -> "Faults":
        """A mix for one history: each kind of fault is absent, rare or frequent."""
        random = Random(f"faults {seed}")
        rates = {kind: random.choice((0, 0, 0.02, 0.06)) for kind in KINDS}
        # A provider that does not answer holds nothing else up, so it may be far worse.
        rates["send unanswered"] = random.choice((0, 0, 0.1, 0.7))
        rates = {kind: 0 if kind in without else rate for kind, rate in rates.items()}
        # Each kind has dice of its own, so that taking one away leaves the others alone.
        return cls(rates=rates, dice={kind: Random(f"{kind} {seed}") for kind in KINDS})

    def strikes(self, kind: str) -> bool:
        """Whether this fault happens now."""
        rate = self.rates.get(kind, 0)
        return self.on and rate > 0 and self.dice[kind].random() < rate


class Zombie:
    """A function that AWS has given up on and that goes on all the same, later.

    It runs in a thread of its own, but never at the same time as anything else: it is held up at one of its
    calls until it is told to go on.
    """

    def __init__(self, function: Callable[[], None], calls: int) -> None:
        self.ended = False
        self._calls, self._dead = calls, False
        self._may_go, self._stands = threading.Semaphore(0), threading.Semaphore(0)
        self._thread = threading.Thread(target=self._live, args=(function,), daemon=True)

    def start(self) -> bool:
        """Let it run. Whether it came to its end before it was held up."""
        self._thread.start()
        self._stands.acquire()
        return self.ended

    def go_on(self) -> None:
        """Let it run to its end."""
        self._may_go.release()
        self._stands.acquire()

    def die(self) -> None:
        """The history is over."""
        if not self.ended:
            self._dead = True
            self.go_on()

    def is_me(self) -> bool:
        """Whether it is the zombie that asks."""
        return threading.current_thread() is self._thread

    def hold(self) -> None:
        """It makes a call: perhaps that is where it is held up."""
        self._calls -= 1
        if self._calls == 0:
            self._stands.release()
            self._may_go.acquire()
        if self._dead:
            raise Killed

    def _live(self, function: Callable[[], None]) -> None:
        try:
            function()
        except Killed:
            pass
        finally:
            self.ended = True
            self._stands.release()
