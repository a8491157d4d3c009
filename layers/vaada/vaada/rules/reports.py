"""Reports: commitments, replies, cases and surveys of a period, counted by agent, channel and week.

A row belongs to the period by when it was due, or for a case by when it was opened. Rates are between 0 and
1, of the rows whose outcome is known, and None if there are none.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from statistics import median
from zoneinfo import ZoneInfo

from vaada.model.cases import Case
from vaada.model.rows import StoredModel
from vaada.model.times import Instant
from vaada.model.work import SATISFIED, SCALES, Commitment, Reply, Survey, SurveyKind
from vaada.rules import confidence_intervals

Reported = Commitment | Reply | Case | Survey
Interval = tuple[float, float]
_DETRACTOR_MAX = 6  # of ten


class Promises(StoredModel):
    """Commitments that were due. `kept_rate` is the share kept in time of those kept, overdue or broken."""

    due: int
    kept_in_time: int
    kept_late: int
    overdue: int
    broken: int
    withdrawn: int
    kept_rate: float | None
    median_late_seconds: int | None


class Replies(StoredModel):
    """Replies that customers waited for. Times are opening time."""

    asked: int
    in_time: int
    late: int
    waiting: int
    in_time_rate: float | None
    median_seconds: int | None
    median_late_seconds: int | None


class RunAround(StoredModel):
    """The effort of customers. `first_contact_rate` is the share of resolved cases with one interaction."""

    cases: int
    hand_offs: int
    repeat_contacts: int
    reopenings: int
    run_arounds: int
    first_contact_rate: float | None


class Answers(StoredModel):
    """The answers to surveys of one kind.

    `happy_rate` is the share of answers 4 or 5 of five, 6 or 7 of seven, 9 or 10 of ten, or yes: the usual
    "top two boxes". It does not depend on the policy, so that years and businesses can be compared. `nps` is
    promoters (9, 10) minus detractors (0 to 6), in percent. Intervals are 95 % confidence intervals. `asked`
    leaves out surveys that did not arrive or were withdrawn.
    """

    asked: int
    answered: int
    response_rate: float | None
    response_interval: Interval | None
    mean_score: float | None
    happy_rate: float | None
    happy_interval: Interval | None
    nps: float | None = None
    nps_interval: Interval | None = None


class Service(StoredModel):
    """The figures of everybody, of one agent, one channel or one week."""

    promises: Promises
    replies: Replies
    run_around: RunAround
    satisfaction: dict[SurveyKind, Answers]


class CauseCount(StoredModel):
    """The number of complaints with this cause."""

    cause: str
    complaints: int


class Report(StoredModel):
    """The report on a period. Weeks are ISO 8601, such as 2026-W07."""

    begins: Instant
    ends: Instant
    all: Service
    by_agent: dict[str, Service]
    by_channel: dict[str, Service]
    by_week: dict[str, Service]
    complaints: int
    causes: tuple[CauseCount, ...]


@dataclass(frozen=True)
class Rows:
    """The rows of the period."""

    commitments: Sequence[Commitment] = ()
    replies: Sequence[Reply] = ()
    cases: Sequence[Case] = ()
    surveys: Sequence[Survey] = ()


def report(rows: Rows, begins: datetime, ends: datetime, zone: str, now: datetime) -> Report:
    """Return the report on these rows as of `now`. Weeks are ISO 8601 weeks in the time zone `zone`."""
    complaints = [case for case in rows.cases if case.kind == "complaint"]
    causes = Counter(case.cause.strip() for case in complaints if case.cause)
    return Report(
        begins=begins,
        ends=ends,
        all=_service(rows, now),
        by_agent={name: _service(some, now) for name, some in _group_by(rows, _agent_of).items()},
        by_channel={name: _service(some, now) for name, some in _group_by(rows, _channel_of).items()},
        by_week={
            name: _service(some, now) for name, some in _group_by(rows, partial(_week_of, zone)).items()
        },
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
        median_late_seconds=_median_seconds(late),
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
        median_seconds=_median_seconds([row.took_seconds for row in given if row.took_seconds is not None]),
        median_late_seconds=_median_seconds(late),
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


def _satisfaction(rows: Sequence[Survey]) -> dict[SurveyKind, Answers]:
    answers: dict[SurveyKind, Answers] = {}
    for kind in SCALES:
        asked = [row for row in rows if row.kind == kind and row.sent_at and row.status != "withheld"]
        if asked:
            answers[kind] = _answers(kind, asked)
    return answers


def _answers(kind: SurveyKind, asked: Sequence[Survey]) -> Answers:
    scores = [row.score for row in asked if row.score is not None]
    happy = sum(score >= SATISFIED[kind] for score in scores)
    answers = Answers(
        asked=len(asked),
        answered=len(scores),
        response_rate=_rate(len(scores), len(asked)),
        response_interval=_rounded(confidence_intervals.for_share(len(scores), len(asked))),
        mean_score=round(sum(scores) / len(scores), 2) if scores else None,
        happy_rate=_rate(happy, len(scores)),
        happy_interval=_rounded(confidence_intervals.for_share(happy, len(scores))),
    )
    if kind != "nps" or not scores:
        return answers
    detractors = sum(score <= _DETRACTOR_MAX for score in scores)
    interval = confidence_intervals.for_net_promoter_score(
        happy, len(scores) - happy - detractors, detractors
    )
    nps = round(100 * (happy - detractors) / len(scores), 1)
    return answers.model_copy(update={"nps": nps, "nps_interval": _rounded(interval)})


def _agent_of(row: Reported) -> str | None:
    return row.agent_id


def _channel_of(row: Reported) -> str | None:
    return row.channel


def _week_of(zone: str, row: Reported) -> str | None:
    at = row.opened_at if isinstance(row, Case) else row.due_at
    year, week, _ = at.astimezone(ZoneInfo(zone)).isocalendar()
    return f"{year}-W{week:02}"


def _group_by(rows: Rows, key: Callable[[Reported], str | None]) -> dict[str, Rows]:
    """Return the rows by key. Rows without a key are left out."""
    groups: defaultdict[str, list[Reported]] = defaultdict(list)
    everything: list[Reported] = [*rows.commitments, *rows.replies, *rows.cases, *rows.surveys]
    for row in everything:
        name = key(row)
        if name is not None:
            groups[name].append(row)
    return {name: _by_row_kind(some) for name, some in sorted(groups.items())}


def _by_row_kind(rows: Sequence[Reported]) -> Rows:
    return Rows(
        commitments=[row for row in rows if isinstance(row, Commitment)],
        replies=[row for row in rows if isinstance(row, Reply)],
        cases=[row for row in rows if isinstance(row, Case)],
        surveys=[row for row in rows if isinstance(row, Survey)],
    )


def _rounded(interval: tuple[float, float] | None) -> Interval | None:
    return (round(interval[0], 4), round(interval[1], 4)) if interval else None


def _rate(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _median_seconds(seconds: Sequence[int]) -> int | None:
    return int(median(seconds)) if seconds else None
