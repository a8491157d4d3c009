"""What happens when: the events of a replay, in order."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from local.replay.ladder import Ladder, Step
from local.replay.requests import Request

LANDING_DELAY = timedelta(seconds=2)
"""How long after a step is due the clock lands."""

KEEP_MARGIN = timedelta(seconds=5)
"""A promise that is kept in the very second of a step is kept a little sooner, to be surely before it."""

BATCH_WINDOW = timedelta(minutes=1)
"""A message that has waited for its reader goes out a minute later, with all others that have."""

TIME_AFTER_LAST_EVENT = timedelta(days=2)

Kind = Literal["open", "step", "hear", "keep"]
_ORDER: tuple[Kind, ...] = ("open", "step", "hear", "keep")


@dataclass(frozen=True)
class Event:
    """A request comes in, its promise is kept, the desk has a step to take, or somebody is to hear of one."""

    at: datetime
    kind: Kind
    request: Request
    step: Step | None = None

    @property
    def lands_at(self) -> datetime:
        """Where the clock is set for it."""
        return self.at + LANDING_DELAY if self.step else self.at


@dataclass(frozen=True)
class Plan:
    """The whole replay."""

    ladder: Ladder
    requests: Sequence[Request]
    events: Sequence[Event]
    until: datetime

    def steps(self, request: Request) -> list[Step]:
        """The steps that the request's promise comes to before the end."""
        return [
            event.step
            for event in self.events
            if event.request is request and event.kind == "step" and event.step
        ]

    def was_opened(self, request: Request) -> bool:
        """Whether it came in before the end."""
        return request.opened <= self.until

    def was_kept(self, request: Request) -> bool:
        """Whether its promise was kept before the end."""
        return request.promised is not None and request.kept is not None and request.kept <= self.until


def make_plan(requests: Iterable[Request], ladder: Ladder, until: datetime | None = None) -> Plan:
    """The events of these requests, until a given time or two days after the last."""
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
    # What is due as soon as the promise is made is done before anybody can keep it.
    taken = [step for step in steps if kept is None or step.at < kept or step.at == request.opened]
    for step in taken:
        yield Event(step.at, "step", request, step)
        if step.rung.is_told:
            heard_at = step.heard_from + BATCH_WINDOW if step.is_held else step.at
            yield Event(heard_at, "hear", request, step)
    if kept is not None:
        forestalled = [step.at - KEEP_MARGIN for step in steps[len(taken) :]]
        yield Event(max(request.opened, min([kept, *forestalled])), "keep", request)
