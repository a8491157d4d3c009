"""A strained year: exactly those who may be proposed for review are proposed."""

import pytest

from tests.simulation.load.strained_year import run_strained_year
from tests.simulation.replacing import replaced
from vaada.rules import relationship_findings, relationships
from vaada.rules.messages import frequency_cap

CUSTOMERS = range(2, 6)


def test_reviews_are_proposed_as_a_second_reading_of_the_year_says() -> None:
    wrong, counts = run_strained_year(CUSTOMERS, seed=0)

    assert wrong == []
    assert counts["cooled off"] > 0
    assert counts["no longer proposed"] > 0
    assert counts["tips"] > 0


@pytest.mark.parametrize(
    ("original", "bug"),
    [
        (relationship_findings.standing_failures, lambda *_: ()),
        (relationship_findings._cases_with_our_failures, lambda *_: frozenset()),
        (relationships._looked_at_again, lambda *_: None),
        (frequency_cap.why_not, lambda *_: None),
    ],
)
def test_the_year_shows_the_planted_bug(original: object, bug: object) -> None:
    with replaced(original, bug):
        assert run_strained_year(CUSTOMERS, seed=0)[0]
