"""Dates to offer for one tap: times in somebody's working hours, the nearest first."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from vaada.rules.time.clock import Hours, NeverOpens, at_local

_NOON = time(12)
_AHEAD = timedelta(hours=1)  # nobody needs a date that is sooner
_BEFORE_CLOSING = timedelta(hours=1)  # so that there is time to do it
_DAYS = 14
_MOST = 4


def quick_dates(hours: Hours, now: datetime) -> tuple[datetime, ...]:
    """Return up to four times within the hours: noon and an hour before closing on the next working days.

    The last one is the noon of a later week's first working day. Empty if the hours never open.
    """
    try:
        hours.opens(now)
    except NeverOpens:
        return ()
    found: list[datetime] = []
    today = now.astimezone(ZoneInfo(hours.zone)).date()
    for number in range(_DAYS):
        on = today + timedelta(days=number)
        for at in _of_day(hours, datetime.combine(on, time()), now):
            is_new_week = on.isocalendar()[:2] != today.isocalendar()[:2]
            if len(found) < _MOST - 1 or is_new_week:
                found.append(at)
            if len(found) == _MOST:
                return tuple(found)
    return tuple(found)


def _of_day(hours: Hours, day: datetime, now: datetime) -> list[datetime]:
    """Return the times of a local day, in order."""
    midnight = at_local(day.date(), time(), hours.zone)
    next_midnight = at_local(day.date() + timedelta(days=1), time(), hours.zone)
    if not hours.between(midnight, next_midnight):
        return []
    closing = hours.closed_before(next_midnight).end
    candidates = {at_local(day.date(), _NOON, hours.zone), closing - _BEFORE_CLOSING}
    return sorted(at for at in candidates if at >= now + _AHEAD and hours.is_open(at))
