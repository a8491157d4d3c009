"""Planning what follows from a contact: from the table's stream, or by the sweep if that failed."""

from vaada.desk import Desk
from vaada.gateways.table import Conflict
from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.work import FollowUp
from vaada.rules import planning


def plan(desk: Desk, interaction: Interaction) -> int:
    """Write what the rules make of the contact, and say how many rows are new. Twice changes nothing."""
    rows = planning.derived(interaction, desk.policy)
    if any(isinstance(row, FollowUp) for row in rows) and _is_settled(desk, interaction):
        rows = [row for row in rows if not isinstance(row, FollowUp)]
    try:
        desk.table.write(planning.planned(interaction), *rows)
    except Conflict:
        return 0  # it was planned before, all of it: a write is all or nothing
    return len(rows)


def _is_settled(desk: Desk, interaction: Interaction) -> bool:
    case = desk.table.get(Case, interaction.case_id)
    return case is not None and case.status == "resolved"
