"""Correct a contact: its text, kind, tone or time, and everything that depends on them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from vaada.model.cases import Case
from vaada.model.interaction_input import InteractionChanges
from vaada.model.interactions import Correction, Interaction, Tone
from vaada.model.people import Agent
from vaada.model.policy import PolicyDocument
from vaada.model.work import Commitment, FollowUp, Reply, Survey
from vaada.rules import cases, commitments, follow_ups, late_replies, next_steps, surveys
from vaada.rules.commitments import Agreement
from vaada.rules.ids import derived_id
from vaada.rules.interactions import default_awaits_reply, is_history
from vaada.rules.only_thanks import only_thanks
from vaada.rules.open_work import OpenWork, is_open
from vaada.rules.time.deadlines import working_hours

_CORRECTED = "the contact was corrected"
_TONES: tuple[Tone, ...] = ("upset", "abusive")


@dataclass(frozen=True)
class Known:
    """What is known beside the contact: its agent, all contacts of its case, the replies to them, and the
    supervisor's follow-ups for its tone, by their origin.

    `calls` are the calls that were promised in contacts of the case. `agents` are theirs and the case's, by
    id. `run_arounds` are the supervisor's follow-ups about a run-around. `survey` is about the contact.
    """

    agent: Agent
    contacts: tuple[Interaction, ...]
    replies: tuple[Reply, ...]
    by_tone: Mapping[str, FollowUp]
    calls: tuple[Commitment, ...] = ()
    agents: Mapping[str, Agent] = field(default_factory=dict)
    run_arounds: tuple[FollowUp, ...] = ()
    survey: Survey | None = None


def correct(
    interaction: Interaction,
    changes: InteractionChanges,
    names: Iterable[str],
    policy: PolicyDocument,
    now: datetime,
    by: str,
) -> Interaction:
    """Return the contact with these changes and its former values, or the same one if nothing changes."""
    new = changes.model_dump(exclude_unset=True)
    former = {name: getattr(interaction, name) for name in new if getattr(interaction, name) != new[name]}
    if not former:
        return interaction
    correction = Correction(at=now, by=by, **former)
    changed = interaction.changed(**new, corrections=(*interaction.corrections, correction))
    is_thanks = only_thanks(changed, names, policy.business.name)
    is_old = is_history(changed.occurred_at, changed.recorded_at, policy.cases)
    if (is_thanks, is_old) == (interaction.only_thanks, interaction.is_history):
        return changed
    waits = not (is_thanks or is_old) and default_awaits_reply(changed)
    return changed.model_copy(update={"only_thanks": is_thanks, "is_history": is_old, "awaits_reply": waits})


def case_after(interaction: Interaction, case: Case, known: Known, policy: PolicyDocument) -> Case:
    """Return the case as computed from its contacts.

    Of a case that was merged, or has more contacts than it lists, only what the contact adds is changed.
    """
    contacts = _contacts(interaction, known)
    if cases.can_rebuild(case):
        return cases.rebuild(case, contacts, policy.cases)
    return cases.note_correction(case, interaction, contacts, policy.cases)


def work_after(
    interaction: Interaction,
    case: Case,
    work: OpenWork,
    known: Known,
    policy: PolicyDocument,
    now: datetime,
    by: str,
) -> tuple[OpenWork, list[Reply | Commitment]]:
    """Return the open work after the correction, and what else changed of replies and promised calls.

    `case` is the one after the correction.
    """
    contacts = cases.in_order(_contacts(interaction, known), case)
    rows = [
        row
        for row in known.replies
        if row.interaction_id != interaction.id or row.status != "closed"  # a closed one may be needed again
    ]
    changed = late_replies.reconcile(contacts, case, rows, policy)
    current, ended = late_replies.open_and_ended(changed, work.reply)

    def keep_again(call: Commitment) -> Commitment:
        if work.call_back is not None or current is None:
            return call
        working = working_hours(known.agents.get(call.agent_id, known.agent), policy)
        return commitments.keep_again(call, policy, working, now, by)

    calls = late_replies.reconcile_calls(contacts, case, rows, known.calls, policy, by, keep_again)
    call_back = next(
        (call for call in calls if is_open(call)), None
    )  # a call that counts as not made any more
    others = [call for call in calls if call is not call_back]
    if work.call_back is not None:
        call_back = next((call for call in calls if call.id == work.call_back.id), work.call_back)
        others = [call for call in calls if call is not call_back]
    if call_back is None or is_open(call_back):
        call_back = _call_back(interaction, call_back, current, known, policy, now, by)
    if current and call_back and call_back.status == "withdrawn":
        current = late_replies.with_own_clock(current, policy, now)
    elif current and call_back:
        current = late_replies.with_clock_of(current, call_back)
    after = work._replace(reply=current, call_back=call_back)
    return _with_next_step(case, contacts, after, policy, now, by), [*ended, *others]


def tone_follow_ups(
    interaction: Interaction, known: Known, policy: PolicyDocument, now: datetime, by: str
) -> list[FollowUp]:
    """Return the supervisor's follow-ups for the tone that the correction cancels, adds or plans again."""
    planned = follow_ups.by_tone(interaction.model_copy(update={"recorded_at": now}), known.agent, policy)
    rows: list[FollowUp] = []
    for tone in _TONES:
        row = known.by_tone.get(tone)
        if tone != interaction.tone:
            if row is not None and is_open(row):
                rows.append(follow_ups.cancel(row, now, by, _CORRECTED))
        elif planned is not None and row is None:
            rows.append(planned.model_copy(update={"follow_up_id": derived_id(interaction, tone)}))
        elif planned is not None and row is not None and row.status == "cancelled":
            rows.append(follow_ups.plan_again(row, planned, now))
    return rows


def run_around_follow_ups(
    interaction: Interaction, before: Case, after: Case, known: Known, owner: Agent, now: datetime, by: str
) -> list[FollowUp]:
    """Return the supervisor's follow-up about a run-around that the correction cancels, adds or plans again.

    `before` and `after` are the case before and after the correction, `owner` is its agent after it.
    """
    if after.run_around_at is None:
        return [follow_ups.cancel(row, now, by, _CORRECTED) for row in known.run_arounds if is_open(row)]
    if before.run_around_at is not None or interaction.is_history:
        return []
    planned = follow_ups.run_around(after, interaction.model_copy(update={"recorded_at": now}), owner)
    planned = planned.model_copy(update={"follow_up_id": derived_id(interaction, "run_around")})
    stored = next((row for row in known.run_arounds if row.id == planned.id), None)
    if stored is None:
        return [planned]
    return [follow_ups.plan_again(stored, planned, now)] if stored.status == "cancelled" else []


def survey_after(interaction: Interaction, known: Known, policy: PolicyDocument) -> Survey | None:
    """Return the contact's survey if it is asked at another time than was planned, or None."""
    survey, planned = known.survey, surveys.of_interaction(interaction, policy)
    if survey is None or planned is None or survey.status != "scheduled" or survey.due_at == planned.due_at:
        return None
    moved = survey.changed(due_at=planned.due_at, explain=planned.explain)
    return moved.waiting(planned.wake_at, planned.explain.wake_at)


def tone_follow_up_ids(interaction: Interaction) -> list[str]:
    """Return the ids that the supervisor's follow-ups for the tone have, if there are any."""
    return [derived_id(interaction, tone) for tone in _TONES]


def _contacts(interaction: Interaction, known: Known) -> list[Interaction]:
    return [interaction if one.id == interaction.id else one for one in known.contacts]


def _call_back(
    interaction: Interaction,
    call: Commitment | None,
    reply: Reply | None,
    known: Known,
    policy: PolicyDocument,
    now: datetime,
    by: str,
) -> Commitment | None:
    """Return the promised call of the contact, due when the reply is now; withdrawn if there is no reason,
    and a new one if there is a reason now.
    """
    agent = known.agent
    is_its_own = reply is not None and reply.interaction_id == interaction.interaction_id
    wanted = commitments.call_back(interaction, reply, agent, policy) if reply else None
    if call is None:
        return _promised_now(wanted, reply, known, policy, now) if reply and wanted and is_its_own else None
    if call.interaction_id != interaction.interaction_id or call.status != "open":
        return call
    if wanted is None:
        return commitments.withdraw(call, _CORRECTED, now, by)
    if wanted.due_at == call.due_at:
        return call
    agreed = Agreement(due_at=wanted.due_at, reason=_CORRECTED)
    return commitments.renegotiate(call, agreed, policy, working_hours(agent, policy), now, by)


def _promised_now(
    wanted: Commitment, reply: Reply, known: Known, policy: PolicyDocument, now: datetime
) -> Commitment | None:
    """Return the call as promised now, by whoever has the reply, or None if it was promised before."""
    if any(one.id == wanted.id for one in known.calls):
        return None
    owner = known.agents.get(reply.agent_id, known.agent)
    promised = wanted.model_copy(update={"created_at": now, "agent_id": owner.agent_id})
    return commitments.open_commitment(promised, policy, working_hours(owner, policy), now)


def _with_next_step(
    case: Case,
    contacts: list[Interaction],
    work: OpenWork,
    policy: PolicyDocument,
    now: datetime,
    by: str,
) -> OpenWork:
    automatic = work.automatic
    if case.status != "open":
        return work.having(follow_ups.complete(automatic, now, by)) if automatic else work
    follow_up = next_steps.after_correction(case, contacts, work, policy, now)
    return work.having(follow_up) if follow_up else work
