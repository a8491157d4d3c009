"""All that is held of a customer, for whoever asks what that is."""

from collections.abc import Iterator
from dataclasses import dataclass

from vaada.desk import Desk
from vaada.flows.messages.address_usage import usages_of
from vaada.flows.messages.suppression import addresses_of
from vaada.flows.optimistic_write import require
from vaada.flows.work import standing_customer
from vaada.gateways.table import Page
from vaada.model.address_usage import AddressUsage
from vaada.model.people import Customer
from vaada.model.rows import Row
from vaada.model.suppressions import Suppression
from vaada.present.csv_export import csv_of

_ROWS = 500  # far below the 6 MB that Lambda answers with


@dataclass(frozen=True)
class CustomerExport:
    """What is held of a customer, newest first; where there is more, the cursor to go on with."""

    customer: Customer
    merged: tuple[Customer, ...]
    stopped: tuple[Suppression, ...]
    address_usage: tuple[AddressUsage, ...]
    rows: tuple[Row, ...]
    next_cursor: str | None


def export_customer(desk: Desk, customer_id: str, cursor: str | None) -> CustomerExport:
    """Everything in the customer's story, and what stops their addresses. Raises NotThere, BadCursor."""
    customer = standing_customer(desk, customer_id)
    merged = tuple(require(desk, Customer, record.customer_id) for record in customer.merged)
    page: Page = desk.table.timeline(customer.record_ids, _ROWS, cursor)
    stopped, usages = tuple(_suppressions(desk, customer)), usages_of(desk, customer)
    written = tuple(usage for usage in usages if usage.version)
    return CustomerExport(customer, merged, stopped, written, page.rows, page.next_cursor)


def to_csv(found: CustomerExport) -> str:
    """The same as a table."""
    return csv_of((found.customer, *found.merged, *found.stopped, *found.address_usage, *found.rows))


def _suppressions(desk: Desk, customer: Customer) -> Iterator[Suppression]:
    for medium, address in addresses_of(customer):
        found = desk.table.get(Suppression, desk.addresses.hash_address(medium, address))
        if found is not None:
            yield found
