"""Run a year of many customers, a group in each process, and print what was wrong and what was counted."""

import argparse
import os
import time as stopwatch
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

RunYear = Callable[[range, int], tuple[list[str], Counter[str]]]
"""Runs the year of these customers with this seed. Returns what was wrong, and what was counted."""


def run_groups(description: str | None, run_year: RunYear, size: int) -> int:
    """Run the year of as many customers as the command line asks for. Returns 1 if anything was wrong."""
    asked = argparse.ArgumentParser(description=description)
    asked.add_argument("--customers", type=int, default=300)
    asked.add_argument("--seed", type=int, default=0)
    options = asked.parse_args()
    began = stopwatch.perf_counter()
    everybody = range(options.customers)
    groups = [everybody[first : first + size] for first in range(0, options.customers, size)]
    wrong: list[str] = []
    counts: Counter[str] = Counter()
    with ProcessPoolExecutor(os.cpu_count()) as processes:
        for found, counted in processes.map(run_year, groups, [options.seed] * len(groups)):
            wrong += found
            counts += counted
    for name, count in sorted(counts.items()):
        print(f"{count:7,}  {name}")
    print("\n".join(wrong))
    print(f"{options.customers} customers, {len(wrong)} wrong, {stopwatch.perf_counter() - began:.1f} s")
    return 1 if wrong else 0
