"""Requests, read from the rows of a file."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from local.replay.requests import BadData, Request
from tests.unit.local.replay.builders import MAPPING, read_rows


def test_a_row_is_read_as_mapped(tmp_path: Path) -> None:
    rows = "7,2022-01-03 09:00,2022-01-04 08:30,2022-01-04 09:30, Pothole ,Main St,Call,LATE\n"

    [found] = read_rows(tmp_path, rows=rows)

    assert found == Request(
        id="7",
        line=2,
        opened=datetime(2022, 1, 3, 14, tzinfo=UTC),
        promised=datetime(2022, 1, 4, 13, 30, tzinfo=UTC),
        kept=datetime(2022, 1, 4, 14, 30, tzinfo=UTC),
        summary="Pothole · Main St",
        channel="phone",
        overdue=True,
    )


def test_empty_cells_mean_not_promised_and_not_kept(tmp_path: Path) -> None:
    [found] = read_rows(tmp_path, rows="7,2022-01-03 09:00,,,,,Tweet,FINE\n")

    assert (found.promised, found.kept, found.summary) == (None, None, "7")
    assert (found.channel, found.overdue) == ("web", False)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("7,yesterday,,,,,,\n", "line 2, column 'in' is 'yesterday', which is not a time in the form"),
        ("7,,,,,,,\n", "line 2, column 'in' is empty"),
        (",2022-01-03 09:00,,,,,,\n", "line 2, column 'id' is empty"),
        ("7,2022-01-03 09:00,,2022-01-02 09:00,,,,\n", "line 2, column 'done' is before 'in'"),
        ("7,2022-01-03 09:00,,,,,,\n" * 2, "line 3, column 'id': '7' was on line 2 already"),
        ("", "has no rows"),
    ],
)
def test_an_invalid_row_is_refused_with_the_place(rows: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(BadData, match=said) as refused:
        read_rows(tmp_path, rows=rows)

    assert "rows.csv" in str(refused.value)


def test_a_missing_column_is_refused_with_the_existing_ones(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"no column 'due date'\. Its columns are: id, in, due.*MAP="):
        read_rows(tmp_path, MAPPING.replace('"due"', '"due date"'), "7,2022-01-03 09:00,,,,,,\n")
