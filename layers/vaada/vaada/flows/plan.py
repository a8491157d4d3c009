"""Planning what follows from a contact: from the table's stream, or by the sweep if that failed."""

from vaada.desk import Desk
from vaada.flows.cases import case_of
from vaada.gateways.table import Conflict
from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.rows import Row
from vaada.model.work import FollowUp, Survey
from vaada.rules import planning


def plan(desk: Desk, interaction: Interaction) -> int:
    """Write what the rules make of the contact, and say how many rows are new. Twice changes nothing."""
    if interaction.wake_at is None:
        return 0  # it was planned before: it comes from a backup
    rows: list[Row] = list(planning.derived(interaction, desk.policy))
    if rows:
        case = case_of(desk, interaction.case_id)
        settled = case is not None and case.status == "resolved"
        rows = [row for row in rows if isinstance(row, Survey if settled else FollowUp)]
        if rows and case is not None and settled and case.ask_again:  # a call to an unhappy one asks nothing
            rows = [row.model_copy(update={"again": True}) for row in rows]
            rows.append(case.changed(ask_again=False))
    try:
        desk.table.write(planning.planned(interaction), *rows)
    except Conflict as conflict:
        if all(isinstance(row, Case) for row in conflict.rows):
            raise  # the case moved on meanwhile: the record comes again
        return 0  # it was planned before, all of it: a write is all or nothing
    return sum(row.version == 1 for row in rows)
