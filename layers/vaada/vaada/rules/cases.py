"""Cases: the interactions about one matter, signs of a run-around, and the six steps of a complaint.

States: open ⇄ resolved; open → merged into another case of the customer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar, get_args

from vaada.model.cases import Case, HandOff, InteractionRef, Step
from vaada.model.interactions import Interaction
from vaada.model.people import Channel
from vaada.model.policy import CaseRules, StepName
from vaada.rules.errors import NotPossible
from vaada.rules.history import add_change
from vaada.rules.thanks import is_only_thanks

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

E = TypeVar("E")
D = TypeVar("D", InteractionRef, HandOff)
_EVIDENCE_LIMIT = 100  # a case keeps the latest pieces of evidence of each kind


class StepsMissing(Exception):
    """Critical steps of the complaint are not done. `names` are those steps."""

    def __init__(self, names: tuple[StepName, ...]) -> None:
        super().__init__("Not done yet: " + ", ".join(STEPS[name] for name in names) + ".")
        self.names = names


@dataclass(frozen=True)
class Cause:
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
    """Return the next version of the case, with one more interaction."""
    return _with_interaction(case.changed(), interaction, rules)


def wait_for_customer(case: Case, now: datetime, by: str) -> Case:
    """Mark that the case waits for the customer. Raises NotPossible unless it is open."""
    _require_open(case, "left waiting")
    return case.changed(
        waiting_for_customer=True, history=add_change(case.history, now, by, "waiting for the customer")
    )


def stop_waiting(case: Case, now: datetime, by: str) -> Case:
    """Mark that the case no longer waits for the customer. Raises NotPossible unless it is open."""
    _require_open(case, "taken up again")
    return case.changed(
        waiting_for_customer=False, history=add_change(case.history, now, by, "taken up again")
    )


def complete_step(
    case: Case, name: StepName, now: datetime, by: str, note: str | None, cause: Cause | None
) -> Case:
    """Mark a step of the complaint as done; a step done before stays as it was.

    Raises NotPossible if the case is not open, or not a complaint.
    """
    if not case.steps:
        raise NotPossible("case without a complaint", case.status, "worked through in steps")
    _require_open(case, "worked on")
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


def missing_steps(case: Case) -> tuple[StepName, ...]:
    """Return the critical steps that are not done."""
    return tuple(step.name for step in case.steps if step.critical and step.done_at is None)


def resolve(case: Case, now: datetime, by: str, outcome: str | None) -> Case:
    """Resolve the case. Raises NotPossible unless it is open, StepsMissing if critical steps are not done."""
    _require_open(case, "resolved")
    if names := missing_steps(case):
        raise StepsMissing(names)
    return _resolve(case.changed(outcome=outcome), now, by, outcome)


def reopen(case: Case, now: datetime, by: str, reason: str) -> Case:
    """Open the case again. Raises NotPossible unless it is resolved."""
    if case.status != "resolved":
        raise NotPossible("case", case.status, "reopened")
    history = add_change(case.history, now, by, "reopened", reason=reason)
    return case.changed(status="open", resolved_at=None, survey_id=None, history=history)


def assign(case: Case, agent_id: str, now: datetime, by: str) -> Case:
    """Give the case to another agent. Raises NotPossible unless it is open."""
    _require_open(case, "assigned")
    return case.changed(agent_id=agent_id, history=add_change(case.history, now, by, "assigned"))


def merge(case: Case, into: Case, now: datetime, by: str) -> tuple[Case, Case]:
    """Merge `case` into `into`. Returns both, in this order. Raises NotPossible unless both are open.

    Counts and evidence are added up. The first interaction of one case could be a repeat contact in the
    merged case; that is not recomputed.
    """
    _require_open(case, "merged")
    _require_open(into, "merged into")
    latest = max((into, case), key=lambda one: one.last_contact_at)
    merged = into.changed(
        opened_at=min(case.opened_at, into.opened_at),
        last_contact_at=latest.last_contact_at,
        last_interaction_id=latest.last_interaction_id,
        last_inbound_at=max(filter(None, (case.last_inbound_at, into.last_inbound_at)), default=None),
        contacts=case.contacts + into.contacts,
        answered=case.answered or into.answered,
        served=case.served or into.served,
        abusive=case.abusive or into.abusive,
        ask_again=case.ask_again or into.ask_again,
        follow_up_ids=_latest((*case.follow_up_ids, *into.follow_up_ids)),
        granted=case.granted + into.granted,
        hand_offs=_by_time((*case.hand_offs, *into.hand_offs)),
        repeat_contacts=_by_time((*case.repeat_contacts, *into.repeat_contacts)),
        reopenings=_by_time((*case.reopenings, *into.reopenings)),
        run_around_at=min(filter(None, (case.run_around_at, into.run_around_at)), default=None),
        steps=into.steps or case.steps,
        cause=into.cause or case.cause,
        prevention=into.prevention or case.prevention,
        kind="complaint" if "complaint" in {case.kind, into.kind} else into.kind,
        history=add_change(
            into.history, now, by, "another case was merged into this one", reason=case.case_id
        ),
    )
    closed = case.changed(
        status="merged", merged_into=into.case_id, history=add_change(case.history, now, by, "merged")
    )
    return closed, merged


def _with_interaction(case: Case, interaction: Interaction, rules: CaseRules) -> Case:
    at, agent_id, thanks = interaction.occurred_at, interaction.agent_id, is_only_thanks(interaction)
    evidence = InteractionRef(at=at, interaction_id=interaction.interaction_id)
    is_latest = at >= case.last_contact_at  # interactions may be recorded in any order
    changes: dict[str, object] = {"contacts": case.contacts + 1}
    if is_latest:
        changes |= {"last_contact_at": at, "last_interaction_id": interaction.interaction_id}
    if interaction.direction == "outbound" or interaction.resolved or interaction.channel in CONVERSATIONS:
        changes["served"] = True
    if interaction.direction == "outbound":
        changes["answered"] = True
    elif not thanks:
        if _is_repeat(case, at, rules):
            changes["repeat_contacts"] = _latest((*case.repeat_contacts, evidence))
        changes["last_inbound_at"] = max(case.last_inbound_at or at, at)
        changes["waiting_for_customer"] = False
    former = interaction.handed_over_from or case.agent_id
    if former != agent_id:
        hand_off = HandOff(
            at=at, interaction_id=interaction.interaction_id, from_agent_id=former, to_agent_id=agent_id
        )
        changes["hand_offs"] = _latest((*case.hand_offs, hand_off))
    if case.run_around_at is None and is_latest:
        changes["agent_id"] = agent_id
    came_back = interaction.direction == "inbound" and not interaction.resolved and not thanks
    if case.status == "resolved" and came_back and (case.resolved_at is None or at >= case.resolved_at):
        changes |= {"status": "open", "resolved_at": None, "survey_id": None}
        changes["reopenings"] = _latest((*case.reopenings, evidence))
    if interaction.tone == "abusive":
        changes["abusive"] = True
    if interaction.kind == "complaint":
        changes["kind"] = "complaint"
        changes["steps"] = case.steps or _new_checklist(rules)
    updated = case.model_copy(update=changes)
    if _is_run_around(updated, rules):
        updated = updated.model_copy(update={"run_around_at": at})
    if interaction.resolved and is_latest and updated.status == "open" and not missing_steps(updated):
        updated = _resolve(updated, at, agent_id, None)
    return updated


def _resolve(case: Case, now: datetime, by: str, outcome: str | None) -> Case:
    history = add_change(case.history, now, by, "resolved", reason=outcome)
    changes = {"status": "resolved", "resolved_at": now, "waiting_for_customer": False, "history": history}
    return case.model_copy(update=changes)


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


def _latest(evidence: tuple[E, ...]) -> tuple[E, ...]:
    return evidence[-_EVIDENCE_LIMIT:]


def _by_time(evidence: tuple[D, ...]) -> tuple[D, ...]:
    return _latest(tuple(sorted(evidence, key=lambda one: one.at)))


def _require_open(case: Case, wanted: str) -> None:
    if case.status != "open":
        raise NotPossible("case", case.status, wanted)
