"""Play a plan: move the clock from event to event, never past unfinished work."""

import time
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from local.cloud import Cloud
from local.errors import CloudError
from local.replay.ladder import Step
from local.replay.office import Office, Opened, Story
from local.replay.plan import LANDING_DELAY, Event, Plan
from local.replay.requests import Request

LIMIT = timedelta(minutes=5)
"""How late a step may be. Messages may be later by the time for batching."""

_GIVE_UP_AFTER = LIMIT + timedelta(minutes=1)  # of the cloud's clock, waiting for a step
_POLL_SECONDS = 0.15  # real seconds, like the following
_FIRST_NUDGE_SECONDS, _NUDGE_INTERVAL_SECONDS = 10.0, 5.0
_NUDGE = timedelta(seconds=20)  # shorter than any function's timeout, so that none times out
_WAIT_SECONDS, _PAUSE_SECONDS = 15.0, 0.3

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient

ReportProgress = Callable[[datetime, int], None]
"""Called with the cloud's time and the number of events done."""


class ScheduleWatch:
    """Waits until the schedules are as expected, which shows that no function is running.

    A function that runs while the clock jumps would time out.
    """

    def __init__(self, cloud: Cloud) -> None:
        self._schedules: EventBridgeSchedulerClient = cloud.client("scheduler")
        self._expected: dict[str, bool] = {}

    def expect(self, opened: Opened, *, scheduled: bool) -> None:
        """Expect that the promise will have a schedule, or none."""
        if opened.commitment_id:
            self._expected[opened.commitment_id] = scheduled

    def wait(self) -> None:
        """Wait for the expected schedules, at most 15 s, because the sweep covers missing ones."""
        deadline = time.monotonic() + _WAIT_SECONDS
        for commitment_id, scheduled in self._expected.items():
            while self._has_schedule(commitment_id) != scheduled and time.monotonic() < deadline:
                time.sleep(_POLL_SECONDS)
        self._expected.clear()
        time.sleep(_PAUSE_SECONDS)

    def _has_schedule(self, commitment_id: str) -> bool:
        return bool(self._schedules.list_schedules(NamePrefix=commitment_id)["Schedules"])


def rehearse(cloud: Cloud, office: Office) -> None:
    """Call the functions that plan, schedule and remind once, because a first call takes seconds."""
    now = cloud.clock.now()
    for due_at in (now + timedelta(days=30), now + timedelta(minutes=10)):
        promise = Request("rehearsal", 0, now, due_at, None, "A rehearsal", "phone", None)
        watch, opened = ScheduleWatch(cloud), office.open(promise)
        watch.expect(opened, scheduled=True)
        watch.wait()
        office.withdraw(opened)
        watch.expect(opened, scheduled=False)
        watch.wait()


class Player:
    """Plays a plan."""

    def __init__(self, cloud: Cloud, office: Office, plan: Plan, report_progress: ReportProgress) -> None:
        self._cloud = cloud
        self._office = office
        self._plan = plan
        self._report_progress = report_progress
        self._schedule_watch = ScheduleWatch(cloud)
        self._events = deque(plan.events)
        self._opened: dict[str, Opened] = {}
        self._waiting: list[Event] = []
        self._nudge_at = 0.0

    def play(self) -> list[tuple[Opened, Story]]:
        """Play the whole plan. Returns each request with its timeline at the end."""
        while self._events or self._waiting:
            event = self._events[0] if self._events else None
            if event and event.lands_at <= self._cloud.clock.now() and not self._is_blocked(event):
                self._do(self._events.popleft())
            elif self._waiting:
                self._check_waiting()
            elif event:
                self._schedule_watch.wait()
                self._travel_to(event.lands_at)
            self._report_progress(self._cloud.clock.now(), len(self._plan.events) - len(self._events))
        self._schedule_watch.wait()
        self._travel_to(self._plan.until)
        return [(opened, self._office.story(opened)) for opened in self._opened.values()]

    def _do(self, event: Event) -> None:
        match event.kind:
            case "open":
                opened = self._opened[event.request.id] = self._office.open(event.request)
                self._schedule_watch.expect(opened, scheduled=True)
            case "step" | "message":
                self._waiting.append(event)
                self._nudge_at = time.monotonic() + _FIRST_NUDGE_SECONDS
            case "keep":
                opened = self._opened[event.request.id]
                self._office.keep(opened)
                self._schedule_watch.expect(opened, scheduled=False)

    def _is_blocked(self, event: Event) -> bool:
        """Whether a promise must not be kept yet, because an earlier step is not done."""
        return event.kind == "keep" and any(
            other.kind == "step" and event.request is other.request for other in self._waiting
        )

    def _check_waiting(self) -> None:
        """Check which steps are done; if none is for a while, move the clock a little."""
        stories = {
            event.request.id: self._office.story(self._opened[event.request.id]) for event in self._waiting
        }
        done = [event for event in self._waiting if _is_done(event, stories[event.request.id])]
        for event in done:
            if event.kind == "step" and event.step and event.step.name in {"warn", "flag"}:
                self._schedule_watch.expect(
                    self._opened[event.request.id], scheduled=event.step.name == "warn"
                )
        late = self._cloud.clock.now() - _GIVE_UP_AFTER
        self._waiting = [
            event
            for event in self._waiting
            if event not in done and event.at > late - self._waiting_time(event)
        ]
        if done:
            self._nudge_at = time.monotonic() + _FIRST_NUDGE_SECONDS
        elif until := self._held_until(stories):
            self._schedule_watch.wait()
            self._travel_to(until + LANDING_DELAY)
            self._nudge_at = time.monotonic() + _FIRST_NUDGE_SECONDS
        elif self._waiting and time.monotonic() >= self._nudge_at:
            self._nudge_at = time.monotonic() + _NUDGE_INTERVAL_SECONDS
            self._travel_to(self._cloud.clock.now() + _NUDGE)
        else:
            time.sleep(_POLL_SECONDS)

    def _waiting_time(self, event: Event) -> timedelta:
        """Return how long the event may wait: a message may wait for its batch, a step may not."""
        return self._plan.ladder.batch_within if event.kind == "message" else timedelta()

    def _held_until(self, stories: dict[str, Story]) -> datetime | None:
        """Return until when all awaited messages are held, or None if something else is awaited."""
        untils: list[datetime] = []
        for event in self._waiting:
            messages = stories[event.request.id].of(event.step.rung) if event.step else ()
            held = [message.held_until for message in messages if message.held_until]
            if event.kind != "message" or len(held) != len(messages) or not held:
                return None
            untils += held
        now = self._cloud.clock.now()
        until = min(untils, default=now)
        return min(until, now + self._plan.ladder.batch_within) if until > now else None

    def _travel_to(self, at: datetime) -> None:
        """Move the clock forwards, at most to the next event."""
        target = min([at, *(event.lands_at for event in list(self._events)[:1])])
        ahead = target - self._cloud.clock.now()
        if ahead > timedelta():
            self._cloud.travel(ahead)


def _is_done(event: Event, story: Story) -> bool:
    step: Step | None = event.step
    if step is None:
        raise CloudError(f"{event.kind} is no step to wait for")
    return story.has_sent(step.rung) if event.kind == "message" else story.has_taken(step.rung)
