"""A year in which some customers and the shop strain each other: who is proposed for review.

All that happens is drawn beforehand. A second reading of it says at each hour who may be proposed: whoever
may be must be within eight days, and nobody else. Every other customer agreed to tips, and is sent as many
as the policy allows.

    python -m tests.simulation.load.strained_year --customers 300
"""

import sys
from collections import Counter

from tests.simulation.load.groups import run_groups
from tests.simulation.load.strained import draw_strained
from tests.simulation.load.strained_checks import differences
from tests.simulation.load.strained_world import StrainedYear

CUSTOMERS_PER_WORLD = 20  # customers in one world


def run_strained_year(numbers: range, seed: int) -> tuple[list[str], Counter[str]]:
    """Run the year of these customers. What was wrong, and what was counted."""
    year = StrainedYear(draw_strained(numbers, seed), seed)
    year.run()
    counts: Counter[str] = Counter(customers=len(year.customers))
    counts["incidents"] = sum(len(one.incidents) for one in year.customers)
    for one in year.customers:
        counts[f"proposed {len(year.proposals[one.number])} times"] += 1
        counts["decided"] += len(year.decided[one.number])
        counts["no longer proposed"] += len(year.dropped[one.number])
        counts["tips"] += len(year.tips_of(one))
        counts["cooled off"] += len(year.cooled[one.number])
    return differences(year), counts


def main() -> int:
    """Run the year of so many customers, a group in each world, and print what was wrong."""
    return run_groups(__doc__, run_strained_year, CUSTOMERS_PER_WORLD)


if __name__ == "__main__":
    sys.exit(main())
