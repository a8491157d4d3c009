"""Interactions: the rows to write in the same transaction that records an interaction."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.people import Agent, Customer
from vaada.model.policy import CaseRules, PolicyDocument
from vaada.model.rows import Row
from vaada.model.work import Commitment, FollowUp, Reply, Survey
from vaada.rules import (
    cases,
    check_ins,
    commitments,
    follow_ups,
    ids,
    late_replies,
    next_steps,
    replies,
    surveys,
)
from vaada.rules.commitments import WAITED_BEFORE
from vaada.rules.hand_over import hand_over_all, moved_first, notice_of
from vaada.rules.history import DESK
from vaada.rules.late_replies import Awaited, Change, Stored
from vaada.rules.open_work import NOTHING_OPEN, OpenWork, changed_rows, with_open_work
from vaada.rules.time.horizon import TOO_FAR, is_too_far
from vaada.rules.unlisted_work import to_follow_owner

if TYPE_CHECKING:
    from vaada.model.interaction_input import NewInteraction

STREAM_GRACE = timedelta(minutes=10)
"""How long the stream has to plan an interaction before the sweep does it."""

CLOCK_SKEW = timedelta(minutes=5)
"""How far a client's clock may be ahead."""

_NO_RUN_AROUND = "a contact that was recorded since shows that it was no run-around"

STILL_TO_COME = "is still to come; record a contact once it took place"


class StateBefore(NamedTuple):
    """The rows before the interaction: its customer, its agent, its case and the open work of the case.

    `check_in` is the customer's open check-in. Only for an interaction that was written down late, `contacts`
    are all others of the case, `replies` all replies to them, `calls` all calls promised in them, `surveys`
    those about how the case was resolved, and `run_around` is the supervisor's open follow-up about a
    run-around.
    """

    customer: Customer
    agent: Agent
    case: Case | None = None
    work: OpenWork = NOTHING_OPEN
    survey: Survey | None = None
    check_in: FollowUp | None = None
    contacts: tuple[Interaction, ...] = ()
    replies: tuple[Reply, ...] = ()
    calls: tuple[Commitment, ...] = ()
    surveys: tuple[Survey, ...] = ()
    run_around: FollowUp | None = None


class Owners(NamedTuple):
    """The agent who has the case after the interaction, and who had it before, if that is another."""

    now: Agent
    before: Agent | None = None


def is_history(occurred_at: datetime, recorded_at: datetime, rules: CaseRules) -> bool:
    """Whether a contact is recorded so late that it starts no clock, reminder or message."""
    return occurred_at < recorded_at - timedelta(days=rules.history_after_days)


def implausible_dates(new: "NewInteraction", now: datetime, rules: CaseRules) -> Iterator[tuple[str, str]]:
    """Yield the fields with a date that is probably a mistake, each with what is wrong."""
    occurred_at = new.occurred_at or now
    if occurred_at > now + CLOCK_SKEW:
        yield "occurred_at", STILL_TO_COME
    dates = {f"commitments.{n}.due_at": promise.due_at for n, promise in enumerate(new.commitments)}
    if new.follow_up is not None:
        dates["follow_up.at"] = new.follow_up.at
    for field, at in dates.items():
        if at < occurred_at:
            yield field, "is before the contact in which it was agreed"
        elif is_too_far(at, now):
            yield field, TOO_FAR
        elif at <= now and is_history(occurred_at, now, rules):
            days = rules.history_after_days
            yield field, f"has passed, and the contact was more than {days} days ago; leave it out"


def awaits_reply(new: "NewInteraction") -> bool:
    """Whether the customer waits for a reply: as stated, or else if it is inbound and not answered yet.

    A commitment counts as a reply. So does a conversation that ended with an agreed follow-up.
    """
    if new.direction == "inbound" and new.awaits_reply is not None:
        return new.awaits_reply
    return default_awaits_reply(new)


def default_awaits_reply(new: "NewInteraction | Interaction") -> bool:
    """Whether the customer waits for a reply if nobody has stated it."""
    if new.direction == "outbound":
        return False
    talked = new.follow_up is not None and new.channel in cases.CONVERSATIONS
    return not (new.resolved or new.commitments or talked)


def is_late(interaction: Interaction, case: Case | None) -> bool:
    """Whether the case must be computed again from all of its interactions."""
    return case is not None and cases.is_late(case, interaction) and cases.can_rebuild(case)


def case_after(interaction: Interaction, before: StateBefore, policy: PolicyDocument) -> Case:
    """Return the case after the interaction, without the ids of its open work."""
    if before.case is None:
        return cases.open_case(interaction, policy.cases)
    if is_late(interaction, before.case):
        return cases.rebuild(before.case, (*before.contacts, interaction), policy.cases)
    return cases.add_interaction(before.case, interaction, policy.cases)


def rows_to_write(
    interaction: Interaction, before: StateBefore, case: Case, owners: Owners, policy: PolicyDocument
) -> list[Row]:
    """Return the rows that the interaction changes or creates, to write in the same transaction.

    `case` is the one after it.
    """
    now = interaction.recorded_at
    customer, nps = _update_customer(before.customer, interaction, policy)
    is_late_one = is_late(interaction, before.case)
    contacts = cases.in_order((*before.contacts, interaction), case) if is_late_one else None
    own, ended, case = _update_work(interaction, before, case, contacts, owners.now, policy)
    case, survey = _survey_after(interaction, before, case, contacts, policy)
    if follow_up := _next_step(interaction, case, contacts, own, policy):
        own = own.having(follow_up)
    work = own
    told: list[Row] = []
    if owners.before is not None:
        work = hand_over_all(own, owners.now, policy, now, interaction.agent_id)
        moved = moved_first(own, work)
        if moved is not None and owners.before.agent_id != interaction.agent_id:
            told.append(notice_of(moved, owners.before, "handed_over", policy, now))
    elif owners.now.agent_id != interaction.agent_id:  # a run-around, or it was written down late
        work = hand_over_all(own, owners.now, policy, now, interaction.agent_id, only_of=interaction)
        if moved := moved_first(own, work):
            told.append(notice_of(moved, owners.now, "assigned", policy, now))
    known = (*before.work.rows, *before.replies, *before.calls)
    listed = with_open_work(case, work)
    if before.case is not None:
        listed = to_follow_owner(before.case, listed, now, interaction.agent_id)
    rows: list[Row | None] = [
        listed,
        *changed_rows(known, (*work.rows, *ended)),
        *_supervisors_follow_ups(interaction, before, case, owners.now, policy),
        _no_run_around(interaction, before, case),
        _check_in_after(interaction, before, customer),
        survey,
        nps,
        customer if customer is not before.customer else None,
    ]
    return [row for row in (*rows, *told) if row is not None]


def _next_step(
    interaction: Interaction,
    case: Case,
    contacts: list[Interaction] | None,
    work: OpenWork,
    policy: PolicyDocument,
) -> FollowUp | None:
    """Return the automatic follow-up of the case, new or changed. None: no change."""
    last = next_steps.last_with_news(contacts) if contacts else None
    if last is None:
        is_last = case.last_interaction_id == interaction.interaction_id
        return next_steps.after_interaction(case, interaction, work, policy, is_last=is_last)
    if last is interaction:
        return next_steps.after_interaction(case, interaction, work, policy, is_last=True)
    return next_steps.after_change(case, last, work, policy, interaction.recorded_at)


def mark_planned(interaction: Interaction) -> Interaction:
    """Return the interaction as planned: it is not due any more."""
    return interaction.changed(wake_at=None)


def mark_served(customer: Customer, agent_id: str) -> Customer:
    """Return the customer as served by this agent. The first agent to serve them becomes their own agent."""
    if agent_id in customer.served_by:
        return customer
    return customer.changed(agent_id=customer.agent_id or agent_id, served_by=(*customer.served_by, agent_id))


def _update_work(
    interaction: Interaction,
    before: StateBefore,
    case: Case,
    contacts: list[Interaction] | None,
    owner: Agent,
    policy: PolicyDocument,
) -> tuple[OpenWork, tuple[Reply | Commitment, ...], Case]:
    """Return the open work after the interaction, with what was agreed in it, what else changed of replies
    and promised calls, and the case, which knows whether the customer had a reply.

    `contacts` are all of the case, in order, after a late interaction.
    """
    ended: tuple[Reply | Commitment, ...] = ()
    if contacts is not None:
        awaited = _awaited_after_late(interaction, before, case, contacts, owner, policy)
        reply, call_back, ended = awaited.reply, awaited.call, awaited.others
        case = case.model_copy(update={"answered": awaited.answered})
    else:
        reply, call_back = _update_reply(interaction, before, case, policy)
        if reply is not None and reply.status == "given":
            case = case.model_copy(update={"answered": True})
    requested = follow_ups.requested(interaction)
    planned = [_update_follow_up(interaction, row) for row in before.work.follow_ups]
    stated = commitments.stated_in(interaction, before.agent, policy)
    work = OpenWork(
        reply,
        call_back,
        (*before.work.commitments, *stated),
        (*planned, *([requested] if requested else [])),
    )
    return work, ended, case


def _update_reply(
    interaction: Interaction, before: StateBefore, case: Case, policy: PolicyDocument
) -> tuple[Reply | None, Commitment | None]:
    """Return the case's reply and promised call-back after this interaction."""
    reply, call_back, at = before.work.reply, before.work.call_back, interaction.occurred_at
    if interaction.direction == "outbound" or interaction.resolved:
        if reply is not None and at < reply.asked_at:
            return reply, call_back  # it took place before the question, so it is not a reply to it
        if reply is not None and reply.status in replies.OPEN:
            reply = replies.give(reply, at, interaction.interaction_id, policy)
        if call_back is not None and call_back.status in commitments.KEEPABLE:
            call_back = commitments.keep(call_back, at, interaction.agent_id)
        return reply, call_back
    if reply is not None and reply.status in replies.OPEN:
        if reply.status == "paused" and not (interaction.only_thanks or interaction.is_history):
            reply = replies.resume(reply, interaction.recorded_at, policy)
        return reply.model_copy(update={"agent_id": case.agent_id}), call_back
    if not interaction.awaits_reply:
        return reply, call_back
    return _new_reply(interaction, before, case, policy)


def _new_reply(
    interaction: Interaction, before: StateBefore, case: Case, policy: PolicyDocument
) -> tuple[Reply | None, Commitment | None]:
    reply, call_back = replies.open_reply(interaction, before.case, policy), before.work.call_back
    if reply is None:
        return before.work.reply, call_back
    reply = reply.model_copy(update={"agent_id": case.agent_id})
    due = replies.due_after(interaction, policy)
    back = commitments.call_back(interaction, due, before.agent, policy) if due else None
    if back is None:
        reply = replies.start_clock(reply, policy, interaction.recorded_at)
    return reply, back or call_back


def _awaited_after_late(
    interaction: Interaction,
    before: StateBefore,
    case: Case,
    contacts: list[Interaction],
    owner: Agent,
    policy: PolicyDocument,
) -> Awaited:
    """Return what the customer waits for after a late interaction."""
    former = tuple(contact for contact in contacts if contact is not interaction)
    stored = Stored(before.replies, before.calls)
    change = Change(former, owner, interaction.recorded_at, interaction.agent_id, WAITED_BEFORE)
    return late_replies.reconcile(contacts, case, stored, change, policy)


def _update_follow_up(interaction: Interaction, row: FollowUp) -> FollowUp:
    """Return an open follow-up of the case after this interaction: due again, or unchanged."""
    came_back = interaction.direction == "inbound" and not (interaction.only_thanks or interaction.is_history)
    since = row.history[-1].at if row.history else row.created_at
    if (
        came_back
        and not interaction.resolved
        and follow_ups.is_snoozed(row)
        and interaction.occurred_at >= since
    ):
        return follow_ups.wake(row, interaction.recorded_at)
    return row


def _check_in_after(interaction: Interaction, before: StateBefore, customer: Customer) -> FollowUp | None:
    """Return the open check-in with the customer if this interaction changes it, or None."""
    check_in, now = before.check_in, interaction.recorded_at
    if check_in is None:
        return None
    after = check_ins.after_contact(check_in, interaction, customer, now, interaction.agent_id)
    return after if after is not check_in else None


def _supervisors_follow_ups(
    interaction: Interaction, before: StateBefore, case: Case, owner: Agent, policy: PolicyDocument
) -> list[FollowUp]:
    """Return new follow-ups of the supervisor, for tone or run-around, and the owner, after a parting."""
    if interaction.is_history:
        return []
    is_new_run_around = case.run_around_at is not None and (
        before.case is None or before.case.run_around_at is None
    )
    rows = (
        follow_ups.by_tone(interaction, before.agent, policy),
        follow_ups.run_around(case, interaction, owner) if is_new_run_around else None,
        follow_ups.after_parting(interaction) if before.customer.parted_at is not None else None,
    )
    return [row for row in rows if row is not None]


def _no_run_around(interaction: Interaction, before: StateBefore, case: Case) -> FollowUp | None:
    """Return the follow-up about a run-around as cancelled, if this contact shows that there was none."""
    if before.run_around is None or case.run_around_at is not None:
        return None
    return follow_ups.cancel(before.run_around, interaction.recorded_at, DESK, _NO_RUN_AROUND)


def _survey_after(
    interaction: Interaction,
    before: StateBefore,
    case: Case,
    contacts: list[Interaction] | None,
    policy: PolicyDocument,
) -> tuple[Case, Survey | None]:
    """Return the case with the id of its survey, and the survey that the interaction changes.

    The stream plans that of this interaction. `contacts` are all of the case, in order, after a late one.
    """
    if before.case is not None and before.case.status == "resolved" and case.status == "open":
        return case, surveys.withdraw(before.survey)
    survey = None
    survey_id = case.survey_id
    if contacts is not None:
        now = interaction.recorded_at
        survey_id, survey = surveys.after_change(case, contacts, before.surveys, policy, now)
    elif interaction.resolved and case.status == "resolved":
        is_last = case.last_interaction_id == interaction.interaction_id
        survey_id = ids.survey_id(interaction) if is_last or survey_id is None else survey_id
    return case.model_copy(update={"survey_id": survey_id}), survey


def _update_customer(
    customer: Customer, interaction: Interaction, policy: PolicyDocument
) -> tuple[Customer, Survey | None]:
    """Return the customer, served by this agent and with a later check-in, and their first NPS survey."""
    served = mark_served(customer, interaction.agent_id)
    after = check_ins.plan_from(served, interaction.occurred_at, policy)
    if after is not served and served is customer:
        after = after.changed()
    if customer.nps_id or interaction.is_history:
        return after, None
    nps = surveys.next_nps(after, interaction.agent_id, policy, interaction.recorded_at)
    if nps is None:
        return after, None
    after = after if after is not customer else customer.changed()
    return after.model_copy(update={"nps_id": nps.id}), nps
