"""The history in a row: the changes that people made, and the desk's changes that close it."""

from datetime import datetime

from vaada.model.work import Change

_LIMIT = 100  # entries: more than any real row has, and far below DynamoDB's 400 KB per item


def add_change(
    history: tuple[Change, ...],
    at: datetime,
    by: str,
    what: str,
    *,
    reason: str | None = None,
    due_before: datetime | None = None,
    due_after: datetime | None = None,
) -> tuple[Change, ...]:
    """Return the history with one more entry. Only the latest 100 are kept."""
    change = Change(at=at, by=by, what=what, reason=reason, due_before=due_before, due_after=due_after)
    return (*history, change)[-_LIMIT:]
