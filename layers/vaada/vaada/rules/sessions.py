"""Sign-ins to the console: when one expires, and when its user's rights are looked up again."""

from datetime import datetime, timedelta

from vaada.model.policy import SignInRules
from vaada.model.sessions import Session

_CHECK_AFTER = timedelta(minutes=4)  # so that a user who was disabled is out within five


def is_over(session: Session, rules: SignInRules, now: datetime) -> bool:
    """Whether the sign-in was not used for too long, or began too long ago."""
    idle_since = now - timedelta(hours=rules.idle_hours)
    return session.used_at <= idle_since or session.started_at <= now - timedelta(days=rules.days_at_most)


def needs_check(session: Session, now: datetime) -> bool:
    """Whether to ask the user pool again what the user may do."""
    return now - session.checked_at >= _CHECK_AFTER


def expires_at(started_at: datetime, rules: SignInRules) -> int:
    """Return when the row may be deleted, in epoch seconds: the sign-in is over by then."""
    return int((started_at + timedelta(days=rules.days_at_most)).timestamp())
