"""Export all data of a customer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.incoming_mail import RAW_KEPT
from vaada.flows.messages.address_usage import usages_of
from vaada.flows.messages.suppression import addresses_of
from vaada.flows.optimistic_write import require
from vaada.flows.relationships import relationships_of
from vaada.flows.work import current_customer
from vaada.gateways.row_pages import Page
from vaada.model.address_usage import AddressUsage
from vaada.model.interactions import Interaction
from vaada.model.people import Customer
from vaada.model.relationships import Relationship
from vaada.model.rows import Row, StoredModel
from vaada.model.suppressions import Suppression
from vaada.present.csv_export import csv_of

_MAIL = "mail.eml"

_ROWS = 500  # far below Lambda's limit of 6 MB per response


class ExportedFile(StoredModel):
    """A file of a contact: one that a mail brought, or the mail itself. The link to it works for an hour."""

    interaction_id: str
    name: str
    media_type: str
    link: str


@dataclass(frozen=True)
class CustomerExport:
    """A page of a customer's data, newest first, and the cursor of the next page, if any."""

    customer: Customer
    merged: tuple[Customer, ...]
    stopped: tuple[Suppression, ...]
    address_usage: tuple[AddressUsage, ...]
    relationships: tuple[Relationship, ...]
    rows: tuple[Row, ...]
    files: tuple[ExportedFile, ...]
    next_cursor: str | None


def export_customer(desk: Desk, customer_id: str, cursor: str | None, now: datetime) -> CustomerExport:
    """Return a page of the customer's rows, with their suppressions. Raises NotFound, BadCursor."""
    customer = current_customer(desk, customer_id)
    merged = tuple(require(desk, Customer, record.customer_id) for record in customer.merged)
    page: Page = desk.table.timeline(customer.record_ids, _ROWS, cursor)
    stopped, usages = tuple(_suppressions(desk, customer)), usages_of(desk, customer)
    written = tuple(usage for usage in usages if usage.version)
    relationships = relationships_of(desk, customer)
    files = tuple(_files(desk, page.rows, now))
    next_cursor = page.next_cursor
    return CustomerExport(customer, merged, stopped, written, relationships, page.rows, files, next_cursor)


def to_csv(export: CustomerExport) -> str:
    """Return the export as CSV."""
    about = (*export.stopped, *export.address_usage, *export.relationships)
    return csv_of((export.customer, *export.merged, *about, *export.rows))


def _files(desk: Desk, rows: tuple[Row, ...], now: datetime) -> Iterator[ExportedFile]:
    """Yield what is stored outside the table: files, and mails until they expire."""
    from vaada.gateways.mail_store import (
        EXPORT_LINK_SECONDS,
        RAW,
    )  # imported only here: few exports have files

    for row in rows:
        if not isinstance(row, Interaction):
            continue
        mail = row.mail
        stored = [(one.key, one.name, one.media_type) for one in row.attachments if one.key]
        if mail and mail.stored_as and row.recorded_at + RAW_KEPT > now:
            stored.append((f"{RAW}{mail.stored_as}", _MAIL, "message/rfc822"))
        for key, name, media_type in stored:
            link = desk.mail_store.link(key, name, EXPORT_LINK_SECONDS)
            yield ExportedFile(interaction_id=row.interaction_id, name=name, media_type=media_type, link=link)


def _suppressions(desk: Desk, customer: Customer) -> Iterator[Suppression]:
    for medium, address in addresses_of(customer):
        suppression = desk.table.get(Suppression, desk.addresses.hash_address(medium, address))
        if suppression is not None:
            yield suppression
