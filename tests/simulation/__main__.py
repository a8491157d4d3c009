"""Live many histories: `make simulate SEEDS=1000`, or one again: `make simulate SEED=88`."""

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.simulation.histories import Failure, judged

_STORY_LINES = 80


def main() -> int:
    """Live them, say how fast, and tell the story of each that failed. Exit status 1 if any did."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seeds", type=int, default=1000, help="how many histories")
    asked.add_argument("--first", type=int, default=0, help="the first seed")
    asked.add_argument("--seed", type=int, help="only this one, with its whole story")
    options = asked.parse_args()
    console = Console()
    if options.seed is not None:
        return _told(console, [judged(options.seed)], whole=True)
    seeds = range(options.first, options.first + options.seeds)
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
    found: list[Failure | None] = []
    with Progress(*columns, TextColumn("{task.fields[speed]}"), console=console) as progress:
        task = progress.add_task("Histories", total=len(seeds), speed="")
        with ProcessPoolExecutor(os.cpu_count()) as processes:
            for failure in processes.map(judged, seeds, chunksize=10):
                found += [failure] if failure else []
                speed = progress.tasks[task].speed or 0
                progress.update(task, advance=1, speed=f"{speed:.1f} a second, {len(found)} failed")
    return _told(console, found, whole=False)


def _told(console: Console, found: list[Failure | None], *, whole: bool) -> int:
    failures = [failure for failure in found if failure]
    for failure in failures[:5]:
        console.rule(f"seed {failure.seed}")
        lines = failure.story if whole else failure.story[-_STORY_LINES:]
        console.print("\n".join(lines), markup=False, highlight=False)
        console.print(f"\n{failure.what}\n", markup=False, style="bold red")
        console.print(f"Live it again, from its beginning: make simulate SEED={failure.seed}\n")
    console.print(f"{len(failures)} failed" if failures else "All held.")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
