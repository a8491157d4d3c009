"""A page makes as many calls with many rows as with few. `bench/growth.py` shows it with 100,000."""

from tests.integration.grown_desk import PAGES, grown_desk
from tests.integration.scripted_desk import ScriptedDesk

FEW, MANY = 70, 1_400


def test_a_page_makes_as_many_calls_however_many_rows_there_are(desk: ScriptedDesk) -> None:
    with grown_desk(desk, FEW) as small:
        few = {page: small.calls_of(page) for page in PAGES}
    with grown_desk(desk, MANY) as large:
        many = {page: large.calls_of(page) for page in PAGES}

    assert many == few
