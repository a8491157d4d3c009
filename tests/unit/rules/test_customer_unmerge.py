"""Undoing the merge of two records: each gets its own data back, and newer data stay."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.times import DAY, HOUR
from tests.unit.rows import MONDAY, customer, policy
from vaada.model.people import Consent, Customer
from vaada.model.phone_numbers import comparable
from vaada.rules import check_ins, customer_merge
from vaada.rules.customer_unmerge import not_undone, unmerge
from vaada.rules.errors import NotPossible

GOES, STAYS = "bilal1khan000000", "bilal2khan000000"
AGREED = Consent(email=True, sms=True, survey=True)


def merged(own: Customer, into: Customer, at: datetime = MONDAY) -> tuple[Customer, Customer]:
    return customer_merge.merge(own, into, policy(), at, "amina")


def undone(gone: Customer, remaining: Customer, served_since: tuple[str, ...] = ()) -> list[Customer]:
    return list(unmerge(gone, remaining, served_since, policy(), MONDAY + HOUR))


def without_counters(row: Customer) -> Customer:
    return row.model_copy(update={"version": 0})


emails = st.lists(st.sampled_from(["a@example.com", "b@example.com", "c@example.com"]), unique=True)
phones = st.lists(st.sampled_from(["+923001234567", "+5215512345678", "+525512345678"]), unique=True)


@st.composite
def records(draw: st.DrawFn, customer_id: str) -> Customer:
    addresses, numbers = draw(emails), draw(phones)
    days = draw(st.none() | st.integers(1, 30))
    row = customer(
        customer_id=customer_id,
        name=draw(st.sampled_from(["Bilal Khan", "B. Khan"])),
        email=addresses[0] if addresses else None,
        other_emails=addresses[1:],
        phone=numbers[0] if numbers else None,
        other_phones=numbers[1:],
        language=draw(st.sampled_from([None, "ur"])),
        notes=draw(st.sampled_from([None, "Prefers mornings"])),
        tags=draw(st.lists(st.sampled_from(["vip", "wholesale"]), unique=True)),
        consent=draw(st.builds(Consent, email=st.booleans(), sms=st.booleans(), survey=st.booleans())),
        served_by=draw(st.lists(st.sampled_from(["amina", "omar"]), unique=True)),
        agent_id=draw(st.sampled_from([None, "amina", "omar"])),
        nps_id=draw(st.sampled_from([None, f"{customer_id}{'1' * 16}"])),
        check_in_every_days=days,
        written_at=draw(st.lists(st.just(MONDAY - DAY), max_size=2)),
    )
    return check_ins.plan_from(row, MONDAY - DAY, policy())


@given(records(GOES), records(STAYS))
def test_a_merge_and_its_undoing_leave_both_records_as_they_were(own: Customer, into: Customer) -> None:
    back, rest = undone(*merged(own, into))

    assert (back.before_merge, back.merged_into) == (None, None)
    expected = own.model_copy(update={"nps_id": None}) if into.nps_id else own
    assert without_counters(back) == without_counters(expected)
    if len(set(map(comparable, into.phones))) == len(into.phones):  # a merge drops the second spelling of one
        # Messages to either record count for the one that remained.
        expected = into.model_copy(update={"written_at": rest.written_at})
        assert without_counters(rest) == without_counters(expected)


def test_changes_since_the_merge_stay_with_the_remaining_record() -> None:
    own = customer(customer_id=GOES, email="own@example.com", notes="Knows the owner", served_by=["omar"])
    gone, remaining = merged(own, customer(customer_id=STAYS))
    changed = remaining.changed(notes="Moved", other_emails=("own@example.com", "new@example.com"))

    back, rest = undone(gone, changed, served_since=("omar",))

    assert (back.notes, rest.notes) == ("Knows the owner", "Moved")
    assert (back.emails, rest.emails) == (("own@example.com",), ("bilal@example.com", "new@example.com"))
    assert rest.served_by == ("omar",)


def test_consent_that_was_withdrawn_since_counts_for_both() -> None:
    gone, remaining = merged(customer(customer_id=GOES), customer(customer_id=STAYS))
    objected = remaining.changed(consent=AGREED.model_copy(update={"survey": False}), unsubscribed_at=MONDAY)

    for row in undone(gone, objected):
        assert row.consent == AGREED.model_copy(update={"survey": False})
        assert row.unsubscribed_at == MONDAY


def test_surveys_and_messages_since_count_for_both() -> None:
    gone, remaining = merged(customer(customer_id=GOES), customer(customer_id=STAYS))
    asked = remaining.changed(asked_at={"csat": MONDAY + HOUR}, written_at=(MONDAY + HOUR,))

    for row in undone(gone, asked):
        assert (row.asked_at, row.written_at) == ({"csat": MONDAY + HOUR}, (MONDAY + HOUR,))


def test_earlier_merges_of_the_record_stay_with_it() -> None:
    oldest, own = merged(customer(customer_id="bilal0khan000001"), customer(customer_id=GOES), MONDAY - DAY)
    gone, remaining = merged(own, customer(customer_id=STAYS))

    back, rest = undone(gone, remaining)

    assert (back.record_ids, rest.record_ids) == ((GOES, oldest.id), (STAYS,))


def test_a_merge_is_undone_for_a_day_and_before_the_ones_below_it() -> None:
    gone, remaining = merged(customer(customer_id=GOES), customer(customer_id=STAYS))
    _, later = merged(customer(customer_id="bilal3khan000000"), remaining, MONDAY + HOUR)

    unmerge(gone, remaining, (), policy(), MONDAY + DAY)
    with pytest.raises(NotPossible, match="merge that is older than a day cannot be undone"):
        unmerge(gone, remaining, (), policy(), MONDAY + DAY + HOUR)
    with pytest.raises(NotPossible, match="merge that is followed by another cannot be undone"):
        undone(gone, later)
    with pytest.raises(NotPossible, match="customer that is not merged cannot be separated"):
        undone(customer(customer_id=GOES), remaining)


def test_the_result_says_what_cannot_be_undone() -> None:
    own = customer(customer_id=GOES, name="B. Khan", nps_id=f"{GOES}{'1' * 16}")
    into = customer(customer_id=STAYS, nps_id=f"{STAYS}{'1' * 16}")

    assert not_undone(into, customer(customer_id=GOES), 0) == ()
    assert not_undone(into, own, 2) == (
        "What was recorded since the merge stays with Bilal Khan: 2 contacts.",
        "The survey of B. Khan about the business was withheld.",
    )
