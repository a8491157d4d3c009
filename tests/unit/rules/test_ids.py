"""Ids of derived rows: the same for the same cause."""

from tests.unit.rows import MONDAY, case, row_id
from vaada.rules import ids


def test_a_case_resolved_twice_has_two_survey_ids() -> None:
    once = case()
    again = case(reopenings=[{"at": MONDAY, "interaction_id": row_id(1)}])

    assert ids.case_survey_id(once, MONDAY) != ids.case_survey_id(again, MONDAY)
    assert ids.case_survey_id(once, MONDAY) == ids.case_survey_id(once, MONDAY)
