"""Some histories in every test run, and the proof that they would fail with a bug."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.simulation.__main__ import command
from tests.simulation.actors.campaigns import FIRST_WITH_CAMPAIGNS
from tests.simulation.histories import History, check_history
from tests.simulation.mutations.catalogue import MUTATIONS
from tests.simulation.mutations.planting import Mutation
from tests.simulation.mutations.rules_commitments import restarts_the_ladder
from tests.simulation.replacing import replaced
from tests.simulation.shrinking import shrink

HISTORIES, BATCH = 200, 10
WITH_CAMPAIGNS = range(FIRST_WITH_CAMPAIGNS + 20, FIRST_WITH_CAMPAIGNS + 50, BATCH)
FOUND = [
    line.partition("#")[0].strip()
    for line in Path(__file__).with_name("seeds.txt").read_text().splitlines()
    if line.partition("#")[0].strip()
]


@pytest.mark.parametrize("first", range(0, HISTORIES, BATCH))
def test_histories_with_faults_end_like_those_without(first: int) -> None:
    for seed in range(first, first + BATCH):
        _holds(History(seed))


@pytest.mark.parametrize("first", WITH_CAMPAIGNS)
def test_histories_with_campaigns_hold(first: int) -> None:
    for seed in range(first, first + BATCH):
        _holds(History(seed))


@pytest.mark.parametrize("history", FOUND)
def test_a_history_that_failed_once_holds(history: str) -> None:
    _holds(History.read(history))


@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_a_history_shows_the_planted_bug(mutation: Mutation) -> None:
    with mutation():
        failure = check_history(History(mutation.seed, planted=mutation.name))

    assert failure is not None, f"seed {mutation.seed} no longer shows {mutation}: run `make seeds`"


def test_a_bug_cannot_be_planted_where_the_product_has_changed() -> None:
    with pytest.raises(LookupError), replaced(lambda: "a function that is gone", lambda: None):
        pass


def test_a_history_that_fails_is_made_smaller() -> None:
    with restarts_the_ladder():
        failure = check_history(History(0, planted="restarts_the_ladder"))
        assert failure is not None
        smaller = shrink(failure, patience=3)
        again = check_history(replace(History.read(str(smaller.history)), planted="restarts_the_ladder"))
    assert smaller.history.without_acts
    assert smaller.history.without_faults
    assert again is not None
    assert again.what == smaller.what
    assert "--without" in command(smaller.history)


def _holds(history: History) -> None:
    failure = check_history(history)
    if failure is not None:
        smaller = shrink(failure)
        pytest.fail(f"{smaller.what}\nLive it again: {command(smaller.history)}")
