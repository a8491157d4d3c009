"""Planning what follows from a contact, from the table's stream."""

from vaada.desk import Desk
from vaada.gateways.table import Conflict
from vaada.model.interactions import Interaction
from vaada.rules import planning


def plan(desk: Desk, interaction: Interaction) -> int:
    """Write what the rules make of the contact, and say how many rows are new. Twice changes nothing."""
    planned = planning.derived(interaction, desk.policy)
    if not planned:
        return 0
    try:
        desk.table.write(*planned)
    except Conflict:
        return 0  # an earlier delivery wrote them, all of them: a write is all or nothing
    return len(planned)
