"""Parse the forms of the public pages."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import get_args

from pydantic import TypeAdapter, ValidationError

from vaada.flows.staff_actions import StaffAction
from vaada.model.hours import Day, LocalTime
from vaada.model.text import Line
from vaada.model.times import Instant
from vaada.present.pages import FormProblem
from vaada.present.view_models import ActionName
from vaada.rules.time.clock import at_local
from vaada.rules.time.horizon import is_too_far

_INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)
_DAY: TypeAdapter[date] = TypeAdapter(Day)
_CLOCK: TypeAdapter[time] = TypeAdapter(LocalTime)
_LINE: TypeAdapter[str] = TypeAdapter(Line)
_WITH_DATE: frozenset[ActionName] = frozenset({"pick_date", "new_date", "running_late"})
_WITH_REASON: frozenset[ActionName] = frozenset({"new_date", "running_late", "decline"})


class BadEntry(Exception):
    """A field of the form is missing or wrong."""

    def __init__(self, problem: FormProblem) -> None:
        super().__init__(problem)
        self.problem = problem


def action_name(fields: Mapping[str, str]) -> ActionName | None:
    """Return the action in the field `do`. None: it is missing or unknown."""
    return next((name for name in get_args(ActionName) if name == fields.get("do")), None)


def read_action(fields: Mapping[str, str], name: ActionName, zone: str, now: datetime) -> StaffAction:
    """Return the action with its date and reason, if it needs them. The date is local time in `zone`.

    Raises BadEntry, also for a date that has passed or is more than ten years ahead.
    """
    at = read_moment(fields, zone, now) if name in _WITH_DATE else None
    return StaffAction(name, at, _reason(fields) if name in _WITH_REASON else None)


def read_moment(fields: Mapping[str, str], zone: str, now: datetime) -> datetime:
    """Return the date and the time, which are local in `zone`. Raises BadEntry, as `read_action`."""
    try:
        day, clock = _DAY.validate_python(fields.get("date")), _CLOCK.validate_python(fields.get("time"))
        at = _INSTANT.validate_python(at_local(day, clock, zone))
    except (ValueError, OverflowError) as error:
        raise BadEntry("date") from error
    if at <= now:
        raise BadEntry("past")
    if is_too_far(at, now):
        raise BadEntry("far")
    return at


def _reason(fields: Mapping[str, str]) -> str:
    try:
        return _LINE.validate_python(fields.get("reason", ""))
    except ValidationError as error:
        raise BadEntry("reason") from error
