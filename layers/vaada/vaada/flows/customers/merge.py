"""Merge two records of one person.

Row ids contain the partition of their customer, so rows do not move: the merged record keeps its partition
and id, and points to the remaining one with `merged_into`.
"""

from collections.abc import Iterator
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.optimistic_write import NotFound, lost_new_row, require, retry_on_conflict
from vaada.flows.references import InvalidField, UnknownReference
from vaada.flows.relationships import rows_after_merge
from vaada.flows.work import current_customer
from vaada.model.people import Customer
from vaada.model.rows import Row
from vaada.model.work import FollowUp, Survey
from vaada.rules import customer_merge, follow_ups, surveys
from vaada.rules.errors import NotPossible

_PARTED = "the business parted with the customer"
_DUPLICATE = "the customer was merged into another, who has one already"


def merge_customers(desk: Desk, customer_id: str, into_id: str, now: datetime, by: str) -> Customer:
    """Merge a customer into another. Returns the remaining customer. Merging again changes nothing.

    One transaction writes both, the records merged into the first one before, and what is known of the
    relationship; it cancels duplicate check-ins and surveys. Raises NotFound, UnknownReference, InvalidField,
    NotPossible, CannotMerge, Busy.
    """

    def attempt() -> Customer:
        customer, into = require(desk, Customer, customer_id), _target(desk, into_id)
        if customer.merged_into is not None:
            if current_customer(desk, customer_id).id != into.id:
                raise NotPossible("customer", "merged", "merged into another")
            return into
        if customer.id == into.id:
            raise InvalidField("into", "is the same customer")
        merged, remaining = customer_merge.merge(customer, into, desk.policy, now, by)
        earlier = [require(desk, Customer, record.customer_id) for record in customer.merged]
        moved = [record.changed(merged_into=into.id) for record in earlier]
        check_in, other = _open_check_in(desk, into), _open_check_in(desk, customer)
        kept = check_in or other
        remaining = remaining.model_copy(update={"check_in_id": kept.id if kept else None})
        changed: list[Row] = list(_duplicate_survey(desk, customer, into))
        changed += rows_after_merge(desk, customer, into, now, by)
        if check_in and other:
            changed.append(follow_ups.cancel(other, now, by, _DUPLICATE))
        if kept and remaining.parted_at is not None:
            changed.append(follow_ups.cancel(kept, now, by, _PARTED))
        desk.table.write(merged, remaining, *moved, *changed)
        return remaining

    return retry_on_conflict(customer_id, attempt, is_final=lost_new_row)


def _target(desk: Desk, into_id: str) -> Customer:
    try:
        return current_customer(desk, into_id)
    except NotFound:
        raise UnknownReference("into", "customer") from None


def _open_check_in(desk: Desk, customer: Customer) -> FollowUp | None:
    """Return the customer's last check-in if it is open, or None."""
    row = desk.table.get(FollowUp, customer.check_in_id) if customer.check_in_id else None
    return row if row is not None and row.status in follow_ups.OPEN else None


def _duplicate_survey(desk: Desk, customer: Customer, into: Customer) -> Iterator[Survey]:
    """Yield the first customer's survey about the business as withheld, if both have one planned."""
    if customer.nps_id and into.nps_id:
        survey = desk.table.get(Survey, customer.nps_id)
        if survey is not None and survey.status == "scheduled":
            yield surveys.withhold(survey, _DUPLICATE)
