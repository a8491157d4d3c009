"""One history from its seed: lived once with faults and once without, watched, and compared."""

import gc
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache

from tests.simulation.actors.people import People
from tests.simulation.fake_aws.faults import KINDS, Faults
from tests.simulation.oracles.invariants import Watch, agree
from tests.simulation.restoring import restored
from tests.simulation.world.world import World

FAULTY = timedelta(days=8)
SETTLED = timedelta(
    days=400, hours=3, minutes=7
)  # promises are given up after a year, surveys close after 14 days
LOSSES = 20  # among so many seeds is one in which rows are lost and brought back as well
MIXES = 5  # so many seeds in a row have the same people, each with other faults


@dataclass(frozen=True)
class Failure:
    """A history that found something: what, who did what, and the story up to there."""

    history: "History"
    what: str
    acts: list[str]
    story: list[str]


@dataclass(frozen=True)
class History:
    """A seed, and what is left out of it: acts by their numbers, faults by their kinds."""

    seed: int
    without_acts: frozenset[int] = frozenset()
    without_faults: frozenset[str] = frozenset()
    planted: str = ""  # the bug that is in while it is lived

    @classmethod
    def read(cls, text: str) -> "History":
        """As `str` gives it."""
        seed, _, left_out = text.partition(" without ")
        names = {name.strip() for name in left_out.split(",") if name.strip()}
        faults = names & set(KINDS)
        return cls(int(seed), frozenset(map(int, names - faults)), frozenset(faults))

    def __str__(self) -> str:
        left_out = [*map(str, sorted(self.without_acts)), *sorted(self.without_faults)]
        return f"{self.seed} without {','.join(left_out)}" if left_out else str(self.seed)

    @property
    def people(self) -> int:
        """Whose history it is."""
        return self.seed // MIXES


def lived(history: History, faults: Faults) -> Watch:
    """Live one history to its end. Raises AssertionError, with the world and its people behind it."""
    world = World(history.people, faults, renders_pages=False)
    with world.running():
        people, watch = People(world, history.without_acts), Watch(world)

        def after_step() -> None:
            watch.step()
            people.read_the_post()
            watch.step()  # programs have followed the links

        world.after_action = after_step
        try:
            people.enter()
            world.run_until(world.start + FAULTY)
            world.faults.on = False
            world.run_until(world.start + SETTLED)
            watch.end()
        except AssertionError as error:
            error.args = (error.args[0] if error.args else "", world, people)
            raise
    watch.acts, watch.raced, watch.unsteady = people.names, people.play.raced, world.facts.surveys_may_differ
    return watch


@lru_cache(maxsize=1)
def _without_faults(history: History) -> Watch:
    watch = lived(history, Faults())
    watch.world.fall_apart()
    return watch


def judged(history: History | int) -> Failure | None:
    """Live the history both ways and compare. None: all held."""
    history = History(history) if isinstance(history, int) else history
    gc.disable()  # until it has fallen apart, and there is hardly anything to look at
    try:
        return _judged(history) or (_judged_with_a_loss(history) if history.seed % LOSSES == 0 else None)
    finally:
        gc.enable()


def _judged(history: History) -> Failure | None:
    try:
        watch = lived(history, Faults.of(history.seed, history.without_faults))
    except AssertionError as error:
        return _failure(history, error)
    try:
        quiet = replace(history, seed=history.people * MIXES, without_faults=frozenset())
        agree(watch, _without_faults(quiet))
    except AssertionError as error:
        if len(error.args) > 1:  # it went wrong without faults
            return _failure(history, error)
        return Failure(history, str(error), watch.acts, watch.world.story)
    finally:
        watch.world.fall_apart()
    return None


def _judged_with_a_loss(history: History) -> Failure | None:
    faults = Faults.of(history.seed, history.without_faults)
    try:
        restored(history.seed, history.people, faults, history.without_acts)
    except AssertionError as error:
        return _failure(history, error)
    return None


def _failure(history: History, error: AssertionError) -> Failure:
    what, world, people = error.args
    failure = Failure(history, str(what), people.names, world.story)
    world.fall_apart()
    return failure
