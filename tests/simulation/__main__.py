"""Run many histories, every crash point and a crowd: `make simulate SEEDS=1000`.

One history again, with its trace: `make simulate SEED=88`.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.simulation.crash_points.engine import Scenario, visit_pairs, visit_points
from tests.simulation.crash_points.scenarios.catalogue import SCENARIOS
from tests.simulation.crash_points.scenarios.sending import SEND_PATH
from tests.simulation.histories import FAULT_MIXES, Failure, History, check_history
from tests.simulation.load.crowd_checks import differences
from tests.simulation.load.crowd_world import Crowd
from tests.simulation.load.people import draw_people
from tests.simulation.load.strained_year import run_strained_year
from tests.simulation.load.year import run_year
from tests.simulation.shrinking import shrink

_STORY_LINES = 150
_MOST_SHOWN = 5
_CUSTOMERS, _REGULARS, _CUSTOMERS_PER_WORLD = 84, 24, 6
_MOST_SEEDS_WITH_OTHER_CHECKS = 5000  # the other checks are not worth their time beside so many histories


def main() -> int:
    """Run them, report the speed, and print the trace of those that failed. Exit status 1 if any did."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seeds", type=int, default=1000, help="how many histories")
    asked.add_argument("--first", type=int, default=0, help="the first seed")
    asked.add_argument("--seed", help="only this one, with its whole story")
    asked.add_argument("--without", default="", help="numbers of acts and kinds of faults to leave out of it")
    asked.add_argument("--all", action="store_true", help="a crowd and all crash points, beside few")
    options = asked.parse_args()
    console = Console()
    if options.seed is not None:
        history = History.read(f"{options.seed} without {options.without}")
        return _report(console, [check_history(history)], [], whole=True)
    seeds = range(options.first, options.first + options.seeds)
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
    found: list[Failure | None] = []
    wrong: list[str] = []
    with (
        Progress(*columns, TextColumn("{task.fields[speed]}"), console=console) as progress,
        ProcessPoolExecutor(os.cpu_count()) as processes,
    ):
        task = progress.add_task("Histories", total=len(seeds), speed="")
        # Seeds with the same people go to the same process, which runs the history without faults only once.
        for failures in processes.map(_check_history, _by_people(seeds)):
            found += [failure for failure in failures if failure]
            speed = progress.tasks[task].speed or 0
            told = f"{speed:.1f} a second, {len(found)} failed"
            progress.update(task, advance=len(failures), speed=told)
        others = (
            range(len(_OTHER_CHECKS)) if options.all and len(seeds) < _MOST_SEEDS_WITH_OTHER_CHECKS else ()
        )
        task = progress.add_task("Crash points, and a crowd", total=len(others), speed="")
        for seen in processes.map(_run_other_check, others):
            wrong += seen
            progress.update(task, advance=1, speed=f"{len(wrong)} wrong")
    return _report(console, found, wrong, whole=False)


def _crowd() -> list[str]:
    everybody = Crowd(draw_people(_CUSTOMERS, seed=1))
    everybody.run()
    return differences(everybody)


def _year(first: int) -> list[str]:
    return run_year(range(first, first + _CUSTOMERS_PER_WORLD), seed=2)[0]


def _strained_year(first: int) -> list[str]:
    return run_strained_year(range(first, first + _CUSTOMERS_PER_WORLD), seed=2)[0]


def _pairs(scenario: Scenario) -> list[str]:
    return visit_pairs(scenario).found


def _points(scenario: Scenario) -> list[str]:
    return visit_points(scenario).found


_OTHER_CHECKS: tuple[Callable[[], list[str]], ...] = (
    _crowd,
    *(partial(_year, first) for first in range(0, _REGULARS, _CUSTOMERS_PER_WORLD)),
    *(partial(_strained_year, first) for first in range(0, _REGULARS, _CUSTOMERS_PER_WORLD)),
    *(partial(_pairs, scenario) for scenario in SEND_PATH),
    *(partial(_points, scenario) for scenario in SCENARIOS),
)


def _run_other_check(number: int) -> list[str]:
    try:
        return _OTHER_CHECKS[number]()
    except AssertionError as error:
        return [str(error.args[0] if error.args else error)]


def _by_people(seeds: Iterable[int]) -> Iterator[list[int]]:
    seeds = list(seeds)
    for people in dict.fromkeys(seed // FAULT_MIXES for seed in seeds):
        yield [seed for seed in seeds if seed // FAULT_MIXES == people]


def _check_history(seeds: list[int]) -> list[Failure | None]:
    return [check_history(seed) for seed in seeds]


def _report(console: Console, found: list[Failure | None], wrong: list[str], *, whole: bool) -> int:
    failures = [failure for failure in found if failure]
    if len(failures) > 1:
        console.print(f"Failed: {', '.join(str(failure.history) for failure in failures)}", highlight=False)
    for failed in failures[:_MOST_SHOWN]:
        failure = failed if whole else shrink(failed)
        left_out = failure.history.without_acts
        acts = [act for number, act in enumerate(failure.acts) if number not in left_out]
        lines = failure.story if whole else failure.story[-_STORY_LINES:]
        console.rule(f"seed {failed.history}")
        for title, told in (("What people do", acts), ("What happened", lines)):
            console.print(f"{title}:", style="bold")
            console.print("\n".join(told), markup=False, highlight=False)
        console.print(f"\n{failure.what}\n", markup=False, highlight=False, style="bold red")
        console.print(f"Live it again: {command(failure.history)}\n", markup=False, highlight=False)
    if wrong:
        console.rule("Crash points, and a crowd")
        console.print("\n".join(wrong[:_STORY_LINES]), markup=False, highlight=False, style="bold red")
    if not (failures or wrong):
        console.print("All held.")
        return 0
    console.print(f"{len(failures)} histories failed, {len(wrong)} other things were wrong.")
    return 1


def command(history: History) -> str:
    """The command that runs it again."""
    seed, _, left_out = str(history).partition(" without ")
    return (
        f"""make simulate SEED="{seed} --without '{left_out}'\""""
        if left_out
        else f"make simulate SEED={seed}"
    )


if __name__ == "__main__":
    sys.exit(main())
