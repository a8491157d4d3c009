"""One history from its seed: run once with faults and once without, checked, and compared."""

import gc
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache

from tests.simulation.actors.campaigns import FIRST_WITH_CAMPAIGNS
from tests.simulation.actors.people import People
from tests.simulation.fake_aws.faults import KINDS, Faults
from tests.simulation.oracles.comparison import Outcome, check_same_outcome
from tests.simulation.oracles.runner import Oracles
from tests.simulation.restoring import run_with_loss
from tests.simulation.world.world import World

FAULTS_LAST = timedelta(days=8)
SETTLED_AFTER = timedelta(
    days=400, hours=3, minutes=7
)  # promises are given up after a year, surveys close after 14 days
SEEDS_PER_LOSS = 20  # one in so many seeds is also run with a loss of rows that are restored
FAULT_MIXES = 5  # as many consecutive seeds have the same people, each with other faults


@dataclass(frozen=True)
class Failure:
    """A history that failed: the message, the acts, and the trace up to the failure."""

    history: "History"
    what: str
    acts: list[str]
    story: list[str]


@dataclass(frozen=True)
class History:
    """A seed, and what is left out: acts by their numbers, faults by their kinds."""

    seed: int
    without_acts: frozenset[int] = frozenset()
    without_faults: frozenset[str] = frozenset()
    planted: str = ""  # the name of the bug that is planted while it runs

    @classmethod
    def read(cls, text: str) -> "History":
        """Parse what `str` returns."""
        seed, _, left_out = text.partition(" without ")
        names = {name.strip() for name in left_out.split(",") if name.strip()}
        faults = names & set(KINDS)
        return cls(int(seed), frozenset(map(int, names - faults)), frozenset(faults))

    def __str__(self) -> str:
        left_out = [*map(str, sorted(self.without_acts)), *sorted(self.without_faults)]
        return f"{self.seed} without {','.join(left_out)}" if left_out else str(self.seed)

    @property
    def has_campaigns(self) -> bool:
        """Whether tips and invitations are sent in it."""
        return self.seed >= FIRST_WITH_CAMPAIGNS

    @property
    def people(self) -> int:
        """The seed of everything but the faults."""
        return self.seed // FAULT_MIXES


@dataclass(frozen=True)
class Run:
    """A history that was run to its end: its world, who did what, and how it ended."""

    world: World
    acts: list[str]
    outcome: Outcome


def run_history(history: History, faults: Faults) -> Run:
    """Run one history to its end. Raises AssertionError with what failed, the world and its people."""
    world = World(history.people, faults, renders_pages=False)
    with world.running():
        people = People(world, history.without_acts, campaigns=history.has_campaigns)
        oracles = Oracles(world)

        def after_step() -> None:
            oracles.step()
            people.read_messages()
            oracles.step()  # mail scanners have followed the links

        world.after_action = after_step
        try:
            people.schedule_acts()
            world.run_until(world.start + FAULTS_LAST)
            world.faults.on = False
            world.run_until(world.start + SETTLED_AFTER)
            oracles.end()
        except AssertionError as error:
            error.args = (error.args[0] if error.args else "", world, people)
            raise
    outcome = oracles.outcome
    outcome.acted_on_when_due, outcome.surveys_may_differ = (
        people.plan.acted_on_when_due,
        world.facts.surveys_may_differ,
    )
    return Run(world, people.names, outcome)


@lru_cache(maxsize=1)
def _without_faults(history: History) -> Outcome:
    run = run_history(history, Faults())
    run.world.release()
    return run.outcome


def check_history(history: History | int) -> Failure | None:
    """Run the history with faults and without, and compare. None: no check failed."""
    history = History(history) if isinstance(history, int) else history
    gc.disable()  # it would look at everything; the memory is released when the history ends
    try:
        return _check_history(history) or (
            _check_history_with_loss(history)
            if history.seed % SEEDS_PER_LOSS == 0 and not history.has_campaigns
            else None
        )
    finally:
        gc.enable()


def _check_history(history: History) -> Failure | None:
    try:
        run = run_history(history, Faults.of(history.seed, history.without_faults))
    except AssertionError as error:
        return _failure(history, error)
    try:
        quiet = replace(history, seed=history.people * FAULT_MIXES, without_faults=frozenset())
        check_same_outcome(run.outcome, _without_faults(quiet))
    except AssertionError as error:
        if len(error.args) > 1:  # the history without faults failed
            return _failure(history, error)
        return Failure(history, str(error), run.acts, run.world.story)
    finally:
        run.world.release()
    return None


def _check_history_with_loss(history: History) -> Failure | None:
    faults = Faults.of(history.seed, history.without_faults)
    try:
        run_with_loss(history.seed, history.people, faults, history.without_acts)
    except AssertionError as error:
        return _failure(history, error)
    return None


def _failure(history: History, error: AssertionError) -> Failure:
    what, world, people = error.args
    failure = Failure(history, str(what), people.names, world.story)
    world.release()
    return failure
