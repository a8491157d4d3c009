"""Finds a seed whose history fails with a planted bug, if the declared seed no longer does.

make seeds                                    all bugs whose seed is stale
make seeds MUTATIONS="skips_a_rung …"         these
"""

import os
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.actors.campaigns import FIRST_WITH_CAMPAIGNS
from tests.simulation.histories import FAULT_MIXES, History, check_history
from tests.simulation.mutations.catalogue import MUTATIONS

SEEDS = range(0, 1200, FAULT_MIXES + 1)
"""Each with other people and another mix of faults."""


def seed_for(name: str) -> int | None:
    """The declared seed if its history still fails, else the first seed that does. None: no seed does."""
    mutation = next(one for one in MUTATIONS if one.name == name)
    first = FIRST_WITH_CAMPAIGNS if mutation.seed >= FIRST_WITH_CAMPAIGNS else 0
    seeds: list[int] = [mutation.seed, *(first + seed for seed in SEEDS)]
    for seed in seeds:
        with mutation():
            fails = bool(check_history(History(seed, planted=name)))
        if fails and not check_history(History(seed)):  # else it fails without the bug, too
            return seed
    return None


def main(names: Iterable[str]) -> int:
    """Print a line for each bug whose seed is stale. Exit status 1 if a bug is not shown at all."""
    named = {one.name: one.seed for one in MUTATIONS if not names or one.name in names}
    unseen = 0
    with ProcessPoolExecutor(os.cpu_count()) as processes:
        for (name, old), new in zip(named.items(), processes.map(seed_for, named), strict=True):
            if new != old:
                print(f"{name}: {'no seed shows it' if new is None else f'@mutation(seed={new})'}")
            unseen += new is None
    return 1 if unseen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
