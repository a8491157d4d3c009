"""The share of promises that were kept lately, which the contact form shows to everybody."""

from datetime import datetime, timedelta

from vaada.desk import Desk
from vaada.flows.reports import TooManyRows, rows_of_kind
from vaada.model.work import Commitment
from vaada.rules import reports

DAYS = 90
_MOST = 2000  # promises; with more the page would take too long
_KEPT_FOR = timedelta(hours=1)


def kept_promises(desk: Desk, now: datetime) -> tuple[float, int] | None:
    """Return the share and the number of promises of the last 90 days that were kept by the first date."""
    return desk.keep("kept promises", _KEPT_FOR, lambda: _count(desk, now))


def _count(desk: Desk, now: datetime) -> tuple[float, int] | None:
    try:
        rows = rows_of_kind(desk, Commitment, now - timedelta(days=DAYS), now, None, at_most=_MOST)
    except TooManyRows:
        return None
    found = reports.promises(rows, now)
    settled = found.kept_in_time + found.missed
    return None if found.kept_rate is None else (found.kept_rate, settled)
