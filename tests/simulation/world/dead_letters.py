"""What could not be delivered, and somebody who plays it again after some hours."""

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
    """All dead-letter queues. `play_again` gives a letter, or what it tells of, to its function again."""

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
        """Whether nobody has any left to look at."""
        return self._redriven == len(self.letters)

    def _redrive(self) -> None:
        """As `make redrive` does it."""
        letters = self.letters[self._redriven :]
        self._redriven = len(self.letters)
        for letter in letters:
            self._play_again(letter)
