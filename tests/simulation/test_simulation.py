"""Some histories in every test run, and the proof that they would show a bug."""

import pytest

from tests.simulation.histories import judged
from tests.simulation.mutations import MUTATIONS, Mutation

HISTORIES, BATCH = 60, 10
FOUND_BEFORE = (
    0,
    1,
    2,
    3,
    5,
    9,
    17,
    18,
    31,
)  # seeds that caught one of the planted bugs: they are tried first
MOST_SEEDS = 1000


@pytest.mark.parametrize("first", range(0, HISTORIES, BATCH))
def test_whatever_fails_the_end_is_that_of_the_run_without_faults(first: int) -> None:
    for seed in range(first, first + BATCH):
        failure = judged(seed)
        assert failure is None, f"make simulate SEED={seed}: {failure.what}"


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_the_net_has_no_hole_for(mutation: Mutation) -> None:
    with mutation():
        assert any(judged(seed) for seed in (*FOUND_BEFORE, *range(MOST_SEEDS)))
