"""Lambda's reading of a stream in the simulation: batches, failed records, and discarded batches."""

from datetime import UTC, datetime
from random import Random

import pytest

from functions.sync_schedules.app import handler
from tests.simulation.fake_aws.stream import BATCH, KEPT, RETRIES_AT_MOST, Reader, Record, number_of
from tests.simulation.fake_aws.unusual_records import is_poison, of_another_release, poison
from tests.unit.rows import commitment, customer, interaction
from vaada.gateways.items import from_item, key_of, to_item
from vaada.model.rows import Row

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ALL_WELL: list[str] = []


def record(row: Row, number: int = 1) -> Record:
    """The stream record of a new row."""
    change = {"Keys": key_of(type(row), row.id), "SequenceNumber": str(number), "NewImage": to_item(row)}
    return {"eventName": "INSERT", "dynamodb": change}


@pytest.fixture
def reader() -> Reader:
    """With thirty records to read, numbered from 0."""
    return Reader(handler, 0, [(NOW, record(commitment(), number)) for number in range(30)])


def read(reader: Reader, failed: list[str] | None, at: datetime = NOW) -> list[str]:
    """Read once, with this end. The numbers of what was delivered."""
    window = reader.next_window(at)
    assert window is not None
    reader.ended(window, failed)
    return [number_of(record) for record in reader.batch(window)]


def test_batches_follow_each_other_to_the_end(reader: Reader) -> None:
    assert [len(read(reader, ALL_WELL)) for _ in range(2)] == [BATCH, 5]
    assert reader.idle


def test_reading_continues_at_the_lowest_failed_record(reader: Reader) -> None:
    read(reader, ["9", "7"])
    assert read(reader, ALL_WELL) == [str(number) for number in range(7, BATCH)]


def test_a_batch_that_fails_as_a_whole_comes_in_halves(reader: Reader) -> None:
    read(reader, None)
    assert [len(read(reader, ALL_WELL)) for _ in range(3)] == [12, 13, 5]


def test_a_record_that_keeps_failing_is_given_up_with_the_rest_of_its_batch(reader: Reader) -> None:
    for _ in range(1 + RETRIES_AT_MOST):
        read(reader, ["20"])
    assert reader.given_up == {str(number) for number in range(20, BATCH)}
    assert read(reader, ALL_WELL) == [str(number) for number in range(BATCH, 30)]


def test_records_older_than_a_day_are_lost(reader: Reader) -> None:
    assert reader.next_window(NOW + KEPT) is None
    assert len(reader.lost) == 30
    assert reader.idle


def test_nobody_can_read_a_poison_record() -> None:
    for n in range(10):
        bad = poison(record(commitment()), Random(n))
        assert is_poison(bad)
        with pytest.raises((KeyError, ValueError)):
            [from_item(bad["dynamodb"][name]) for name in ("OldImage", "NewImage") if name in bad["dynamodb"]]


@pytest.mark.parametrize("row", [commitment(), customer(), interaction()], ids=lambda row: row.kind_of_row)
def test_a_record_of_another_release_is_the_same_row(row: Row) -> None:
    image = of_another_release(record(row))["dynamodb"]["NewImage"]
    assert image != to_item(row)
    assert from_item(image) == from_item(to_item(row))
