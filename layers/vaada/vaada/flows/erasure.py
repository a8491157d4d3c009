"""Forgetting a customer: all that is held of them, whatever it is.

The customer's own row goes first, in the transaction that writes the ledger: from then on whoever is about to
write to them, or to write something down of them, finds nobody. Nothing is parsed on the way: a row that this
release cannot read goes as well. An erasure is a due row; where it was cut short, or there is much, the sweep
goes on with it.
"""

from datetime import datetime

from vaada.desk import Desk
from vaada.flows.messages.batch import hold_again
from vaada.flows.optimistic_write import Busy, NotFound
from vaada.gateways.table import Conflict
from vaada.model.erasures import Erasure
from vaada.model.people import Customer
from vaada.model.rows import Row

_TRIES = 4
_PIECES = 40  # of 25 rows: seconds
_LEDGER_PAGE = 100
_NOT_SENT = frozenset({"held", "waiting", "sending"})


def erase(desk: Desk, customer_id: str, now: datetime, by: str) -> Erasure:
    """Forget the customer: at once, or the sweep ends it. Twice is no error. Raises NotThere, Busy.

    Whatever is there of somebody who was forgotten before is forgotten again.
    """
    for _ in range(_TRIES):
        erasure = desk.table.get(Erasure, customer_id)
        remains = desk.table.items_to_erase(customer_id)
        if remains:
            erasure = _begin(erasure, customer_id, now, by)
            own = [one for one in remains if one.id == customer_id]
            try:
                desk.table.write(erasure, delete_unread=own)
            except Conflict:
                continue
        if erasure is None:
            raise NotFound(Customer, customer_id)
        return continue_erasure(desk, erasure, now)
    raise Busy(customer_id)


def continue_erasure(desk: Desk, erasure: Erasure, now: datetime) -> Erasure:
    """Erase what is left, or much of it; done once nothing is.

    What waited to go out with a message of theirs, about others, is held again.
    """
    if erasure.wake_at is None:
        return erasure
    for _ in range(_PIECES):
        remains = desk.table.items_to_erase(erasure.customer_id)
        if not remains:
            return _end(desk, erasure, now)
        waited = [
            message
            for one in remains
            if one.status in _NOT_SENT
            for message in hold_again(desk, one.id, one.carries, now)
        ]
        if all(_write(desk, message) for message in waited):  # else they are looked at again
            desk.table.delete_items(remains)
    return erasure


def replay_erasures(desk: Desk, now: datetime) -> int:
    """Begin all erasures anew, after a backup was brought back. Says how many; the sweep does them."""
    begun, cursor = 0, None
    while True:
        page = desk.table.list_rows(Erasure, _LEDGER_PAGE, cursor)
        for row in page.rows:
            if isinstance(row, Erasure) and _write(desk, _begin(row, row.id, now, row.asked_by)):
                begun += 1
        cursor = page.next_cursor
        if cursor is None:
            return begun


def _begin(before: Erasure | None, customer_id: str, now: datetime, by: str) -> Erasure:
    if before is not None:
        return before.changed(status="under_way", wake_at=now, done_at=None)
    return Erasure(erasure_id=customer_id, customer_id=customer_id, asked_by=by, asked_at=now, wake_at=now)


def _end(desk: Desk, erasure: Erasure, now: datetime) -> Erasure:
    done = erasure.changed(status="done", wake_at=None, done_at=now)
    return done if _write(desk, done) else erasure


def _write(desk: Desk, row: Row) -> bool:
    try:
        desk.table.write(row)
    except Conflict:
        return False  # somebody else is at it
    return True
