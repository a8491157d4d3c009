"""Reports: whether the business keeps its word, by the timestamps of what was owed.

Counts are of what fell due, was asked or was opened in the period; rates are shares of what is decided,
between 0 and 1, and None where nothing is.
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
_DETRACTS = 6  # the most that a detractor gives, of ten


class Promises(StoredModel):
    """Promises that fell due. `kept_rate` is the share kept in time of all but the withdrawn."""

    due: int
    kept_in_time: int
    kept_late: int
    overdue: int
    broken: int
    withdrawn: int
    kept_rate: float | None
    median_late_seconds: int | None


class Replies(StoredModel):
    """Answers that customers waited for. Times are opening time."""

    asked: int
    in_time: int
    late: int
    waiting: int
    in_time_rate: float | None
    median_seconds: int | None
    median_late_seconds: int | None


class RunAround(StoredModel):
    """What help cost customers. `first_contact_rate` is the share of settled cases with one contact."""

    cases: int
    hand_offs: int
    repeat_contacts: int
    reopenings: int
    run_arounds: int
    first_contact_rate: float | None


class Answers(StoredModel):
    """What surveys of one kind brought.

    `happy_rate` is the share of answers of 4 or 5 of five, 6 or 7 of seven, 9 or 10 of ten, or yes: the usual
    "top two boxes", whatever the policy says of whom to ask for a review, so that years and businesses can be
    compared. `nps` is promoters (9, 10) less detractors (0 to 6), per hundred. Intervals are of 95 %. What
    never arrived or was withdrawn was not asked.
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
    """How the service was, of everybody, an agent or a channel."""

    promises: Promises
    replies: Replies
    run_around: RunAround
    satisfaction: dict[SurveyKind, Answers]


class CauseCount(StoredModel):
    """How often a complaint had this cause."""

    cause: str
    complaints: int


class Report(StoredModel):
    """How the service was in a period, and what complaints came from."""

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
    """What there is to report on."""

    commitments: Sequence[Commitment] = ()
    replies: Sequence[Reply] = ()
    cases: Sequence[Case] = ()
    surveys: Sequence[Survey] = ()


def report(rows: Rows, begins: datetime, ends: datetime, zone: str, now: datetime) -> Report:
    """The report on these rows, as things stand now. Weeks are those of ISO 8601 in this zone."""
    complaints = [case for case in rows.cases if case.kind == "complaint"]
    causes = Counter(case.cause.strip() for case in complaints if case.cause)
    return Report(
        begins=begins,
        ends=ends,
        all=_service(rows, now),
        by_agent={name: _service(some, now) for name, some in _grouped(rows, _agent).items()},
        by_channel={name: _service(some, now) for name, some in _grouped(rows, _channel).items()},
        by_week={name: _service(some, now) for name, some in _grouped(rows, partial(_week, zone)).items()},
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


def _satisfaction(rows: Sequence[Survey]) -> dict[SurveyKind, Answers]:
    found: dict[SurveyKind, Answers] = {}
    for kind in SCALES:
        asked = [row for row in rows if row.kind == kind and row.sent_at and row.status != "withheld"]
        if asked:
            found[kind] = _answers(kind, asked)
    return found


def _answers(kind: SurveyKind, asked: Sequence[Survey]) -> Answers:
    scores = [row.score for row in asked if row.score is not None]
    happy = sum(score >= SATISFIED[kind] for score in scores)
    answers = Answers(
        asked=len(asked),
        answered=len(scores),
        response_rate=_rate(len(scores), len(asked)),
        response_interval=_rounded(confidence_intervals.share(len(scores), len(asked))),
        mean_score=round(sum(scores) / len(scores), 2) if scores else None,
        happy_rate=_rate(happy, len(scores)),
        happy_interval=_rounded(confidence_intervals.share(happy, len(scores))),
    )
    if kind != "nps" or not scores:
        return answers
    against = sum(score <= _DETRACTS for score in scores)
    interval = confidence_intervals.net_promoter_score(happy, len(scores) - happy - against, against)
    nps = round(100 * (happy - against) / len(scores), 1)
    return answers.model_copy(update={"nps": nps, "nps_interval": _rounded(interval)})


def _agent(row: Reported) -> str | None:
    return row.agent_id


def _channel(row: Reported) -> str | None:
    return row.channel


def _week(zone: str, row: Reported) -> str | None:
    at = row.opened_at if isinstance(row, Case) else row.due_at
    year, week, _ = at.astimezone(ZoneInfo(zone)).isocalendar()
    return f"{year}-W{week:02}"


def _grouped(rows: Rows, key: Callable[[Reported], str | None]) -> dict[str, Rows]:
    """The rows by their key; those without one are left out."""
    found: defaultdict[str, list[Reported]] = defaultdict(list)
    everything: list[Reported] = [*rows.commitments, *rows.replies, *rows.cases, *rows.surveys]
    for row in everything:
        name = key(row)
        if name is not None:
            found[name].append(row)
    return {name: _sorted_out(some) for name, some in sorted(found.items())}


def _sorted_out(rows: Sequence[Reported]) -> Rows:
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


def _middle(seconds: Sequence[int]) -> int | None:
    return int(median(seconds)) if seconds else None
