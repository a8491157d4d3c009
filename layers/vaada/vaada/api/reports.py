"""/api/reports."""

from datetime import date, datetime, time, timedelta
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import TypeAdapter

from vaada.api import problems
from vaada.api.resolver import app, current_user, desk, now
from vaada.flows.reports import TooManyRows, service_report
from vaada.model.hours import Day
from vaada.model.ids import PartyId
from vaada.model.times import GivenTime
from vaada.rules.reports import Report
from vaada.rules.time.clock import at_local

_DAY: TypeAdapter[date] = TypeAdapter(Day)
_INSTANT: TypeAdapter[datetime] = TypeAdapter(GivenTime)

_SECOND = timedelta(seconds=1)  # all times are whole seconds
_MAX_PERIOD = timedelta(days=366)
_DEFAULT_PERIOD = timedelta(days=30)


@app.get(
    "/api/reports/service",
    summary="Report on promises, replies, run-around and satisfaction",
    tags=["Reports"],
)
def get_service_report(
    from_: Annotated[
        str | None, Query(alias="from", description="A time or day; else 30 days before `to`")
    ] = None,
    to: Annotated[str | None, Query(description="A time or a day, that day included; else now")] = None,
    agent_id: Annotated[PartyId | None, Query(description="Only this agent's")] = None,
) -> Report:
    caller = current_user()
    only_agent_id = agent_id
    if only_agent_id is not None:
        caller.require_may_see(desk(), only_agent_id)
    elif not caller.is_manager:
        only_agent_id = caller.agent_id
    ends = now() + _SECOND  # so that what is due now is included
    if to is not None:
        ends = _parse_time("to", to, timedelta(days=1))
    begins = _parse_time("from", from_, timedelta(0)) if from_ is not None else ends - _DEFAULT_PERIOD
    if begins >= ends:
        raise problems.invalid("from", "is not before to")
    if ends - begins > _MAX_PERIOD:
        raise problems.invalid("from", "is more than 366 days before to; ask for a shorter period")
    try:
        return service_report(desk(), begins, ends, only_agent_id, now())
    except TooManyRows as error:
        raise problems.invalid("from", str(error)) from None


def _parse_time(field: str, text: str, later: timedelta) -> datetime:
    """Parse a time, or a local day of the business, with its midnight moved by `later`. Raises Refusal."""
    try:
        if len(text) == len("2026-03-31"):
            zone = desk().policy.business.time_zone
            return _INSTANT.validate_python(at_local(_DAY.validate_python(text) + later, time(0), zone))
        return _INSTANT.validate_python(text)
    except (ValueError, OverflowError):
        message = (
            "must be a day such as 2026-03-31, or a time with an offset such as 2026-03-31T18:00:00+05:00"
        )
        raise problems.invalid(field, message) from None
