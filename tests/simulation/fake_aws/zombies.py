"""Functions that have timed out and continue later."""

import threading
from collections.abc import Callable

from tests.simulation.fake_aws.faults import Killed


class Zombie:
    """A function that has timed out for AWS, and continues later.

    It runs in a thread of its own, but never at the same time as anything else: it is paused at one of its
    calls until it is continued.
    """

    def __init__(self, function: Callable[[], None], calls: int) -> None:
        self.ended = False
        self._calls, self._dead = calls, False
        self._may_go, self._stands = threading.Semaphore(0), threading.Semaphore(0)
        self._thread = threading.Thread(target=self._live, args=(function,), daemon=True)

    def start(self) -> bool:
        """Start it. Returns whether it ended before it was paused."""
        self._thread.start()
        self._stands.acquire()
        return self.ended

    def go_on(self) -> None:
        """Continue it to its end."""
        self._may_go.release()
        self._stands.acquire()

    def die(self) -> None:
        """End the thread, when the history is over."""
        if not self.ended:
            self._dead = True
            self.go_on()

    def is_me(self) -> bool:
        """Whether the current thread is the zombie's."""
        return threading.current_thread() is self._thread

    def hold(self) -> None:
        """It is about to call AWS: pause it if this is the chosen call."""
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
