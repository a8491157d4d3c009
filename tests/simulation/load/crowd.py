"""Many customers of different characters over some months; then every count must be exact.

Some answer, tap twice, go back, or wait for days or for too long; the mail programs of some open every link,
send every form, or unsubscribe; addresses bounce, and numbers send texts.

    python -m tests.simulation.load.crowd --customers 1000
"""

import argparse
import sys
import time as stopwatch

from tests.simulation.load.crowd_checks import differences, totals
from tests.simulation.load.crowd_world import Crowd
from tests.simulation.load.people import draw_people


def main() -> int:
    """Run with so many customers, and print the counts and how long it took."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--customers", type=int, default=1000)
    asked.add_argument("--seed", type=int, default=0)
    options = asked.parse_args()
    began = stopwatch.perf_counter()
    crowd = Crowd(draw_people(options.customers, options.seed))
    crowd.run()
    wrong = differences(crowd)
    for name, count in sorted(totals(crowd.outcomes).items()):
        print(f"{count:7,}  {name}")
    print("\n".join(wrong))
    took = stopwatch.perf_counter() - began
    print(f"{options.customers} customers, {len(wrong)} not as expected, {took:.1f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
