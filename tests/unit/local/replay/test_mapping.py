"""Mappings: which columns of a file hold what."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from local.replay.mapping import BOSTON, BadMapping, Mapping, read_mapping
from tests.unit.local.replay.builders import MAPPING, write_files


def test_the_mapping_of_the_boston_data_is_included() -> None:
    mapping = read_mapping(BOSTON)

    assert mapping.time("2022-01-21 13:47:00") == datetime(2022, 1, 21, 18, 47, tzinfo=UTC)
    assert mapping.channel_of({"source": "Constituent Call"}) == "phone"
    assert mapping.was_overdue({"ontime": "OVERDUE"})


def test_a_time_with_an_offset_needs_no_zone(tmp_path: Path) -> None:
    mapping = read_mapping(write_files(tmp_path, MAPPING.replace("%M", "%M%z"))[0])

    assert mapping.time("2024-07-01 09:00+0200") == datetime(2024, 7, 1, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("time_zone =", "not TOML"),
        (MAPPING.replace("America/New_York", "Boston"), "'Boston' is not an IANA time zone"),
        (MAPPING.replace('opened = "in", ', ""), "columns.opened is missing; add it"),
        (MAPPING.replace("[overdue]", "").replace("overdue =", "overdo ="), "overdo is not known"),
        (MAPPING.replace('default = "web"', 'default = "fax"'), "channel.default"),
    ],
)
def test_an_invalid_mapping_is_refused_with_the_place(wrong: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(BadMapping, match=said) as refused:
        read_mapping(write_files(tmp_path, wrong)[0])

    assert "map.toml" in str(refused.value)


def test_a_missing_mapping_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadMapping, match="There is no mapping"):
        read_mapping(tmp_path / "none.toml")


def test_a_mapping_may_have_dates_without_times() -> None:
    mapping = Mapping.model_validate(
        {
            "time_zone": "Asia/Karachi",
            "time_format": "%Y-%m-%d",
            "columns": {"id": "id", "opened": "o", "promised": "p", "kept": "k", "summary": ["s"]},
        }
    )

    assert mapping.time(date(2024, 3, 8).isoformat()) == datetime(2024, 3, 7, 19, tzinfo=UTC)
    assert (mapping.channel_of({}), mapping.was_overdue({})) == ("phone", None)
