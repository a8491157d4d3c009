"""Scenarios: tests that let time pass, all on one clock.

A scenario is a generator that yields the times it waits for. All scenarios of a run begin on the same Monday
at 08:00 and run side by side: the clock moves to the next time that any of them waits for, so that a week
passes once and not once per scenario. Each has its own customers and agents.
"""

from collections.abc import Callable, Generator
from datetime import datetime, timedelta

from tests.e2e.desk import Desk
from tests.times import DAY

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Week:
    """The week of the scenarios. The business is open Monday to Friday 9–13 and 14–18 UTC."""

    def __init__(self, now: datetime) -> None:
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        monday = midnight - now.weekday() * DAY
        self._monday = monday if now <= monday + timedelta(hours=8) else monday + 7 * DAY

    def at(self, when: str, *, weeks: int = 0) -> datetime:
        """A time of the week, such as `Tue 09:00`, in this week or so many weeks later."""
        weekday, clock = when.split()
        hour, minute = clock.split(":")
        days = _WEEKDAYS.index(weekday) + 7 * weeks
        return self._monday + timedelta(days=days, hours=int(hour), minutes=int(minute))


Waits = Generator[datetime, None, None]
"""What a scenario returns: the times it waits for, one after the other."""
Scenario = Callable[[Desk, Week], Waits]


class SharedClock:
    """Runs the scenarios of a test run side by side."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._waiting: dict[Scenario, tuple[Waits, datetime]] = {}
        self._failed: dict[Scenario, Exception] = {}

    def run(self, scenarios: list[Scenario]) -> None:
        """Run all scenarios to their end. One that fails does not stop the others."""
        week = Week(self._desk.now)
        self._desk.wait_until(week.at("Mon 08:00"))
        for scenario in scenarios:
            self._continue(scenario, scenario(self._desk, week))
        while self._waiting:
            at = min(at for _, at in self._waiting.values())
            self._desk.wait_until(at)
            for scenario in [each for each, (_, waits_for) in self._waiting.items() if waits_for == at]:
                waits, _ = self._waiting.pop(scenario)
                self._continue(scenario, waits)

    def raise_failure(self, scenario: Scenario) -> None:
        """Raise what the scenario raised, if it failed."""
        if scenario in self._failed:
            raise self._failed[scenario]

    def _continue(self, scenario: Scenario, waits: Waits) -> None:
        try:
            self._waiting[scenario] = waits, next(waits)
        except StopIteration:
            return
        except Exception as error:  # noqa: BLE001 - only the test of this scenario fails
            self._failed[scenario] = error


def scenario(function: Scenario) -> Callable[[SharedClock], None]:
    """Make a test of a scenario."""

    def test(shared_clock: SharedClock) -> None:
        shared_clock.raise_failure(function)

    test.__name__, test.__doc__, test.__module__ = function.__name__, function.__doc__, function.__module__
    vars(test)["scenario"] = function
    return test
