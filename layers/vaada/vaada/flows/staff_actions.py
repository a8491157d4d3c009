"""Carry out the actions that staff choose on the page of a task."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from vaada.desk import Desk
from vaada.flows import cases, commitments, goodwill, replies
from vaada.flows.optimistic_write import change
from vaada.flows.work import StaffWork
from vaada.model.messages import Message
from vaada.model.people import Agent
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply
from vaada.present.view_models import ActionName
from vaada.rules import commitments as commitment_rules
from vaada.rules import follow_ups
from vaada.rules.commitments import Agreement
from vaada.rules.replies import OPEN
from vaada.rules.time.clock import Hours, at_local
from vaada.rules.time.deadlines import working_hours
from vaada.rules.time.zones import zone_of


class NotOffered(Exception):
    """The action is not possible for this kind of work, or in its status."""


@dataclass(frozen=True)
class StaffAction:
    """An action with its date (`at`) and reason, if it needs them."""

    name: ActionName
    at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True)
class ActionResult:
    """The row after the action, and the notice held for the customer, if any.

    `asks_next`: the customer was not reached several times, so the page asks what to do instead.
    """

    row: StaffWork
    notice: Message | None = None
    asks_next: bool = False


def act(desk: Desk, work: StaffWork, agent: Agent, action: StaffAction, now: datetime) -> ActionResult:
    """Carry out the agent's action. Raises NotOffered, NotPossible, NotFound, Busy, Conflict.

    Raises VersionChanged if the work has changed and the action must not be counted twice.
    """
    match work:
        case FollowUp():
            return _act_on_follow_up(desk, work, agent, action, now)
        case Commitment():
            return _act_on_commitment(desk, work, agent, action, now)
        case Reply():
            return _act_on_reply(desk, work, agent, action, now)
        case Goodwill():
            return _act_on_goodwill(desk, work, agent, action, now)


def _act_on_follow_up(
    desk: Desk, work: FollowUp, agent: Agent, action: StaffAction, now: datetime
) -> ActionResult:
    by, working = agent.agent_id, working_hours(agent, desk.policy)
    match action:
        case StaffAction("done"):
            return ActionResult(
                change(desk, FollowUp, work.id, lambda row: follow_ups.complete(row, now, by))
            )
        case StaffAction("give_up"):
            reason = "the customer could not be reached"
            return ActionResult(
                change(desk, FollowUp, work.id, lambda row: follow_ups.cancel(row, now, by, reason))
            )
        case StaffAction("unreachable"):
            tried = change(
                desk,
                FollowUp,
                work.id,
                lambda row: follow_ups.note_unreached(row, desk.policy, working, now, by),
                seen=work.version,
            )
            return _unreached_result(desk, tried)
        case _:
            until = _snoozed_until(work, action, working, zone_of(agent, desk.policy), now)
            snoozed = change(
                desk,
                FollowUp,
                work.id,
                lambda row: follow_ups.snooze(row, until, now, by),
                seen=work.version,
            )
            return ActionResult(snoozed)


def _snoozed_until(work: FollowUp, action: StaffAction, working: Hours, zone: str, now: datetime) -> datetime:
    match action:
        case StaffAction("tomorrow"):
            return working.next_morning(now)
        case StaffAction("next_week"):
            return working.opens(_next_monday(now, zone))
        case StaffAction("old_date") if work.woken_from is not None and work.woken_from > now:
            return work.woken_from
        case StaffAction("pick_date", datetime() as at):
            return at
        case _:
            raise NotOffered


def _act_on_commitment(
    desk: Desk, work: Commitment, agent: Agent, action: StaffAction, now: datetime
) -> ActionResult:
    by = agent.agent_id
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


def _act_on_reply(desk: Desk, work: Reply, agent: Agent, action: StaffAction, now: datetime) -> ActionResult:
    match action:
        case StaffAction("answered"):
            return ActionResult(replies.mark_answered(desk, work.id, now, agent.agent_id))
        case StaffAction("waiting") if work.status in OPEN:
            if work.status == "awaited":
                cases.wait(desk, work.case_id, now, agent.agent_id)
            return ActionResult(work)
        case _:
            raise NotOffered


def _act_on_goodwill(
    desk: Desk, work: Goodwill, agent: Agent, action: StaffAction, now: datetime
) -> ActionResult:
    if action.name not in {"approve", "decline"}:
        raise NotOffered
    decided = goodwill.decide(
        desk,
        work.id,
        approved=action.name == "approve",
        reason=action.reason,
        now=now,
        by=agent.supervisor_id or "owner",
    )
    return ActionResult(decided)


def _unreached_result(desk: Desk, row: FollowUp | Commitment) -> ActionResult:
    return ActionResult(row, asks_next=row.unreached >= desk.policy.follow_ups.unreached_asks_after)


def _next_monday(now: datetime, zone: str) -> datetime:
    today = now.astimezone(ZoneInfo(zone)).date()
    return at_local(today + timedelta(days=7 - today.weekday()), time(0), zone)
