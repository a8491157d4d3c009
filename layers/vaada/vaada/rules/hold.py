"""Holding: while the policy says so, the desk sends nothing and loses nothing.

Due rows are left as they are. On release the sweep takes them, late, as it does after any outage. What sends
nothing goes on: contacts are planned, customers are erased, the work of agents who left is handed over, work
that a case does not list follows it, relationships are reviewed.
"""

from vaada.model.cases import Case
from vaada.model.departures import Departure
from vaada.model.erasures import Erasure
from vaada.model.interactions import Interaction
from vaada.model.policy import PolicyDocument
from vaada.model.relationships import Relationship

_SENDS_NOTHING = frozenset(
    {kind.kind_of_row for kind in (Interaction, Case, Erasure, Departure, Relationship)}
)


def waits_for_release(kind_of_row: str, policy: PolicyDocument) -> bool:
    """Whether a row of this kind does not advance while sending is held."""
    return policy.sending.held and kind_of_row not in _SENDS_NOTHING
