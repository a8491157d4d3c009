"""Ids: short, sortable by time, and the same for the same cause."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rows import MONDAY, row_id
from vaada.model import ids

moments = st.datetimes(datetime(1971, 1, 1), datetime(9000, 1, 1)).map(  # noqa: DTZ001 - made aware next
    lambda at: at.replace(tzinfo=UTC, microsecond=0)
)


@given(first=moments, second=moments)
def test_ids_sort_by_time(first: datetime, second: datetime) -> None:
    customer_id = ids.new_party_id()
    a, b = ids.new_row_id(customer_id, first), ids.new_row_id(customer_id, second)

    assert first == second or (a < b) == (first < second)


@given(moments)
def test_an_id_fits_into_twenty_bytes_and_is_restored_from_them(at: datetime) -> None:
    fresh = ids.new_row_id(ids.new_party_id(), at)

    assert len(ids.to_bytes(fresh)) == 20
    assert ids.from_bytes(ids.to_bytes(fresh)) == fresh


def test_a_derived_id_depends_on_its_cause_and_rule_and_keeps_the_customer() -> None:
    derived = ids.derived_row_id(row_id(1), "csat", MONDAY)

    assert derived == ids.derived_row_id(row_id(1), "csat", MONDAY)
    assert derived != ids.derived_row_id(row_id(2), "csat", MONDAY)
    assert derived != ids.derived_row_id(row_id(1), "nps", MONDAY)
    assert ids.customer_of(derived) == ids.customer_of(row_id(1))


def test_a_thousand_new_ids_of_one_second_differ() -> None:
    customer_id = ids.new_party_id()

    assert len({ids.new_row_id(customer_id, MONDAY) for _ in range(1000)}) == 1000
    assert ids.new_row_id(customer_id, MONDAY) < ids.new_row_id(customer_id, MONDAY + timedelta(seconds=1))
