"""Weekly reports: when one is sent and to whom, its content, and whether it is needed.

A report looks at one week, Monday to Sunday in the zone of the business. What it shows of earlier weeks it
has from the report before it, so that two weeks of promises are read and not a year.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from vaada.model.cases import Case
from vaada.model.ids import OF_THE_DESK, derived_row_id
from vaada.model.messages import Message
from vaada.model.people import Agent
from vaada.model.policy import PolicyDocument
from vaada.model.weekly_reports import (
    Call,
    CallReason,
    Cost,
    Evidence,
    KeptPromises,
    MissedBy,
    Sent,
    ToThank,
    WeeklyFigures,
    WeeklyReport,
)
from vaada.model.work import Commitment, Goodwill, Reply, Survey
from vaada.rules import recognition, reports, survey_answers
from vaada.rules.report_figures import figures_of
from vaada.rules.time.clock import NeverOpens, at_local
from vaada.rules.time.deadlines import business_hours

WEEKS = 52
"""How many weeks of promises a report shows."""
CALLS = 3
"""How many customers to call a report names."""
NAMED = 2
"""The number of those who waited too long, and of comments: the report fits on one page of a phone."""
THANKED, UNTHANKED = 2, 3
"""The number of agents to thank for something in the week, and of those whom nobody has thanked for long."""
NOTHING = "there was nothing to report"
TOO_LATE = "the week after it was over before it could be sent"

_WEEK = timedelta(weeks=1)
_EARLIEST = time(6)  # for a business that is open all night
_LATEST = timedelta(days=6)  # for a business that is closed all week
_GRANTED = frozenset({"granted", "approved"})
_THOUSANDTHS_OF_A_CENT = 100_000  # in a dollar
_MOST_URGENT_FIRST: tuple[CallReason, ...] = (
    "unhappy",
    "promise_late",
    "still_waits",
    "complaint_open",
    "run_around",
)


@dataclass(frozen=True)
class Findings:
    """The rows that were read for a report.

    `promises` were due from `promises_since` until the end of the week. `replies`, `cases`, `goodwill` and
    `messages` are those of the week, `open_cases` all that are open. `answered` are surveys with an answer,
    also from before the week. `causes` are those of complaints, by the id of the case. `earlier` are the
    promises of the weeks before `promises_since`. `thanks` are those that could be said to the `agents`.
    `reviews` is how many relationships are proposed for review.
    """

    promises_since: datetime
    promises: Sequence[Commitment] = ()
    replies: Sequence[Reply] = ()
    cases: Sequence[Case] = ()
    open_cases: Sequence[Case] = ()
    answered: Sequence[Survey] = ()
    goodwill: Sequence[Goodwill] = ()
    messages: Sequence[Message] = ()
    causes: Mapping[str, str] = field(default_factory=dict)
    texts_of_month: int = 0
    earlier: Mapping[str, KeptPromises] = field(default_factory=dict)
    thanks: recognition.Overview = field(default_factory=lambda: recognition.Overview({}, {}))
    agents: Mapping[str, Agent] = field(default_factory=dict)
    reviews: int = 0


def plan(policy: PolicyDocument, now: datetime) -> WeeklyReport:
    """Return the report on the current week. It is the same row if it is planned twice."""
    zone = policy.business.time_zone
    today = now.astimezone(ZoneInfo(zone)).date()
    monday = today - timedelta(days=today.weekday())
    begins, ends = at_local(monday, time(0), zone), at_local(monday + _WEEK, time(0), zone)
    week = week_of(begins, zone)
    return WeeklyReport(
        weekly_report_id=report_id(week),
        week=week,
        begins=begins,
        ends=ends,
        wake_at=_sent_at(monday + _WEEK, policy),
        created_at=now,
    )


def report_id(week: str) -> str:
    """Return the id of the report on a week such as 2026-W07. Raises ValueError for an invalid week."""
    year, number = week.split("-W")
    monday = date.fromisocalendar(int(year), int(number), 1)
    return derived_row_id(OF_THE_DESK, week, at_local(monday, time(0), "UTC"))


def week_of(at: datetime, zone: str) -> str:
    """Return the ISO week of an instant in this zone, such as 2026-W07."""
    year, week, _ = at.astimezone(ZoneInfo(zone)).isocalendar()
    return f"{year}-W{week:02}"


def week_before(row: WeeklyReport, policy: PolicyDocument, weeks: int = 1) -> str:
    """Return the week so many weeks before that of the report."""
    zone = policy.business.time_zone
    return week_of(row.begins + _WEEK / 2 - weeks * _WEEK, zone)  # the middle: clocks may have changed


def is_over(row: WeeklyReport, now: datetime) -> bool:
    """Whether the following week is over as well, so that another report is the latest."""
    return now >= row.ends + _WEEK


def is_wanted(agent: Agent, owner_email: str) -> bool:
    """Whether the agent gets the report: a manager who wants it, or the owner unless they do not."""
    if agent.left_at is not None:
        return False
    if agent.email.casefold() == owner_email.casefold():
        return agent.weekly_report is not False
    return agent.role == "manager" and agent.weekly_report is True


def readers(agents: Iterable[Agent], owner_email: str) -> Iterator[Agent | None]:
    """Yield who gets the report. None is the owner, if no agent has the owner's address."""
    present = [agent for agent in agents if agent.left_at is None]
    if not any(agent.email.casefold() == owner_email.casefold() for agent in present):
        yield None
    yield from (agent for agent in present if is_wanted(agent, owner_email))


def delay(row: WeeklyReport, policy: PolicyDocument, now: datetime) -> WeeklyReport | None:
    """Return the report with a later time if the policy's hours have changed. None: it is due now."""
    zone = policy.business.time_zone
    # The middle of the next week is a day of that week in every time zone.
    day = (row.ends + _WEEK / 2).astimezone(ZoneInfo(zone)).date()
    at = _sent_at(day - timedelta(days=day.weekday()), policy)
    return row.changed().waiting(at) if at > now else None


def skip(row: WeeklyReport, why: str, now: datetime, figures: WeeklyFigures | None = None) -> WeeklyReport:
    """Return the report as one that is sent to nobody."""
    ended = {"status": "skipped", "skipped_because": why, "figures": figures, "reported_at": now}
    return row.changed(**ended).waiting(None)


def report(row: WeeklyReport, found: Findings, policy: PolicyDocument, now: datetime) -> WeeklyReport:
    """Return the report with its figures, ready to send, or skipped if nothing happened in its week."""
    figures = _figures(row, found, policy, now)
    if not _has_anything(row, found, now):
        return skip(row, NOTHING, now, figures)
    return row.changed(status="sent", figures=figures, reported_at=now).waiting(None)


def missed_in(row: WeeklyReport, promises: Iterable[Commitment], now: datetime) -> list[Commitment]:
    """Return the promises of the report's week that were not kept in time."""
    return [one for one in promises if row.begins <= one.due_at and "missed" in figures_of(one, now)]


def _sent_at(monday: date, policy: PolicyDocument) -> datetime:
    """Return when the business first opens in the week, not in the night."""
    earliest = at_local(monday, _EARLIEST, policy.business.time_zone)
    try:
        opens = business_hours(policy).opens(earliest)
    except NeverOpens:
        return earliest
    return opens if opens < earliest + _LATEST else earliest


def _figures(row: WeeklyReport, found: Findings, policy: PolicyDocument, now: datetime) -> WeeklyFigures:
    late = [reply for reply in found.replies if "late" in figures_of(reply, now)]
    late.sort(key=lambda reply: _late_by(reply, now), reverse=True)
    answers = _answers_in(row, found.answered)
    return WeeklyFigures(
        promises=_promises(row, found, policy, now),
        waited=len(late),
        waited_longest=tuple(reply.id for reply in late[:NAMED]),
        calls=_calls(row, found, policy, now),
        answers=len(answers),
        comments=_comments(answers, policy),
        to_thank=tuple(_to_thank(row, found.thanks))[:THANKED],
        unthanked=tuple(recognition.unthanked(found.thanks, found.agents, now))[:UNTHANKED],
        reviews=found.reviews,
        missed_by=_missed_by(row, found, now),
        sent=_sent(found.messages),
        cost=_cost(found),
    )


def _promises(
    row: WeeklyReport, found: Findings, policy: PolicyDocument, now: datetime
) -> dict[str, KeptPromises]:
    zone = policy.business.time_zone
    kept: Counter[str] = Counter()
    settled: Counter[str] = Counter()
    for promise in found.promises:
        figures = set(figures_of(promise, now))
        week = reports.week_of(zone, promise)
        settled[week] += "settled" in figures
        kept[week] += "kept_in_time" in figures
    promises: dict[str, KeptPromises] = {}
    for weeks in range(WEEKS - 1, -1, -1):
        week = week_before(row, policy, weeks)
        if settled[week]:
            promises[week] = KeptPromises(kept=kept[week], settled=settled[week])
        elif week in found.earlier and row.begins - weeks * _WEEK < found.promises_since:
            promises[week] = found.earlier[week]
    return promises


def _late_by(reply: Reply, now: datetime) -> float:
    if reply.late_by_seconds is not None:
        return reply.late_by_seconds
    return (now - reply.due_at).total_seconds()


def _answers_in(row: WeeklyReport, answered: Iterable[Survey]) -> list[Survey]:
    """Return the answers that were given in the week of the report, the latest first."""
    found = [one for one in answered if one.answered_at and row.begins <= one.answered_at < row.ends]
    return sorted(found, key=lambda one: one.answered_at or one.due_at, reverse=True)


def _comments(answers: Sequence[Survey], policy: PolicyDocument) -> tuple[str, ...]:
    """Return the ids of the answers to quote: the latest unhappy one first, then the latest others."""
    written = [one for one in answers if (one.comment or "").strip()]
    unhappy = [one for one in written if survey_answers.is_low(one, policy)]
    others = [one for one in written if not survey_answers.is_low(one, policy)]
    return tuple(one.id for one in (*unhappy[:1], *others, *unhappy[1:])[:NAMED])


def _to_thank(row: WeeklyReport, thanks: recognition.Overview) -> Iterator[ToThank]:
    """Yield each agent with the week's latest reason for thanks. Who waits longest comes first."""
    for agent_id, proposals in thanks.proposals.items():
        one = next((one for one in proposals if row.begins <= one.at < row.ends), None)
        if one is not None:
            shown = {"row_id": one.evidence.id, "customer_id": one.evidence.customer_id}
            yield ToThank.model_validate({"agent_id": agent_id, "reason": one.reason, **shown})


def _calls(row: WeeklyReport, found: Findings, policy: PolicyDocument, now: datetime) -> tuple[Call, ...]:
    """Return the customers to call, those with the most and then the most urgent reasons first."""
    reasons: defaultdict[str, dict[CallReason, tuple[datetime, str]]] = defaultdict(dict)
    for customer_id, why, at, row_id in sorted(_reasons_to_call(row, found, policy, now)):
        reasons[customer_id].setdefault(why, (at, row_id))

    def urgency(customer_id: str) -> tuple[int, int, datetime]:
        first = min(reasons[customer_id], key=_MOST_URGENT_FIRST.index)
        since, _ = reasons[customer_id][first]
        return -len(reasons[customer_id]), _MOST_URGENT_FIRST.index(first), since

    return tuple(
        Call(
            customer_id=customer_id,
            reasons=tuple(
                Evidence(why=why, row_id=reasons[customer_id][why][1])
                for why in _MOST_URGENT_FIRST
                if why in reasons[customer_id]
            ),
        )
        for customer_id in sorted(reasons, key=urgency)[:CALLS]
    )


def _reasons_to_call(
    row: WeeklyReport, found: Findings, policy: PolicyDocument, now: datetime
) -> Iterator[tuple[str, CallReason, datetime, str]]:
    answers = _answers_in(row, found.answered)
    latest = {answer.customer_id: answer for answer in reversed(answers)}
    for answer in latest.values():
        if survey_answers.is_low(answer, policy):
            yield answer.customer_id, "unhappy", answer.answered_at or answer.due_at, answer.id
    for promise in found.promises:
        if promise.status == "open" and promise.due_at <= now:
            yield promise.customer_id, "promise_late", promise.due_at, promise.id
    for reply in found.replies:
        if reply.status == "awaited" and reply.due_at <= now:
            yield reply.customer_id, "still_waits", reply.due_at, reply.id
    for case in found.open_cases:
        if case.kind == "complaint":
            yield case.customer_id, "complaint_open", case.opened_at, case.id
        if case.run_around_at is not None:
            yield case.customer_id, "run_around", case.run_around_at, case.id


def _missed_by(row: WeeklyReport, found: Findings, now: datetime) -> MissedBy | None:
    missed = missed_in(row, found.promises, now)
    if not missed:
        return None
    by_cause: defaultdict[tuple[str, str], list[Commitment]] = defaultdict(list)
    for promise in missed:
        cause = found.causes.get(promise.case_id, "").strip().casefold()
        by_cause[("cause", cause) if cause else ("origin", promise.origin)].append(promise)
    (kind, _), most = max(by_cause.items(), key=lambda one: (len(one[1]), one[0][0] == "cause", one[0]))
    known = {"case_id": most[0].case_id} if kind == "cause" else {"origin": most[0].origin}
    return MissedBy.model_validate({**known, "missed": len(most), "of": len(missed)})


def _sent(messages: Sequence[Message]) -> Sent:
    withheld = [one for one in messages if one.status == "withheld"]
    why = Counter(one.why_not for one in withheld if one.why_not).most_common(1)
    sent = Counter(one.medium for one in messages if one.status == "sent")
    return Sent(
        mails=sent["email"],
        texts=sent["sms"],
        withheld=len(withheld),
        withheld_because=why[0][0] if why else None,
        failed=sum(one.status in {"failed", "unknown"} for one in messages),
    )


def _cost(found: Findings) -> Cost:
    goodwill: defaultdict[str, Decimal] = defaultdict(Decimal)
    for one in found.goodwill:
        if one.status in _GRANTED:
            goodwill[one.currency] += one.amount
    texts = Decimal(found.texts_of_month) / _THOUSANDTHS_OF_A_CENT
    return Cost(texts_of_month=texts.quantize(Decimal("0.01")), goodwill=dict(sorted(goodwill.items())))


def _has_anything(row: WeeklyReport, found: Findings, now: datetime) -> bool:
    """Whether anything happened. A report that nobody needs is not sent."""
    settled = any(
        row.begins <= promise.due_at and "settled" in figures_of(promise, now) for promise in found.promises
    )
    others = any(one.purpose != "weekly_report" for one in found.messages)
    answers = _answers_in(row, found.answered)
    return settled or others or bool(found.replies or found.cases or answers or found.goodwill)
