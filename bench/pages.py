"""The CPU time of each console page in a warm function, without the time of the simulated table.

Nearly all rows are of one customer and of one agent, which is the worst case. A function gets a share of a
processor that grows with its memory: the third column is what the console's share makes of the second.
"""

import logging
import statistics
import time
from collections.abc import Callable
from typing import TypeVar
from unittest.mock import patch

import time_machine
from moto import mock_aws
from rich.console import Console
from rich.table import Table

from bench.sweep import MONDAY
from tests.integration.grown_desk import PAGES, CountedCalls, GrownDesk, grown_desk
from tests.integration.scripted_desk import ENVIRONMENT, ScriptedDesk
from tests.unit.test_template import RESOURCES

T = TypeVar("T")
ROWS, ROUNDS = 2_000, 15
WHOLE_PROCESSOR = 1_769
"""The megabytes with which a function has one whole processor, by AWS's guide to Lambda."""


class TableTime:
    """Adds up the CPU time spent in the simulated table."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._make = CountedCalls.make

    def make(
        self, calls: CountedCalls, name: str, effect: Callable[[], T], *, again: Callable[[], T] | None = None
    ) -> T:
        """Make a call to the table."""
        begun = time.process_time()
        try:
            return self._make(calls, name, effect, again=again)
        finally:
            self.seconds += time.process_time() - begun


def main() -> None:
    """Measure, and print the medians."""
    logging.disable(logging.CRITICAL)
    memory = int(RESOURCES["Console"]["Properties"]["MemorySize"])
    table = TableTime()

    def make(calls: CountedCalls, name: str, effect: Callable[[], T], **more: Callable[[], T] | None) -> T:
        return table.make(calls, name, effect, **more)

    shown = Table(
        "page", "CPU", f"with {memory:,} MB", title=f"A page with {ROWS:,} rows stored, median of {ROUNDS}"
    )
    with (
        patch.dict("os.environ", ENVIRONMENT),
        mock_aws(),
        time_machine.travel(MONDAY, tick=False) as clock,
        patch.object(CountedCalls, "make", make),
        grown_desk(ScriptedDesk(clock), ROWS) as grown,
    ):
        for page in (page for page in PAGES if page.startswith("console")):
            seconds = _seconds(grown, page, table)
            shown.add_row(
                page, f"{seconds * 1000:.0f} ms", f"{seconds * 1000 * WHOLE_PROCESSOR / memory:.0f} ms"
            )
    Console().print(shown)


def _seconds(grown: GrownDesk, page: str, table: TableTime) -> float:
    PAGES[page](grown)  # templates are compiled, and libraries imported
    taken = []
    for _ in range(ROUNDS):
        table.seconds = 0.0
        begun = time.process_time()
        PAGES[page](grown)
        taken.append(time.process_time() - begun - table.seconds)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
