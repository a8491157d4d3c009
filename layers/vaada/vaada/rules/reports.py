"""Reports: commitments, replies, cases and surveys of a period, counted by agent, channel and week.

A row belongs to the period by when it was due, or for a case by when it was opened. What is due when a
period ends belongs to the next one alone. Rates are between 0 and 1, of the rows whose outcome is known, and
None if there are none.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from statistics import median
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from vaada.model.cases import Case
from vaada.model.rows import Row, StoredModel
from vaada.model.times import Instant
from vaada.model.work import SCALES, Commitment, Reply, Survey, SurveyKind
from vaada.rules import confidence_intervals
from vaada.rules.report_figures import Figure, Reported, figures_of, missed_date

FIELDS: dict[type[Row], frozenset[str]] = {
    Commitment: frozenset({"status", "channel", "kept_at", "history"}),
    Reply: frozenset({"status", "took_seconds", "late_by_seconds"}),
    Case: frozenset(
        {"status", "hand_offs", "repeat_contacts", "reopenings", "run_around_at", "contacts", "cause"}
    ),
    Survey: frozenset({"status", "channel", "kind", "sent_at", "score"}),
}
"""The fields of rows that reports read, besides the required ones."""

Interval = tuple[float, float]
R = TypeVar("R", Commitment, Reply, Case, Survey)
_DETRACTOR_MAX = 6  # of ten


class Promises(StoredModel):
    """Commitments that were due.

    `kept_in_time` are kept by the date first promised, `kept_after_change` by another one that was agreed
    before any was missed. `kept_late` are the others that are kept: a new date for a missed promise does not
    mend it. `missed` are those kept late, overdue and broken. The rates are of those kept or missed.
    """

    due: int
    kept_in_time: int
    kept_after_change: int
    kept_late: int
    overdue: int
    broken: int
    missed: int
    withdrawn: int
    kept_rate: float | None
    kept_after_change_rate: float | None
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
    """The effort of customers. `first_contact_rate` is the share of cases resolved in one interaction.

    `hand_offs`, `repeat_contacts` and `reopenings` are counted themselves; `handed_on`, `came_again` and
    `opened_again` are the cases that have any.
    """

    cases: int
    resolved: int
    solved_at_once: int
    handed_on: int
    came_again: int
    opened_again: int
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
    satisfied: int
    response_rate: float | None
    response_interval: Interval | None
    mean_score: float | None
    happy_rate: float | None
    happy_interval: Interval | None
    nps: float | None = None
    nps_interval: Interval | None = None


class Service(StoredModel):
    """The figures of all agents, one agent, one channel or one week."""

    promises: Promises
    replies: Replies
    run_around: RunAround
    satisfaction: dict[SurveyKind, Answers]


class CauseCount(StoredModel):
    """The number of complaints with this cause."""

    cause: str
    complaints: int


class Complaints(StoredModel):
    """The complaints of a week. Those without a recorded cause are in none of the causes."""

    complaints: int
    causes: tuple[CauseCount, ...]


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
    complaints_by_week: dict[str, Complaints]


class Rows(NamedTuple):
    """The rows of the period."""

    commitments: Sequence[Commitment] = ()
    replies: Sequence[Reply] = ()
    cases: Sequence[Case] = ()
    surveys: Sequence[Survey] = ()

    def within(self, begins: datetime, ends: datetime) -> "Rows":
        """Return the rows that belong to this part of the period."""

        def part(rows: Sequence[R]) -> tuple[R, ...]:
            return tuple(row for row in rows if begins <= belongs_at(row) < ends)

        return Rows(part(self.commitments), part(self.replies), part(self.cases), part(self.surveys))


def report(rows: Rows, begins: datetime, ends: datetime, zone: str, now: datetime) -> Report:
    """Return the report on these rows as of `now`. Weeks are ISO 8601 weeks in the time zone `zone`."""
    complaints = [case for case in rows.cases if "complaints" in figures_of(case, now)]
    in_weeks = _group_by(Rows(cases=complaints), partial(week_of, zone))
    return Report(
        begins=begins,
        ends=ends,
        all=_service(rows, now),
        by_agent={name: _service(some, now) for name, some in _group_by(rows, _agent_of).items()},
        by_channel={name: _service(some, now) for name, some in _group_by(rows, _channel_of).items()},
        by_week={name: _service(some, now) for name, some in _group_by(rows, partial(week_of, zone)).items()},
        complaints=len(complaints),
        causes=_causes(complaints),
        complaints_by_week={
            week: Complaints(complaints=len(some.cases), causes=_causes(some.cases))
            for week, some in in_weeks.items()
        },
    )


def _causes(complaints: Sequence[Case]) -> tuple[CauseCount, ...]:
    counted = Counter(case.cause.strip() for case in complaints if case.cause)
    return tuple(CauseCount(cause=cause, complaints=count) for cause, count in counted.most_common())


def _service(rows: Rows, now: datetime) -> Service:
    return Service(
        promises=promises(rows.commitments, now),
        replies=_replies(rows.replies, now),
        run_around=_run_around(rows.cases, now),
        satisfaction=satisfaction(rows.surveys, now),
    )


def promises(rows: Sequence[Commitment], now: datetime) -> Promises:
    """Return the figures of these commitments."""
    counted = _count(rows, now)
    late = [
        int((row.kept_at - missed).total_seconds())
        for row in rows
        if row.status == "kept" and row.kept_at is not None and (missed := missed_date(row)) is not None
    ]
    return Promises(
        due=counted["promises"],
        kept_in_time=counted["kept_in_time"],
        kept_after_change=counted["kept_after_change"],
        kept_late=counted["kept_late"],
        overdue=counted["overdue"],
        broken=counted["broken"],
        missed=counted["missed"],
        withdrawn=counted["withdrawn"],
        kept_rate=_rate(counted["kept_in_time"], counted["settled"]),
        kept_after_change_rate=_rate(counted["kept_after_change"], counted["settled"]),
        median_late_seconds=_median_seconds(late),
    )


def _count(rows: Sequence[Reported], now: datetime) -> Counter[Figure]:
    return Counter(figure for row in rows for figure in figures_of(row, now))


def _replies(rows: Sequence[Reply], now: datetime) -> Replies:
    counted = _count(rows, now)
    given = [row for row in rows if row.status == "given"]
    return Replies(
        asked=counted["replies"],
        in_time=counted["in_time"],
        late=counted["late"],
        waiting=counted["waiting"],
        in_time_rate=_rate(counted["in_time"], counted["judged"]),
        median_seconds=_median_seconds([row.took_seconds for row in given if row.took_seconds is not None]),
        median_late_seconds=_median_seconds([row.late_by_seconds for row in given if row.late_by_seconds]),
    )


def _run_around(rows: Sequence[Case], now: datetime) -> RunAround:
    counted = _count(rows, now)
    cases = [row for row in rows if row.status != "merged"]
    return RunAround(
        cases=counted["cases"],
        resolved=counted["resolved"],
        solved_at_once=counted["solved_at_once"],
        handed_on=counted["handed_on"],
        came_again=counted["came_again"],
        opened_again=counted["opened_again"],
        hand_offs=sum(len(row.hand_offs) for row in cases),
        repeat_contacts=sum(len(row.repeat_contacts) for row in cases),
        reopenings=sum(len(row.reopenings) for row in cases),
        run_arounds=counted["run_around"],
        first_contact_rate=_rate(counted["solved_at_once"], counted["resolved"]),
    )


def satisfaction(rows: Sequence[Survey], now: datetime) -> dict[SurveyKind, Answers]:
    """Return the figures of these surveys, by kind."""
    answers: dict[SurveyKind, Answers] = {}
    for kind in SCALES:
        of_kind = [row for row in rows if row.kind == kind]
        counted = _count(of_kind, now)
        if counted["asked"]:
            answers[kind] = _answers(kind, of_kind, counted)
    return answers


def _answers(kind: SurveyKind, rows: Sequence[Survey], counted: Counter[Figure]) -> Answers:
    scores = [row.score for row in rows if row.score is not None and row.status != "withheld"]
    asked, answered, happy = counted["asked"], counted["answered"], counted["satisfied"]
    answers = Answers(
        asked=asked,
        answered=answered,
        satisfied=happy,
        response_rate=_rate(answered, asked),
        response_interval=_rounded(confidence_intervals.for_share(answered, asked)),
        mean_score=round(sum(scores) / len(scores), 2) if scores else None,
        happy_rate=_rate(happy, answered),
        happy_interval=_rounded(confidence_intervals.for_share(happy, answered)),
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


def belongs_at(row: Reported) -> datetime:
    """Return the time by which the row belongs to a period: when it was due, or a case was opened."""
    return row.opened_at if isinstance(row, Case) else row.due_at


def week_of(zone: str, row: Reported) -> str:
    """Return the ISO week of the row in this zone, such as 2026-W07."""
    year, week, _ = belongs_at(row).astimezone(ZoneInfo(zone)).isocalendar()
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
