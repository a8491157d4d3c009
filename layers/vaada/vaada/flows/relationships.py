"""The relationship with a customer: what is known of it, and what managers decide."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from vaada.desk import Desk
from vaada.flows.optimistic_write import NotFound, VersionChanged, check_wanted, retry_on_conflict
from vaada.flows.work import current_customer
from vaada.gateways.table import Conflict
from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.people import Customer
from vaada.model.receipts import Receipt
from vaada.model.relationships import Relationship, RelationshipNote, relationship_id
from vaada.model.rows import Row
from vaada.model.work import FollowUp
from vaada.rules import check_ins, follow_ups, relationship_findings
from vaada.rules import relationships as rules
from vaada.rules.history import DESK

if TYPE_CHECKING:
    from vaada.model.relationship_input import NewNote

_MOST_REFERRALS = 100
_MOST_ROWS = 2000  # of a customer, the newest; one query, or two where they have more than 1 MB


class Known(NamedTuple):
    """The relationship with a customer, if anything was noted or happened, and what the rows say now."""

    customer: Customer
    row: Relationship | None
    notes: tuple[RelationshipNote, ...]
    findings: relationship_findings.Findings
    rows: tuple[Row, ...]


def known(desk: Desk, customer_id: str, now: datetime) -> Known:
    """Return what is known of the relationship now. Raises NotFound."""
    customer = current_customer(desk, customer_id)
    return _known_as_a_whole(desk, customer, relationships_of(desk, customer), now)


def _known_as_a_whole(desk: Desk, customer: Customer, found: Sequence[Relationship], now: datetime) -> Known:
    rows, referrals = _newest_rows(desk, customer), _referrals_of(desk, customer)
    return _known(desk, customer, found, rows, now, referrals)


def _known(
    desk: Desk,
    customer: Customer,
    found: Sequence[Relationship],
    rows: tuple[Row, ...],
    now: datetime,
    referrals: tuple[Customer, ...] = (),
) -> Known:
    notes = tuple(note for one in found for note in one.notes)
    facts = relationship_findings.Facts(customer, rows, notes, rules.settled_at(found), referrals)
    return Known(
        customer,
        rules.deciding(found, customer.id),
        notes,
        relationship_findings.findings(facts, desk.policy, now),
        rows,
    )


def _findings(
    desk: Desk, customer: Customer, found: Sequence[Relationship], now: datetime
) -> relationship_findings.Findings:
    """Return the findings, only from the signals if these show too few reasons to propose a review.

    Few customers have enough of them, so that few are read as a whole.
    """
    if rules.are_all_signals(found):
        signals = _rows_of_signals(desk, [row_id for row in found for row_id in row.signals])
        findings = _known(desk, customer, found, signals, now).findings
        if relationship_findings.is_lacking(findings):
            return findings
    return _known_as_a_whole(desk, customer, found, now).findings


def _rows_of_signals(desk: Desk, interaction_ids: Sequence[str]) -> tuple[Row, ...]:
    """Return these contacts, and their cases with those into which these were merged."""
    contacts = desk.table.work_rows(interaction_ids)
    rows: dict[str, Row] = {}
    wanted = {row.case_id for row in contacts.values() if isinstance(row, Interaction)}
    while wanted:
        cases = desk.table.work_rows(wanted)
        rows |= cases
        merged_into = {row.merged_into for row in cases.values() if isinstance(row, Case) and row.merged_into}
        wanted = merged_into - rows.keys()
    return (*contacts.values(), *rows.values())


def relationships_of(desk: Desk, customer: Customer) -> tuple[Relationship, ...]:
    """Return the relationship of each record of the customer that has one."""
    rows = desk.table.get_several(Relationship, [relationship_id(each) for each in customer.record_ids])
    return tuple(rows[row_id] for row_id in sorted(rows))


def to_be_looked_at(desk: Desk, interaction: Interaction, customer: Customer, now: datetime) -> list[Row]:
    """Return the relationship as due for a review because of a contact, to be written with the contact."""
    if not rules.is_signal(interaction):
        return []
    row = desk.table.get(Relationship, relationship_id(customer.id))
    watched = rules.watch(row, interaction.id, customer.id, now)
    return [watched] if watched else []


def look_at(desk: Desk, row_id: str, version: int, now: datetime) -> str:
    """Review a relationship that is due. Returns the outcome for the log."""
    row = desk.table.get(Relationship, row_id)
    if row is None or row.version != version or row.wake_at is None or row.wake_at > now:
        return "stale"
    try:
        customer = current_customer(desk, row.customer_id)
    except NotFound:
        return "gone"  # it is being erased
    found = relationships_of(desk, customer)
    deciding = rules.deciding(found, customer.id)
    looked_at: list[Row] = []
    if deciding is not None and deciding.id != row.id:
        after = rules.yield_to(row, now, DESK)
        looked_at = [soon] if (soon := rules.look_soon(deciding, now)) is not deciding else []
    else:
        after = rules.next_step(row, _findings(desk, customer, found, now), desk.policy, now)
    try:
        desk.table.write(after, *looked_at, must_exist=[customer])
    except Conflict:
        return "changed meanwhile"
    return after.status


def rows_after_merge(
    desk: Desk, customer: Customer, into: Customer, now: datetime, by: str
) -> list[Relationship]:
    """Return what changes when a customer is merged into another: one relationship decides for the person.

    It is looked at soon, since what is known of both may be enough together.
    """
    found = (*relationships_of(desk, into), *relationships_of(desk, customer))
    deciding = rules.deciding(found, into.id)
    after = [rules.look_soon(row, now) if row is deciding else rules.yield_to(row, now, by) for row in found]
    return [row for before, row in zip(found, after, strict=True) if row is not before]


def add_note(
    desk: Desk, customer_id: str, new: "NewNote", now: datetime, by: str, *, seen: int | None = None
) -> Relationship:
    """Keep what a manager knows of the relationship. Raises NotFound, NotPossible, VersionChanged, Busy."""
    return change_relationship(
        desk, customer_id, lambda row, customer: rules.add_note(row, new, customer.id, now, by), now, seen
    )


def remove_note(desk: Desk, customer_id: str, note_id: str, *, seen: int | None = None) -> Relationship:
    """Remove a note from whichever record of the customer has it. Raises NotFound, VersionChanged, Busy."""

    def attempt() -> Relationship:
        customer = current_customer(desk, customer_id)
        found, row = _rows(desk, customer, seen)
        owner_id = note_id.partition("-")[0]
        before = next((one for one in found if one.customer_id == owner_id), required(row, customer_id))
        after = rules.remove_note(before, note_id)
        if after is not before:
            desk.table.write(after, must_exist=[customer])
        return after

    return retry_on_conflict(customer_id, attempt, is_final=_lost_receipt)


def note_talk(
    desk: Desk, customer_id: str, words: str, now: datetime, by: str, *, seen: int | None = None
) -> Relationship:
    """Record a talk with the customer. Raises NotFound, NotPossible, VersionChanged, Busy."""
    return change_relationship(
        desk,
        customer_id,
        lambda row, _: rules.note_talk(required(row, customer_id), words, now, by),
        now,
        seen,
    )


def decide(
    desk: Desk,
    customer_id: str,
    reason: str,
    now: datetime,
    by: str,
    *,
    go_on: bool,
    seen: int | None = None,
) -> Relationship:
    """Decide to go on with the customer or to end it. Raises NotFound, NotPossible, VersionChanged, Busy."""

    def decided(row: Relationship | None, customer: Customer) -> Relationship:
        before = required(row, customer_id)
        if go_on:
            return rules.keep(before, reason, now, by)
        return rules.end(before, known(desk, customer.id, now).findings.failures, reason, now, by)

    return change_relationship(desk, customer_id, decided, now, seen)


def change_relationship(
    desk: Desk,
    customer_id: str,
    decide: Callable[[Relationship | None, Customer], Relationship],
    now: datetime,
    seen: int | None,
) -> Relationship:
    """Write the relationship that `decide` returns, and the customer if we part with them or take them back.

    Raises NotFound, VersionChanged, Busy and whatever `decide` raises.
    """

    def attempt() -> Relationship:
        customer = current_customer(desk, customer_id)
        _, row = _rows(desk, customer, seen)
        after = decide(row, customer)
        if after is not row:
            desk.table.write(after, *_customer_after(desk, customer, after, now), must_exist=[customer])
        return after

    return retry_on_conflict(customer_id, attempt, is_final=_lost_receipt)


def _customer_after(desk: Desk, customer: Customer, row: Relationship, now: datetime) -> list[Row]:
    """Return the customer with whom we part, or go on after all, and the check-in that ends with it."""
    is_parted = row.status == "parted"
    if is_parted == (customer.parted_at is not None):
        return []
    after = check_ins.plan_from(customer.changed(parted_at=now if is_parted else None), now, desk.policy)
    check_in = desk.table.get(FollowUp, customer.check_in_id) if customer.check_in_id and is_parted else None
    if check_in is None or check_in.status not in follow_ups.OPEN:
        return [after]
    return [after, follow_ups.cancel(check_in, now, DESK, "the business parted with the customer")]


def _rows(
    desk: Desk, customer: Customer, seen: int | None
) -> tuple[tuple[Relationship, ...], Relationship | None]:
    """Return the rows of the customer's records, and the one that decides.

    Raises VersionChanged if that is not at the version `seen`.
    """
    found = relationships_of(desk, customer)
    row = rules.deciding(found, customer.id)
    version = row.version if row else 0
    check_wanted(relationship_id(customer.id), version)
    if seen is not None and version != seen:
        raise VersionChanged(customer.id)
    return found, row


def _lost_receipt(conflict: Conflict) -> bool:
    return any(isinstance(row, Receipt) for row in conflict.rows)


def required(row: Relationship | None, customer_id: str) -> Relationship:
    """Return the relationship. Raises NotFound if there is none."""
    if row is None:
        raise NotFound(Relationship, relationship_id(customer_id))
    return row


def _newest_rows(desk: Desk, customer: Customer) -> tuple[Row, ...]:
    rows: list[Row] = []
    cursor: str | None = None
    while len(rows) < _MOST_ROWS:
        page = desk.table.timeline(customer.record_ids, _MOST_ROWS - len(rows), cursor)
        rows += page.rows
        if (cursor := page.next_cursor) is None:
            break
    return tuple(rows)


def _referrals_of(desk: Desk, customer: Customer) -> tuple[Customer, ...]:
    """Return the first hundred customers who came through this one, by name."""
    page = desk.table.customer_rows(Customer, customer.record_ids, _MOST_REFERRALS, None)
    return tuple(row for row in page.rows if isinstance(row, Customer))
