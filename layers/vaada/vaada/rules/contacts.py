"""Contacts: what a contact changes of all that stands, in the same breath as it is written down."""

from dataclasses import dataclass

from vaada.model.cases import Case
from vaada.model.interactions import Interaction, NewInteraction
from vaada.model.people import Agent, Customer
from vaada.model.policy import PolicyDocument
from vaada.model.rows import Row
from vaada.model.work import Commitment, FollowUp, Reply, Survey
from vaada.rules import cases, check_ins, commitments, follow_ups, planning, reach, replies, surveys
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
        cases.joined(before.case, interaction, policy.cases)
        if before.case
        else cases.opened(interaction, policy.cases)
    )
    answered = interaction.direction == "outbound" or interaction.resolved
    reply, call_back = _reply(interaction, before, case, policy, answered=answered)
    kept_or_woken = [_follow_up(interaction, case, one) for one in before.follow_ups]
    brought = _brought(interaction, before, case, policy)
    to_come = planning.unresolved(interaction, policy)
    settled = interaction.resolved and case.status == "resolved"
    open_ids = [row.id for row in kept_or_woken if row.status in follow_ups.OPEN]
    open_ids += [row.id for row in (planning.requested(interaction), to_come) if row is not None]
    case = case.model_copy(
        update={
            "reply_id": reply.id if reply and reply.status in replies.UNANSWERED else None,
            "call_back_id": call_back.id if call_back and call_back.status in _CALLS else None,
            "follow_up_ids": tuple(open_ids[-_KEPT:]),
            "survey_id": planning.survey_id(interaction) if settled else case.survey_id,
        }
    )
    withdrawn = _withdrawn(before, case)
    touched = [reply, call_back, *kept_or_woken, before.check_in and _in_touch(before.check_in, interaction)]
    untouched = {id(row) for row in (before.reply, before.call_back, *before.follow_ups)}
    changed = [row for row in touched if row is not None and id(row) not in untouched]
    customer = _in_contact(before.customer, interaction, policy)
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
    promised = planning.promised(interaction, before.agent, policy)
    return [case, *changed, *promised, *brought, *asked, *customers]


def _withdrawn(before: Standing, case: Case) -> Survey | None:
    """The unanswered survey of a case that is open again: it is not asked, or not any more."""
    reopened = before.case is not None and before.case.status == "resolved" and case.status == "open"
    return surveys.withdrawn(before.survey) if reopened else None


def _reply(
    interaction: Interaction, before: Standing, case: Case, policy: PolicyDocument, *, answered: bool
) -> tuple[Reply | None, Commitment | None]:
    """The answer that the customer waits for, and the call that they were promised, after this contact."""
    reply, call_back, at = before.reply, before.call_back, interaction.occurred_at
    if answered and reply is not None and at < reply.asked_at:
        return reply, call_back  # what was said before the customer asked is no answer
    if answered:
        if reply is not None and reply.status in replies.UNANSWERED:
            reply = replies.given(reply, at, interaction.interaction_id, policy)
        if call_back is not None and call_back.status in _CALLS:
            call_back = commitments.keep(call_back, at, interaction.agent_id)
        return reply, call_back
    if reply is not None and reply.status in replies.UNANSWERED:
        if reply.status == "paused" and not is_only_thanks(interaction):
            reply = replies.resumed(reply, interaction.recorded_at, policy)
            reply = reply.model_copy(update={"agent_id": case.agent_id})
        elif reply.agent_id != case.agent_id:
            reply = reply.changed(agent_id=case.agent_id)
        return reply, call_back
    if not interaction.awaits_reply:
        return reply, call_back
    reply = replies.opened(interaction, before.case, policy)
    if reply is not None and reply.agent_id != case.agent_id:
        reply = reply.model_copy(update={"agent_id": case.agent_id})
    back = planning.call_back(interaction, reply, before.agent, policy) if reply else None
    if reply is not None and back is None:
        reply = replies.running(reply, policy, interaction.recorded_at)
    return reply, back or call_back


def _follow_up(interaction: Interaction, case: Case, row: FollowUp) -> FollowUp:
    """An open follow-up of the case, after this contact."""
    if case.status == "resolved" and row.origin == "unresolved":
        return follow_ups.complete(row, interaction.recorded_at, interaction.agent_id)
    came_back = interaction.direction == "inbound" and not is_only_thanks(interaction)
    if came_back and not interaction.resolved and follow_ups.is_snoozed(row):
        return follow_ups.woken(row, interaction.recorded_at)
    return row


def _in_touch(check_in: FollowUp, interaction: Interaction) -> FollowUp:
    return follow_ups.complete(check_in, interaction.recorded_at, interaction.agent_id)


def _brought(
    interaction: Interaction, before: Standing, case: Case, policy: PolicyDocument
) -> list[FollowUp]:
    """New follow-ups: asked for in the contact, or for the supervisor because of how it went."""
    passed = case.run_around_at is not None and (before.case is None or before.case.run_around_at is None)
    rows = (
        planning.requested(interaction),
        planning.by_tone(interaction, before.agent, policy),
        planning.run_around(case, interaction, before.agent) if passed else None,
    )
    return [row for row in rows if row is not None]


def _in_contact(customer: Customer, interaction: Interaction, policy: PolicyDocument) -> Customer:
    """The customer, served by this agent, and not to be checked in with for a while."""
    served = reach.served(customer, interaction.agent_id)
    counted = check_ins.counted_from(served, interaction.occurred_at, policy)
    return counted.changed() if counted is not served and served is customer else counted
