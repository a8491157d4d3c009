"""When a customer and the business were last in touch."""

from datetime import datetime

from vaada.desk import Desk
from vaada.model.interactions import Interaction
from vaada.model.people import Customer
from vaada.rules.interactions import CLOCK_SKEW

_PAGE = 100


def last_contact_at(desk: Desk, customer: Customer, *, but: str | None = None) -> datetime | None:
    """Return the time of the customer's last contact except the one with the id `but`, or None.

    Rows are read in the order in which they were written down, the newest first, as far as is needed: no
    contact is written down before it took place.
    """
    last: datetime | None = None
    cursor: str | None = None
    while True:
        page = desk.table.timeline(customer.record_ids, _PAGE, cursor)
        for row in page.rows:
            if not isinstance(row, Interaction):
                continue
            if last is not None and row.recorded_at + CLOCK_SKEW < last:
                return last
            if row.id != but:
                last = max(last or row.occurred_at, row.occurred_at)
        cursor = page.next_cursor
        if cursor is None:
            return last
