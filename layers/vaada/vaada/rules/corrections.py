"""Correct a contact: its text, kind, tone or time, and everything that depends on them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from vaada.model.cases import Case
from vaada.model.interaction_input import InteractionChanges
from vaada.model.interactions import Correction, Interaction, Tone
from vaada.model.people import Agent
from vaada.model.policy import PolicyDocument
from vaada.model.work import Commitment, FollowUp, Reply, Survey
from vaada.rules import cases, follow_ups, ids, late_replies, next_steps, surveys
from vaada.rules.commitments import CORRECTED
from vaada.rules.interactions import default_awaits_reply, is_history
from vaada.rules.late_replies import Change, Stored
from vaada.rules.only_thanks import only_thanks
from vaada.rules.open_work import OpenWork, is_open

_TONES: tuple[Tone, ...] = ("upset", "abusive")


@dataclass(frozen=True)
class Known:
    """What is known beside the contact: its agent, all contacts of its case, the replies to them, and the
    supervisor's follow-ups for its tone, by their origin.

    `calls` are the calls that were promised in contacts of the case. `run_arounds` are the supervisor's
    follow-ups about a run-around. `surveys` are about the contact, and about how the case was resolved.
    """

    agent: Agent
    contacts: tuple[Interaction, ...]
    replies: tuple[Reply, ...]
    by_tone: Mapping[str, FollowUp]
    calls: tuple[Commitment, ...] = ()
    run_arounds: tuple[FollowUp, ...] = ()
    surveys: tuple[Survey, ...] = ()


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
    owner: Agent,
    policy: PolicyDocument,
    now: datetime,
    by: str,
) -> tuple[OpenWork, tuple[Reply | Commitment, ...], Case]:
    """Return the open work after the correction, what else changed of replies and promised calls, and the
    case, which knows whether the customer had a reply.

    `case` is the one after the correction, `owner` its agent.
    """
    contacts = cases.in_order(_contacts(interaction, known), case)
    stored = Stored(known.replies, known.calls)
    change = Change(tuple(cases.in_order(known.contacts, case)), owner, now, by, CORRECTED)
    awaited = late_replies.reconcile(contacts, case, stored, change, policy)
    reply, call = awaited.reply, awaited.call
    if reply is None and work.reply not in known.replies:  # it is of a contact that the case does not list
        reply = work.reply
    if call is None and work.call_back not in known.calls:
        call = work.call_back
    after = work._replace(reply=reply, call_back=call)
    case = case.model_copy(update={"answered": awaited.answered})
    return _with_next_step(case, contacts, after, policy, now), awaited.others, case


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
                rows.append(follow_ups.cancel(row, now, by, CORRECTED))
        elif planned is not None and row is None:
            rows.append(planned.model_copy(update={"follow_up_id": ids.derived_id(interaction, tone)}))
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
        return [follow_ups.cancel(row, now, by, CORRECTED) for row in known.run_arounds if is_open(row)]
    if before.run_around_at is not None or interaction.is_history:
        return []
    planned = follow_ups.run_around(after, interaction.model_copy(update={"recorded_at": now}), owner)
    planned = planned.model_copy(update={"follow_up_id": ids.derived_id(interaction, "run_around")})
    stored = next((row for row in known.run_arounds if row.id == planned.id), None)
    if stored is None:
        return [planned]
    return [follow_ups.plan_again(stored, planned, now)] if stored.status == "cancelled" else []


def surveys_after(
    interaction: Interaction, before: Case, after: Case, known: Known, policy: PolicyDocument, now: datetime
) -> tuple[Case, list[Survey]]:
    """Return the case with the id of its survey, and the surveys that the correction changes.

    One that was withdrawn because of a contact that did not reopen the case is asked after all, and the one
    about the contact is asked at another time if that was corrected. `before` and `after` are the case before
    and after the correction.
    """
    stored = {survey.id: survey for survey in known.surveys}
    changed = dict(stored)
    if before.status == "resolved" and after.status == "open":
        withdrawn = surveys.withdraw(stored.get(before.survey_id or ""))
        return after, [withdrawn] if withdrawn else []
    if cases.can_rebuild(after):
        contacts = cases.in_order(_contacts(interaction, known), after)
        survey_id, survey = surveys.after_change(after, contacts, stored.values(), policy, now)
        after = after.model_copy(update={"survey_id": survey_id})
        changed |= {survey.id: survey} if survey else {}
    own, planned = changed.get(ids.survey_id(interaction)), surveys.of_interaction(interaction, policy)
    if own and planned and own.status == "scheduled" and own.due_at != planned.due_at:
        moved = own.model_copy(update={"due_at": planned.due_at, "explain": planned.explain})
        changed[own.id] = moved.waiting(max(planned.due_at, now), planned.explain.wake_at)
    rows = [(row, stored.get(row.id)) for row in changed.values() if row != stored.get(row.id)]
    return after, [row.model_copy(update={"version": old.version + 1 if old else 1}) for row, old in rows]


def tone_follow_up_ids(interaction: Interaction) -> list[str]:
    """Return the ids that the supervisor's follow-ups for the tone have, if there are any."""
    return [ids.derived_id(interaction, tone) for tone in _TONES]


def _contacts(interaction: Interaction, known: Known) -> list[Interaction]:
    return [interaction if one.id == interaction.id else one for one in known.contacts]


def _with_next_step(
    case: Case,
    contacts: list[Interaction],
    work: OpenWork,
    policy: PolicyDocument,
    now: datetime,
) -> OpenWork:
    last = next_steps.last_with_news(contacts)
    follow_up = next_steps.after_change(case, last, work, policy, now) if last else None
    return work.having(follow_up) if follow_up else work
