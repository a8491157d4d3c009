"""Let two records of one person become one.

Row ids name the partition of their customer, so rows do not move: the record that is merged keeps its
partition and its id, and names the one that stays. Whoever looks for its customer finds that one.
"""

from collections.abc import Iterator
from datetime import datetime

from vaada.desk import Desk
from vaada.flows.optimistic_write import NotFound, lost_new_row, require, retry_on_conflict
from vaada.flows.people import InvalidField, UnknownReference
from vaada.flows.work import standing_customer
from vaada.model.people import Customer
from vaada.model.rows import Row
from vaada.model.work import FollowUp, Survey
from vaada.rules import customers, follow_ups, surveys
from vaada.rules.errors import NotPossible

_ONE_IS_ENOUGH = "the customer was merged into another, who has one already"


def merge_customers(desk: Desk, customer_id: str, into_id: str, now: datetime, by: str) -> Customer:
    """Make both records one, and return the customer who stays. Twice is no error.

    All of it is one transaction: the two, records merged into the first before, and what is needed once only.
    Raises NotFound, UnknownReference, InvalidField, NotPossible, CannotMerge, Busy.
    """

    def attempt() -> Customer:
        customer, into = require(desk, Customer, customer_id), _into(desk, into_id)
        if customer.merged_into is not None:
            if standing_customer(desk, customer_id).id != into.id:
                raise NotPossible("customer", "merged", "merged into another")
            return into
        if customer.id == into.id:
            raise InvalidField("into", "is the same customer")
        gone, stays = customers.merge(customer, into, desk.policy, now, by)
        earlier = [require(desk, Customer, record.customer_id) for record in customer.merged]
        moved = [record.changed(merged_into=into.id) for record in earlier]
        check_in, other = _open_check_in(desk, into), _open_check_in(desk, customer)
        kept = check_in or other
        stays = stays.model_copy(update={"check_in_id": kept.id if kept else None})
        needless: list[Row] = list(_needless_survey(desk, customer, into))
        if check_in and other:
            needless.append(follow_ups.cancel(other, now, by, _ONE_IS_ENOUGH))
        desk.table.write(gone, stays, *moved, *needless)
        return stays

    return retry_on_conflict(customer_id, attempt, is_final=lost_new_row)


def _into(desk: Desk, into_id: str) -> Customer:
    try:
        return standing_customer(desk, into_id)
    except NotFound:
        raise UnknownReference("into", "customer") from None


def _open_check_in(desk: Desk, customer: Customer) -> FollowUp | None:
    """The customer's last check-in, if it is still to be done."""
    row = desk.table.get(FollowUp, customer.check_in_id) if customer.check_in_id else None
    return row if row is not None and row.status in follow_ups.OPEN else None


def _needless_survey(desk: Desk, customer: Customer, into: Customer) -> Iterator[Survey]:
    """The survey about the whole business that is planned for both, withheld for the first."""
    if customer.nps_id and into.nps_id:
        survey = desk.table.get(Survey, customer.nps_id)
        if survey is not None and survey.status == "scheduled":
            yield surveys.withhold(survey, _ONE_IS_ENOUGH)
