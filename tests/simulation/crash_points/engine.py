"""Runs a scenario once for each point, and for pairs of points, and compares the ends."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from functions.sweep_due.app import handler as sweep_due
from tests.simulation.crash_points.ending import Ending
from tests.simulation.crash_points.points import LOSSES, Point, points_of
from tests.simulation.crash_points.stage import Handler, Stage
from tests.simulation.crash_points.times import HOUR
from tests.simulation.oracles.invariants import Watch, agree


@dataclass(frozen=True)
class Scenario:
    """What leads up to a run of the function, and how long it takes until all is quiet."""

    function: Handler
    what: str
    play: Callable[[Stage], None]
    settles: timedelta = 3 * HOUR
    end: Callable[[Stage], None] = lambda _stage: None

    def __str__(self) -> str:
        return f"{self.function.__module__.split('.')[1]}: {self.what}"


@dataclass(frozen=True)
class Lived:
    """One life: the calls of the runs that were watched, where they were struck, and how it ended."""

    watch: Watch
    runs: list[list[str]]
    struck: list[Point]
    left: tuple[object, ...] | None  # what AWS held when the first run was struck
    ending: Ending
    story: list[str]


def lived(scenario: Scenario, *plan: Point, followers: tuple[Handler, ...] = ()) -> Lived:
    """Live the scenario, and let it go wrong as planned. Raises AssertionError."""
    stage = Stage(scenario.function, plan)
    with stage.running():
        if followers:
            stage.follows(*followers)
        watch = Watch(stage)
        stage.after_step = watch.step
        scenario.play(stage)
        stage.pass_time(scenario.settles)
        scenario.end(stage)
        watch.end()
        assert not stage.refused, f"refused: {stage.refused}"
        return Lived(watch, stage.calls.runs, stage.calls.struck, stage.left, Ending.of(stage), stage.story)


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
    quiet = lived(scenario)
    visit = Visit(scenario, quiet.runs[0])
    for point in (*points_of(quiet.runs), *points_of(quiet.runs, *LOSSES)):
        if enough is None or len(visit.found) < enough:
            _judged(visit, quiet, point)
    return visit


def visit_pairs(scenario: Scenario, *, enough: int | None = None) -> Visit:
    """Kill the run at every one of its points, and what goes on with the work at every one of its own.

    Two first kills that leave the same behind, to the last attribute, go on alike and are lived as one.
    """
    quiet = lived(scenario)
    visit = Visit(scenario, quiet.runs[0])
    known: list[tuple[object, int]] = []  # what a first kill leaves behind, and how many may follow
    for first in points_of(quiet.runs):
        once = lived(scenario, first, followers=FOLLOWERS)
        follow = next((many for left, many in known if left == once.left), None)
        if follow is None:
            seconds = [*points_of(once.runs, first=1)]
            follow = len(seconds)
            known.append((once.left, follow))
            for second in seconds:
                if enough is None or len(visit.found) < enough:
                    _judged(visit, quiet, first, second, followers=FOLLOWERS)
        visit.pairs += follow
    return visit


def _judged(visit: Visit, quiet: Lived, *plan: Point, followers: tuple[Handler, ...] = ()) -> None:
    visit.visited.append(plan)
    try:
        found = lived(visit.scenario, *plan, followers=followers)
        assert found.struck == [*plan], f"struck only at {found.struck}"
        agree(found.watch, quiet.watch)
        found.ending.agrees_with(quiet.ending, len(plan))
    except AssertionError as failure:
        where = ", then ".join(map(str, plan))
        visit.found.append(f"{where} of {visit.scenario}: {failure}")
    else:
        if found.ending.parked:
            visit.parked.append(plan[-1])


FOLLOWERS = (sweep_due,)
