"""How far ahead anything may be due: ten years."""

from datetime import timedelta

from tests.unit.rows import MONDAY
from vaada.rules.time.horizon import is_too_far


def test_ten_years_ahead_is_not_too_far_and_a_day_more_is() -> None:
    in_ten_years = MONDAY.replace(year=MONDAY.year + 10)

    assert not is_too_far(in_ten_years, MONDAY)
    assert is_too_far(in_ten_years + timedelta(days=2), MONDAY)
