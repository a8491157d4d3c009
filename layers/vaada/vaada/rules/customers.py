"""Customers: their addresses in order, and two records of one person as one."""

from collections.abc import Callable


def distinct(key: Callable[[str], str], *values: str | None) -> list[str]:
    """The values that are there, each once as `key` compares them, in their order."""
    found: dict[str, str] = {}
    for value in values:
        if value is not None:
            found.setdefault(key(value), value)
    return list(found.values())
