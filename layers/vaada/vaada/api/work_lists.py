"""Lists of work: of one agent, of one customer, of both or of all, by status and by when it is due."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Query

from vaada.api import problems
from vaada.api.resolver import current_user, desk
from vaada.flows.work import cases_in, current_case, current_customer
from vaada.gateways.row_pages import Page
from vaada.model.cases import Case
from vaada.model.ids import PartyId, RowId
from vaada.model.rows import Row
from vaada.model.times import GivenTime

OfAgent = Annotated[PartyId | None, Query(description="Only this agent's")]
OfCustomer = Annotated[PartyId | None, Query(description="Only this customer's")]
OfCase = Annotated[
    RowId | None,
    Query(description="Only of this case and those that were merged into it, by id; `sort` may only be `id`"),
]
DueFrom = Annotated[GivenTime | None, Query(description="Only what is due at this time or later")]
DueBefore = Annotated[GivenTime | None, Query(description="Only what is due before this time")]
Sort = Annotated[
    Literal["due_at", "-due_at", "id"] | None,
    Query(
        description="By due time over all statuses, `-` the latest first, or by id; "
        "else by status, then due time"
    ),
]

_SECOND = timedelta(seconds=1)  # all times are whole seconds


@dataclass(frozen=True)
class Wanted:
    """Which rows of a list are wanted, and where the page begins. A `status` of None means all `statuses`."""

    statuses: tuple[str, ...]
    status: str | None
    agent_id: str | None
    customer_id: str | None
    since: datetime | None
    before: datetime | None
    sort: str | None
    limit: int
    cursor: str | None
    quiet_since: datetime | None = None
    time_field: str = "due"
    case_id: str | None = None

    def matches(self, row: Row) -> bool:
        """Whether a row has the wanted status and time, whoever its agent is."""
        status, at = getattr(row, "status", None), getattr(row, f"{self.time_field}_at")
        return (
            (self.status is None or status == self.status)
            and (self.since is None or at >= self.since)
            and (self.before is None or at < self.before)
            and (
                self.quiet_since is None
                or (isinstance(row, Case) and row.last_contact_at <= self.quiet_since)
            )
        )


def page_of(kind: type[Row], wanted: Wanted) -> Page:
    """Return one customer's rows if the user serves them, or else those of agents whom the user may see.

    Raises Refusal, NotFound, BadCursor.
    """
    caller, table = current_user(), desk().table
    if wanted.since is not None and wanted.before is not None and wanted.since >= wanted.before:
        field = f"{wanted.time_field}_from"
        raise problems.invalid(field, f"is not before {wanted.time_field}_before, so no row is in between")
    if wanted.case_id is not None:
        return _page_of_case(kind, wanted, wanted.case_id)
    customer_ids: tuple[str, ...] = ()
    agent_id = wanted.agent_id
    if wanted.customer_id is not None:
        customer = current_customer(desk(), wanted.customer_id)
        caller.require_served(desk(), customer)
        customer_ids = customer.record_ids
    else:
        agent_id = caller.agent_filter(desk(), agent_id)
    is_simple = not (wanted.sort or wanted.since or wanted.before or wanted.quiet_since)
    if is_simple and customer_ids and agent_id is None:
        return table.customer_rows(kind, customer_ids, wanted.limit, wanted.cursor, status=wanted.status)
    if is_simple and not customer_ids:
        return table.list_rows(kind, wanted.limit, wanted.cursor, agent_id=agent_id, status=wanted.status)
    if wanted.sort == "id":
        return table.rows_by_id(
            kind, wanted.limit, wanted.cursor, wanted.matches, agent_id=agent_id, customer_ids=customer_ids
        )
    return table.rows_by_time(
        kind,
        wanted.statuses if wanted.status is None else (wanted.status,),
        wanted.limit,
        wanted.cursor,
        agent_id=agent_id,
        customer_ids=customer_ids,
        since=wanted.since,
        until=wanted.before - _SECOND if wanted.before else None,
        quiet_since=wanted.quiet_since,
        descending=(wanted.sort or "").startswith("-"),
    )


def _page_of_case(kind: type[Row], wanted: Wanted, case_id: str) -> Page:
    """Return rows of a case, if the user serves its customer. Raises Refusal, NotFound, BadCursor."""
    if wanted.sort not in {None, "id"}:
        raise problems.invalid("sort", "is by id for one case; leave it out, or say id")
    case = current_case(desk(), case_id)
    customer = current_customer(desk(), case.customer_id)
    current_user().require_served(desk(), customer)
    case_ids = cases_in(desk(), case)
    return desk().table.rows_by_id(
        kind,
        wanted.limit,
        wanted.cursor,
        lambda row: getattr(row, "case_id", None) in case_ids and wanted.matches(row),
        agent_id=wanted.agent_id,
        customer_ids=customer.record_ids,
    )
