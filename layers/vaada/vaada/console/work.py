"""Act on work: at once, or through a page that asks for a date or a reason."""

from dataclasses import dataclass
from datetime import date, datetime, time
from http import HTTPStatus
from typing import Literal
from urllib.parse import quote

from pydantic import TypeAdapter

from vaada.console import forms, my_day
from vaada.console.http import Answer, Fields, redirect
from vaada.console.visits import Visit
from vaada.flows import cases, commitments, hand_over, staff_actions, undo
from vaada.flows.messages import recipients
from vaada.flows.optimistic_write import NotFound, VersionChanged, change
from vaada.flows.staff_actions import NotOffered, StaffAction
from vaada.flows.work import StaffWork, agent_of, customer_of
from vaada.flows.work_lists import agents_by_id
from vaada.model.hours import Day, LocalTime
from vaada.model.people import Agent, Customer
from vaada.model.times import GivenTime
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply
from vaada.present.console.work_rows import Surroundings, work_row
from vaada.rules import commitments as rules
from vaada.rules.errors import NotPossible
from vaada.rules.time.clock import at_local
from vaada.rules.time.deadlines import working_hours
from vaada.rules.time.horizon import is_too_far
from vaada.rules.time.quick_dates import quick_dates

Problem = Literal["date", "past", "reason", "agent", "changed"]

_TIME: TypeAdapter[datetime] = TypeAdapter(GivenTime)
_DAY: TypeAdapter[date] = TypeAdapter(Day)
_CLOCK: TypeAdapter[time] = TypeAdapter(LocalTime)
_DATED = frozenset({"new_date", "running_late", "pick_date"})
_REASONED = frozenset({"new_date", "running_late", "withdraw", "decline"})
_ASKED = _DATED | _REASONED | {"give_up", "assign"}
_LONGEST_REASON = 500


@dataclass(frozen=True)
class _Sent:
    """A form as it was sent: the local date and time, the reason, and what is wrong with them."""

    at: datetime | None
    reason: str
    problem: Problem | None


def ask(visit: Visit, row_id: str, action: str) -> Answer:
    """Show the form of an action that needs a date or a reason."""
    work = _work(visit, row_id)
    if action not in _ASKED:
        raise NotFound(type(work), row_id)
    return _form(visit, work, action, _Sent(None, "", None))


def act(visit: Visit, row_id: str, action: str) -> Answer:
    """Carry out an action, and show the page it came from."""
    work = _work(visit, row_id)
    agent = agent_of(visit.desk, work)
    sent = _sent(visit, action)
    seen = forms.version_of(visit.request.form)
    if sent.problem is None and seen is not None and seen != work.version and action in _ASKED:
        sent = _Sent(sent.at, sent.reason, "changed")
    if sent.problem is not None:
        return _form(visit, work, action, sent)
    try:
        _carry_out(visit, work, agent, action, sent)
    except NotOffered:
        raise NotFound(type(work), row_id) from None
    except VersionChanged:
        if action in _ASKED:
            return _form(visit, _work(visit, row_id), action, _Sent(sent.at, sent.reason, "changed"))
        raise
    return _back(visit, action, row_id)


def take_back(visit: Visit, row_id: str) -> Answer:
    """Undo what was done by mistake within a day: kept, done, snoozed, answered, waiting."""
    desk, now, by = visit.desk, visit.now, visit.user.id
    match _work(visit, row_id):
        case Commitment():
            undo.undo_keep(desk, row_id, now, by)
        case FollowUp(status="scheduled"):
            undo.undo_snooze(desk, row_id, now, by)
        case FollowUp():
            undo.undo_complete(desk, row_id, now, by)
        case Reply(status="paused") as reply:
            cases.go_on(desk, reply.case_id, now, by)
        case Reply():
            undo.undo_answer(desk, row_id, now, by)
        case work:
            raise NotFound(type(work), row_id)
    return _back(visit, "undone", row_id)


def _back(visit: Visit, done: str, row_id: str) -> Answer:
    """Return the page that the form came from, which says what was done."""
    wanted = visit.request.form["back"]
    back = wanted if _is_own_page(wanted) else my_day.HERE
    if visit.request.is_partial and back.partition("?")[0] == my_day.HERE:
        return my_day.show(visit.after(back, done=done, row=row_id))
    joint = "&" if "?" in back else "?"
    return redirect(f"{back}{joint}done={quote(done)}&row={quote(row_id)}")


def _carry_out(visit: Visit, work: StaffWork, agent: Agent, action: str, sent: _Sent) -> None:
    desk, now, by = visit.desk, visit.now, visit.user.id
    agent_id = visit.request.form["agent_id"]
    match action, work:
        case "assign", Commitment():
            hand_over.assign(desk, Commitment, work.id, agent_id, now, by)
            return
        case "assign", FollowUp():
            hand_over.assign(desk, FollowUp, work.id, agent_id, now, by)
            return
    if action == "withdraw" and isinstance(work, Commitment):
        change(
            desk,
            Commitment,
            work.id,
            lambda row: rules.withdraw(row, sent.reason, now, by),
            other_rows=lambda _, row: commitments.rows_after_end(desk, row, now),
        )
        return
    reason = sent.reason or None
    staff_actions.act(desk, work, agent, StaffAction(action, sent.at, reason), now, by)  # type: ignore[arg-type]  # others are not offered


def _work(visit: Visit, row_id: str) -> StaffWork:
    """Return the row. Raises NotFound, and Refusal unless the user may act on it."""
    row = visit.desk.table.get_any(row_id)
    match row:
        case Commitment() | FollowUp() | Reply():
            visit.user.require_work(visit.desk, row)
            return row
        case Goodwill():
            visit.user.require_decides(visit.desk, row)
            return row
    raise NotFound(Commitment, row_id)


def _sent(visit: Visit, action: str) -> _Sent:
    request = visit.request
    reason, at = request.form["reason"][:_LONGEST_REASON], None
    if action in _DATED:
        at = sent_time(request.form, "at", visit.times.zone.key)
        if at is None:
            return _Sent(None, reason, "date")
        if at <= visit.now:
            return _Sent(at, reason, "past")
        if is_too_far(at, visit.now):
            return _Sent(None, reason, "date")
    if action in _REASONED and not reason:
        return _Sent(at, reason, "reason")
    if action == "assign" and not request.form["agent_id"]:
        return _Sent(at, reason, "agent")
    return _Sent(at, reason, None)


def sent_time(form: Fields, name: str, zone: str) -> datetime | None:
    """Return the chosen time: one that was offered, or the date and time that were entered in this zone."""
    chosen = form[name]
    try:
        if chosen and chosen != "other":
            return _TIME.validate_python(chosen)
        on = _DAY.validate_python(form[f"{name}_date"])
        return at_local(on, _CLOCK.validate_python(form[f"{name}_time"] or "12:00"), zone)
    except (ValueError, OverflowError):
        return None


def _form(visit: Visit, work: StaffWork, action: str, sent: _Sent) -> Answer:
    desk, agent = visit.desk, agent_of(visit.desk, work)
    customer = customer_of(desk, work)
    around = Surroundings(
        visit.times,
        visit.user.agent_id,
        {agent.id: agent},
        {customer.id: customer},
        {},
        desk.policy.commitments,
    )
    row = work_row(work, around)
    if action not in {button.action for button in row.menu}:
        raise NotPossible(work.kind_of_row, work.status, action)
    button = next(button for button in row.menu if button.action == action)
    colleagues = _colleagues(visit, work) if action == "assign" else ()
    told = _told(visit, customer) if action == "running_late" else None
    offered = quick_dates(working_hours(agent, desk.policy), visit.now) if action in _DATED else ()
    status = HTTPStatus.OK if sent.problem is None else HTTPStatus.UNPROCESSABLE_ENTITY
    if sent.problem == "changed":
        status = HTTPStatus.CONFLICT
    return visit.page(
        "work_form",
        my_day.HERE,
        status=status,
        row=row,
        work=work,
        button=button,
        dated=action in _DATED,
        reasoned=action in _REASONED,
        told=told,
        colleagues=colleagues,
        offered=offered,
        sent=sent,
        agents={agent.id: agent},
        zone=visit.times.zone.key,
        back=visit.request.form["back"] or visit.request.query["back"] or my_day.HERE,
    )


def _colleagues(visit: Visit, work: StaffWork) -> tuple[Agent, ...]:
    """Return who can have it from now on, by name."""
    others = (
        agent
        for agent in agents_by_id(visit.desk).values()
        if agent.agent_id != work.agent_id and agent.left_at is None
    )
    return tuple(sorted(others, key=lambda agent: agent.name.casefold()))


def _told(visit: Visit, customer: Customer) -> str:
    """Return how the customer will be told of a new date: by mail, by SMS, or not at all."""
    address = recipients.customer_address(visit.desk, customer, survey=False)
    return address.medium if address else "not"


def _is_own_page(path: str) -> bool:
    return path.startswith("/desk/") and "//" not in path and "\\" not in path and path.isprintable()
