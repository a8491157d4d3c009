"""Cases: the interactions about one matter, signs of a run-around, and the six steps of a complaint.

States: open ⇄ resolved; either → merged into another case of the customer, see `case_merge`.
"""

import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar, get_args

from vaada.model.cases import Case, HandOff, InteractionRef, Step
from vaada.model.interactions import Interaction
from vaada.model.people import Channel
from vaada.model.policy import CaseRules, StepName
from vaada.model.work import Change
from vaada.rules.errors import NotPossible
from vaada.rules.history import DESK, add_change

STEPS: dict[StepName, str] = dict(
    zip(
        get_args(StepName),
        (
            "apologised",
            "gone through with the customer",
            "written down for all",
            "solved",
            "confirmed with the customer",
            "cause and prevention recorded",
        ),
        strict=True,
    )
)
"""The steps of a complaint, in words for people."""

CONVERSATIONS: frozenset[Channel] = frozenset({"phone", "chat", "in_person"})
"""Channels on which one interaction holds both the question and the reply."""

MERGED = "another case was merged into this one"
"""The entry in a case's history for a merge into it."""

E = TypeVar("E")
_EVIDENCE_LIMIT = 100  # a case keeps the latest pieces of evidence of each kind, and its latest contacts
_WAITING, _GOES_ON = "waiting for the customer", "taken up again"
_BY_HAND = frozenset({"resolved", "reopened", "assigned", _WAITING, _GOES_ON})
"""The entries of a case's history, made by people, that its state depends on."""


class StepsMissing(Exception):
    """Critical steps of the complaint are not done. `names` are those steps."""

    def __init__(self, names: tuple[StepName, ...]) -> None:
        super().__init__("Not done yet: " + ", ".join(STEPS[name] for name in names) + ".")
        self.names = names


class Cause(NamedTuple):
    """The cause of a complaint, and what will prevent it."""

    cause: str
    prevention: str


def open_case(interaction: Interaction, rules: CaseRules) -> Case:
    """Return the new case that begins with this interaction."""
    case = Case(
        case_id=interaction.case_id,
        customer_id=interaction.customer_id,
        agent_id=interaction.handed_over_from or interaction.agent_id,
        kind=interaction.kind,
        channel=interaction.channel,
        opened_at=interaction.occurred_at,
        last_contact_at=interaction.occurred_at,
        last_interaction_id=interaction.interaction_id,
        contacts=0,
    )
    return _with_interaction(case, interaction, rules)


def add_interaction(case: Case, interaction: Interaction, rules: CaseRules) -> Case:
    """Return the next version of the case, with one more interaction, the latest so far."""
    return _with_interaction(case.changed(), interaction, rules)


def is_late(case: Case, interaction: Interaction) -> bool:
    """Whether something that the case already contains happened after the interaction."""
    happened = (case.last_contact_at, *(change.at for change in _changes_by_hand(case)))
    return interaction.occurred_at < max(happened)


def can_rebuild(case: Case) -> bool:
    """Whether the case has all of its interactions, and was not merged with another."""
    known = len(case.interaction_ids) == case.contacts
    return known and all(change.what != MERGED for change in case.history)


def rebuild(case: Case, interactions: Iterable[Interaction], rules: CaseRules) -> Case:
    """Return the next version of the case, computed from its interactions and changes by hand, in order.

    The facts of a case follow from what happened, not from when it was written down. `interactions` are all
    of the case, in any order.
    """
    contacts = in_order(interactions, case)
    by_hand = _changes_by_hand(case)
    rebuilt = case.changed(
        kind=contacts[0].kind,
        channel=contacts[0].channel,
        agent_id=contacts[0].handed_over_from or contacts[0].agent_id,
        status="open",
        opened_at=contacts[0].occurred_at,
        last_contact_at=contacts[0].occurred_at,
        last_inbound_at=None,
        last_interaction_id=contacts[0].interaction_id,
        interaction_ids=(),
        contacts=0,
        served=False,
        abusive=False,
        waiting_for_customer=False,
        hand_offs=(),
        repeat_contacts=(),
        reopenings=(),
        run_around_at=None,
        steps=(),
        resolved_at=None,
        history=tuple(change for change in case.history if change.interaction_id is None),
    )
    for contact in contacts:
        while by_hand and by_hand[0].at < contact.occurred_at:
            rebuilt = _with_change_by_hand(rebuilt, by_hand.pop(0))
        rebuilt = _with_interaction(rebuilt, contact, rules, known_steps=case.steps)
    for change in by_hand:
        rebuilt = _with_change_by_hand(rebuilt, change)
    return rebuilt.model_copy(
        update={
            "history": tuple(sorted(rebuilt.history, key=lambda change: change.at)),
            "survey_id": case.survey_id if rebuilt.status == "resolved" else None,
        }
    )


def note_correction(
    case: Case, interaction: Interaction, interactions: Iterable[Interaction], rules: CaseRules
) -> Case:
    """Return the next version of a case that cannot be rebuilt, with what a corrected interaction changes.

    `interactions` are those that the case lists, with the corrected one. What it counted before, and which
    evidence it has, stays.
    """
    contacts = in_order(interactions, case)
    came_in = [one.occurred_at for one in contacts if one.direction == "inbound" and not one.only_thanks]
    changes: dict[str, object] = {
        "last_contact_at": contacts[-1].occurred_at,
        "last_interaction_id": contacts[-1].interaction_id,
        "last_inbound_at": max(came_in, default=case.last_inbound_at),
        "abusive": case.abusive or interaction.tone == "abusive",
    }
    if len(case.interaction_ids) == case.contacts:
        changes |= {
            "opened_at": contacts[0].occurred_at,
            "abusive": any(one.tone == "abusive" for one in contacts),
        }
        if case.kind == "complaint" and all(one.kind != "complaint" for one in contacts):
            changes |= {"kind": contacts[0].kind, "steps": ()}
    if interaction.kind == "complaint":
        changes |= {"kind": "complaint", "steps": case.steps or _new_checklist(rules)}
    return case.changed(**changes)


def in_order(interactions: Iterable[Interaction], case: Case) -> list[Interaction]:
    """Return the interactions of the case in the order in which they took place.

    Those of the same second are in the order in which they were written down.
    """
    written = {interaction_id: n for n, interaction_id in enumerate(case.interaction_ids)}
    return sorted(interactions, key=lambda one: (one.occurred_at, written.get(one.id, len(written))))


def waited_by_hand(case: Case) -> list[datetime]:
    """Return when people said that the case waits for the customer, goes on, or is open again."""
    return [change.at for change in _changes_by_hand(case) if change.what in {_WAITING, _GOES_ON, "reopened"}]


def _changes_by_hand(case: Case) -> list[Change]:
    return [change for change in case.history if change.interaction_id is None and change.what in _BY_HAND]


def _with_change_by_hand(case: Case, change: Change) -> Case:
    facts: dict[str, object]
    match change.what:
        case "resolved":
            facts = {"status": "resolved", "resolved_at": change.at, "waiting_for_customer": False}
        case "reopened":
            facts = {"status": "open", "resolved_at": None}
        case "assigned":
            facts = {"agent_id": change.agent_after or case.agent_id}
        case _:
            facts = {"waiting_for_customer": case.status == "open" and change.what == _WAITING}
    return case.model_copy(update=facts)


def wait_for_customer(case: Case, now: datetime, by: str, note: str | None = None) -> Case:
    """Mark that the case waits for the customer. Raises NotPossible unless it is open."""
    require_open(case, "left waiting")
    history = add_change(case, now, by, _WAITING, reason=note)
    return case.changed(waiting_for_customer=True, history=history)


def stop_waiting(case: Case, now: datetime, by: str, note: str | None = None) -> Case:
    """Mark that the case no longer waits for the customer. Raises NotPossible unless it is open."""
    require_open(case, "taken up again")
    history = add_change(case, now, by, _GOES_ON, reason=note)
    return case.changed(waiting_for_customer=False, history=history)


def complete_step(
    case: Case, name: StepName, now: datetime, by: str, note: str | None, cause: Cause | None
) -> Case:
    """Mark a step of the complaint as done. A step that was done before does not change.

    Raises NotPossible if the case is not open, or not a complaint.
    """
    if not case.steps:
        raise NotPossible("case without a complaint", case.status, "worked through in steps")
    require_open(case, "worked on")
    if cause is None and any(step.name == name and step.done_at for step in case.steps):
        return case
    steps = tuple(
        step.model_copy(update={"done_at": now, "done_by": by, "note": note})
        if step.name == name and step.done_at is None
        else step
        for step in case.steps
    )
    changes: dict[str, object] = {"cause": cause.cause, "prevention": cause.prevention} if cause else {}
    return case.changed(steps=steps, **changes)


def missing_steps(case: Case, at: datetime | None = None) -> tuple[StepName, ...]:
    """Return the critical steps that are not done, or were not done at this time."""
    return tuple(
        step.name
        for step in case.steps
        if step.critical and (step.done_at is None or (at is not None and step.done_at > at))
    )


def resolve(case: Case, now: datetime, by: str, outcome: str | None) -> Case:
    """Resolve the case. Raises NotPossible unless it is open, StepsMissing if critical steps are not done."""
    require_open(case, "resolved")
    if names := missing_steps(case):
        raise StepsMissing(names)
    return _resolve(case.changed(outcome=outcome), now, by, outcome)


def reopen(case: Case, now: datetime, by: str, reason: str) -> Case:
    """Open the case again. Raises NotPossible unless it is resolved."""
    if case.status != "resolved":
        raise NotPossible("case", case.status, "reopened")
    history = add_change(case, now, by, "reopened", reason=reason)
    return case.changed(status="open", resolved_at=None, survey_id=None, history=history)


def assign(case: Case, agent_id: str, now: datetime, by: str) -> Case:
    """Give the case to another agent. Raises NotPossible unless it is open."""
    require_open(case, "assigned")
    history = add_change(case, now, by, "assigned", agent_after=agent_id)
    return case.changed(agent_id=agent_id, history=history)


def _with_interaction(
    case: Case, interaction: Interaction, rules: CaseRules, *, known_steps: tuple[Step, ...] = ()
) -> Case:
    """Return the case with one more interaction. `known_steps` is its checklist, if it had one."""
    at, agent_id, thanks = interaction.occurred_at, interaction.agent_id, interaction.only_thanks
    is_latest = at >= case.last_contact_at  # interactions may be recorded in any order
    changes: dict[str, object] = {
        "contacts": case.contacts + 1,
        "interaction_ids": latest((*case.interaction_ids, interaction.interaction_id)),
    }
    if is_latest:
        changes |= {"last_contact_at": at, "last_interaction_id": interaction.interaction_id}
    if interaction.direction == "outbound" or interaction.resolved or interaction.channel in CONVERSATIONS:
        changes["served"] = True
    if interaction.direction == "outbound":
        if _asks_customer(interaction, case):
            changes["waiting_for_customer"] = True
    elif not thanks:
        changes |= _came_in(case, interaction, rules)
    former = interaction.handed_over_from or case.agent_id
    if former != agent_id:
        hand_off = HandOff(
            at=at, interaction_id=interaction.interaction_id, from_agent_id=former, to_agent_id=agent_id
        )
        changes["hand_offs"] = latest((*case.hand_offs, hand_off))
    if case.run_around_at is None and is_latest:
        changes["agent_id"] = agent_id
    if interaction.tone == "abusive":
        changes["abusive"] = True
    if interaction.kind == "complaint":
        changes |= {"kind": "complaint", "steps": case.steps or known_steps or _new_checklist(rules)}
    updated = case.model_copy(update=changes)
    if _is_run_around(updated, rules):
        updated = updated.model_copy(update={"run_around_at": at})
    if interaction.resolved and is_latest and updated.status == "open" and not missing_steps(updated, at):
        return _resolve(updated, at, agent_id, None, interaction.interaction_id)
    agreed = interaction.commitments or interaction.follow_up
    is_over = thanks or (interaction.is_history and not agreed)
    if is_over and updated.contacts == 1:  # there is nothing to do about it
        return _resolve(updated, at, DESK, None, interaction.interaction_id)
    return updated


def _asks_customer(outbound: Interaction, before: Case) -> bool:
    """Whether we wait for the customer's answer: as stated, or else if it is a question of ours.

    `before` is the case without the interaction. A contact about a customer's question is of the kind
    `question`, too, so there it takes a question mark.
    """
    if outbound.resolved or outbound.is_history:
        return False
    if outbound.asks_customer is not None:
        return outbound.asks_customer
    about_theirs = before.contacts > 0 and before.kind == "question"
    return _has_question_mark(outbound.summary) or (outbound.kind == "question" and not about_theirs)


def _came_in(case: Case, interaction: Interaction, rules: CaseRules) -> dict[str, object]:
    """Return what changes because the customer was in touch, and said more than thanks."""
    at = interaction.occurred_at
    evidence = InteractionRef(at=at, interaction_id=interaction.interaction_id)
    changes: dict[str, object] = {
        "last_inbound_at": max(case.last_inbound_at or at, at),
        "waiting_for_customer": False,
    }
    if _is_repeat(case, at, rules):
        changes["repeat_contacts"] = latest((*case.repeat_contacts, evidence))
    resolved_before = case.status == "resolved" and (case.resolved_at is None or at >= case.resolved_at)
    if resolved_before and not (interaction.resolved or interaction.is_history):
        changes |= {"status": "open", "resolved_at": None, "survey_id": None}
        if not any(change.by == DESK and change.at == case.resolved_at for change in case.history):
            changes["reopenings"] = latest((*case.reopenings, evidence))
    return changes


def _resolve(
    case: Case, now: datetime, by: str, outcome: str | None, interaction_id: str | None = None
) -> Case:
    history = add_change(case, now, by, "resolved", reason=outcome, interaction_id=interaction_id)
    changes = {"status": "resolved", "resolved_at": now, "waiting_for_customer": False, "history": history}
    return case.model_copy(update=changes)


def _has_question_mark(text: str) -> bool:
    """Whether the text has a question mark of any script."""
    return any("QUESTION MARK" in unicodedata.name(character, "") for character in text)


def _is_repeat(case: Case, at: datetime, rules: CaseRules) -> bool:
    """Whether the customer had to get in touch again: about the same case, soon, and not at our request."""
    if case.last_inbound_at is None or case.waiting_for_customer:
        return False
    return timedelta(0) <= at - case.last_inbound_at <= timedelta(days=rules.repeat_within_days)


def _is_run_around(case: Case, rules: CaseRules) -> bool:
    return case.run_around_at is None and (
        len(case.hand_offs) > rules.hand_offs_at_most
        or len(case.repeat_contacts) > rules.repeat_contacts_at_most
        or len(case.reopenings) > rules.reopenings_at_most
    )


def _new_checklist(rules: CaseRules) -> tuple[Step, ...]:
    """Return the steps under the current policy. Later changes of the policy do not affect this case."""
    return tuple(Step(name=name, critical=name in rules.critical_steps) for name in STEPS)


def latest(evidence: tuple[E, ...]) -> tuple[E, ...]:
    """Return the latest pieces of evidence, at most as many as a case keeps."""
    return evidence[-_EVIDENCE_LIMIT:]


def require_open(case: Case, wanted: str) -> None:
    """Raise NotPossible unless the case is open."""
    if case.status != "open":
        raise NotPossible("case", case.status, wanted)
