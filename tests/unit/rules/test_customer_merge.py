"""Merging two records of one person: what counts for the one that remains."""

import pytest

from tests.times import DAY
from tests.unit.rows import MONDAY, customer, policy
from vaada.model.people import Consent
from vaada.rules import customer_merge

GOES, STAYS = "bilal1khan000000", "bilal2khan000000"


@pytest.mark.parametrize("known_of", [GOES, STAYS])
def test_what_either_record_was_asked_and_sent_counts_after_the_merge(known_of: str) -> None:
    facts = {
        "asked_at": {"nps": MONDAY - DAY},
        "written_at": (MONDAY - DAY,),
        "news_at": {"spring": MONDAY - DAY},
        "recommendation_asked_at": MONDAY - DAY,
        "unsubscribed_at": MONDAY - DAY,
        "news_unsubscribed_at": MONDAY - DAY,
        "consent": Consent(email=True),
    }
    goes, stays = (
        customer(
            customer_id=one, **(facts if one == known_of else {"consent": Consent(survey=True, news=True)})
        )
        for one in (GOES, STAYS)
    )

    _, remaining = customer_merge.merge(goes, stays, policy(), MONDAY, "amina")

    assert {name: getattr(remaining, name) for name in facts} == {**facts, "consent": Consent()}
