"""Write the weekly report, and hold the messages that send it to those who want it."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from vaada.desk import Desk
from vaada.flows import recognition
from vaada.flows.optimistic_write import require
from vaada.flows.reports import TooManyRows, rows_listed, rows_of_kind
from vaada.flows.work_lists import agents_by_id
from vaada.gateways.table import Conflict
from vaada.model.cases import Case
from vaada.model.ids import OF_THE_DESK, derived_row_id
from vaada.model.messages import Message
from vaada.model.people import Agent, Customer
from vaada.model.rate_limits import RateCount
from vaada.model.relationships import Relationship
from vaada.model.weekly_reports import WeeklyReport
from vaada.model.work import Commitment, Goodwill, Reply, Survey
from vaada.present.weekly_report import Named
from vaada.rules import weekly_reports as rules
from vaada.rules.time.availability import staff_reachable_at
from vaada.rules.time.deadlines import working_hours
from vaada.rules.weekly_reports import Findings

_SECOND = timedelta(seconds=1)  # all times are whole seconds
_WEEK = timedelta(weeks=1)
_OPEN_CASES_OF = 13 * _WEEK
_MOST_CASES = 100  # cases whose causes are read
_STATUSES_OF_MESSAGES = ("sent", "withheld", "failed", "unknown")


def plan_first(desk: Desk, now: datetime) -> None:
    """Plan the report on this week, unless it is already planned. Each report plans the next one."""
    row = rules.plan(desk.policy, now)
    if desk.table.get(WeeklyReport, row.id) is None:
        with suppress(Conflict):
            desk.table.write(row)


def write_report(desk: Desk, report_id: str, version: int, now: datetime) -> str:
    """Write the report on a past week, and the messages that send it. Returns the outcome."""
    row = desk.table.get(WeeklyReport, report_id)
    if row is None or row.version != version or row.wake_at is None or row.wake_at > now:
        return "stale"
    try:
        if (waits := rules.delay(row, desk.policy, now)) is not None:
            desk.table.write(waits)
            return "waits"
        written = _written(desk, row, now)
        messages = _messages(desk, written, now) if written.status == "sent" else ()
        following = rules.plan(desk.policy, now)
        planned = desk.table.get(WeeklyReport, following.id) is not None
        desk.table.write(written, *([] if planned else [following]), *messages)
    except Conflict:
        return "claimed by another"
    return written.status


def named_in(desk: Desk, row: WeeklyReport) -> Named:
    """Return the rows that the report names."""
    figures = row.figures
    if figures is None:
        return Named({}, {}, {}, {}, {})
    wanted = [*figures.waited_longest, *figures.comments]
    wanted += [reason.row_id for call in figures.calls for reason in call.reasons]
    if figures.missed_by and figures.missed_by.case_id:
        wanted.append(figures.missed_by.case_id)
    rows = desk.table.work_rows(wanted)
    customer_ids = {call.customer_id for call in figures.calls}
    customer_ids |= {one.customer_id for one in figures.to_thank}
    customer_ids |= {row.customer_id for row in rows.values() if isinstance(row, Reply | Survey | Case)}
    customers = desk.table.get_several(Customer, sorted(customer_ids))
    merged = {one.merged_into for one in customers.values() if one.merged_into}
    present = desk.table.get_several(Customer, sorted(merged)) if merged else {}
    return Named(
        {key: present.get(one.merged_into or "", one) for key, one in customers.items()},
        {key: one for key, one in rows.items() if isinstance(one, Reply)},
        {key: one for key, one in rows.items() if isinstance(one, Survey)},
        {key: one for key, one in rows.items() if isinstance(one, Case)},
        agents_by_id(desk) if figures.to_thank or figures.unthanked else {},
    )


def report_on(desk: Desk, week: str) -> WeeklyReport:
    """Return the report on a week. Raises NotFound, ValueError."""
    return require(desk, WeeklyReport, rules.report_id(week))


def _written(desk: Desk, row: WeeklyReport, now: datetime) -> WeeklyReport:
    if rules.is_over(row, now):
        return rules.skip(row, rules.TOO_LATE, now)
    return rules.report(row, _findings(desk, row, now), desk.policy, now)


def _findings(desk: Desk, row: WeeklyReport, now: datetime) -> Findings:
    before = desk.table.get(WeeklyReport, rules.report_id(rules.week_before(row, desk.policy)))
    earlier = before.figures.promises if before is not None and before.figures is not None else None
    since = row.begins - (_WEEK if earlier is not None else (rules.WEEKS - 1) * _WEEK)
    try:
        promises = rows_of_kind(desk, Commitment, since, row.ends, None, frozenset({"origin"}))
    except TooManyRows:  # a year has too many: then only the week itself is shown
        since = row.begins
        promises = rows_of_kind(desk, Commitment, since, row.ends, None, frozenset({"origin"}))
    missed = sorted({one.case_id for one in rules.missed_in(row, promises, now)})
    cases = desk.table.get_several(Case, missed[:_MOST_CASES]).values()
    answered_since = row.begins - timedelta(days=desk.policy.surveys.close_after_days)
    spent = desk.table.get(RateCount, f"sms-spend-{row.ends - _SECOND:%Y%m}")
    in_week = (row.begins, row.ends)
    return Findings(
        promises_since=since,
        promises=promises,
        replies=rows_of_kind(desk, Reply, *in_week, None),
        cases=rows_of_kind(desk, Case, *in_week, None),
        open_cases=rows_listed(
            desk, Case, ("open",), row.ends - _OPEN_CASES_OF, row.ends, frozenset({"run_around_at"})
        ),
        answered=rows_listed(
            desk,
            Survey,
            ("answered",),
            answered_since,
            row.ends,
            frozenset({"kind", "score", "comment", "answered_at"}),
        ),
        goodwill=rows_listed(desk, Goodwill, ("granted", "approved"), *in_week),
        messages=rows_listed(desk, Message, _STATUSES_OF_MESSAGES, *in_week, frozenset({"why_not"})),
        causes={case.id: case.cause for case in cases if case.cause},
        texts_of_month=spent.count if spent is not None else 0,
        earlier=earlier or {},
        thanks=recognition.overview(desk, now),
        agents=agents_by_id(desk),
        reviews=desk.table.count_rows(Relationship, status="proposed"),
    )


def _messages(desk: Desk, row: WeeklyReport, now: datetime) -> Iterator[Message]:
    for reader in rules.readers(agents_by_id(desk).values(), desk.settings.owner_email):
        at = staff_reachable_at(working_hours(reader, desk.policy), now) if reader else now
        yield _message(row, reader, at, now)


def _message(row: WeeklyReport, reader: Agent | None, at: datetime, now: datetime) -> Message:
    to = reader.id if reader else "owner"
    return Message(
        message_id=derived_row_id(row.id, f"to {to}", now),
        customer_id=OF_THE_DESK,
        about_id=row.id,
        about_kind="weekly_report",
        purpose="weekly_report",
        to="agent" if reader else "owner",
        recipient_id=reader.id if reader else None,
        medium="email",
        why="a week is over",
        status="held",
        attempts=0,
        wake_at=at,
        created_at=now,
    )
