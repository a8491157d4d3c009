"""Read the rows of a period and report on them."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Generic, NamedTuple, TypeVar, get_args

from vaada.desk import Desk
from vaada.model.cases import Case, CaseStatus
from vaada.model.rows import Row
from vaada.model.work import Commitment, CommitmentStatus, Reply, ReplyStatus, Survey, SurveyStatus
from vaada.rules import reports

R = TypeVar("R", bound=Row)

MOST_ROWS = 50_000
"""What a function counts in about half of the 30 seconds for which API Gateway waits."""
_SECOND = timedelta(seconds=1)  # all times are whole seconds
_STATUSES: dict[type[Row], tuple[str, ...]] = {
    Commitment: get_args(CommitmentStatus),
    Reply: get_args(ReplyStatus),
    Case: get_args(CaseStatus),
    Survey: get_args(SurveyStatus),
}


class TooManyRows(Exception):
    """The period has more rows than one report counts."""

    def __init__(self) -> None:
        super().__init__(
            f"has more than {MOST_ROWS:,} promises, replies, cases and surveys until then; ask for a "
            "shorter period"
        )


def service_report(
    desk: Desk, begins: datetime, ends: datetime, agent_id: str | None, now: datetime
) -> reports.Report:
    """Report on what is due from `begins` on and before `ends`, of an agent or of all. Raises TooManyRows."""
    rows = rows_between(desk, begins, ends, agent_id)
    return reports.report(rows, begins, ends, desk.policy.business.time_zone, now)


def rows_between(desk: Desk, begins: datetime, ends: datetime, agent_id: str | None) -> reports.Rows:
    """Return the rows that belong to a period, of an agent or of all. Raises TooManyRows."""
    left = MOST_ROWS

    def rows(kind: type[R]) -> tuple[R, ...]:
        nonlocal left
        found = rows_of_kind(desk, kind, begins, ends, agent_id, at_most=left)
        left -= len(found)
        return found

    return reports.Rows(rows(Commitment), rows(Reply), rows(Case), rows(Survey))


def rows_of_kind(
    desk: Desk,
    kind: type[R],
    begins: datetime,
    ends: datetime,
    agent_id: str | None,
    more: frozenset[str] = frozenset(),
    at_most: int = MOST_ROWS,
) -> tuple[R, ...]:
    """Return the rows of a kind that belong to a period, with what reports read of them. Raises TooManyRows.

    A row belongs to it by when it was due, a case by when it was opened. `more` are further fields to read.
    """
    found = tuple(islice(_rows(desk, kind, begins, ends, agent_id, more), at_most + 1))
    if len(found) > at_most:
        raise TooManyRows
    return found


class Latest(NamedTuple, Generic[R]):
    """The latest rows of a period: all of those that belong to the time from `begins` on."""

    rows: tuple[R, ...]
    begins: datetime


def latest_of_kind(
    desk: Desk,
    kind: type[R],
    begins: datetime,
    ends: datetime,
    agent_id: str | None,
    more: frozenset[str] = frozenset(),
    statuses: Collection[str] | None = None,
) -> Latest[R]:
    """Return the rows of `rows_of_kind`, but in one query for each status.

    Where one does not read all, the period begins later, so that no status is counted for longer than others.
    """
    fields = reports.FIELDS[kind] | more
    found: list[R] = []
    for status in statuses or _STATUSES[kind]:
        rows, has_more = desk.table.latest_for_report(
            kind, fields, status, begins, ends - _SECOND, agent_id=agent_id
        )
        found += rows
        if has_more:
            begins = max(begins, _complete_from([_belongs_at(row) for row in rows]))
    return Latest(tuple(row for row in found if _belongs_at(row) >= begins), begins)


def _complete_from(times: Sequence[datetime]) -> datetime:
    """Return from when on nothing is missing, if these are the last times: of the first one some may be."""
    return min((at for at in times if at > times[-1]), default=times[-1])


def _belongs_at(row: Row) -> datetime:
    """Return by which time a row belongs to a period."""
    return row.opened_at if isinstance(row, Case) else row.due_at  # type: ignore[attr-defined]


def rows_listed(
    desk: Desk,
    kind: type[R],
    statuses: Collection[str],
    begins: datetime,
    ends: datetime,
    fields: frozenset[str] = frozenset(),
    agent_id: str | None = None,
) -> tuple[R, ...]:
    """Return the rows of a period with these statuses and fields, at most as many as a report counts."""

    def rows() -> Iterator[R]:
        for status in statuses:
            yield from desk.table.rows_for_report(
                kind, fields | {"status"}, status, begins, ends - _SECOND, agent_id=agent_id
            )

    return tuple(islice(rows(), MOST_ROWS))


def _rows(
    desk: Desk,
    kind: type[R],
    begins: datetime,
    ends: datetime,
    agent_id: str | None,
    more: frozenset[str],
) -> Iterator[R]:
    """Yield the rows of a kind, status by status."""
    fields = reports.FIELDS[kind] | more
    for status in _STATUSES[kind]:
        yield from desk.table.rows_for_report(kind, fields, status, begins, ends - _SECOND, agent_id=agent_id)
