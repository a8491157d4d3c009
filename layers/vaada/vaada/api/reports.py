"""/api/reports."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Annotated, TypeVar, get_args

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import TypeAdapter

from vaada.api import problems
from vaada.api.resolver import app, current_user, desk, now
from vaada.model.cases import Case, CaseStatus
from vaada.model.ids import PartyId
from vaada.model.rows import Row
from vaada.model.times import Instant
from vaada.model.work import Commitment, CommitmentStatus, Reply, ReplyStatus, Survey, SurveyStatus
from vaada.rules import reports
from vaada.rules.time.clock import at_local

R = TypeVar("R", bound=Row)
_INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)

_MAX_PERIOD = timedelta(days=366)
_DEFAULT_PERIOD = timedelta(days=30)


@app.get(
    "/api/reports/service",
    summary="Report on promises, replies, run-around and satisfaction",
    tags=["Reports"],
)
def service(
    from_: Annotated[
        str | None, Query(alias="from", description="A time or day; else 30 days before `to`")
    ] = None,
    to: Annotated[str | None, Query(description="A time or a day, that day included; else now")] = None,
    agent_id: Annotated[PartyId | None, Query(description="Only this agent's")] = None,
) -> reports.Report:
    caller = current_user()
    only_agent_id = agent_id
    if only_agent_id is not None:
        caller.require_may_see(desk(), only_agent_id)
    elif not caller.is_manager:
        only_agent_id = caller.agent_id
    ends = _parse_time("to", to, timedelta(days=1)) if to else now()
    begins = _parse_time("from", from_, timedelta(0)) if from_ else ends - _DEFAULT_PERIOD
    if begins > ends:
        raise problems.invalid("from", "is after to")
    if ends - begins > _MAX_PERIOD:
        raise problems.invalid("from", "is more than 366 days before to; ask for a shorter period")
    rows = reports.Rows(
        commitments=tuple(
            _rows_of_period(Commitment, get_args(CommitmentStatus), begins, ends, only_agent_id)
        ),
        replies=tuple(_rows_of_period(Reply, get_args(ReplyStatus), begins, ends, only_agent_id)),
        cases=tuple(
            case
            for case in _rows_of_period(Case, get_args(CaseStatus), begins, ends, None)
            if only_agent_id is None or case.agent_id == only_agent_id
        ),
        surveys=tuple(_rows_of_period(Survey, get_args(SurveyStatus), begins, ends, only_agent_id)),
    )
    return reports.report(rows, begins, ends, desk().policy.business.time_zone, now())


def _parse_time(field: str, text: str, later: timedelta) -> datetime:
    """Parse a time, or a local day of the business, with its midnight moved by `later`. Raises Refusal."""
    try:
        if len(text) == len("2026-03-31"):
            zone = desk().policy.business.time_zone
            return _INSTANT.validate_python(at_local(date.fromisoformat(text) + later, time(0), zone))
        return _INSTANT.validate_python(text)
    except (ValueError, OverflowError):
        message = (
            "must be a day such as 2026-03-31, or a time with an offset such as 2026-03-31T18:00:00+05:00"
        )
        raise problems.invalid(field, message) from None


def _rows_of_period(
    kind: type[R], statuses: tuple[str, ...], begins: datetime, ends: datetime, agent_id: str | None
) -> Iterator[R]:
    """Yield all rows that are due in the period, status by status."""
    for status in statuses:
        cursor: str | None = None
        while True:
            page = desk().table.list_rows(
                kind, 1000, cursor, agent_id=agent_id, status=status, due_from=begins, due_by=ends
            )
            yield from (row for row in page.rows if isinstance(row, kind))
            cursor = page.next_cursor
            if cursor is None:
                break
