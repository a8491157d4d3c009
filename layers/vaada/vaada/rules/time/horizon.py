"""How far in the future anything may be due."""

from datetime import datetime, timedelta

TOO_FAR = "is more than ten years ahead"
FARTHEST = timedelta(days=3653)  # ten years, whichever they are


def is_too_far(at: datetime, now: datetime) -> bool:
    """Whether a date is more than ten years in the future, and so probably a mistake."""
    return at > now + FARTHEST
