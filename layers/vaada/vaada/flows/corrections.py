"""Correct a recorded interaction and everything that depends on it, in one transaction."""

from collections.abc import Iterator
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.interactions import awaited_in
from vaada.flows.last_contact import last_contact_at
from vaada.flows.optimistic_write import NotFound, require, retry_on_conflict
from vaada.flows.relationships import to_be_looked_at
from vaada.flows.work import current_case, current_customer, open_work_of, require_agent
from vaada.model.cases import Case
from vaada.model.interaction_input import InteractionChanges
from vaada.model.interactions import Interaction
from vaada.model.people import Agent, Customer
from vaada.model.rows import Row
from vaada.model.work import Commitment, FollowUp, Reply, Survey
from vaada.rules import check_ins, corrections, follow_ups, ids
from vaada.rules.hand_over import hand_over, hand_over_all
from vaada.rules.open_work import changed_rows, is_open, with_open_work
from vaada.rules.unlisted_work import to_follow_owner


def correct_interaction(
    desk: Desk, interaction_id: str, changes: InteractionChanges, now: datetime, by: str
) -> Interaction:
    """Correct an interaction. Returns it, unchanged if nothing changes. Raises NotFound, Busy."""

    def attempt() -> Interaction:
        before = require(desk, Interaction, interaction_id)
        customer = current_customer(desk, before.customer_id)
        agent = require_agent(desk, before.agent_id)
        names = [customer.name, agent.name]
        if before.handed_over_from:
            names.append(require_agent(desk, before.handed_over_from).name)
        corrected = corrections.correct(before, changes, names, desk.policy, now, by)
        if corrected is before:
            return before
        rows: list[Row] = [*_rows_of_case(desk, before, corrected, agent, now, by)]
        rows += to_be_looked_at(desk, corrected, customer, now)
        planned = _with_check_in(desk, customer, before, corrected)
        if planned is not customer:
            rows.append(planned.model_copy(update={"version": customer.version + 1}))
            rows += _check_in_after(desk, customer, planned, corrected, now, by)
        unchanged = [] if planned is not customer else [customer]
        desk.table.write(corrected, *rows, must_exist=unchanged)
        return corrected

    return retry_on_conflict(interaction_id, attempt)


def _with_check_in(desk: Desk, customer: Customer, before: Interaction, corrected: Interaction) -> Customer:
    """Return the customer with the check-in that follows from their last contact, as it is now."""
    at = corrected.occurred_at
    if before.occurred_at == at:
        return customer
    if customer.anchor != before.occurred_at or at > before.occurred_at:
        return check_ins.plan_from(customer, at, desk.policy)
    other = last_contact_at(desk, customer, but=corrected.id)
    return check_ins.plan_after(customer, max(customer.created_at, at, other or at), desk.policy)


def _check_in_after(
    desk: Desk, customer: Customer, planned: Customer, corrected: Interaction, now: datetime, by: str
) -> list[Row]:
    """Return the customer's open check-in if the correction changes it."""
    row = desk.table.get(FollowUp, customer.check_in_id) if customer.check_in_id else None
    if row is None or not is_open(row):
        return []
    after = check_ins.after_correction(row, corrected, planned, now, by)
    return [after] if after is not row else []


def _rows_of_case(
    desk: Desk, before: Interaction, corrected: Interaction, agent: Agent, now: datetime, by: str
) -> Iterator[Row]:
    """Yield the case as computed from its contacts now, its open work, and the supervisor's follow-ups."""
    try:
        case = current_case(desk, before.case_id)
    except NotFound:  # it did not come back from a backup
        return
    known = _known(desk, case, before, agent)
    policy = desk.policy
    after = corrections.case_after(corrected, case, known, policy)
    work = open_work_of(desk, case)
    owner = require_agent(desk, after.agent_id)
    changed, ended, after = corrections.work_after(corrected, after, work, known, owner, policy, now, by)
    if after.agent_id != case.agent_id:
        changed = hand_over_all(changed, owner, policy, now, by)
    elif changed.reply is not None:  # a reply that is open again may still belong to a former agent
        changed = changed._replace(reply=hand_over(changed.reply, owner, policy, now, by))
    after, asked = corrections.surveys_after(corrected, case, after, known, policy, now)
    yield to_follow_owner(case, with_open_work(after, changed), now, by)
    yield from changed_rows((*work.rows, *known.replies, *known.calls), (*changed.rows, *ended))
    yield from corrections.tone_follow_ups(corrected, known, policy, now, by)
    yield from corrections.run_around_follow_ups(corrected, case, after, known, owner, now, by)
    yield from asked


def _known(desk: Desk, case: Case, interaction: Interaction, agent: Agent) -> corrections.Known:
    contact_ids = {*case.interaction_ids, interaction.interaction_id}
    about_it = [*corrections.tone_follow_up_ids(interaction), *([case.survey_id] if case.survey_id else [])]
    rows = desk.table.work_rows([*contact_ids, *about_it])
    contacts = tuple(row for row in rows.values() if isinstance(row, Interaction))
    run_arounds = follow_ups.run_around_ids(contacts if case.run_around_at else [interaction])
    surveys = ids.survey_ids(case, (*contacts, interaction))
    awaited = awaited_in(desk, contacts, also=[*run_arounds, *surveys])
    found = (*rows.values(), *awaited)
    return corrections.Known(
        agent,
        contacts,
        tuple(row for row in awaited if isinstance(row, Reply)),
        {row.origin: row for row in rows.values() if isinstance(row, FollowUp)},
        tuple(row for row in awaited if isinstance(row, Commitment)),
        tuple(row for row in awaited if isinstance(row, FollowUp)),
        tuple({row.id: row for row in found if isinstance(row, Survey)}.values()),
    )
