"""Plants a bug: replaces something that the product defines, wherever the product uses it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass

Planted = AbstractContextManager[object]


@dataclass(frozen=True)
class Mutation:
    """A bug, and a seed whose history fails with it. Calling it returns a context with the bug planted."""

    plant: Callable[[], Planted]
    seed: int

    @property
    def name(self) -> str:
        """What the product does wrong."""
        return self.plant.__name__

    def __call__(self) -> Planted:
        """Plant it."""
        return self.plant()

    def __str__(self) -> str:
        return self.name


def mutation(seed: int = 0) -> Callable[[Callable[[], Planted]], Mutation]:
    """Declare a bug that the history of this seed shows."""
    return lambda plant: Mutation(plant, seed)


@contextmanager
def together(*planted: Planted) -> Iterator[None]:
    """Plant all of them."""
    with ExitStack() as stack:
        for each in planted:
            stack.enter_context(each)
        yield
