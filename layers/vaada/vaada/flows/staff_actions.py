"""Carry out the actions that staff choose on the page of a task."""

from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from vaada.desk import Desk
from vaada.flows import cases, commitments, follow_ups, goodwill, replies
from vaada.flows.optimistic_write import change
from vaada.flows.work import StaffWork
from vaada.model.messages import Message
from vaada.model.people import Agent
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply
from vaada.present.view_models import ActionName
from vaada.rules import commitments as commitment_rules
from vaada.rules import follow_ups as follow_up_rules
from vaada.rules.commitments import Agreement
from vaada.rules.replies import OPEN
from vaada.rules.time.clock import Hours, at_local
from vaada.rules.time.deadlines import working_hours
from vaada.rules.time.zones import zone_of


class NotOffered(Exception):
    """The action is not possible for this kind of work, or in its status."""


class StaffAction(NamedTuple):
    """An action with its date (`at`) and reason, if it needs them."""

    name: ActionName
    at: datetime | None = None
    reason: str | None = None


class ActionResult(NamedTuple):
    """The row after the action, and the notice held for the customer, if any.

    `asks_next`: the customer was not reached several times, so the page asks what to do instead.
    """

    row: StaffWork
    notice: Message | None = None
    asks_next: bool = False


def act(
    desk: Desk, work: StaffWork, reader: Agent | None, action: StaffAction, now: datetime, by: str
) -> ActionResult:
    """Carry out an action. Raises NotOffered, NotPossible, NotFound, Busy, Conflict.

    `by` is who acts; "tomorrow" and "next week" are in the working time of the `reader`, None for the
    owner. Raises VersionChanged if the work has changed and the action must not be counted twice.
    """
    match work:
        case FollowUp():
            return _act_on_follow_up(desk, work, reader, action, now, by)
        case Commitment():
            return _act_on_commitment(desk, work, action, now, by)
        case Reply():
            return _act_on_reply(desk, work, action, now, by)
        case Goodwill():
            return _act_on_goodwill(desk, work, action, now, by)


def _act_on_follow_up(
    desk: Desk, work: FollowUp, reader: Agent | None, action: StaffAction, now: datetime, by: str
) -> ActionResult:
    working = working_hours(reader, desk.policy)
    match action:
        case StaffAction("done"):
            return ActionResult(follow_ups.complete(desk, work.id, now, by))
        case StaffAction("give_up"):
            reason = "the customer could not be reached"
            return ActionResult(follow_ups.cancel(desk, work.id, reason, now, by))
        case StaffAction("unreachable"):
            tried = change(
                desk,
                FollowUp,
                work.id,
                lambda row: follow_up_rules.note_unreached(row, desk.policy, working, now, by),
                seen=work.version,
            )
            return _unreached_result(desk, tried)
        case _:
            until = _snoozed_until(work, action, working, zone_of(reader, desk.policy), now)
            snoozed = change(
                desk,
                FollowUp,
                work.id,
                lambda row: follow_up_rules.snooze(row, until, now, by),
                seen=work.version,
            )
            return ActionResult(snoozed)


def _snoozed_until(work: FollowUp, action: StaffAction, working: Hours, zone: str, now: datetime) -> datetime:
    match action:
        case StaffAction("tomorrow"):
            return working.next_morning(now).at
        case StaffAction("next_week"):
            return working.opens(_next_monday(now, zone))
        case StaffAction("old_date") if work.woken_from is not None and work.woken_from > now:
            return work.woken_from
        case StaffAction("pick_date", datetime() as at):
            return at
        case _:
            raise NotOffered


def _act_on_commitment(
    desk: Desk, work: Commitment, action: StaffAction, now: datetime, by: str
) -> ActionResult:
    match action:
        case StaffAction("kept"):
            kept = change(
                desk,
                Commitment,
                work.id,
                lambda row: commitment_rules.keep(row, now, by),
                other_rows=lambda _, row: commitments.rows_after_end(desk, row, now),
            )
            return ActionResult(kept)
        case StaffAction("unreachable"):
            tried = change(
                desk,
                Commitment,
                work.id,
                lambda row: commitment_rules.note_unreached(row, now, by),
                seen=work.version,
            )
            return _unreached_result(desk, tried)
        case StaffAction("new_date" | "running_late", datetime() as due_at, str() as reason):
            row, notice = commitments.renegotiate(
                desk,
                work.id,
                Agreement(due_at, reason),
                now,
                by,
                tell_customer=action.name == "running_late",
                seen=work.version,
            )
            return ActionResult(row, notice)
        case _:
            raise NotOffered


def _act_on_reply(desk: Desk, work: Reply, action: StaffAction, now: datetime, by: str) -> ActionResult:
    match action:
        case StaffAction("answered"):
            return ActionResult(replies.mark_answered(desk, work.id, now, by))
        case StaffAction("waiting") if work.status in OPEN:
            if work.status == "awaited":
                cases.wait(desk, work.case_id, now, by)
            return ActionResult(work)
        case _:
            raise NotOffered


def _act_on_goodwill(desk: Desk, work: Goodwill, action: StaffAction, now: datetime, by: str) -> ActionResult:
    if action.name not in {"approve", "decline"}:
        raise NotOffered
    decided = goodwill.decide(
        desk,
        work.id,
        approved=action.name == "approve",
        reason=action.reason,
        now=now,
        by=by,
    )
    return ActionResult(decided)


def _unreached_result(desk: Desk, row: FollowUp | Commitment) -> ActionResult:
    return ActionResult(row, asks_next=row.unreached >= desk.policy.follow_ups.unreached_asks_after)


def _next_monday(now: datetime, zone: str) -> datetime:
    today = now.astimezone(ZoneInfo(zone)).date()
    return at_local(today + timedelta(days=7 - today.weekday()), time(0), zone)
