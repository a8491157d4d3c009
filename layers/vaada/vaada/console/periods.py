"""The period of a report, as its address has it: whole days in the business's zone."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from vaada.console.visits import Visit
from vaada.rules.time.clock import at_local

_DAY = timedelta(days=1)
_LONGEST = 366  # days
_DEFAULT_WEEKS = 13


@dataclass(frozen=True)
class Period:
    """Days from the first to the last one, both included."""

    first: date
    last: date
    zone: str

    @property
    def begins(self) -> datetime:
        """Midnight before the first day."""
        return at_local(self.first, time(0), self.zone)

    @property
    def ends(self) -> datetime:
        """Midnight after the last day."""
        return at_local(self.last + _DAY, time(0), self.zone)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Period":
        """The period just before it, of as many days."""
        return Period(self.first - timedelta(days=self.days), self.first - _DAY, self.zone)

    def query(self, **more: str | None) -> str:
        """Return it as the query of an address, with these fields if they have a value."""
        fields = {"from": self.first.isoformat(), "to": self.last.isoformat(), **more}
        return urlencode({name: value for name, value in fields.items() if value})


def last_days(visit: Visit, days: int) -> Period:
    """Return the period of this many days that ends today."""
    zone = visit.desk.policy.business.time_zone
    today = _today(visit)
    return Period(today - timedelta(days=days - 1), today, zone)


def last_weeks(visit: Visit, weeks: int = _DEFAULT_WEEKS) -> Period:
    """Return the period of this many weeks, Monday to Sunday, of which the current one is the last."""
    today = _today(visit)
    monday = today - timedelta(days=today.weekday())
    first = monday - timedelta(weeks=weeks - 1)
    return Period(first, today, visit.desk.policy.business.time_zone)


def asked_period(visit: Visit) -> tuple[Period, bool]:
    """Return the period that the address names, else the usual one; and whether the named one can be used."""
    query = visit.request.query
    usual = last_weeks(visit)
    if not query["from"] and not query["to"]:
        return usual, True
    try:
        first = date.fromisoformat(query["from"])
        last = date.fromisoformat(query["to"]) if query["to"] else _today(visit)
        period = Period(first, last, usual.zone)
        is_usable = 0 < period.days <= _LONGEST and period.before.begins < period.ends
    except (ValueError, OverflowError):
        return usual, False
    return (period, True) if is_usable else (usual, False)


def _today(visit: Visit) -> date:
    return visit.now.astimezone(visit.business_zone).date()
