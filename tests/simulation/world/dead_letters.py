"""Dead letters, and the operator who redrives them after some hours."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.simulation.world.event_loop import EventLoop

STREAM_FAILURES, RETRY_QUEUE_FAILURES = "StreamFailures", "RetryQueueFailures"
REDRIVEN_AFTER = timedelta(hours=3)


@dataclass(frozen=True)
class DeadLetter:
    """Something in a dead-letter queue."""

    queue: str
    content: dict[str, Any]


class DeadLetters:
    """All dead-letter queues. `play_again` invokes the function with a letter, or what it refers to."""

    def __init__(self, loop: EventLoop, play_again: Callable[[DeadLetter], None]) -> None:
        self.letters: list[DeadLetter] = []
        self._loop, self._play_again = loop, play_again
        self._redriven = 0

    def add(self, queue: str, content: dict[str, Any]) -> None:
        """Put something into a queue."""
        self._loop.tell(f"a dead letter in {queue}")
        self.letters.append(DeadLetter(queue, content))
        if len(self.letters) == self._redriven + 1:
            self._loop.after(REDRIVEN_AFTER, "somebody looks at the dead letters", self._redrive)

    @property
    def all_redriven(self) -> bool:
        """Whether all were redriven."""
        return self._redriven == len(self.letters)

    def _redrive(self) -> None:
        """Redrive them as `make redrive` does."""
        letters = self.letters[self._redriven :]
        self._redriven = len(self.letters)
        for letter in letters:
            self._play_again(letter)
