"""The history of a row: the changes by people, and the changes by the desk that close the row."""

from datetime import datetime

from vaada.model.cases import Case
from vaada.model.work import Change, Commitment, FollowUp, Goodwill

DESK = "desk"
_LIMIT = 100  # entries: more than any real row has, and far below DynamoDB's 400 KB per item


def add_change(
    row: Case | Commitment | FollowUp | Goodwill,
    at: datetime,
    by: str,
    what: str,
    *,
    reason: str | None = None,
    due_before: datetime | None = None,
    due_after: datetime | None = None,
    agent_after: str | None = None,
    interaction_id: str | None = None,
) -> tuple[Change, ...]:
    """Return the row's history with one more entry. Only the latest 100 are kept.

    Who did it is recorded as themselves, and on whose behalf if it was another's work.
    """
    change = Change(
        at=at,
        by=by,
        on_behalf_of=row.agent_id if by not in {row.agent_id, DESK} else None,
        what=what,
        reason=reason,
        due_before=due_before,
        due_after=due_after,
        agent_before=row.agent_id if agent_after else None,
        agent_after=agent_after,
        interaction_id=interaction_id,
    )
    return (*row.history, change)[-_LIMIT:]
