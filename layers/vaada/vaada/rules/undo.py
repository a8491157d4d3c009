"""Undo: within a day, people can undo what they did by mistake."""

from datetime import datetime, timedelta

from vaada.rules.errors import NotPossible

UNDO_WITHIN = timedelta(days=1)


def require_recent(what: str, done_at: datetime, now: datetime) -> None:
    """Raise NotPossible if `what`, a noun, was done more than a day ago."""
    if now - done_at > UNDO_WITHIN:
        raise NotPossible(what, "older than a day", "undone")
