"""Contacts: what a contact changes of all that stands, in the same breath as it is written down."""

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

_CALLS = frozenset({"open", "broken"})
_KEPT = 50  # follow-ups of a case that are still to be done, the latest


@dataclass(frozen=True)
class Standing:
    """What stands before the contact: its customer, its agent, and what is open of its case.

    `follow_ups` are those of the case that are still to be done, `check_in` the customer's if it is.
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
    """Whether the customer waits for an answer: as said, else if they came and got none yet.

    A promise is an answer. So is a conversation at the end of which it was agreed to follow up.
    """
    if new.direction == "outbound":
        return False
    if new.awaits_reply is not None:
        return new.awaits_reply
    talked = new.follow_up is not None and new.channel in cases.CONVERSATIONS
    return not (new.resolved or new.commitments or talked)


def consequences(interaction: Interaction, before: Standing, policy: PolicyDocument) -> list[Row]:
    """The rows that the contact changes or brings, to be written with it."""
    case = (
        cases.add_interaction(before.case, interaction, policy.cases)
        if before.case
        else cases.open_case(interaction, policy.cases)
    )
    answered = interaction.direction == "outbound" or interaction.resolved
    reply, call_back = _reply(interaction, before, case, policy, answered=answered)
    kept_or_woken = [_follow_up(interaction, case, one) for one in before.follow_ups]
    brought = _new_follow_ups(interaction, before, case, policy)
    to_come = follow_ups.unresolved(interaction, policy)
    settled = interaction.resolved and case.status == "resolved"
    open_ids = [row.id for row in kept_or_woken if row.status in follow_ups.OPEN]
    open_ids += [row.id for row in (follow_ups.requested(interaction), to_come) if row is not None]
    case = case.model_copy(
        update={
            "reply_id": reply.id if reply and reply.status in replies.UNANSWERED else None,
            "call_back_id": call_back.id if call_back and call_back.status in _CALLS else None,
            "follow_up_ids": tuple(open_ids[-_KEPT:]),
            "survey_id": ids.survey_id(interaction) if settled else case.survey_id,
        }
    )
    withdrawn = _withdrawn_survey(before, case)
    touched = [
        reply,
        call_back,
        *kept_or_woken,
        before.check_in and _complete_check_in(before.check_in, interaction),
    ]
    untouched = {id(row) for row in (before.reply, before.call_back, *before.follow_ups)}
    changed = [row for row in touched if row is not None and id(row) not in untouched]
    customer = _customer_after(before.customer, interaction, policy)
    nps = (
        None
        if customer.nps_id
        else surveys.next_nps(customer, interaction.agent_id, policy, interaction.recorded_at)
    )
    if nps is not None:
        customer = customer if customer is not before.customer else customer.changed()
        customer = customer.model_copy(update={"nps_id": nps.id})
    customers = [customer] if customer is not before.customer else []
    asked = [row for row in (withdrawn, nps) if row is not None]
    promised = commitments.stated_in(interaction, before.agent, policy)
    return [case, *changed, *promised, *brought, *asked, *customers]


def _withdrawn_survey(before: Standing, case: Case) -> Survey | None:
    """The unanswered survey of a case that is open again: it is not asked, or not any more."""
    reopened = before.case is not None and before.case.status == "resolved" and case.status == "open"
    return surveys.withdraw(before.survey) if reopened else None


def _reply(
    interaction: Interaction, before: Standing, case: Case, policy: PolicyDocument, *, answered: bool
) -> tuple[Reply | None, Commitment | None]:
    """The answer that the customer waits for, and the call that they were promised, after this contact."""
    reply, call_back, at = before.reply, before.call_back, interaction.occurred_at
    if answered and reply is not None and at < reply.asked_at:
        return reply, call_back  # what was said before the customer asked is no answer
    if answered:
        if reply is not None and reply.status in replies.UNANSWERED:
            reply = replies.give(reply, at, interaction.interaction_id, policy)
        if call_back is not None and call_back.status in _CALLS:
            call_back = commitments.keep(call_back, at, interaction.agent_id)
        return reply, call_back
    if reply is not None and reply.status in replies.UNANSWERED:
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


def _follow_up(interaction: Interaction, case: Case, row: FollowUp) -> FollowUp:
    """An open follow-up of the case, after this contact."""
    if case.status == "resolved" and row.origin == "unresolved":
        return follow_ups.complete(row, interaction.recorded_at, interaction.agent_id)
    came_back = interaction.direction == "inbound" and not is_only_thanks(interaction)
    if came_back and not interaction.resolved and follow_ups.is_snoozed(row):
        return follow_ups.wake(row, interaction.recorded_at)
    return row


def _complete_check_in(check_in: FollowUp, interaction: Interaction) -> FollowUp:
    return follow_ups.complete(check_in, interaction.recorded_at, interaction.agent_id)


def _new_follow_ups(
    interaction: Interaction, before: Standing, case: Case, policy: PolicyDocument
) -> list[FollowUp]:
    """New follow-ups: asked for in the contact, or for the supervisor because of how it went."""
    passed = case.run_around_at is not None and (before.case is None or before.case.run_around_at is None)
    rows = (
        follow_ups.requested(interaction),
        follow_ups.by_tone(interaction, before.agent, policy),
        follow_ups.run_around(case, interaction, before.agent) if passed else None,
    )
    return [row for row in rows if row is not None]


def _customer_after(customer: Customer, interaction: Interaction, policy: PolicyDocument) -> Customer:
    """The customer, served by this agent, and not to be checked in with for a while."""
    now_served = mark_served(customer, interaction.agent_id)
    counted = check_ins.count_from(now_served, interaction.occurred_at, policy)
    return counted.changed() if counted is not now_served and now_served is customer else counted


PATIENCE = timedelta(minutes=10)
"""How long the stream may take to plan a contact before the sweep does."""


def mark_planned(interaction: Interaction) -> Interaction:
    """The contact, once it is planned: it waits for nothing more."""
    return interaction.changed(wake_at=None)


def planned_rows(interaction: Interaction, policy: PolicyDocument) -> list[FollowUp | Survey]:
    """What the rules make of the contact afterwards."""
    rows = (unresolved(interaction, policy), of_interaction(interaction, policy))
    return [row for row in rows if row is not None]


def mark_served(customer: Customer, agent_id: str) -> Customer:
    """The customer, now also served by this agent; the first to serve them becomes their own agent."""
    if agent_id in customer.served_by:
        return customer
    return customer.changed(agent_id=customer.agent_id or agent_id, served_by=(*customer.served_by, agent_id))
