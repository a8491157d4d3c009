"""How far ahead anything may be due."""

from datetime import datetime, timedelta

TOO_FAR = "is more than ten years ahead"
_FARTHEST = timedelta(days=3653)  # ten years, whichever they are


def is_too_far(at: datetime, now: datetime) -> bool:
    """Whether a date is more than ten years ahead, and so probably a slip."""
    return at > now + _FARTHEST
