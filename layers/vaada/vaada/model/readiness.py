"""What a check of the desk and its account found, as data; `present/readiness.py` has the words for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

State = Literal["ready", "missing", "unknown"]


@dataclass(frozen=True)
class Finding:
    """What a check found. `key` names it; `values` fill its sentence: numbers and ids, no personal data."""

    state: State
    key: str
    values: Mapping[str, str | int] = field(default_factory=dict)


class Checked(NamedTuple):
    """The name of a check, and what it found."""

    check: str
    finding: Finding
