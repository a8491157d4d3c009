"""A page makes as many calls with many rows as with few. `bench/growth.py` shows it with 100,000."""

from tests.integration.grown_desk import PAGES, grown_desk
from tests.integration.scripted_desk import ScriptedDesk

FEW, MANY = 70, 1_400


def test_a_page_makes_as_many_calls_however_many_rows_there_are(desk: ScriptedDesk) -> None:
    with grown_desk(desk, FEW) as small:
        few = {page: small.calls_of(page) for page in PAGES}
    with grown_desk(desk, MANY) as large:
        many = {page: large.calls_of(page) for page in PAGES}

    # None of the open cases is quiet, so each query reads 26 cases for nothing: ten at most.
    assert many.pop("API: quiet cases")["Query"] == 8
    # A review looks at the newest 2,000 rows of the customer, in four queries at most.
    assert many.pop("console: a review")["Query"] == 5
    few.pop("API: quiet cases")
    few.pop("console: a review")
    assert many == few
