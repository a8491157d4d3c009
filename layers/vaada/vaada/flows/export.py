"""Export all data of a customer."""

from collections.abc import Iterator
from dataclasses import dataclass

from vaada.desk import Desk
from vaada.flows.messages.address_usage import usages_of
from vaada.flows.messages.suppression import addresses_of
from vaada.flows.optimistic_write import require
from vaada.flows.work import current_customer
from vaada.gateways.table import Page
from vaada.model.address_usage import AddressUsage
from vaada.model.people import Customer
from vaada.model.rows import Row
from vaada.model.suppressions import Suppression
from vaada.present.csv_export import csv_of

_ROWS = 500  # far below Lambda's limit of 6 MB per response


@dataclass(frozen=True)
class CustomerExport:
    """A page of a customer's data, newest first, and the cursor of the next page, if any."""

    customer: Customer
    merged: tuple[Customer, ...]
    stopped: tuple[Suppression, ...]
    address_usage: tuple[AddressUsage, ...]
    rows: tuple[Row, ...]
    next_cursor: str | None


def export_customer(desk: Desk, customer_id: str, cursor: str | None) -> CustomerExport:
    """Return a page of the customer's rows, with their suppressions. Raises NotFound, BadCursor."""
    customer = current_customer(desk, customer_id)
    merged = tuple(require(desk, Customer, record.customer_id) for record in customer.merged)
    page: Page = desk.table.timeline(customer.record_ids, _ROWS, cursor)
    stopped, usages = tuple(_suppressions(desk, customer)), usages_of(desk, customer)
    written = tuple(usage for usage in usages if usage.version)
    return CustomerExport(customer, merged, stopped, written, page.rows, page.next_cursor)


def to_csv(export: CustomerExport) -> str:
    """Return the export as CSV."""
    return csv_of((export.customer, *export.merged, *export.stopped, *export.address_usage, *export.rows))


def _suppressions(desk: Desk, customer: Customer) -> Iterator[Suppression]:
    for medium, address in addresses_of(customer):
        suppression = desk.table.get(Suppression, desk.addresses.hash_address(medium, address))
        if suppression is not None:
            yield suppression
