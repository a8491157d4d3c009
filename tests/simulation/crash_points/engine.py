"""Runs a scenario once for each crash point and each pair of points, and compares the ends."""

from dataclasses import dataclass, field
from datetime import timedelta

from functions.sweep_due.app import handler as sweep_due
from tests.simulation.crash_points.ending import Ending
from tests.simulation.crash_points.points import LOSSES, Point, points_of
from tests.simulation.crash_points.scenario_world import ScenarioWorld, Setup
from tests.simulation.crash_points.times import HOUR
from tests.simulation.oracles.comparison import Outcome, check_same_outcome
from tests.simulation.oracles.runner import Oracles
from tests.simulation.world.targets import Function, name_of

FOLLOWERS = (sweep_due,)
"""The functions that continue the work of one that was killed."""


@dataclass(frozen=True)
class Scenario:
    """What happens before the function runs, and how long it takes until everything has settled."""

    function: Function
    what: str
    set_up: Setup
    settles: timedelta = 3 * HOUR
    end: Setup = lambda _world: None

    def __str__(self) -> str:
        return f"{name_of(self.function)}: {self.what}"


@dataclass(frozen=True)
class RunResult:
    """One run of a scenario: the calls of the watched runs, where they failed, and how it ended."""

    outcome: Outcome
    runs: list[list[str]]
    struck: list[Point]
    state_after_kill: tuple[object, ...] | None  # the state of AWS when the first run was killed
    ending: Ending
    story: list[str]


def run_scenario(scenario: Scenario, *plan: Point, followers: tuple[Function, ...] = ()) -> RunResult:
    """Run the scenario, with a failure at each point of the plan. Raises AssertionError."""
    world = ScenarioWorld(scenario.function, plan)
    with world.running():
        if followers:
            world.runtime.watch_followers(*followers)
        oracles = Oracles(world)
        world.after_action = oracles.step
        scenario.set_up(world)
        world.pass_time(scenario.settles)
        scenario.end(world)
        oracles.end()
        assert not world.api.refused, f"refused: {world.api.refused}"
        return RunResult(
            oracles.outcome,
            world.calls.runs,
            world.calls.struck,
            world.runtime.state_after_kill,
            Ending.of(world),
            world.story,
        )


@dataclass
class Visit:
    """All crash points of a scenario that were visited, and the failures."""

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
    """Run the scenario once for each of its points, until enough failures were found."""
    quiet = run_scenario(scenario)
    visit = Visit(scenario, quiet.runs[0])
    for point in (*points_of(quiet.runs), *points_of(quiet.runs, *LOSSES)):
        if enough is None or len(visit.found) < enough:
            _check_point(visit, quiet, point)
    return visit


def visit_pairs(scenario: Scenario, *, enough: int | None = None) -> Visit:
    """Kill the run at each of its points, and the run that continues its work at each point of its own.

    If two first kills leave exactly the same state, only one of them is continued.
    """
    quiet = run_scenario(scenario)
    visit = Visit(scenario, quiet.runs[0])
    known: list[tuple[object, int]] = []  # the state after a first kill, and the number of second points
    for first in points_of(quiet.runs):
        once = run_scenario(scenario, first, followers=FOLLOWERS)
        follow = next((many for left, many in known if left == once.state_after_kill), None)
        if follow is None:
            seconds = [*points_of(once.runs, first=1)]
            follow = len(seconds)
            known.append((once.state_after_kill, follow))
            for second in seconds:
                if enough is None or len(visit.found) < enough:
                    _check_point(visit, quiet, first, second, followers=FOLLOWERS)
        visit.pairs += follow
    return visit


def _check_point(visit: Visit, quiet: RunResult, *plan: Point, followers: tuple[Function, ...] = ()) -> None:
    visit.visited.append(plan)
    try:
        found = run_scenario(visit.scenario, *plan, followers=followers)
        assert found.struck == [*plan], f"struck only at {found.struck}"
        check_same_outcome(found.outcome, quiet.outcome)
        found.ending.check_same(quiet.ending, len(plan))
    except AssertionError as failure:
        where = ", then ".join(map(str, plan))
        visit.found.append(f"{where} of {visit.scenario}: {failure}")
    else:
        if found.ending.parked:
            visit.parked.append(plan[-1])
