"""What an agent does from a reminder: done, later, kept, a new date."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import get_args
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from vaada.desk import Desk
from vaada.flows.briefing import agent_of
from vaada.flows.writing import change
from vaada.model.text import Line
from vaada.model.times import Instant
from vaada.model.work import Commitment, FollowUp
from vaada.present.briefs import ActionName
from vaada.present.pages import ActionProblem
from vaada.rules import commitments, follow_ups
from vaada.rules.days import at_local, next_morning

_INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)
_LINE: TypeAdapter[str] = TypeAdapter(Line)


class BadEntry(Exception):
    """Something on the form is missing or wrong."""

    def __init__(self, problem: ActionProblem) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True)
class Entry:
    """What the form sent: `do`, and `date`, `time` and `reason` where the action needs them."""

    fields: Mapping[str, str]

    @property
    def action(self) -> ActionName:
        """What to do. Raises BadEntry."""
        for name in get_args(ActionName):
            if name == self.fields.get("do"):
                chosen: ActionName = name
                return chosen
        raise BadEntry("do")

    def moment(self, zone: str, now: datetime) -> datetime:
        """The date and time entered, meant in this zone. Raises BadEntry unless it is still to come."""
        try:
            day = date.fromisoformat(self.fields.get("date", ""))
            clock = time.fromisoformat(self.fields.get("time", ""))
            at = _INSTANT.validate_python(at_local(day, clock.replace(tzinfo=None), zone))
        except (ValueError, OverflowError) as error:
            raise BadEntry("date") from error
        if at <= now:
            raise BadEntry("past")
        return at

    def reason(self) -> str:
        """Why the date moves. Raises BadEntry."""
        try:
            return _LINE.validate_python(self.fields.get("reason", ""))
        except ValidationError as error:
            raise BadEntry("reason") from error


def act(desk: Desk, work: Commitment | FollowUp, entry: Entry, now: datetime) -> str:
    """Do it, and say what was done. Raises BadEntry, NotPossible, NotThere."""
    agent = agent_of(desk, work)
    policy = desk.policy
    zone = agent.time_zone or policy.business.time_zone
    action, by = entry.action, agent.agent_id
    if isinstance(work, FollowUp):
        match action:
            case "done":
                change(desk, FollowUp, work.id, lambda row: follow_ups.complete(row, now, by))
                return "Done. There will be no more reminders of this."
            case "tomorrow":
                until = next_morning(now, policy)
            case "pick_date":
                until = entry.moment(zone, now)
            case _:
                raise BadEntry("do")
        change(desk, FollowUp, work.id, lambda row: follow_ups.snooze(row, until, now, by))
        return f"You will be reminded on {_words(until, zone)}."
    match action:
        case "kept":
            change(desk, Commitment, work.id, lambda row: commitments.keep(row, now, by))
            return "Promise kept. Well done."
        case "new_date":
            agreed = commitments.Agreement(entry.moment(zone, now), entry.reason())
        case _:
            raise BadEntry("do")
    change(desk, Commitment, work.id, lambda row: commitments.renegotiate(row, agreed, policy, now, by))
    return f"The promise is now due on {_words(agreed.due_at, zone)}. Make sure that the customer knows."


def _words(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%A, {local.day} %B %Y, %H:%M}"
