"""What a step remembers of the table, and what a whole sweep remembers."""

import pytest

from tests.unit import rows
from vaada.gateways.row_memory import RowMemory
from vaada.model.rows import Row

KEY = ("CUSTOMER#bilal", "CUSTOMER")


def test_a_row_that_was_not_found_is_known_to_be_missing() -> None:
    memory = RowMemory()
    memory.put(KEY, None)

    assert memory.knows(KEY)
    assert memory.row(KEY) is None
    assert not memory.knows(("AGENT#amina", "AGENT"))


@pytest.mark.parametrize(("row", "known"), [(rows.agent(), True), (rows.customer(), False)])
def test_the_next_step_of_a_sweep_knows_agents_and_reads_customers_again(row: Row, *, known: bool) -> None:
    sweep = RowMemory()
    RowMemory(sweep).put(KEY, row)

    assert RowMemory(sweep).knows(KEY) == known
    assert not RowMemory(sweep).knows(KEY, fresh=True)


def test_a_due_row_that_one_step_wrote_is_new_for_the_next() -> None:
    sweep = RowMemory()
    sweep.put(KEY, rows.message())
    RowMemory(sweep).put(KEY, rows.message(version=2))

    found = RowMemory(sweep).row(KEY)

    assert found is not None
    assert found.version == 2


def test_a_step_that_forgets_makes_its_sweep_forget() -> None:
    sweep = RowMemory()
    sweep.put(KEY, rows.agent())
    RowMemory(sweep).forget()

    assert not sweep.knows(KEY)


def test_a_sweep_knows_until_when_each_of_its_steps_holds_messages_to_a_reader() -> None:
    sweep, message = RowMemory(), rows.message(status="held", wake_at=rows.MONDAY)
    RowMemory(sweep).note_release(message)
    RowMemory(sweep).note_release(rows.message(status="sent", wake_at=None))

    reader = message.recipient_id or message.to
    assert RowMemory(sweep).releases(reader, message.medium) == {rows.MONDAY}
    assert RowMemory(sweep).releases("somebody else", message.medium) == frozenset()
    assert RowMemory().releases(reader, message.medium) == frozenset()


def test_nothing_is_known_of_held_messages_after_a_conflict() -> None:
    sweep, message = RowMemory(), rows.message(status="held", wake_at=rows.MONDAY)
    RowMemory(sweep).note_release(message)
    RowMemory(sweep).forget()

    assert not RowMemory(sweep).releases(message.recipient_id or message.to, message.medium)
