"""Runs a scenario once for each point, and for pairs of points, and compares the ends."""

from dataclasses import dataclass, field
from datetime import timedelta

from functions.sweep_due.app import handler as sweep_due
from tests.simulation.crash_points.ending import Ending
from tests.simulation.crash_points.points import LOSSES, Point, points_of
from tests.simulation.crash_points.scenario_world import ScenarioWorld, Setup
from tests.simulation.crash_points.times import HOUR
from tests.simulation.oracles.invariants import Watch, agree
from tests.simulation.world.targets import Function, name_of

FOLLOWERS = (sweep_due,)
"""The functions that take up the work of one that was killed."""


@dataclass(frozen=True)
class Scenario:
    """What leads up to a run of the function, and how long it takes until all is quiet."""

    function: Function
    what: str
    set_up: Setup
    settles: timedelta = 3 * HOUR
    end: Setup = lambda _world: None

    def __str__(self) -> str:
        return f"{name_of(self.function)}: {self.what}"


@dataclass(frozen=True)
class RunResult:
    """One life: the calls of the runs that were watched, where they were struck, and how it ended."""

    watch: Watch
    runs: list[list[str]]
    struck: list[Point]
    state_after_kill: tuple[object, ...] | None  # what AWS held when the first run was struck
    ending: Ending
    story: list[str]


def run_scenario(scenario: Scenario, *plan: Point, followers: tuple[Function, ...] = ()) -> RunResult:
    """Live the scenario, and let it go wrong as planned. Raises AssertionError."""
    world = ScenarioWorld(scenario.function, plan)
    with world.running():
        if followers:
            world.runtime.watch_followers(*followers)
        watch = Watch(world)
        world.after_action = watch.step
        scenario.set_up(world)
        world.pass_time(scenario.settles)
        scenario.end(world)
        watch.end()
        assert not world.api.refused, f"refused: {world.api.refused}"
        return RunResult(
            watch,
            world.calls.runs,
            world.calls.struck,
            world.runtime.state_after_kill,
            Ending.of(world),
            world.story,
        )


@dataclass
class Visit:
    """All points of a scenario that were visited, and what was found there."""

    scenario: Scenario
    calls: list[str]
    visited: list[tuple[Point, ...]] = field(default_factory=list)
    parked: list[Point] = field(default_factory=list)  # a message to a customer was never sent
    found: list[str] = field(default_factory=list)
    pairs: int = 0

    def __str__(self) -> str:
        many = f"{self.pairs} pairs in" if self.pairs else "points in"
        return f"{self.scenario}: {len(self.calls)} calls, {many} {len(self.visited)} lives"


def visit_points(scenario: Scenario, *, enough: int | None = None) -> Visit:
    """Cut the run short at every one of its points, each in a life of its own, until enough was found."""
    quiet = run_scenario(scenario)
    visit = Visit(scenario, quiet.runs[0])
    for point in (*points_of(quiet.runs), *points_of(quiet.runs, *LOSSES)):
        if enough is None or len(visit.found) < enough:
            _judge(visit, quiet, point)
    return visit


def visit_pairs(scenario: Scenario, *, enough: int | None = None) -> Visit:
    """Kill the run at every one of its points, and what goes on with the work at every one of its own.

    Two first kills that leave the same behind, to the last attribute, go on alike and are lived as one.
    """
    quiet = run_scenario(scenario)
    visit = Visit(scenario, quiet.runs[0])
    known: list[tuple[object, int]] = []  # what a first kill leaves behind, and how many may follow
    for first in points_of(quiet.runs):
        once = run_scenario(scenario, first, followers=FOLLOWERS)
        follow = next((many for left, many in known if left == once.state_after_kill), None)
        if follow is None:
            seconds = [*points_of(once.runs, first=1)]
            follow = len(seconds)
            known.append((once.state_after_kill, follow))
            for second in seconds:
                if enough is None or len(visit.found) < enough:
                    _judge(visit, quiet, first, second, followers=FOLLOWERS)
        visit.pairs += follow
    return visit


def _judge(visit: Visit, quiet: RunResult, *plan: Point, followers: tuple[Function, ...] = ()) -> None:
    visit.visited.append(plan)
    try:
        found = run_scenario(visit.scenario, *plan, followers=followers)
        assert found.struck == [*plan], f"struck only at {found.struck}"
        agree(found.watch, quiet.watch)
        found.ending.agrees_with(quiet.ending, len(plan))
    except AssertionError as failure:
        where = ", then ".join(map(str, plan))
        visit.found.append(f"{where} of {visit.scenario}: {failure}")
    else:
        if found.ending.parked:
            visit.parked.append(plan[-1])
