"""Planting a bug: what the product defines is replaced for a while, wherever the product uses it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from unittest.mock import patch

PRODUCT = ("vaada.", "functions.", "operations.", "tests.simulation.world.")
"""The modules of the product, and those of the simulation that call its functions as AWS does."""

Planted = AbstractContextManager[object]
Holder = ModuleType | type[Any]


@dataclass(frozen=True)
class Mutation:
    """A bug, and a seed whose history shows it. Called, it plants the bug as long as the context lasts."""

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
def replaced(original: object, bug: object, *, within: tuple[Holder, ...] = ()) -> Iterator[None]:
    """Put `bug` in the place of `original` wherever the product holds it, or only within these holders.

    Raises LookupError where nothing holds it: the product has changed, and the bug is not planted.
    """
    with ExitStack() as patches:
        uses = [
            (holder, name)
            for holder in within or _holders()
            for name, value in list(vars(holder).items())
            if value is original
        ]
        if not uses:
            raise LookupError(f"nothing in {within or PRODUCT} holds {original!r}")
        for holder, name in uses:
            patches.enter_context(patch.object(holder, name, bug))
        yield


@contextmanager
def together(*planted: Planted) -> Iterator[None]:
    """Plant all of them."""
    with ExitStack() as stack:
        for each in planted:
            stack.enter_context(each)
        yield


def _holders() -> Iterator[Holder]:
    """Every module of the product, and every class that it defines."""
    for name, module in list(sys.modules.items()):
        if f"{name}.".startswith(PRODUCT):
            yield module
            for value in list(vars(module).values()):
                if isinstance(value, type) and value.__module__ == name:
                    yield value
