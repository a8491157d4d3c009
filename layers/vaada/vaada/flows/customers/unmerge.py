"""Undo the merge of two records of one person."""

from collections.abc import Iterator
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.last_contact import last_contact_at
from vaada.flows.optimistic_write import lost_new_row, require, retry_on_conflict
from vaada.flows.relationships import relationships_of
from vaada.model.interactions import Interaction
from vaada.model.people import Customer
from vaada.rules import check_ins, customer_unmerge, relationships
from vaada.rules.errors import NotPossible

_PAGE = 100


def unmerge_customers(desk: Desk, customer_id: str, now: datetime) -> tuple[Customer, tuple[str, ...]]:
    """Make the record that was merged a customer again, in one transaction.

    Returns it, and in sentences what stays as it is. Raises NotFound, NotPossible, Busy.
    """

    def attempt() -> tuple[Customer, tuple[str, ...]]:
        gone = require(desk, Customer, customer_id)
        if gone.merged_into is None or gone.before_merge is None:
            raise NotPossible("customer", "not merged", "separated")
        remaining = require(desk, Customer, gone.merged_into)
        before = gone.before_merge
        contacts = list(_contacts_since(desk, gone, remaining))
        served_since = {contact.agent_id for contact in contacts}
        back, rest = customer_unmerge.unmerge(gone, remaining, served_since, desk.policy, now)
        back, rest = (_with_last_contact(desk, _with_parting(desk, each, now)) for each in (back, rest))
        earlier = [require(desk, Customer, record.customer_id) for record in back.merged]
        desk.table.write(back, rest, *(record.changed(merged_into=back.id) for record in earlier))
        return back, customer_unmerge.not_undone(before.into, before.customer, len(contacts))

    return retry_on_conflict(customer_id, attempt, is_final=lost_new_row)


def _with_parting(desk: Desk, customer: Customer, now: datetime) -> Customer:
    """Return the customer as parted with if one of their own records is, whenever that was decided."""
    parted_at = relationships.parted_at(relationships_of(desk, customer))
    if parted_at == customer.parted_at:
        return customer
    parted = customer.model_copy(update={"parted_at": parted_at})
    return check_ins.plan_from(parted, customer.anchor or now, desk.policy)


def _with_last_contact(desk: Desk, customer: Customer) -> Customer:
    """Return the customer with check-ins counted from their own last contact, perhaps corrected since."""
    last = last_contact_at(desk, customer) if customer.anchor is not None else None
    if last is None:
        return customer
    return check_ins.plan_after(customer, max(customer.created_at, last), desk.policy)


def _contacts_since(desk: Desk, gone: Customer, remaining: Customer) -> Iterator[Interaction]:
    """Yield the contacts that were recorded for the remaining record since the merge, newest first."""
    merged_at = next((one.at for one in remaining.merged if one.customer_id == gone.id), None)
    cursor: str | None = None
    while merged_at is not None:
        page = desk.table.timeline([remaining.id], _PAGE, cursor)
        for row in page.rows:
            if isinstance(row, Interaction):
                if row.recorded_at <= merged_at:
                    return
                yield row
        cursor = page.next_cursor
        if cursor is None:
            return
