"""Change the open work that a case does not list, row by row, after the case itself.

Doing it again goes on where it was interrupted. The sweep does it until nothing is left.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from vaada.desk import Desk
from vaada.flows import hand_over
from vaada.flows.optimistic_write import Busy, NotFound, change, require
from vaada.flows.work import current_customer, open_work_ids, present_agent
from vaada.flows.work_lists import all_agreed_in_case
from vaada.gateways.table import Conflict
from vaada.model.cases import Case, UnlistedChange
from vaada.model.people import Agent
from vaada.model.work import Commitment, FollowUp
from vaada.rules import commitments, follow_ups
from vaada.rules import unlisted_work as rules

_MOST = 200  # rows in one run
_CLOSED = "the matter was closed"


def settled(desk: Desk, case: Case, now: datetime) -> Case:
    """Finish the earlier change of the unlisted work. Returns the case without it, with the same version.

    The next change of the case calls this first. Raises NotFound, Busy, Conflict.
    """
    if case.unlisted_change is not None:
        to = present_agent(desk, case.agent_id)
        for row in _rows_left(desk, case, case.unlisted_change, to):
            _change_row(desk, row, case.unlisted_change, to, now)
    return rules.done(case)


def change_unlisted(desk: Desk, case: Case, now: datetime) -> bool:
    """Move or end up to 200 rows of the case. Returns whether none is left.

    A row that somebody else is writing is left for the next run.
    """
    return _run(desk, case, now)[1]


def finish(desk: Desk, case_id: str, version: int, now: datetime) -> str:
    """Move or end the unlisted work of a due case that is left. Returns the outcome for the log."""
    case = require(desk, Case, case_id)
    if case.version != version or case.wake_at is None or case.wake_at > now:
        return "stale"
    changed, complete = _run(desk, case, now)
    try:
        desk.table.write(rules.after_run(case, now, changed=changed, complete=complete))
    except Conflict:
        return "claimed by another"
    return f"{changed} rows changed"


def _run(desk: Desk, case: Case, now: datetime) -> tuple[int, bool]:
    if case.unlisted_change is None:
        return 0, True
    changed, complete = 0, True
    to = present_agent(desk, case.agent_id)
    for row in _rows_left(desk, case, case.unlisted_change, to):
        if changed >= _MOST:
            return changed, False
        try:
            _change_row(desk, row, case.unlisted_change, to, now)
            changed += 1
        except (Busy, Conflict):
            complete = False
    return changed, complete


def _rows_left(desk: Desk, case: Case, wanted: UnlistedChange, to: Agent) -> Iterator[Commitment | FollowUp]:
    listed = open_work_ids(case)
    for row in all_agreed_in_case(desk, case, current_customer(desk, case.customer_id)):
        if row.id not in listed and rules.is_meant(row, wanted, to.agent_id):
            yield row


def _change_row(
    desk: Desk, row: Commitment | FollowUp, wanted: UnlistedChange, to: Agent, now: datetime
) -> None:
    """Make the change to one row, unless it has changed meanwhile. It is not the result of a request."""

    def end_promise(one: Commitment) -> Commitment:
        is_left = one.status == "open" and rules.is_meant(one, wanted, to.agent_id)
        return commitments.withdraw(one, _CLOSED, wanted.at, wanted.by) if is_left else one

    def end_follow_up(one: FollowUp) -> FollowUp:
        is_left = rules.is_meant(one, wanted, to.agent_id)
        return follow_ups.cancel(one, wanted.at, wanted.by, _CLOSED) if is_left else one

    with desk.table.without_receipt(), suppress(NotFound):  # it was erased
        match row, wanted.what:
            case Commitment(), "move":
                hand_over.move(desk, Commitment, row.id, to, now, wanted.by, leaver=row.agent_id)
            case FollowUp(), "move":
                hand_over.move(desk, FollowUp, row.id, to, now, wanted.by, leaver=row.agent_id)
            case Commitment(), _:
                change(desk, Commitment, row.id, end_promise)
            case _:
                change(desk, FollowUp, row.id, end_follow_up)
