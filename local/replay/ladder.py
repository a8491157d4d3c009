"""Compute who is told about a promise and when, from the policy in the API.

It uses none of the product's code, because it is the oracle for the product.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from local.errors import CloudError
from local.replay.opening import Opening
from local.replay.requests import Request

Delay = dict[str, int]
"""One unit with its amount, such as `{"opening_hours": 4}`."""


@dataclass(frozen=True)
class Rung:
    """A step of the policy, with the purpose and the recipient of its message.

    Of the rungs with the same purpose and recipient it has the index `nth`, and may be the `last`.
    """

    name: str
    purpose: str = ""
    to: str = ""
    nth: int = 0
    last: bool = True

    @property
    def is_told(self) -> bool:
        """Whether somebody is told. Giving up sends no message."""
        return bool(self.to)


GIVE_UP = Rung("give up")


@dataclass(frozen=True)
class Step:
    """A rung of one promise: when it is due, and the earliest time of its message."""

    rung: Rung
    at: datetime
    notify_from: datetime

    @property
    def name(self) -> str:
        """The name of the rung."""
        return self.rung.name

    @property
    def is_held(self) -> bool:
        """Whether the message waits for the recipient's working time."""
        return self.notify_from > self.at


@dataclass(frozen=True)
class Ladder:
    """The steps of a policy. `delays` belong to the rungs after the flag."""

    opening: Opening
    warn_before: Delay
    rungs: tuple[Rung, ...]
    delays: tuple[Delay, ...]
    broken_days: int
    batch_within: timedelta

    @classmethod
    def of(cls, policy: dict[str, Any]) -> "Ladder":
        """Read the ladder from the policy that `GET /api/policy` returns. Raises CloudError."""
        try:
            rules = policy["commitments"]
            return cls(
                opening=Opening.of(policy),
                warn_before=_delay(rules["warn_before"]),
                rungs=tuple(_rungs([rung["tell"] for rung in rules["ladder"]])),
                delays=tuple(_delay(rung["after"]) for rung in rules["ladder"]),
                broken_days=rules["broken_days_after"],
                batch_within=timedelta(minutes=policy["follow_ups"]["group_within_minutes"]),
            )
        except KeyError as missing:
            raise CloudError(f"The policy of /api/policy has no {missing}; the replay needs it.") from None

    def steps(self, request: Request) -> list[Step]:
        """Return the steps of the request's promise as long as it is not kept.

        No step is before the promise was made, or before the previous step.
        """
        if request.promised is None:
            return []
        steps: list[Step] = []
        reached = request.opened
        for rung, at in self._whole(request.promised, request.opened):
            reached = max(reached, at)
            steps.append(Step(rung, reached, self._notify_from(rung, reached, request.promised)))
        return steps

    def _whole(self, due: datetime, opened: datetime) -> Iterator[tuple[Rung, datetime]]:
        warn, flag, *rungs = self.rungs
        warn_at = max(opened, self._warn_at(due))
        if warn_at < due:
            yield warn, warn_at
        yield flag, due
        for rung, delay in zip(rungs, self.delays, strict=True):
            yield rung, self._after(delay, due)
        yield GIVE_UP, self.opening.same_clock(due, self.broken_days)

    def _warn_at(self, due: datetime) -> datetime:
        """Return the warning time; outside working time, the next opening or an hour before closing."""
        ideal = self._before(self.warn_before, due)
        if self.opening.is_working_time(ideal):
            return ideal
        opens = self.opening.opens(ideal)
        return opens if opens < due else self.opening.hour_before(self.opening.closed_since(ideal))

    def _notify_from(self, rung: Rung, at: datetime, due: datetime) -> datetime:
        """Return the earliest time of the message: at once, or at the next start of work.

        Messages to the owner, and warnings that would be too late then, are sent at once.
        """
        if rung.to not in {"agent", "supervisor"} or self.opening.is_working_time(at):
            return at
        opens = self.opening.opens(at)
        return at if rung.purpose == "promise_warning" and opens >= due else opens

    def _after(self, delay: Delay, start: datetime) -> datetime:
        [(unit, amount)] = delay.items()
        match unit:
            case "opening_minutes" | "opening_hours":
                return self.opening.after(start, _span(unit.removeprefix("opening_"), amount))
            case "business_days":
                return self.opening.business_days_after(start, amount)
            case "days":
                return self.opening.same_clock(start, amount)
        return start + _span(unit, amount)

    def _before(self, delay: Delay, end: datetime) -> datetime:
        """Return the time before `end`. Business days count as calendar days."""
        [(unit, amount)] = delay.items()
        match unit:
            case "opening_minutes" | "opening_hours":
                return self.opening.before(end, _span(unit.removeprefix("opening_"), amount))
            case "days" | "business_days":
                return self.opening.same_clock(end, -amount)
        return end - _span(unit, amount)


def _delay(delay: dict[str, Any]) -> Delay:
    return {unit: amount for unit, amount in delay.items() if amount is not None}


def _span(unit: str, amount: int) -> timedelta:
    return timedelta(**{unit: amount})


def _rungs(recipients: list[str]) -> Iterator[Rung]:
    """Yield the warning, the flag, and one rung per recipient of the escalation."""
    kinds = [("warn", "promise_warning", "agent"), ("flag", "promise_overdue", "agent")]
    kinds += [(to, "promise_overdue" if to == "agent" else "promise_escalation", to) for to in recipients]
    for n, (name, purpose, to) in enumerate(kinds):
        same = [number for number, kind in enumerate(kinds) if kind[1:] == (purpose, to)]
        again = sum(kind[0] == name for kind in kinds[:n])
        yield Rung(name if not again else f"{name} {again + 1}", purpose, to, same.index(n), n == same[-1])
