"""The next step of a case: every open case has one.

A case that has nothing else to wake it has one automatic follow-up. Each contact moves it on.
"""

from collections.abc import Sequence
from datetime import datetime

from vaada.model.cases import Case
from vaada.model.ids import derived_row_id
from vaada.model.interactions import Interaction
from vaada.model.policy import Delay, PolicyDocument
from vaada.model.rows import Explained
from vaada.model.work import FollowUp, FollowUpOrigin
from vaada.rules import follow_ups, ids
from vaada.rules.cases import STEPS, missing_steps, waited_by_hand
from vaada.rules.history import DESK
from vaada.rules.open_work import OpenWork, has_next_step
from vaada.rules.time import deadlines
from vaada.rules.time.deadlines import Deadline, business_hours

_NOT_RESOLVED = "This was not resolved yet."
_NO_ANSWER = "The customer has not answered. Ask again, or close the matter."
_PROMISE_ENDED = "Is this solved? Nothing is planned any more: close the matter, or say what comes next."
_REOPENED = "The matter was opened again."
_AGREED = "a date was agreed instead"


def after_interaction(
    case: Case,
    interaction: Interaction,
    open_work: OpenWork,
    policy: PolicyDocument,
    *,
    is_last: bool,
) -> FollowUp | None:
    """Return the automatic follow-up of the case after this contact, new or changed. None: no change.

    `case` and `open_work` are those after the contact, with what was agreed in it: that takes the place of an
    automatic follow-up. Unless it is the last one of the case, nothing moves on.
    """
    automatic, now = open_work.automatic, interaction.recorded_at
    start = interaction.occurred_at if is_last else case.last_contact_at
    agreed = is_last and _is_agreed_since(interaction, open_work)
    says_nothing_new = interaction.only_thanks or interaction.is_history
    if automatic is None:
        nothing_new = (says_nothing_new or not is_last) and has_next_step(open_work)
        if case.status != "open" or agreed or nothing_new:
            return None
        origin, due, reason = _step_after(case, start, "the contact", policy)
        row_id = ids.derived_id(interaction, "unresolved")
        return _new(case, row_id, case.last_interaction_id, origin, due, reason, now)
    if case.status != "open":
        return follow_ups.complete(automatic, now, interaction.agent_id)
    if agreed:
        return follow_ups.cancel(automatic, now, DESK, _AGREED)
    fits = (automatic.origin == "no_answer") == case.waiting_for_customer
    woken = automatic.woken_from is not None and automatic.due_at == now  # by the contact at hand
    stays = fits and (says_nothing_new or not is_last)
    if stays or woken or follow_ups.is_snoozed(automatic):
        return None
    return _move(automatic, case, *_step_after(case, start, "the contact", policy), now)


def after_change(
    case: Case, last: Interaction, open_work: OpenWork, policy: PolicyDocument, now: datetime
) -> FollowUp | None:
    """Return the automatic follow-up of a case with a contact that was corrected, or written down late.

    `last` is the last contact of the case that said something new. None: no change.
    """
    automatic = open_work.automatic
    if case.status != "open":
        return follow_ups.complete(automatic, now, DESK) if automatic else None
    if _is_agreed_since(last, open_work):
        if automatic is None:
            return after_end(case, open_work, policy, now)
        by_contact = automatic.origin != "promise_ended" and has_next_step(open_work.without(automatic.id))
        return follow_ups.cancel(automatic, now, DESK, _AGREED) if by_contact else None
    origin, due, reason = _step_after(case, last.occurred_at, "the contact", policy)
    if automatic is None:
        return _of_case(case, origin, due, reason, now)
    fits = automatic.origin in {origin, "promise_ended"}
    if follow_ups.is_snoozed(automatic) or (fits and _is_planned_since(last.occurred_at, automatic, case)):
        return None
    return _move(automatic, case, origin, due, reason, now)


def last_with_news(contacts: Sequence[Interaction]) -> Interaction | None:
    """Return the last of these contacts that said something new, else the last one. None: there is none."""
    news = [
        contact
        for contact in contacts
        if contact.commitments or contact.follow_up or not (contact.only_thanks or contact.is_history)
    ]
    return (news or contacts)[-1] if contacts else None


def after_agreement(work: OpenWork, now: datetime) -> OpenWork:
    """Return the open work without its automatic follow-up, because a date was agreed."""
    if work.automatic is None:
        return work
    return work.having(follow_ups.cancel(work.automatic, now, DESK, _AGREED))


def after_waiting(
    case: Case,
    automatic: FollowUp | None,
    policy: PolicyDocument,
    now: datetime,
    until: datetime | None = None,
) -> FollowUp:
    """Return the automatic follow-up of a case that begins or stops waiting for the customer.

    It is due at `until`, if that is given.
    """
    origin, due, reason = _step_after(case, now, "it waits for the customer", policy)
    due = due if until is None else due._replace(at=until)
    if automatic is not None:
        row = _move(automatic, case, origin, due, reason, now)
    else:
        row = _of_case(case, origin, due, reason, now)
    return row if until is None else row.model_copy(update={"explain": Explained()})


def after_reopening(case: Case, policy: PolicyDocument, now: datetime) -> FollowUp:
    """Return the automatic follow-up of a case that was opened again by hand."""
    _, due, _ = _step_after(case, now, "it was opened again", policy)
    return _of_case(case, "unresolved", due, _REOPENED, now)


def after_end(
    case: Case, left: OpenWork, policy: PolicyDocument, now: datetime, *, asked: bool = False
) -> FollowUp | None:
    """Return the follow-up for an open case whose last open work has ended, or None.

    `left` is the case's open work without what has ended. `asked`: what ended was such a follow-up itself, so
    that the next one takes longer.
    """
    if case.status != "open" or has_next_step(left):
        return None
    if case.waiting_for_customer:
        return after_waiting(case, None, policy, now)
    rules = policy.follow_ups
    days = rules.no_answer_after_business_days if asked else rules.unresolved_after_business_days
    due = deadlines.after(Delay(business_days=days), now, business_hours(policy), "the last open work ended")
    return _of_case(case, "promise_ended", due, _PROMISE_ENDED, now)


def _is_agreed_since(contact: Interaction, work: OpenWork) -> bool:
    """Whether something was agreed in the contact, or added to the case since."""
    added = (row for row in work.explicit if row.history and row.history[0].what == "added")
    since = any(row.created_at >= contact.occurred_at for row in added)
    return since or bool(contact.commitments or contact.follow_up)


def _is_planned_since(at: datetime, automatic: FollowUp, case: Case) -> bool:
    """Whether the follow-up has its date from what somebody did after this time, and not from a contact."""
    if automatic.woken_from is not None:
        return True
    if automatic.origin == "promise_ended":
        return automatic.created_at > at
    dates = [change.at for change in automatic.history if change.due_after and change.by != DESK]
    return any(one > at for one in (*dates, *waited_by_hand(case)))


def _step_after(
    case: Case, start: datetime, event: str, policy: PolicyDocument
) -> tuple[FollowUpOrigin, Deadline, str]:
    rules, hours = policy.follow_ups, business_hours(policy)
    if case.waiting_for_customer:
        delay = Delay(business_days=rules.no_answer_after_business_days)
        return "no_answer", deadlines.after(delay, start, hours, event), _NO_ANSWER
    delay = Delay(business_days=rules.unresolved_after_business_days)
    reason = _NOT_RESOLVED
    if case.kind == "complaint" and (missing := missing_steps(case)):
        reason = f"{_NOT_RESOLVED} Steps to do: {', '.join(STEPS[name] for name in missing)}."
    return "unresolved", deadlines.after(delay, start, hours, event), reason


def _move(
    follow_up: FollowUp, case: Case, origin: FollowUpOrigin, due: Deadline, reason: str, now: datetime
) -> FollowUp:
    moved = follow_ups.move(follow_up, due, now)
    facts = {"origin": origin, "reason": reason, "agent_id": case.agent_id}
    return moved.model_copy(update={**facts, "interaction_id": case.last_interaction_id})


def _of_case(case: Case, origin: FollowUpOrigin, due: Deadline, reason: str, now: datetime) -> FollowUp:
    follow_up_id = derived_row_id(case.case_id, f"next-step-{case.version}", now)
    return _new(case, follow_up_id, case.last_interaction_id, origin, due, reason, now)


def _new(
    case: Case,
    follow_up_id: str,
    interaction_id: str,
    origin: FollowUpOrigin,
    due: Deadline,
    reason: str,
    now: datetime,
) -> FollowUp:
    return FollowUp(
        follow_up_id=follow_up_id,
        customer_id=case.customer_id,
        interaction_id=interaction_id,
        case_id=case.case_id,
        agent_id=case.agent_id,
        origin=origin,
        reason=reason,
        due_at=due.at,
        wake_at=due.at,
        explain=Explained(due_at=due.explain, wake_at=due.explain),
        created_at=now,
    )
