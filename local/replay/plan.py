"""The plan of a replay: its events in order."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from local.replay.ladder import Ladder, Step
from local.replay.requests import Request

LANDING_DELAY = timedelta(seconds=2)
"""How long after a step is due the clock is set."""

KEEP_MARGIN = timedelta(seconds=5)
"""A promise kept in the same second as a step is kept a little earlier, to be before the step."""

BATCH_WINDOW = timedelta(minutes=1)
"""A held message goes out a minute later, batched with others."""

TIME_AFTER_LAST_EVENT = timedelta(days=2)

Kind = Literal["open", "step", "message", "keep"]
_ORDER: tuple[Kind, ...] = ("open", "step", "message", "keep")


@dataclass(frozen=True)
class Event:
    """A request is recorded, its promise is kept, a step of the desk is due, or a message about one."""

    at: datetime
    kind: Kind
    request: Request
    step: Step | None = None

    @property
    def lands_at(self) -> datetime:
        """The time to which the clock is set for it."""
        return self.at + LANDING_DELAY if self.step else self.at


@dataclass(frozen=True)
class Plan:
    """The whole replay."""

    ladder: Ladder
    requests: Sequence[Request]
    events: Sequence[Event]
    until: datetime

    def steps(self, request: Request) -> list[Step]:
        """Return the planned steps of the request's promise."""
        return [
            event.step
            for event in self.events
            if event.request is request and event.kind == "step" and event.step
        ]

    def was_opened(self, request: Request) -> bool:
        """Whether it is recorded before the end."""
        return request.opened <= self.until

    def was_kept(self, request: Request) -> bool:
        """Whether its promise is kept before the end."""
        return request.promised is not None and request.kept is not None and request.kept <= self.until


def make_plan(requests: Iterable[Request], ladder: Ladder, until: datetime | None = None) -> Plan:
    """Plan the events of these requests, until a given time or two days after the last one."""
    requests = list(requests)
    events = sorted(
        (event for request in requests for event in _events(request, ladder)),
        key=lambda event: (event.at, _ORDER.index(event.kind)),
    )
    until = until or events[-1].at + TIME_AFTER_LAST_EVENT
    return Plan(ladder, requests, [event for event in events if event.at <= until], until)


def _events(request: Request, ladder: Ladder) -> Iterator[Event]:
    yield Event(request.opened, "open", request)
    steps = ladder.steps(request)
    if not steps:
        return
    kept = request.kept
    # A step that is due at once is taken before the promise can be kept.
    taken = [step for step in steps if kept is None or step.at < kept or step.at == request.opened]
    for step in taken:
        yield Event(step.at, "step", request, step)
        if step.rung.is_told:
            message_at = step.notify_from + BATCH_WINDOW if step.is_held else step.at
            yield Event(message_at, "message", request, step)
    if kept is not None:
        prevented = [step.at - KEEP_MARGIN for step in steps[len(taken) :]]
        yield Event(max(request.opened, min([kept, *prevented])), "keep", request)
