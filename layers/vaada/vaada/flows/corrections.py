"""Correct a recorded interaction, with what follows from it, in one transaction."""

from collections.abc import Iterator
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.optimistic_write import NotFound, require, retry_on_conflict
from vaada.flows.relationships import to_be_looked_at
from vaada.flows.work import current_case, current_customer, open_work_of, require_agent
from vaada.model.cases import Case
from vaada.model.interactions import Interaction, InteractionChanges
from vaada.model.people import Agent
from vaada.model.rows import Row
from vaada.model.work import FollowUp, Reply, Survey
from vaada.rules import check_ins, corrections, ids, surveys
from vaada.rules.hand_over import hand_over_all
from vaada.rules.open_work import changed_rows, with_open_work


def correct_interaction(
    desk: Desk, interaction_id: str, changes: InteractionChanges, now: datetime, by: str
) -> Interaction:
    """Correct an interaction. Returns it, the same if nothing changes. Raises NotFound, Busy."""

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
        planned = customer
        if not corrected.is_history:
            planned = check_ins.plan_from(customer, corrected.occurred_at, desk.policy)
        if planned is not customer:
            rows.append(planned.model_copy(update={"version": customer.version + 1}))
        unchanged = [] if planned is not customer else [customer]
        desk.table.write(corrected, *rows, must_exist=unchanged)
        return corrected

    return retry_on_conflict(interaction_id, attempt)


def _rows_of_case(
    desk: Desk, before: Interaction, corrected: Interaction, agent: Agent, now: datetime, by: str
) -> Iterator[Row]:
    """Yield the case as its contacts make it now, its open work, and the supervisor's follow-ups."""
    try:
        case = current_case(desk, before.case_id)
    except NotFound:  # it did not come back from a backup
        return
    known = _known(desk, case, before, agent)
    policy = desk.policy
    after = corrections.case_after(corrected, case, known, policy)
    work = open_work_of(desk, case)
    changed, ended = corrections.work_after(corrected, after, work, known, policy, now, by)
    if after.agent_id != case.agent_id:
        changed = hand_over_all(changed, require_agent(desk, after.agent_id), policy, now, by)
    yield with_open_work(after, changed)
    yield from changed_rows((*work.rows, *known.replies), (*changed.rows, *ended))
    yield from corrections.tone_follow_ups(corrected, known, policy, now, by)
    if case.status == "resolved" and after.status == "open":
        survey = desk.table.get(Survey, case.survey_id) if case.survey_id else None
        if withdrawn := surveys.withdraw(survey):
            yield withdrawn


def _known(desk: Desk, case: Case, interaction: Interaction, agent: Agent) -> corrections.Known:
    contact_ids = {*case.interaction_ids, interaction.interaction_id}
    rows = desk.table.work_rows([*contact_ids, *corrections.tone_follow_up_ids(interaction)]).values()
    contacts = tuple(row for row in rows if isinstance(row, Interaction))
    replies = desk.table.work_rows(ids.reply_id(one) for one in contacts if one.direction == "inbound")
    return corrections.Known(
        agent,
        contacts,
        tuple(row for row in replies.values() if isinstance(row, Reply)),
        {row.origin: row for row in rows if isinstance(row, FollowUp)},
    )
