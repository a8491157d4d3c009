"""Cases: the contacts about one matter, the run-around they show, and the six steps of a complaint.

open ⇄ resolved; open → merged, into another case of the customer.
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
"""The steps of a complaint, in words."""

CONVERSATIONS: frozenset[Channel] = frozenset({"phone", "chat", "in_person"})
"""Channels on which a contact is both asking and answering."""

E = TypeVar("E")
D = TypeVar("D", InteractionRef, HandOff)
_KEPT = 100  # pieces of evidence of a kind, the latest


class StepsMissing(Exception):
    """Critical steps of the complaint are not done."""

    def __init__(self, names: tuple[StepName, ...]) -> None:
        super().__init__("Not done yet: " + ", ".join(STEPS[name] for name in names) + ".")
        self.names = names


@dataclass(frozen=True)
class Cause:
    """What led to a complaint, and what keeps it from returning."""

    cause: str
    prevention: str


def open_case(interaction: Interaction, rules: CaseRules) -> Case:
    """The case that begins with this contact."""
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
    """The case with one more contact. The version is counted up."""
    return _with_interaction(case.changed(), interaction, rules)


def wait(case: Case, now: datetime, by: str) -> Case:
    """The next word is the customer's. Raises NotPossible unless open."""
    _require_open(case, "left waiting")
    return case.changed(
        waiting_for_customer=True, history=add_change(case.history, now, by, "waiting for the customer")
    )


def go_on(case: Case, now: datetime, by: str) -> Case:
    """The customer is not waited for any more. Raises NotPossible unless open."""
    _require_open(case, "taken up again")
    return case.changed(
        waiting_for_customer=False, history=add_change(case.history, now, by, "taken up again")
    )


def complete_step(
    case: Case, name: StepName, now: datetime, by: str, note: str | None, cause: Cause | None
) -> Case:
    """A step of the complaint is done. Done again, the first time stands. Raises NotPossible."""
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
    """The critical steps that are not done."""
    return tuple(step.name for step in case.steps if step.critical and step.done_at is None)


def resolve(case: Case, now: datetime, by: str, outcome: str | None) -> Case:
    """The matter is settled. Raises NotPossible unless open, StepsMissing."""
    _require_open(case, "resolved")
    if names := missing_steps(case):
        raise StepsMissing(names)
    return _resolved(case.changed(outcome=outcome), now, by, outcome)


def reopen(case: Case, now: datetime, by: str, reason: str) -> Case:
    """It is not settled after all. Raises NotPossible unless resolved."""
    if case.status != "resolved":
        raise NotPossible("case", case.status, "reopened")
    history = add_change(case.history, now, by, "reopened", reason=reason)
    return case.changed(status="open", resolved_at=None, survey_id=None, history=history)


def assign(case: Case, agent_id: str, now: datetime, by: str) -> Case:
    """Somebody else has it from now on. Raises NotPossible unless open."""
    _require_open(case, "assigned")
    return case.changed(agent_id=agent_id, history=add_change(case.history, now, by, "assigned"))


def merge(case: Case, into: Case, now: datetime, by: str) -> tuple[Case, Case]:
    """Both were one matter: what one counted counts for the other. Raises NotPossible unless both are open.

    Their first contacts were repeats of one another, if they were close enough; that is not judged anew.
    """
    _require_open(case, "merged")
    _require_open(into, "merged into")
    latest = max((into, case), key=lambda one: one.last_contact_at)
    taken = into.changed(
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
    gone = case.changed(
        status="merged", merged_into=into.case_id, history=add_change(case.history, now, by, "merged")
    )
    return gone, taken


def _with_interaction(case: Case, interaction: Interaction, rules: CaseRules) -> Case:
    at, agent_id, thanks = interaction.occurred_at, interaction.agent_id, is_only_thanks(interaction)
    evidence = InteractionRef(at=at, interaction_id=interaction.interaction_id)
    is_latest = at >= case.last_contact_at  # contacts are written down in any order
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
        changes["steps"] = case.steps or _checklist(rules)
    joined = case.model_copy(update=changes)
    if _is_run_around(joined, rules):
        joined = joined.model_copy(update={"run_around_at": at})
    if interaction.resolved and is_latest and joined.status == "open" and not missing_steps(joined):
        joined = _resolved(joined, at, agent_id, None)
    return joined


def _resolved(case: Case, now: datetime, by: str, outcome: str | None) -> Case:
    history = add_change(case.history, now, by, "resolved", reason=outcome)
    changes = {"status": "resolved", "resolved_at": now, "waiting_for_customer": False, "history": history}
    return case.model_copy(update=changes)


def _is_repeat(case: Case, at: datetime, rules: CaseRules) -> bool:
    """Whether the customer had to come again: about the same matter, soon, and without being asked to."""
    if case.last_inbound_at is None or case.waiting_for_customer:
        return False
    return timedelta(0) <= at - case.last_inbound_at <= timedelta(days=rules.repeat_within_days)


def _is_run_around(case: Case, rules: CaseRules) -> bool:
    return case.run_around_at is None and (
        len(case.hand_offs) > rules.hand_offs_at_most
        or len(case.repeat_contacts) > rules.repeat_contacts_at_most
        or len(case.reopenings) > rules.reopenings_at_most
    )


def _checklist(rules: CaseRules) -> tuple[Step, ...]:
    """As the policy stands now: a later edit changes no running checklist."""
    return tuple(Step(name=name, critical=name in rules.critical_steps) for name in STEPS)


def _latest(evidence: tuple[E, ...]) -> tuple[E, ...]:
    return evidence[-_KEPT:]


def _by_time(evidence: tuple[D, ...]) -> tuple[D, ...]:
    return _latest(tuple(sorted(evidence, key=lambda one: one.at)))


def _require_open(case: Case, wanted: str) -> None:
    if case.status != "open":
        raise NotPossible("case", case.status, wanted)
