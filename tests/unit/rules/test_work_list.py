"""The order in which work is done."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.times import DAY, HOUR
from tests.unit import rows
from vaada.rules.work_list import work_list

NOW = rows.MONDAY


def test_work_is_sorted_into_the_parts_of_a_day() -> None:
    late = rows.commitment(commitment_id=rows.row_id(10), due_at=NOW - HOUR)
    today = rows.commitment(commitment_id=rows.row_id(11), due_at=NOW + HOUR)
    tomorrow = rows.follow_up(follow_up_id=rows.row_id(12), due_at=NOW + DAY)
    later = rows.commitment(commitment_id=rows.row_id(13), due_at=NOW + 2 * DAY)
    due = rows.follow_up(follow_up_id=rows.row_id(14), due_at=NOW)
    abusive = rows.follow_up(follow_up_id=rows.row_id(15), origin="abusive", due_at=NOW - HOUR)

    found = work_list([later, due, today, abusive, late, tomorrow], NOW, "UTC")

    assert (found.late, found.now, found.to_decide) == ((late,), (due,), (abusive,))
    assert (found.today, found.tomorrow, found.later) == ((today,), (tomorrow,), (later,))
    assert found.rows == (late, abusive, due, today, tomorrow, later)


def test_the_day_is_that_of_the_reader() -> None:
    at_eight_in_the_evening = NOW.replace(hour=20)
    row = rows.commitment(due_at=NOW.replace(hour=22))

    assert work_list([row], at_eight_in_the_evening, "UTC").today == (row,)
    assert work_list([row], NOW.replace(hour=18), "Asia/Karachi").tomorrow == (row,)


@given(st.lists(st.integers(-5000, 5000), max_size=20))
def test_no_work_is_lost_and_each_part_is_in_order(minutes: list[int]) -> None:
    work = [
        rows.commitment(commitment_id=rows.row_id(number), due_at=NOW + timedelta(minutes=offset))
        for number, offset in enumerate(minutes)
    ]
    found = work_list(work, NOW, "Asia/Karachi")

    assert sorted(row.id for row in found.rows) == sorted(row.id for row in work)
    for part in (found.late, found.today, found.tomorrow, found.later):
        times = [row.due_at for row in part]
        assert times == sorted(times)
