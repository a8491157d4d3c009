"""Change the product at random places, one at a time, and report the changes that no test notices.

make mutants SAMPLE=200 SEED=1

First all tests run once, to learn which of them execute which line: ten minutes. A change is tried on the
tests that execute its line, then on simulated histories and crash points: seconds, or minutes if it survives.
Run it again with `--learn` after the product or the tests have changed.
"""

import argparse
import json
import random
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from tests.mutants.changes import changes_of
from tests.mutants.trial import PRODUCT, Trial, learn_tests

_PACKAGES = (PRODUCT / "rules", PRODUCT / "flows", PRODUCT / "gateways", Path("functions"))
_LEARNT = Path(".local/mutants.json")


def main() -> int:
    """Try a sample of changes. Exit status 1 if more than a tenth of them survived."""
    parser = argparse.ArgumentParser(prog="tests.mutants")
    parser.add_argument("--sample", type=int, default=200, help="how many changes to try")
    parser.add_argument("--seed", type=int, default=1, help="which sample of this size")
    parser.add_argument(
        "--seeds", type=int, default=100, help="how many histories to simulate for each change"
    )
    parser.add_argument("--learn", action="store_true", help="learn again which tests execute which line")
    options = parser.parse_args()
    console = Console(soft_wrap=True, highlight=False)
    if options.learn or not _LEARNT.exists():
        _LEARNT.write_text(json.dumps(learn_tests()))
    files = [file for package in _PACKAGES for file in sorted(package.rglob("*.py"))] + [
        PRODUCT / "stream.py"
    ]
    changes = [change for file in files for change in changes_of(file)]
    sample = random.Random(options.seed).sample(changes, options.sample)
    console.print(f"{len(sample)} of {len(changes):,} changes:")
    survived = 0
    with tempfile.TemporaryDirectory() as directory:
        trial = Trial.set_up(Path(directory), json.loads(_LEARNT.read_text()))
        for number, change in enumerate(sample, start=1):
            noticed_by = trial.noticed_by(change, options.seeds)
            survived += not noticed_by
            console.print(f"{number:4} {noticed_by or 'SURVIVES':17} {change}")
    console.print(f"{len(sample) - survived} of {len(sample)} were noticed.")
    return int(survived > len(sample) / 10)


if __name__ == "__main__":
    sys.exit(main())
