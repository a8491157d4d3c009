"""Erase all data of a customer.

The customer's own row is deleted first, in the transaction that writes the ledger. From then on nobody can
send them messages or write rows of theirs. Mails and files are deleted before the rows
that name them. Rows are deleted without parsing them, so rows that this release
cannot read are deleted, too. An erasure is a due row: after an interruption, or with many rows, the sweep
continues it. The erased customer is removed as the referrer of others.
"""

from collections.abc import Sequence
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.messages.unbatch import hold_again
from vaada.flows.optimistic_write import NotFound, check_wanted, retry_on_conflict
from vaada.gateways.table import Conflict, ItemToErase
from vaada.model.erasures import Erasure
from vaada.model.people import Customer
from vaada.model.rows import Row

_REFERRALS = 25  # customers, each with a read and a write
_MAX_BATCHES = 40  # of 25 rows, which takes seconds
_LEDGER_PAGE = 500  # entries, each with a write: a few seconds
_UNSENT = frozenset({"held", "waiting", "sending"})


def erase(desk: Desk, customer_id: str, now: datetime, by: str) -> Erasure:
    """Erase the customer; the sweep continues a large erasure. Raises NotFound, Busy.

    All records of the person are erased, whichever one is given. Erasing again deletes what was restored
    since.
    """

    def begin() -> list[Erasure]:
        records = _records(desk, customer_id)
        before = {record_id: desk.table.get(Erasure, record_id) for record_id in records}
        begun = {
            record_id: _begin(before[record_id], record_id, now, by)
            for record_id, items in records.items()
            if items
        }
        own = [one for record_id, items in records.items() for one in items if one.id == record_id]
        for one in own:
            check_wanted(one.id, int(one.version or 0))
        if begun:
            desk.table.write(*begun.values(), delete_unread=own)
        return [found for record_id in records if (found := begun.get(record_id) or before[record_id])]

    erasures = retry_on_conflict(customer_id, begin)
    if not erasures:
        raise NotFound(Customer, customer_id)
    after = [continue_erasure(desk, erasure, now) for erasure in erasures]
    return next((erasure for erasure in after if erasure.status != "done"), after[0])


def _records(desk: Desk, customer_id: str) -> dict[str, tuple[ItemToErase, ...]]:
    """Return the items of each record of the person by its id, the remaining record first."""
    items = desk.table.items_to_erase(customer_id)
    while (own := _own_row(items, customer_id)) and own.merged_into is not None:
        stays = desk.table.items_to_erase(own.merged_into)
        if not stays:
            break
        customer_id, items = own.merged_into, stays
    others = own.merged if own else ()
    return {customer_id: items, **{other: desk.table.items_to_erase(other) for other in others}}


def _own_row(items: Sequence[ItemToErase], customer_id: str) -> ItemToErase | None:
    """Return the customer's own row, or None. It is the first item."""
    return items[0] if items and items[0].id == customer_id else None


def continue_erasure(desk: Desk, erasure: Erasure, now: datetime) -> Erasure:
    """Erase the remaining items, up to 1,000 at a time. Returns the erasure, which is done if none are left.

    Messages about other customers that were batched with one of theirs are held again.
    """
    if erasure.wake_at is None:
        return erasure
    if not _remove_referrals(desk, erasure.customer_id):
        return erasure  # the sweep continues it
    for _ in range(_MAX_BATCHES):
        items = desk.table.items_to_erase(erasure.customer_id)
        if not items:
            desk.mail_store.delete_files(erasure.customer_id)
            return _finish(desk, erasure, now)
        released = [
            message
            for one in items
            if one.status in _UNSENT
            for message in hold_again(desk, one.id, one.carries, now)
        ]
        if all(_write(desk, message) for message in released):  # after a conflict they are read again
            desk.mail_store.delete_mails([one.mail for one in items if one.mail])
            desk.table.delete_items(items)
    return erasure


def _remove_referrals(desk: Desk, customer_id: str) -> bool:
    """Remove this customer as the referrer of up to 25 customers. Returns whether no more are left.

    The index may still show some who do not.
    """
    page = desk.table.customer_rows(Customer, [customer_id], _REFERRALS, None)
    found = desk.table.customers([row.id for row in page.rows]) if page.rows else {}
    naming = [row for row in found.values() if row.referred_by == customer_id]
    removed = [_write(desk, row.changed(referred_by=None)) for row in naming]
    return all(removed) and page.next_cursor is None


def replay_erasures(desk: Desk, now: datetime, cursor: str | None) -> tuple[int, str | None]:
    """Start up to 500 erasures again, after restoring a backup; the sweep does them.

    Returns how many, and the cursor of the others, if there are any. Raises BadCursor.
    """
    page = desk.table.list_rows(Erasure, _LEDGER_PAGE, cursor)
    begun = sum(
        isinstance(row, Erasure) and _write(desk, _begin(row, row.id, now, row.asked_by)) for row in page.rows
    )
    return begun, page.next_cursor


def _begin(before: Erasure | None, customer_id: str, now: datetime, by: str) -> Erasure:
    if before is not None:
        return before.changed(status="under_way", wake_at=now, done_at=None)
    return Erasure(erasure_id=customer_id, customer_id=customer_id, asked_by=by, asked_at=now, wake_at=now)


def _finish(desk: Desk, erasure: Erasure, now: datetime) -> Erasure:
    done = erasure.changed(status="done", wake_at=None, done_at=now)
    return done if _write(desk, done) else erasure


def _write(desk: Desk, row: Row) -> bool:
    try:
        desk.table.write(row)
    except Conflict:
        return False  # another function is erasing it
    return True
