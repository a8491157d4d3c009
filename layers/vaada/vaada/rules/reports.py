"""Reports: whether the business keeps its word, by the timestamps of what was owed.

Counts are of what fell due, was asked or was opened in the period; rates are shares of what is decided,
between 0 and 1, and None where nothing is.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from vaada.model.cases import Case
from vaada.model.rows import Fact
from vaada.model.times import Instant
from vaada.model.work import Commitment, Reply, Survey


class Promises(Fact):
    """Promises that fell due. `kept_rate` is the share kept in time of all but the withdrawn."""

    due: int
    kept_in_time: int
    kept_late: int
    overdue: int
    broken: int
    withdrawn: int
    kept_rate: float | None
    median_late_seconds: int | None


class Replies(Fact):
    """Answers that customers waited for. Times are opening time."""

    asked: int
    in_time: int
    late: int
    waiting: int
    in_time_rate: float | None
    median_seconds: int | None
    median_late_seconds: int | None


class RunAround(Fact):
    """What help cost customers. `first_contact_rate` is the share of settled cases with one contact."""

    cases: int
    hand_offs: int
    repeat_contacts: int
    reopenings: int
    run_arounds: int
    first_contact_rate: float | None


class Satisfaction(Fact):
    """Surveys that were asked, and the mean of the answers."""

    asked: int
    answered: int
    response_rate: float | None
    mean_score: float | None


class Service(Fact):
    """How the service was, of everybody, an agent or a channel."""

    promises: Promises
    replies: Replies
    run_around: RunAround
    satisfaction: Satisfaction


class CauseCount(Fact):
    """How often a complaint had this cause."""

    cause: str
    complaints: int


class Report(Fact):
    """How the service was in a period, and what complaints came from."""

    begins: Instant
    ends: Instant
    all: Service
    by_agent: dict[str, Service]
    by_channel: dict[str, Service]
    complaints: int
    causes: tuple[CauseCount, ...]


@dataclass(frozen=True)
class Rows:
    """What there is to report on."""

    commitments: Sequence[Commitment] = ()
    replies: Sequence[Reply] = ()
    cases: Sequence[Case] = ()
    surveys: Sequence[Survey] = ()


def report(rows: Rows, begins: datetime, ends: datetime, now: datetime) -> Report:
    """The report on these rows, as things stand now."""
    complaints = [case for case in rows.cases if case.kind == "complaint"]
    causes = Counter(case.cause.strip() for case in complaints if case.cause)
    return Report(
        begins=begins,
        ends=ends,
        all=_service(rows, now),
        by_agent={name: _service(some, now) for name, some in _grouped(rows, "agent_id").items()},
        by_channel={name: _service(some, now) for name, some in _grouped(rows, "channel").items()},
        complaints=len(complaints),
        causes=tuple(CauseCount(cause=cause, complaints=count) for cause, count in causes.most_common()),
    )


def _service(rows: Rows, now: datetime) -> Service:
    return Service(
        promises=_promises(rows.commitments, now),
        replies=_replies(rows.replies, now),
        run_around=_run_around(rows.cases),
        satisfaction=_satisfaction(rows.surveys),
    )


def _promises(rows: Sequence[Commitment], now: datetime) -> Promises:
    kept = [row for row in rows if row.status == "kept"]
    late = [row.late_by_seconds for row in kept if row.late_by_seconds]
    overdue = sum(row.status == "open" and row.due_at <= now for row in rows)
    broken = sum(row.status == "broken" for row in rows)
    in_time = len(kept) - len(late)
    return Promises(
        due=len(rows),
        kept_in_time=in_time,
        kept_late=len(late),
        overdue=overdue,
        broken=broken,
        withdrawn=sum(row.status == "withdrawn" for row in rows),
        kept_rate=_rate(in_time, len(kept) + overdue + broken),
        median_late_seconds=_middle(late),
    )


def _replies(rows: Sequence[Reply], now: datetime) -> Replies:
    given = [row for row in rows if row.status == "given"]
    late = [row.late_by_seconds for row in given if row.late_by_seconds]
    waiting = [row for row in rows if row.status in {"awaited", "paused"}]
    missed = sum(row.status == "awaited" and row.due_at <= now for row in waiting)
    in_time = len(given) - len(late)
    return Replies(
        asked=len(rows),
        in_time=in_time,
        late=len(late) + missed,
        waiting=len(waiting),
        in_time_rate=_rate(in_time, len(given) + missed),
        median_seconds=_middle([row.took_seconds for row in given if row.took_seconds is not None]),
        median_late_seconds=_middle(late),
    )


def _run_around(rows: Sequence[Case]) -> RunAround:
    counted = [row for row in rows if row.status != "merged"]
    settled = [row for row in counted if row.status == "resolved"]
    return RunAround(
        cases=len(counted),
        hand_offs=sum(len(row.hand_offs) for row in counted),
        repeat_contacts=sum(len(row.repeat_contacts) for row in counted),
        reopenings=sum(len(row.reopenings) for row in counted),
        run_arounds=sum(row.run_around_at is not None for row in counted),
        first_contact_rate=_rate(sum(row.contacts == 1 for row in settled), len(settled)),
    )


def _satisfaction(rows: Sequence[Survey]) -> Satisfaction:
    asked = [row for row in rows if row.sent_at is not None]
    scores = [row.score for row in asked if row.score is not None]
    return Satisfaction(
        asked=len(asked),
        answered=len(scores),
        response_rate=_rate(len(scores), len(asked)),
        mean_score=round(sum(scores) / len(scores), 2) if scores else None,
    )


def _grouped(rows: Rows, field: str) -> dict[str, Rows]:
    """The rows by what they say in this field; those that say nothing are left out."""
    found: defaultdict[str, dict[str, list[object]]] = defaultdict(lambda: defaultdict(list))
    kinds: Iterable[tuple[str, Sequence[object]]] = vars(rows).items()
    for kind, some in kinds:
        for row in some:
            if name := getattr(row, field, None):
                found[name][kind].append(row)
    return {name: Rows(**kinds) for name, kinds in sorted(found.items())}  # type: ignore[arg-type]  # as they were


def _rate(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _middle(seconds: Sequence[int]) -> int | None:
    return int(median(seconds)) if seconds else None
