"""What a member of staff does from a message: done, later, kept, running late, a decision."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from vaada.desk import Desk
from vaada.flows import cases, goodwill, replies
from vaada.flows import commitments as commitments_flow
from vaada.flows.optimistic_write import change
from vaada.flows.work import StaffWork, agent_of
from vaada.model.messages import Message
from vaada.model.people import Agent
from vaada.model.text import Line
from vaada.model.times import Instant
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply
from vaada.present.pages import ActionProblem
from vaada.present.view_models import ActionName
from vaada.rules import commitments, follow_ups
from vaada.rules.replies import OPEN
from vaada.rules.time.clock import Hours, at_local
from vaada.rules.time.deadlines import working_hours

_INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)
_LINE: TypeAdapter[str] = TypeAdapter(Line)


class BadEntry(Exception):
    """Something on the form is missing or wrong."""

    def __init__(self, problem: ActionProblem) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True)
class Entry:
    """What the form sent: `do`, and `date`, `time` and `reason` where the action needs them."""

    fields: Mapping[str, str]

    @property
    def action(self) -> ActionName:
        """What to do. Raises BadEntry."""
        for name in get_args(ActionName):
            if name == self.fields.get("do"):
                chosen: ActionName = name
                return chosen
        raise BadEntry("do")

    def moment(self, zone: str, now: datetime) -> datetime:
        """The date and time entered, meant in this zone. Raises BadEntry unless it is still to come."""
        try:
            day = date.fromisoformat(self.fields.get("date", ""))
            clock = time.fromisoformat(self.fields.get("time", ""))
            at = _INSTANT.validate_python(at_local(day, clock.replace(tzinfo=None), zone))
        except (ValueError, OverflowError) as error:
            raise BadEntry("date") from error
        if at <= now:
            raise BadEntry("past")
        return at

    def reason(self) -> str:
        """Why the date moves. Raises BadEntry."""
        try:
            return _LINE.validate_python(self.fields.get("reason", ""))
        except ValidationError as error:
            raise BadEntry("reason") from error


@dataclass(frozen=True)
class Done:
    """What was done, in words; `asking` what to do instead of trying the customer once more."""

    words: str
    asking: bool = False


@dataclass(frozen=True)
class _Actor:
    """Who acts: the agent, with their zone and working hours."""

    agent: Agent
    zone: str
    working: Hours


def act(desk: Desk, work: StaffWork, entry: Entry, now: datetime) -> Done:
    """Do it, and say what was done. Raises BadEntry, NotPossible, NotThere, Busy, Conflict.

    What would count twice is done to the work as it was shown, or not at all. Raises Outdated then.
    """
    agent = agent_of(desk, work)
    actor = _Actor(
        agent, agent.time_zone or desk.policy.business.time_zone, working_hours(agent, desk.policy)
    )
    match work:
        case FollowUp():
            return _about_follow_up(desk, work, entry, actor, now)
        case Commitment():
            return _about_promise(desk, work, entry, actor, now)
        case Reply():
            return _about_reply(desk, work, entry, actor, now)
        case Goodwill():
            return _about_goodwill(desk, work, entry, actor, now)


def _about_follow_up(desk: Desk, work: FollowUp, entry: Entry, actor: _Actor, now: datetime) -> Done:
    by = actor.agent.agent_id
    match entry.action:
        case "done":
            change(desk, FollowUp, work.id, lambda row: follow_ups.complete(row, now, by))
            return Done("Done. There will be no more reminders of this.")
        case "give_up":
            reason = "the customer could not be reached"
            change(desk, FollowUp, work.id, lambda row: follow_ups.cancel(row, now, by, reason))
            return Done(
                "Cancelled: the customer could not be reached. There will be no more reminders of this."
            )
        case "unreachable":
            tried = change(
                desk,
                FollowUp,
                work.id,
                lambda row: follow_ups.note_unreached(row, desk.policy, actor.working, now, by),
                seen=work.version,
            )
            if tried.unreached >= desk.policy.follow_ups.unreached_asks_after:
                return Done("", asking=True)
            return Done(f"Noted. You will be reminded to try again on {_words(tried.due_at, actor.zone)}.")
        case "tomorrow":
            until = actor.working.next_morning(now)
        case "next_week":
            until = actor.working.opens(_next_monday(now, actor.zone))
        case "old_date" if work.woken_from is not None and work.woken_from > now:
            until = work.woken_from
        case "pick_date":
            until = entry.moment(actor.zone, now)
        case _:
            raise BadEntry("do")
    change(desk, FollowUp, work.id, lambda row: follow_ups.snooze(row, until, now, by), seen=work.version)
    return Done(f"You will be reminded on {_words(until, actor.zone)}.")


def _about_promise(desk: Desk, work: Commitment, entry: Entry, actor: _Actor, now: datetime) -> Done:
    by, action = actor.agent.agent_id, entry.action
    match action:
        case "kept":
            change(
                desk,
                Commitment,
                work.id,
                lambda row: commitments.keep(row, now, by),
                along=lambda row: commitments_flow.rows_after_end(desk, row, now),
            )
            return Done("Promise kept. Well done.")
        case "unreachable":
            tried = change(
                desk,
                Commitment,
                work.id,
                lambda row: commitments.note_unreached(row, now, by),
                seen=work.version,
            )
            if tried.unreached >= desk.policy.follow_ups.unreached_asks_after:
                return Done("", asking=True)
            return Done(f"Noted. The promise stays due on {_words(tried.due_at, actor.zone)}.")
        case "new_date" | "running_late":
            agreed = commitments.Agreement(entry.moment(actor.zone, now), entry.reason())
        case _:
            raise BadEntry("do")
    promise, told = commitments_flow.renegotiate(
        desk,
        work.id,
        agreed,
        lambda _: (),
        now,
        by,
        tell_customer=action == "running_late",
        seen=work.version,
    )
    due = f"The promise is now due on {_words(promise.due_at, actor.zone)}."
    if told is None:
        return Done(f"{due} Make sure that the customer knows.")
    return Done(f"{due} {_told(told, actor.zone)}")


def _told(message: Message, zone: str) -> str:
    by = "e-mail" if message.medium == "email" else "text message"
    if message.wake_at is not None and message.wake_at > message.created_at:
        return f"It is late where the customer is: they hear by {by} on {_words(message.wake_at, zone)}."
    return f"The customer hears of it by {by} in a moment."


def _about_reply(desk: Desk, work: Reply, entry: Entry, actor: _Actor, now: datetime) -> Done:
    by = actor.agent.agent_id
    match entry.action:
        case "answered":
            replies.mark_answered(desk, work.id, now, by)
            return Done("Noted: the customer has their answer.")
        case "waiting" if work.status in OPEN:
            if work.status == "awaited":
                cases.wait(desk, work.case_id, lambda _: (), now, by)
            return Done("The clock stands still until the customer is in touch again.")
        case _:
            raise BadEntry("do")


def _about_goodwill(desk: Desk, work: Goodwill, entry: Entry, actor: _Actor, now: datetime) -> Done:
    approved = entry.action == "approve"
    if entry.action not in {"approve", "decline"}:
        raise BadEntry("do")
    reason = entry.reason() if not approved else None
    by = actor.agent.supervisor_id or "owner"
    goodwill.decide(desk, work.id, approved=approved, reason=reason, receipts=lambda _: (), now=now, by=by)
    return Done(f"{work.currency} {work.amount} {'approved' if approved else 'declined'}.")


def _next_monday(now: datetime, zone: str) -> datetime:
    today = now.astimezone(ZoneInfo(zone)).date()
    return at_local(today + timedelta(days=7 - today.weekday()), time(0), zone)


def _words(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%A, {local.day} %B %Y, %H:%M}"
