"""Open work that a case has no room to list, and that a change of the case reaches after its transaction.

The case says in the same transaction what is still to be done, and is due until it is.
"""

from datetime import datetime, timedelta
from typing import Literal

from vaada.model.cases import Case, UnlistedChange
from vaada.model.work import Commitment, FollowUp
from vaada.rules.open_work import is_agreed, is_listed_work, is_open

_INDEX_LAG = timedelta(minutes=1)  # lists are eventually consistent, so they are read once more


def to_follow(case: Case, what: Literal["move", "end"], now: datetime, by: str) -> Case:
    """Return the case, with the same version, due to change its unlisted work too, if it has any.

    The change counts as made after all earlier ones of the case, whatever the clock of the function says.
    """
    if case.lists_all:
        return case
    at = max((now, *(change.at for change in case.history)))
    change = UnlistedChange(what=what, at=at, by=by)
    return case.waiting(now + _INDEX_LAG, unlisted_change=change)


def to_follow_owner(before: Case, after: Case, now: datetime, by: str) -> Case:
    """Return the case after a change, due to move its unlisted work too if its agent is another one."""
    is_ending = after.unlisted_change is not None and after.unlisted_change.what == "end"
    return after if before.agent_id == after.agent_id or is_ending else to_follow(after, "move", now, by)


def done(case: Case) -> Case:
    """Return the case, with the same version, with nothing to be done about its unlisted work."""
    return case if case.unlisted_change is None else case.waiting(None, unlisted_change=None)


def after_run(case: Case, now: datetime, *, changed: int, complete: bool) -> Case:
    """Return the case after a run that changed this many rows. `complete`: it tried all."""
    if not complete:
        return case.changed(wake_at=now)
    return case.changed(wake_at=now + _INDEX_LAG) if changed else done(case.changed())


def is_meant(row: Commitment | FollowUp, change: UnlistedChange, to: str) -> bool:
    """Whether the change is still to be made to this row. `to` is the agent of the case."""
    if not is_open(row) or row.created_at > change.at:
        return False
    if change.what == "end":
        return is_agreed(row)
    moved_since = any(entry.at > change.at and entry.agent_after for entry in row.history)
    return row.agent_id != to and is_listed_work(row) and not moved_since
