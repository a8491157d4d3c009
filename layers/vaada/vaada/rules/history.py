"""The history that a row carries: each change people made, and those of the desk that end it."""

from datetime import datetime

from vaada.model.work import Change

_KEPT = 100  # lines; far beyond any real row, far below DynamoDB's 400 KB


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
    """The history with one more line, the oldest dropped past the hundredth."""
    change = Change(at=at, by=by, what=what, reason=reason, due_before=due_before, due_after=due_after)
    return (*history, change)[-_KEPT:]
