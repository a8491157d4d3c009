"""Interactions: the rows to write in the same transaction that records an interaction."""

from dataclasses import dataclass
from datetime import timedelta

from vaada.model.cases import Case
from vaada.model.interactions import Interaction, NewInteraction
from vaada.model.people import Agent, Customer
from vaada.model.policy import PolicyDocument
from vaada.model.rows import Row
from vaada.model.work import Commitment, FollowUp, Reply, Survey
from vaada.rules import cases, check_ins, commitments, follow_ups, ids, replies, surveys
from vaada.rules.follow_ups import unresolved
from vaada.rules.surveys import of_interaction
from vaada.rules.thanks import is_only_thanks

STREAM_GRACE = timedelta(minutes=10)
"""How long the stream has to plan an interaction before the sweep does it."""

_FOLLOW_UP_LIMIT = 50  # a case lists its latest open follow-ups


@dataclass(frozen=True)
class StateBefore:
    """The rows before the interaction: its customer, its agent, its case and the open work of the case.

    `follow_ups` are the open ones of the case, `check_in` is the customer's open check-in.
    """

    customer: Customer
    agent: Agent
    case: Case | None = None
    reply: Reply | None = None
    call_back: Commitment | None = None
    follow_ups: tuple[FollowUp, ...] = ()
    survey: Survey | None = None
    check_in: FollowUp | None = None


def awaits_reply(new: NewInteraction) -> bool:
    """Whether the customer waits for a reply: as stated, else if it is inbound and has no reply yet.

    A commitment counts as a reply. So does a conversation that ended with an agreed follow-up.
    """
    if new.direction == "outbound":
        return False
    if new.awaits_reply is not None:
        return new.awaits_reply
    talked = new.follow_up is not None and new.channel in cases.CONVERSATIONS
    return not (new.resolved or new.commitments or talked)


def rows_to_write(interaction: Interaction, before: StateBefore, policy: PolicyDocument) -> list[Row]:
    """Return the rows that the interaction changes or creates, to write in the same transaction."""
    case = (
        cases.add_interaction(before.case, interaction, policy.cases)
        if before.case
        else cases.open_case(interaction, policy.cases)
    )
    answered = interaction.direction == "outbound" or interaction.resolved
    reply, call_back = _update_reply(interaction, before, case, policy, answered=answered)
    changed_follow_ups = [_update_follow_up(interaction, case, row) for row in before.follow_ups]
    check_in = _complete_check_in(before.check_in, interaction) if before.check_in else None
    case = _with_open_work(case, interaction, reply, call_back, changed_follow_ups, policy)
    customer, nps = _update_customer(before.customer, interaction, policy)
    candidates = [
        (before.reply, reply),
        (before.call_back, call_back),
        *zip(before.follow_ups, changed_follow_ups, strict=True),
        (before.check_in, check_in),
    ]
    rows: list[Row | None] = [
        case,
        *(after for row, after in candidates if after is not row),
        *commitments.stated_in(interaction, before.agent, policy),
        *_new_follow_ups(interaction, before, case, policy),
        _withdrawn_survey(before, case),
        nps,
        customer if customer is not before.customer else None,
    ]
    return [row for row in rows if row is not None]


def mark_planned(interaction: Interaction) -> Interaction:
    """Return the interaction as planned: it waits for nothing more."""
    return interaction.changed(wake_at=None)


def planned_rows(interaction: Interaction, policy: PolicyDocument) -> list[FollowUp | Survey]:
    """Return the follow-up and the survey that the interaction plans, written after it was recorded."""
    rows = (unresolved(interaction, policy), of_interaction(interaction, policy))
    return [row for row in rows if row is not None]


def mark_served(customer: Customer, agent_id: str) -> Customer:
    """Return the customer as served by this agent. The first agent to serve them becomes their own agent."""
    if agent_id in customer.served_by:
        return customer
    return customer.changed(agent_id=customer.agent_id or agent_id, served_by=(*customer.served_by, agent_id))


def _with_open_work(
    case: Case,
    interaction: Interaction,
    reply: Reply | None,
    call_back: Commitment | None,
    open_follow_ups: list[FollowUp],
    policy: PolicyDocument,
) -> Case:
    """Return the case with the ids of its open work after the interaction."""
    planned = (follow_ups.requested(interaction), follow_ups.unresolved(interaction, policy))
    ids_to_do = [row.id for row in open_follow_ups if row.status in follow_ups.OPEN]
    ids_to_do += [row.id for row in planned if row is not None]
    settled = interaction.resolved and case.status == "resolved"
    return case.model_copy(
        update={
            "reply_id": reply.id if reply and reply.status in replies.OPEN else None,
            "call_back_id": call_back.id if call_back and call_back.status in commitments.KEEPABLE else None,
            "follow_up_ids": tuple(ids_to_do[-_FOLLOW_UP_LIMIT:]),
            "survey_id": ids.survey_id(interaction) if settled else case.survey_id,
        }
    )


def _withdrawn_survey(before: StateBefore, case: Case) -> Survey | None:
    """Return the withheld survey of a case that this interaction reopened, or None."""
    reopened = before.case is not None and before.case.status == "resolved" and case.status == "open"
    return surveys.withdraw(before.survey) if reopened else None


def _update_reply(
    interaction: Interaction, before: StateBefore, case: Case, policy: PolicyDocument, *, answered: bool
) -> tuple[Reply | None, Commitment | None]:
    """Return the case's reply and promised call-back after this interaction."""
    reply, call_back, at = before.reply, before.call_back, interaction.occurred_at
    if answered and reply is not None and at < reply.asked_at:
        return reply, call_back  # it took place before the question, so it is not a reply to it
    if answered:
        if reply is not None and reply.status in replies.OPEN:
            reply = replies.give(reply, at, interaction.interaction_id, policy)
        if call_back is not None and call_back.status in commitments.KEEPABLE:
            call_back = commitments.keep(call_back, at, interaction.agent_id)
        return reply, call_back
    if reply is not None and reply.status in replies.OPEN:
        if reply.status == "paused" and not is_only_thanks(interaction):
            reply = replies.resume(reply, interaction.recorded_at, policy)
            reply = reply.model_copy(update={"agent_id": case.agent_id})
        elif reply.agent_id != case.agent_id:
            reply = reply.changed(agent_id=case.agent_id)
        return reply, call_back
    if not interaction.awaits_reply:
        return reply, call_back
    reply = replies.open_reply(interaction, before.case, policy)
    if reply is not None and reply.agent_id != case.agent_id:
        reply = reply.model_copy(update={"agent_id": case.agent_id})
    back = commitments.call_back(interaction, reply, before.agent, policy) if reply else None
    if reply is not None and back is None:
        reply = replies.start_clock(reply, policy, interaction.recorded_at)
    return reply, back or call_back


def _update_follow_up(interaction: Interaction, case: Case, row: FollowUp) -> FollowUp:
    """Return an open follow-up of the case after this interaction: done, woken or unchanged."""
    if case.status == "resolved" and row.origin == "unresolved":
        return follow_ups.complete(row, interaction.recorded_at, interaction.agent_id)
    came_back = interaction.direction == "inbound" and not is_only_thanks(interaction)
    if came_back and not interaction.resolved and follow_ups.is_snoozed(row):
        return follow_ups.wake(row, interaction.recorded_at)
    return row


def _complete_check_in(check_in: FollowUp, interaction: Interaction) -> FollowUp:
    return follow_ups.complete(check_in, interaction.recorded_at, interaction.agent_id)


def _new_follow_ups(
    interaction: Interaction, before: StateBefore, case: Case, policy: PolicyDocument
) -> list[FollowUp]:
    """Return the new follow-ups: the requested one, and the supervisor's for the tone or a run-around."""
    is_new_run_around = case.run_around_at is not None and (
        before.case is None or before.case.run_around_at is None
    )
    rows = (
        follow_ups.requested(interaction),
        follow_ups.by_tone(interaction, before.agent, policy),
        follow_ups.run_around(case, interaction, before.agent) if is_new_run_around else None,
    )
    return [row for row in rows if row is not None]


def _update_customer(
    customer: Customer, interaction: Interaction, policy: PolicyDocument
) -> tuple[Customer, Survey | None]:
    """Return the customer, served by this agent and with a later check-in, and their first NPS survey."""
    served = mark_served(customer, interaction.agent_id)
    after = check_ins.plan_from(served, interaction.occurred_at, policy)
    if after is not served and served is customer:
        after = after.changed()
    if customer.nps_id:
        return after, None
    nps = surveys.next_nps(after, interaction.agent_id, policy, interaction.recorded_at)
    if nps is None:
        return after, None
    after = after if after is not customer else customer.changed()
    return after.model_copy(update={"nps_id": nps.id}), nps
