"""Visit every crash point and say how many there are: `python -m tests.simulation.crash_points`."""

import sys
from time import perf_counter

from tests.simulation.crash_points.engine import visit_pairs, visit_points
from tests.simulation.crash_points.scenarios.catalogue import SCENARIOS
from tests.simulation.crash_points.scenarios.sending import SEND_PATH


def main() -> int:
    """Visit all of them. Exit status 1 if anything was found."""
    found: list[str] = []
    for title, scenarios, visited in (("Points", SCENARIOS, visit_points), ("Pairs", SEND_PATH, visit_pairs)):
        print(title)
        for scenario in scenarios:
            began = perf_counter()
            visit = visited(scenario)
            print(f"  {perf_counter() - began:5.1f} s {visit}")
            found += visit.found
    print("\n".join(found) or "All held.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
