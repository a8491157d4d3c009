"""Policies, mappings, files and requests for the tests of the replay."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local.replay.ladder import Ladder
from local.replay.mapping import read_mapping
from local.replay.plan import make_plan
from local.replay.requests import Request, read_requests
from tests.times import DAY

MAPPING = """
time_zone = "America/New_York"
time_format = "%Y-%m-%d %H:%M"
columns = { id = "id", opened = "in", promised = "due", kept = "done", summary = ["about", "where"] }
channel = { column = "how", default = "web", values = { "Call" = "phone" } }
overdue = { column = "verdict", values = ["LATE"] }
"""
HEADER = "id,in,due,done,about,where,how,verdict\n"
OFFICE = [{"opens": "09:00:00", "closes": "13:00:00"}, {"opens": "14:00:00", "closes": "18:00:00"}]
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday")


def policy(**changes: Any) -> dict[str, Any]:
    """A policy as the API returns it, as far as the replay reads it."""
    standard: dict[str, Any] = {
        "business": {"time_zone": "Europe/London", "country": "GB"},
        "opening_hours": {**dict.fromkeys(WEEK, OFFICE), "saturday": [], "sunday": []},
        "holidays": {"observed": True, "region": None, "open_on": []},
        "closed_days": [],
        "follow_ups": {"group_within_minutes": 5},
        "commitments": {
            "warn_before": {"hours": 4, "opening_hours": None},
            "ladder": [
                {"tell": "supervisor", "after": {"opening_hours": 4}, "by": None},
                {"tell": "owner", "after": {"business_days": 1}, "by": None},
            ],
            "broken_days_after": 30,
        },
    }
    return {**standard, **changes}


def ladder_with(**changes: Any) -> Ladder:
    """The ladder of a policy with other rules for promises."""
    return Ladder.of(policy(commitments={**policy()["commitments"], **changes}))


LONDON = Ladder.of(policy())
FRIDAY = datetime(2024, 3, 8, 15, tzinfo=UTC)


def write_files(folder: Path, mapping: str = MAPPING, rows: str = "") -> tuple[Path, Path]:
    """A mapping and a CSV on disk."""
    (folder / "map.toml").write_text(mapping)
    (folder / "rows.csv").write_text(HEADER + rows)
    return folder / "map.toml", folder / "rows.csv"


def read_rows(folder: Path, mapping: str = MAPPING, rows: str = "") -> list[Request]:
    map_file, csv_file = write_files(folder, mapping, rows)
    return read_requests(csv_file, read_mapping(map_file))


def request(
    promised: datetime | None = FRIDAY,
    kept: datetime | None = None,
    opened: datetime = FRIDAY - 3 * DAY,
    overdue: bool | None = None,
    name: str = "R-1",
) -> Request:
    return Request(name, 2, opened, promised, kept, "Mend the gate", "phone", overdue)


def step_times(of: Request, ladder: Ladder = LONDON) -> dict[str, datetime]:
    return {step.name: step.at for step in make_plan([of], ladder).steps(of)}


def notify_times(of: Request, ladder: Ladder = LONDON) -> dict[str, datetime]:
    return {step.name: step.notify_from for step in make_plan([of], ladder).steps(of)}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
