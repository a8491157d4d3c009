"""A crash point: where a run fails, and how."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Moment = Literal[
    "killed before", "killed after", "killed as it returns from", "answer lost of", "no answer to"
]
SENDS = frozenset({"SendEmail", "Publish"})  # which the SDK tries once
WRITES = frozenset({"PutItem", "TransactWriteItems"})
ONCE = SENDS | {
    "GetItem",
    "Query",
    "GetParameter",
    "GetObject",
    "ListObjectsV2",
}  # and these return the same when they are repeated


@dataclass(frozen=True)
class Point:
    """A call of a run, counted from 1, and the failure there. Run 0 is the run of the scenario's function."""

    run: int
    call: int
    name: str
    moment: Moment

    def __str__(self) -> str:
        again = f", run {self.run} after it" if self.run else ""
        return f"{self.moment} {self.name} {self.call}{again}"


KILLS: tuple[Moment, ...] = ("killed before", "killed after", "killed as it returns from")
LOSSES: tuple[Moment, ...] = ("answer lost of", "no answer to")


def points_of(runs: Sequence[Sequence[str]], *moments: Moment, first: int = 0) -> Iterator[Point]:
    """Every point of these runs, in order. Without moments: the points at which it is killed."""
    for run, calls in enumerate(runs):
        if run < first:
            continue
        for call, name in enumerate(calls, 1):
            for moment in moments or KILLS[:2]:
                if moment != "answer lost of" or name not in ONCE:
                    yield Point(run, call, name, moment)
        if not moments:
            yield Point(run, len(calls) + 1, "call", "killed as it returns from")
