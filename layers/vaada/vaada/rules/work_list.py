"""The order in which somebody does their work: late, waiting customers, decisions, then by day."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from vaada.model.work import Commitment, FollowUp, FollowUpOrigin, Goodwill, Reply

StaffWork = Commitment | FollowUp | Reply | Goodwill

_TO_DECIDE: frozenset[FollowUpOrigin] = frozenset({"abusive", "run_around"})


class WorkList(NamedTuple):
    """Somebody's open work, each part in the order in which it is due.

    `late` are promises; `waiting` are replies, late or not; `to_decide` are approvals, and follow-ups that
    only a supervisor can settle; `now` are other follow-ups that are due.
    """

    late: tuple[Commitment, ...] = ()
    waiting: tuple[Reply, ...] = ()
    to_decide: tuple[Goodwill | FollowUp, ...] = ()
    now: tuple[FollowUp, ...] = ()
    today: tuple[StaffWork, ...] = ()
    tomorrow: tuple[StaffWork, ...] = ()
    later: tuple[StaffWork, ...] = ()

    @property
    def rows(self) -> tuple[StaffWork, ...]:
        """All of it, in order."""
        return tuple(row for part in self for row in part)


def work_list(rows: Iterable[StaffWork], now: datetime, zone: str) -> WorkList:
    """Return the rows in the parts of the list. Days are those of the reader's zone."""
    parts: dict[str, list[StaffWork]] = {}
    for row in sorted(rows, key=lambda row: (row.due_at, row.id)):
        parts.setdefault(_part(row, now, zone), []).append(row)
    return WorkList(**{name: tuple(part) for name, part in parts.items()})  # type: ignore[arg-type]  # `_part` sorts by type


def _part(row: StaffWork, now: datetime, zone: str) -> str:
    match row:
        case Reply():
            return "waiting"
        case Goodwill():
            return "to_decide"
        case FollowUp() if row.due_at <= now:
            return "to_decide" if row.origin in _TO_DECIDE else "now"
        case Commitment() if row.due_at <= now:
            return "late"
    today, due = (at.astimezone(ZoneInfo(zone)).date() for at in (now, row.due_at))
    return {today: "today", today + timedelta(days=1): "tomorrow"}.get(due, "later")
