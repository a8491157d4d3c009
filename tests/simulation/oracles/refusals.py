"""Refusals: what the API refuses with 4xx really is impossible in the row's state."""

from tests.simulation.oracles.observed import Observed
from vaada.model.cases import Case
from vaada.model.rows import Row
from vaada.model.work import Commitment, FollowUp, Goodwill


class Refusals:
    """Checks every request that the API refuses."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed
        observed.world.api.on_refused = self._check

    def _check(self, route: str) -> None:
        _, _, _, row_id, action = (*route.split("/"), "", "")[:5]
        row, facts = self._observed.rows.get(row_id), self._observed.world.facts
        missing = facts.erased_customers or facts.rows_may_be_missing
        assert missing or route != "POST /api/interactions", "a contact is refused"
        if row is None or not self._observed.no_faults:
            return
        impossible = _is_impossible(row, action)
        assert impossible is not False, f"refused, and could be done: {route} {row!r}"


def _is_impossible(row: Row, action: str) -> bool | None:  # noqa: PLR0911 - one for each kind
    """Whether the row's state forbids the action. None: it depends on more than the row."""
    status = getattr(row, "status", "")
    match row:
        case Commitment() | FollowUp() if action == "undo":
            return None
        case Commitment() | FollowUp() if action == "assign":  # an open one may be theirs already
            return True if status in {"kept", "withdrawn", "done", "cancelled"} else None
        case Commitment():
            return status in ({"kept", "withdrawn"} if action == "keep" else {"kept", "withdrawn", "broken"})
        case FollowUp():
            return status in {"done", "cancelled"}
        case Goodwill():
            return status != "requested"
        case Case() if action == "reopen":
            return status != "resolved"
        case Case() if action in {"wait", "go-on", "assign"}:
            return status != "open"
        case Case() if action == "resolve":
            missing = any(step.critical and step.done_at is None for step in row.steps)
            return status != "open" or missing
        case Case() if action == "goodwill":
            return status == "merged"
        case Case() if action == "steps":
            return status != "open" or not row.steps
    return None
