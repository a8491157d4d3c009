"""Replaces something that the product defines, wherever the product uses it."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Any
from unittest.mock import patch

PRODUCT = ("vaada.", "functions.", "operations.", "tests.simulation.world.")
"""The modules of the product, and those of the simulation that call its functions as AWS does."""

Holder = ModuleType | type[Any]


@contextmanager
def replaced(original: object, substitute: object, *, within: tuple[Holder, ...] = ()) -> Iterator[None]:
    """Replace the original wherever the product refers to it, or only within these modules or classes.

    Raises LookupError if nothing refers to it: the product has changed, and nothing would be replaced.
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
            patches.enter_context(patch.object(holder, name, substitute))
        yield


def _holders() -> Iterator[Holder]:
    """Every module of the product, and every class that it defines."""
    for name, module in list(sys.modules.items()):
        if f"{name}.".startswith(PRODUCT):
            yield module
            for value in list(vars(module).values()):
                if isinstance(value, type) and value.__module__ == name:
                    yield value
