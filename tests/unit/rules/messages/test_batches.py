"""Batches: messages to one reader are sent as one, however many, and despite interruptions."""

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rows import MONDAY, message, row_id
from vaada.model.messages import Message
from vaada.rules.messages import batches
from vaada.rules.messages.batches import form_batch

MOST_ROWS = 100  # of a transaction


def held(count: int) -> list[Message]:
    """This many messages about as many follow-ups, of one customer each."""
    return [
        message(
            message_id=row_id(n),
            about_id=row_id(5000 + n),
            customer_id=f"customer {n}",
            status="held",
            attempts=0,
            wake_at=MONDAY,
        )
        for n in range(count)
    ]


def write(stored: dict[str, Message], rows: tuple[Message, ...]) -> None:
    """Write the rows of a part, each at the version after the stored one."""
    assert all(row.version == stored[row.id].version + 1 for row in rows)
    stored.update({row.id: row for row in rows})


@given(count=st.integers(1, 400), obsolete=st.sets(st.integers(0, 399)), parts=st.integers(0, 6))
def test_each_message_joins_once_wherever_it_is_interrupted(
    count: int, obsolete: set[int], parts: int
) -> None:
    stored = {one.id: one for one in held(count)}
    no_longer_true = {row_id(n) for n in obsolete if n < count}
    before = list(form_batch(list(stored.values()), no_longer_true, MONDAY, "first"))
    for part in before[: min(parts, len(before) - 1)]:  # the function dies before the last part
        write(stored, part.rows)

    left = [one for one in stored.values() if one.status == "held"]
    for part in form_batch(left, no_longer_true, MONDAY, "second"):
        write(stored, part.rows)

    sending = [one for one in stored.values() if one.status == "sending"]
    grouped = {one.id for one in stored.values() if one.status == "grouped"}
    withheld = {one.id for one in stored.values() if one.status == "withheld"}
    assert withheld == no_longer_true
    assert len(sending) == (1 if len(no_longer_true) < count else 0)
    for carrier in sending:
        assert (len(carrier.carries), set(carrier.carries)) == (len(grouped), grouped)
        assert {stored[each].carried_by for each in grouped} <= {carrier.id}
    assert len(sending) + len(grouped) + len(withheld) == count


@given(count=st.integers(1, 300))
def test_a_part_has_room_for_the_customers_of_its_messages(count: int) -> None:
    for part in form_batch(held(count), set(), MONDAY, "token"):
        assert len(part.rows) + len({one.customer_id for one in part.joined}) <= MOST_ROWS


def test_only_the_last_part_claims_the_carrier() -> None:
    parts = list(form_batch(held(100), set(), MONDAY, "token"))

    assert [part.carrier.status for part in parts if part.carrier] == ["held", "held", "sending"]


def test_a_batch_that_was_begun_is_continued_by_its_carrier() -> None:
    first, begun, *others = held(4)
    begun = begun.model_copy(update={"carries": (row_id(900),)})

    [part] = form_batch([first, begun, *others], set(), MONDAY, "token")

    assert part.carrier is not None
    assert part.carrier.id == begun.id
    assert part.carrier.carries == (row_id(900), first.id, *(one.id for one in others))


def test_a_message_that_repeats_another_one_is_withheld() -> None:
    first, second = held(2)
    second = second.model_copy(update={"about_id": first.about_id})

    [part] = form_batch([first, second], set(), MONDAY, "token")

    assert (part.carried, [one.id for one in part.withheld]) == ((), [second.id])


def test_the_largest_batch_fits_into_the_row_of_its_carrier() -> None:
    assert batches.MOST * len(row_id(1)) < 400_000 / 2
