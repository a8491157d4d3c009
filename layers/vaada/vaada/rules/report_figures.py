"""Which figures of a report count a row. Each figure is the number of rows that it counts."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from vaada.model.cases import Case
from vaada.model.work import SATISFIED, Commitment, Reply, Survey

PromiseFigure = Literal[
    "promises",
    "kept_in_time",
    "kept_after_change",
    "kept_late",
    "overdue",
    "broken",
    "missed",
    "settled",
    "withdrawn",
]
ReplyFigure = Literal["replies", "in_time", "late", "waiting", "judged"]
CaseFigure = Literal[
    "cases",
    "resolved",
    "solved_at_once",
    "handed_on",
    "came_again",
    "opened_again",
    "run_around",
    "complaints",
]
SurveyFigure = Literal["asked", "answered", "satisfied"]
Figure = PromiseFigure | ReplyFigure | CaseFigure | SurveyFigure
Reported = Commitment | Reply | Case | Survey

KINDS: dict[Figure, type[Reported]] = {
    **dict.fromkeys(PromiseFigure.__args__, Commitment),  # type: ignore[attr-defined]  # the words of a Literal
    **dict.fromkeys(ReplyFigure.__args__, Reply),  # type: ignore[attr-defined]
    **dict.fromkeys(CaseFigure.__args__, Case),  # type: ignore[attr-defined]
    **dict.fromkeys(SurveyFigure.__args__, Survey),  # type: ignore[attr-defined]
}
"""The kind of row that each figure counts."""


def figures_of(row: Reported, now: datetime) -> Iterator[Figure]:
    """Yield the figures that count this row at `now`.

    A promise is `settled` once it is known whether it was kept, a reply `judged` once it is known whether it
    was in time. What is missed and still open counts as such.
    """
    match row:
        case Commitment():
            yield "promises"
            yield from _of_promise(row, now)
        case Reply():
            yield "replies"
            yield from _of_reply(row, now)
        case Case():
            if row.status != "merged":
                yield from _of_case(row)
        case Survey():
            yield from _of_survey(row)


def date_changes(row: Commitment) -> Iterator[tuple[datetime, datetime]]:
    """Yield when each new date was agreed, and the date before."""
    for change in row.history:
        if change.due_before is not None and change.due_after != change.due_before:
            yield change.at, change.due_before


def missed_date(row: Commitment) -> datetime | None:
    """Return the first date that passed before a new one was agreed or the promise was kept, or None."""
    for agreed_at, before in date_changes(row):
        if agreed_at > before:
            return before
    return row.due_at if row.kept_at is not None and row.kept_at > row.due_at else None


def _of_promise(row: Commitment, now: datetime) -> Iterator[Figure]:
    match row.status:
        case "withdrawn":
            yield "withdrawn"
            return
        case "broken":
            yield from ("broken", "missed", "settled")
        case "open" if row.due_at <= now:
            yield from ("overdue", "missed", "settled")
        case "kept" if missed_date(row) is not None:
            yield from ("kept_late", "missed", "settled")
        case "kept":
            first = next((before for _, before in date_changes(row)), row.due_at)
            in_time = (row.kept_at or row.due_at) <= first
            yield "kept_in_time" if in_time else "kept_after_change"
            yield "settled"


def _of_reply(row: Reply, now: datetime) -> Iterator[Figure]:
    if row.status == "given":
        yield "late" if row.late_by_seconds else "in_time"
        yield "judged"
    elif row.status != "closed":
        yield "waiting"
        if row.status == "awaited" and row.due_at <= now:
            yield from ("late", "judged")


def _of_case(row: Case) -> Iterator[Figure]:
    yield "cases"
    if row.kind == "complaint":
        yield "complaints"
    if row.status == "resolved":
        yield "resolved"
        if row.contacts == 1:
            yield "solved_at_once"
    if row.hand_offs:
        yield "handed_on"
    if row.repeat_contacts:
        yield "came_again"
    if row.reopenings:
        yield "opened_again"
    if row.run_around_at is not None:
        yield "run_around"


def _of_survey(row: Survey) -> Iterator[Figure]:
    if row.sent_at is None or row.status == "withheld":
        return
    yield "asked"
    if row.score is not None:
        yield "answered"
        if row.score >= SATISFIED[row.kind]:
            yield "satisfied"
