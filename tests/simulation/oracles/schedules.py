"""Schedules: each due row that must be punctual has one, and no other schedule is left."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.simulation.oracles.observed import Observed
from vaada.model.rows import DueRow
from vaada.model.work import Commitment, FollowUp, Survey

DAYS_CHECKED, TIME_OF_CHECK = 9, timedelta(hours=13, minutes=20)
MINUTE = timedelta(minutes=1)


class Schedules:
    """Checks all schedules once a day."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed
        for day in range(DAYS_CHECKED):
            at = observed.world.start + day * timedelta(days=1) + TIME_OF_CHECK
            observed.world.at(at, "are all schedules there?", self._check)

    def _check(self) -> None:
        if not self._observed.no_faults:
            return
        now = self._observed.now
        steady = {
            row.id: row
            for row in self._observed.of_kind(DueRow)
            if now - self._observed.changed_at[row.id] > MINUTE
        }
        due = {
            row.id: (row.version, row.wake_at)
            for row in steady.values()
            if row.wake_at is not None and row.wake_at > now + MINUTE and is_punctual(row)
        }
        schedules = self._observed.world.aws.scheduler.schedules
        found = {name: _version_and_time(schedule) for name, schedule in schedules.items()}
        for name, wanted in due.items():
            assert found.get(name) == wanted, f"scheduled {found.get(name)}, not {wanted}: {steady[name]!r}"
        stale = (found.keys() & steady.keys()) - due.keys()
        assert not stale, f"schedules of nothing: {[steady[name] for name in stale]}"


def is_punctual(row: DueRow) -> bool:
    """Whether the row's next step must be taken in its minute, so that it needs a schedule."""
    match row:
        case Commitment():
            return row.step in {"warn", "flag"}
        case FollowUp():
            return row.status == "scheduled"
        case Survey():
            return row.step == "ask"
    return False


def _version_and_time(schedule: dict[str, Any]) -> tuple[int, datetime]:
    at = datetime.fromisoformat(schedule["ScheduleExpression"][3:-1]).replace(tzinfo=UTC)
    return json.loads(schedule["Target"]["Input"])["version"], at
