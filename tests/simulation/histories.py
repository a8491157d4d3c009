"""One history from its seed: lived once with faults and once without, watched, and compared."""

from dataclasses import dataclass
from datetime import timedelta

from tests.simulation.invariants import Watch, agree
from tests.simulation.people import People
from tests.simulation.world import START, World

FAULTY = timedelta(days=7)
SETTLED = timedelta(days=400)  # promises are given up after a year, surveys close after 14 days


@dataclass(frozen=True)
class Failure:
    """A seed that found something: what, and the story up to there."""

    seed: int
    what: str
    story: list[str]


def lived(seed: int, *, faults: bool) -> World:
    """Live one history to its end. Raises AssertionError, with the world as its `world`."""
    world = World(seed, faults=faults)
    with world.running():
        people, watch = People.enter(world), Watch(world)

        def after_step() -> None:
            watch.step()
            people.read_the_post()

        world.after_step = after_step
        try:
            world.run_until(START + FAULTY)
            world.faults.on = False
            world.run_until(START + SETTLED)
            watch.end()
        except AssertionError as error:
            error.args = (*error.args, world)
            raise
    return world


def judged(seed: int) -> Failure | None:
    """Live the history both ways and compare. None: all held."""
    world = None
    try:
        world = lived(seed, faults=True)
        agree(world, lived(seed, faults=False))
    except AssertionError as error:
        found = next((each for each in error.args if isinstance(each, World)), world)
        return Failure(seed, str(error.args[0] if error.args else ""), found.story if found else [])
    return None
