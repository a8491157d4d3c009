"""Merge two cases about one matter: the remaining case keeps what both had. It can be undone for a day."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeVar

from vaada.model.cases import Case, HandOff, InteractionRef, Step
from vaada.model.interactions import Interaction
from vaada.model.policy import CaseRules
from vaada.model.work import Commitment, FollowUp, Reply
from vaada.rules import follow_ups
from vaada.rules.cases import MERGED, add_interaction, can_rebuild, in_order, latest, rebuild
from vaada.rules.errors import NotPossible
from vaada.rules.history import DESK, add_change
from vaada.rules.open_work import AUTOMATIC, is_open

UNDO_WITHIN = timedelta(days=1)
_LONGEST_CAUSE = 500
_UNDONE = "the merge was undone"
_ONE_IS_ENOUGH = "the matter became part of another, which has a follow-up"

D = TypeVar("D", InteractionRef, HandOff)


def merge(case: Case, into: Case, now: datetime, by: str) -> tuple[Case, Case]:
    """Merge `case` into `into`. Returns both, in this order. Raises NotPossible if one was merged before.

    The remaining case is open if either was. Counts and evidence are added up. The first interaction of one
    case could be a repeat contact in the merged case; that is not computed again.
    """
    for one, wanted in ((case, "merged"), (into, "merged into")):
        if one.status == "merged":
            raise NotPossible("case", one.status, wanted)
    both = (into, case)
    last = max(both, key=lambda one: one.last_contact_at)
    is_open_again = into.status == "resolved" and case.status == "open"
    resolved = all(one.status == "resolved" for one in both)
    merged = into.changed(
        status="resolved" if resolved else "open",
        resolved_at=max(one.resolved_at for one in both if one.resolved_at) if resolved else None,
        survey_id=None if is_open_again else into.survey_id,
        opened_at=min(one.opened_at for one in both),
        last_contact_at=last.last_contact_at,
        last_interaction_id=last.last_interaction_id,
        interaction_ids=latest(tuple(sorted((*case.interaction_ids, *into.interaction_ids)))),
        last_inbound_at=max((one.last_inbound_at for one in both if one.last_inbound_at), default=None),
        contacts=case.contacts + into.contacts,
        answered=case.answered or into.answered,
        served=case.served or into.served,
        abusive=case.abusive or into.abusive,
        ask_again=case.ask_again or into.ask_again,
        waiting_for_customer=any(one.waiting_for_customer and one.status == "open" for one in both),
        granted=case.granted + into.granted,
        lists_all=case.lists_all and into.lists_all,
        hand_offs=_by_time((*case.hand_offs, *into.hand_offs)),
        repeat_contacts=_by_time((*case.repeat_contacts, *into.repeat_contacts)),
        reopenings=_by_time((*case.reopenings, *into.reopenings)),
        run_around_at=min((one.run_around_at for one in both if one.run_around_at), default=None),
        steps=_steps_of_both(into.steps, case.steps),
        cause=_both(into.cause, case.cause),
        prevention=_both(into.prevention, case.prevention),
        kind="complaint" if "complaint" in {case.kind, into.kind} else into.kind,
        history=add_change(into, now, by, MERGED, reason=case.case_id),
    )
    return _closed(case, into, now, by), merged


def _closed(case: Case, into: Case, now: datetime, by: str) -> Case:
    """Return the merged case, with the other one as it was before."""
    return case.changed(
        status="merged",
        merged_into=into.case_id,
        into_before=into.model_copy(update={"into_before": None}),
        history=add_change(case, now, by, "merged"),
    )


def unmerge(
    closed: Case, into: Case, contacts: Iterable[Interaction], rules: CaseRules, now: datetime, by: str
) -> tuple[Case, Case]:
    """Undo a merge. Returns the case that was merged, and the other one, both without their open work.

    `contacts` are all interactions of `into`. What happened since stays with `into`. Raises NotPossible
    unless `closed` was merged into it within the last day.
    """
    before, merged_at = closed.into_before, closed.history[-1].at if closed.history else now
    if closed.status != "merged" or closed.merged_into != into.case_id or before is None:
        raise NotPossible("case", closed.status, "separated")
    if into.status == "merged" or now - merged_at > UNDO_WITHIN:
        raise NotPossible("case", "merged for more than a day or merged further", "separated")
    case = closed.changed(
        status="resolved" if closed.resolved_at else "open",
        merged_into=None,
        into_before=None,
        lists_all=closed.lists_all and into.lists_all,
        history=add_change(closed, now, by, _UNDONE),
    )
    since = tuple(change for change in into.history if change.at >= merged_at and change.what != MERGED)
    own = set(closed.interaction_ids)
    rest = before.model_copy(
        update={
            "version": into.version,
            "history": (*before.history, *since),
            "granted": into.granted - closed.granted,
            "lists_all": before.lists_all and into.lists_all,
            "steps": _steps_since(into.steps, before.steps, closed.steps),
        }
    )
    theirs = [contact for contact in contacts if contact.interaction_id not in own]
    if can_rebuild(before):
        rest = rebuild(rest.model_copy(update={"interaction_ids": ()}), theirs, rules)
    else:
        known = set(before.interaction_ids)
        for contact in in_order((contact for contact in theirs if contact.interaction_id not in known), into):
            rest = add_interaction(rest, contact, rules)
        rest = rest.model_copy(update={"version": into.version + 1})
    rest = rest.model_copy(update={"history": add_change(rest, now, by, _UNDONE, reason=case.case_id)})
    return case, rest


def merged_ids(case: Case) -> set[str]:
    """Return the ids of the cases that were merged into this one, also of those that were separated since."""
    return {change.reason for change in case.history if change.what == MERGED and change.reason}


def goes_back(row: Reply | Commitment | FollowUp, closed: Case) -> bool:
    """Whether open work of the remaining case goes back to the merged one: it had it before the merge."""
    had = {closed.reply_id, closed.call_back_id, *closed.commitment_ids, *closed.follow_up_ids}
    began_before = row.created_at < closed.history[-1].at
    return row.id in had or (began_before and row.interaction_id in closed.interaction_ids)


def _steps_since(
    steps: tuple[Step, ...], before: tuple[Step, ...], other: tuple[Step, ...]
) -> tuple[Step, ...]:
    """Return the checklist from before the merge, with the steps that were done since."""
    done = {step.name for step in (*before, *other) if step.done_at}
    new = {step.name: step for step in steps if step.done_at and step.name not in done}
    return tuple(new.get(step.name, step) for step in before)


def one_automatic(planned: Iterable[FollowUp], now: datetime) -> tuple[FollowUp, ...]:
    """Return the follow-ups of both cases; only the first due automatic one stays open."""
    rows = tuple(planned)
    automatic = [row for row in rows if row.origin in AUTOMATIC and is_open(row)]
    stays = min(automatic, key=lambda row: row.due_at, default=None)
    return tuple(
        follow_ups.cancel(row, now, DESK, _ONE_IS_ENOUGH) if row in automatic and row is not stays else row
        for row in rows
    )


def _steps_of_both(own: tuple[Step, ...], other: tuple[Step, ...]) -> tuple[Step, ...]:
    """Return one checklist: a step is done if it was done in either case, by whom it was done first."""
    if not own or not other:
        return own or other
    others = {step.name: step for step in other}
    return tuple(_step_of_both(step, others.get(step.name, step)) for step in own)


def _step_of_both(own: Step, other: Step) -> Step:
    done = [(step.done_at, step) for step in (own, other) if step.done_at is not None]
    first = min(done, key=lambda one: one[0])[1] if done else own
    return first.model_copy(update={"critical": own.critical or other.critical})


def _both(own: str | None, other: str | None) -> str | None:
    """Return the texts of both cases. The same text is not repeated."""
    texts = dict.fromkeys(text for text in (own, other) if text)
    return "; ".join(texts)[:_LONGEST_CAUSE] or None


def _by_time(evidence: tuple[D, ...]) -> tuple[D, ...]:
    return latest(tuple(sorted(evidence, key=lambda one: one.at)))
