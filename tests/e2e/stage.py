"""Stories: tests that let time pass, all on one clock.

A story is a generator that yields the time it waits for. All stories of a run begin on the same Monday at
08:00 and are told side by side: the clock moves to the next time that any of them waits for, so that a week
passes once and not once per story. Each has customers and agents of its own.
"""

from collections.abc import Callable, Generator
from datetime import datetime, timedelta

from tests.e2e.desk import Desk
from tests.times import DAY

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Week:
    """The week in which the stories take place. The business is open Monday to Friday 9–13 and 14–18 UTC."""

    def __init__(self, now: datetime) -> None:
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        monday = midnight - now.weekday() * DAY
        self._monday = monday if now <= monday + timedelta(hours=8) else monday + 7 * DAY

    def at(self, when: str, *, weeks: int = 0) -> datetime:
        """A time of the week, such as `Tue 09:00`, or so many weeks later."""
        weekday, clock = when.split()
        hour, minute = clock.split(":")
        days = _WEEKDAYS.index(weekday) + 7 * weeks
        return self._monday + timedelta(days=days, hours=int(hour), minutes=int(minute))


Telling = Generator[datetime, None, None]
Story = Callable[[Desk, Week], Telling]


class Stage:
    """Where the stories of a run are told."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._waiting: dict[Story, tuple[Telling, datetime]] = {}
        self._failed: dict[Story, Exception] = {}

    def tell(self, stories: list[Story]) -> None:
        """Tell all of them, to the end. One that fails does not hold up the others."""
        week = Week(self._desk.now)
        self._desk.wait_until(week.at("Mon 08:00"))
        for story in stories:
            self._go_on(story, story(self._desk, week))
        while self._waiting:
            at = min(at for _, at in self._waiting.values())
            self._desk.wait_until(at)
            for story in [story for story, (_, waits_for) in self._waiting.items() if waits_for == at]:
                telling, _ = self._waiting.pop(story)
                self._go_on(story, telling)

    def outcome(self, story: Story) -> None:
        """Fail as the story did, if it did."""
        if story in self._failed:
            raise self._failed[story]

    def _go_on(self, story: Story, telling: Telling) -> None:
        try:
            self._waiting[story] = telling, next(telling)
        except StopIteration:
            return
        except Exception as error:  # noqa: BLE001 - it is the story's own test that fails of it
            self._failed[story] = error


def story(told: Story) -> Callable[[Stage], None]:
    """Make a test of a story."""

    def test(stage: Stage) -> None:
        stage.outcome(told)

    test.__name__, test.__doc__, test.__module__ = told.__name__, told.__doc__, told.__module__
    vars(test)["story"] = told
    return test
