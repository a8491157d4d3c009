"""A year of regular customers: who is asked how often, counted from the messages that are sent.

Every kind of survey is on, promises run late, and customers are told. Contacts are drawn beforehand, so each
occasion to ask is known: `Regular.occasions`. Whoever may be asked at one must be asked, and nobody else.

    python -m tests.simulation.load.year --customers 300
"""

import sys
from collections import Counter

from tests.simulation.load.groups import run_groups
from tests.simulation.load.regulars import draw_regulars
from tests.simulation.load.year_checks import differences
from tests.simulation.load.year_world import Year

CUSTOMERS_PER_WORLD = 20  # customers in one world


def run_year(numbers: range, seed: int) -> tuple[list[str], Counter[str]]:
    """Run the year of these customers. What was wrong, and what was counted."""
    year = Year(draw_regulars(numbers, seed), seed)
    year.run()
    rows = [row for rows in year.timelines.values() for row in rows]
    counts: Counter[str] = Counter(customers=len(year.regulars), messages=len(year.world.aws.providers.sent))
    counts["messages to customers"] = sum(map(len, year.limits.reached.values()))
    counts["contacts"] = sum(len(one.contacts) for one in year.regulars)
    counts.update(f"{row['kind']} {row['status']}" for row in rows if row["row_kind"] == "survey")
    counts.update(f"withheld: {row['withheld_because']}" for row in rows if row.get("withheld_because"))
    for regular in year.regulars:
        counts[f"asked {len(year.limits.first_asked[regular.name]):2} times"] += 1
    return differences(year), counts


def main() -> int:
    """Run the year of so many customers, a group in each world, and print what was wrong."""
    return run_groups(__doc__, run_year, CUSTOMERS_PER_WORLD)


if __name__ == "__main__":
    sys.exit(main())
