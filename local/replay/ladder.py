"""Who hears of a promise and when, worked out anew from the policy that the API gives.

None of the product's code is used: this is what it is judged against.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from local.errors import CloudError
from local.replay.requests import Request

StepName = Literal["warn", "flag", "supervisor", "owner", "give up"]
MAILED: tuple[StepName, ...] = ("warn", "flag", "supervisor", "owner")
"""The steps that somebody is told of; giving up is done in silence."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class Step:
    """A step and its time."""

    name: StepName
    at: datetime


@dataclass(frozen=True)
class Ladder:
    """The steps that a policy asks for."""

    warn_hours: int
    supervisor_hours: int
    owner_days: int
    broken_days: int
    open_weekdays: frozenset[int]
    zone: ZoneInfo

    @classmethod
    def of(cls, policy: dict[str, Any]) -> "Ladder":
        """The ladder of the policy, as `GET /api/policy` returns it. Raises CloudError."""
        try:
            rules, hours = policy["commitments"], policy["opening_hours"]
            return cls(
                warn_hours=rules["warn_hours_before"],
                supervisor_hours=rules["supervisor_hours_after"],
                owner_days=rules["owner_business_days_after"],
                broken_days=rules["broken_days_after"],
                open_weekdays=frozenset(n for n, day in enumerate(WEEKDAYS) if hours.get(day)),
                zone=ZoneInfo(policy["business"]["time_zone"]),
            )
        except KeyError as missing:
            raise CloudError(f"The policy of /api/policy has no {missing}; the replay needs it.") from None

    def steps(self, request: Request) -> list[Step]:
        """The steps that the request's promise comes to while it is not kept.

        None is taken before the promise is made, nor before the step below it.
        """
        if request.promised is None:
            return []
        steps: list[Step] = []
        reached = request.opened
        for step in self._whole(request.promised, request.opened):
            reached = max(reached, step.at)
            steps.append(Step(step.name, reached))
        return steps

    def _whole(self, due: datetime, opened: datetime) -> Iterator[Step]:
        warn_at = max(opened, due - timedelta(hours=self.warn_hours))
        if warn_at < due:
            yield Step("warn", warn_at)
        yield Step("flag", due)
        yield Step("supervisor", due + timedelta(hours=self.supervisor_hours))
        yield Step("owner", self._business_days_after(due))
        yield Step("give up", self._same_clock(due, self.broken_days))

    def _business_days_after(self, due: datetime) -> datetime:
        ahead, left = 0, self.owner_days
        today = due.astimezone(self.zone).weekday()
        while left:
            ahead += 1
            left -= (today + ahead) % 7 in self.open_weekdays
        return self._same_clock(due, ahead)

    def _same_clock(self, at: datetime, days: int) -> datetime:
        """The same local time, days later: adding to an aware datetime keeps its clock."""
        return (at.astimezone(self.zone) + timedelta(days=days)).replace(fold=0).astimezone(UTC)
