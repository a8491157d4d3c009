"""Paces: which numbers may be texted, and how the texts of a day are counted."""

from datetime import datetime, timedelta

import phonenumbers

from vaada.model.pace import Pace
from vaada.model.policy import SendingRules

_KEPT = timedelta(days=2)


def is_allowed(number: str, rules: SendingRules) -> bool:
    """Whether the policy lets this number be texted, by its country code."""
    code = phonenumbers.parse(number, None).country_code
    return not rules.texts_to or str(code) in rules.texts_to


def counted(before: Pace | None, pace_id: str, now: datetime) -> Pace:
    """The count with one more text."""
    if before is not None:
        return before.changed(count=before.count + 1)
    return Pace(pace_id=pace_id, count=1, expires_at=int((now + _KEPT).timestamp()))
