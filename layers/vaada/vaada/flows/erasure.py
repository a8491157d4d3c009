"""Forgetting a customer: all that is held of them, whatever it is.

The customer's own row goes first, in the transaction that writes the ledger: from then on whoever is about to
write to them, or to write something down of them, finds nobody. Nothing is parsed on the way: a row that this
release cannot read goes as well. An erasure is a due row; where it was cut short, or there is much, the sweep
goes on with it.
"""

from collections.abc import Sequence
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.messages.batch import hold_again
from vaada.flows.optimistic_write import NotFound, retry_on_conflict
from vaada.gateways.table import Conflict, ItemToErase
from vaada.model.erasures import Erasure
from vaada.model.people import Customer
from vaada.model.rows import Row

_PIECES = 40  # of 25 rows: seconds
_LEDGER_PAGE = 100
_NOT_SENT = frozenset({"held", "waiting", "sending"})


def erase(desk: Desk, customer_id: str, now: datetime, by: str) -> Erasure:
    """Erase the customer: at once, or begun here and continued by the sweep. Raises NotFound, Busy.

    All records of the person are erased, whichever is named. Twice is no error: whatever there is of one
    who was erased before is erased again.
    """

    def begin() -> list[Erasure]:
        records = _records(desk, customer_id)
        before = {record_id: desk.table.get(Erasure, record_id) for record_id in records}
        begun = {
            record_id: _begin(before[record_id], record_id, now, by)
            for record_id, remains in records.items()
            if remains
        }
        own = [one for record_id, remains in records.items() for one in remains if one.id == record_id]
        if begun:
            desk.table.write(*begun.values(), delete_unread=own)
        return [found for record_id in records if (found := begun.get(record_id) or before[record_id])]

    erasures = retry_on_conflict(customer_id, begin)
    if not erasures:
        raise NotFound(Customer, customer_id)
    after = [continue_erasure(desk, erasure, now) for erasure in erasures]
    return next((erasure for erasure in after if erasure.status != "done"), after[0])


def _records(desk: Desk, customer_id: str) -> dict[str, tuple[ItemToErase, ...]]:
    """What there is of each record of the person, by its id; that of the one that stays first."""
    remains = desk.table.items_to_erase(customer_id)
    while (own := _own_row(remains, customer_id)) and own.merged_into is not None:
        stays = desk.table.items_to_erase(own.merged_into)
        if not stays:
            break
        customer_id, remains = own.merged_into, stays
    others = own.merged if own else ()
    return {customer_id: remains, **{other: desk.table.items_to_erase(other) for other in others}}


def _own_row(remains: Sequence[ItemToErase], customer_id: str) -> ItemToErase | None:
    """The customer's own row, which comes first if it is there."""
    return remains[0] if remains and remains[0].id == customer_id else None


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
