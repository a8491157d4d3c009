"""What a page costs when rows are added: the same calls with ten rows as with a hundred thousand.

Counted are the calls to DynamoDB of `tests/integration/grown_desk.py`; a time would be that of the simulated
table. Nearly all rows are of one customer and of one agent. The pages that count a whole period come last.
"""

import logging
from types import SimpleNamespace
from unittest.mock import patch

import time_machine
from moto import mock_aws
from rich.console import Console
from rich.table import Table

from bench.sweep import MONDAY
from tests.integration.grown_desk import PAGES, REPORTS, grown_desk
from tests.integration.scripted_desk import ENVIRONMENT, ScriptedDesk
from vaada import desk as product_desk

ROWS = (10, 1_000, 100_000)


def main() -> None:
    """Measure, and print the figures."""
    logging.disable(logging.CRITICAL)
    shown = Table("page", *(f"{rows:,} rows" for rows in ROWS), title="Calls to DynamoDB of one page")
    counts = [_counts(rows) for rows in ROWS]
    for page in sorted(PAGES, key=REPORTS.__contains__):
        shown.add_row(page, *(f"{count[page]}" for count in counts))
    Console().print(shown)


def _counts(rows: int) -> dict[str, int]:
    stopped = SimpleNamespace(monotonic=lambda: 0.0)  # the policy stays as long as it takes to count
    with (
        patch.object(product_desk, "time", stopped),
        patch.dict("os.environ", ENVIRONMENT),
        mock_aws(),
        time_machine.travel(MONDAY, tick=False) as clock,
        grown_desk(ScriptedDesk(clock), rows) as grown,
    ):
        return {page: grown.calls_of(page).total() for page in PAGES}


if __name__ == "__main__":
    main()
