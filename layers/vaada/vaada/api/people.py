"""/api/agents and /api/customers."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query

from vaada.api import problems
from vaada.api.listing import Listing, listing
from vaada.api.resolver import (
    Cursor,
    Limit,
    app,
    change_if_unchanged,
    change_once,
    created,
    current_user,
    desk,
    idempotency_key,
    now,
    stored,
)
from vaada.flows import people, personal_messages
from vaada.flows.customers.duplicates import PossibleDuplicate, possible_duplicates
from vaada.flows.customers.merge import merge_customers
from vaada.flows.customers.search import find_customers
from vaada.flows.customers.unmerge import unmerge_customers
from vaada.flows.idempotency import do_once
from vaada.flows.messages import suppression
from vaada.flows.optimistic_write import NotFound, require
from vaada.flows.work import current_customer
from vaada.model.campaigns import CampaignRecipient
from vaada.model.cases import Case
from vaada.model.ids import PartyId
from vaada.model.interactions import Interaction
from vaada.model.message_input import NewMessage
from vaada.model.messages import Message
from vaada.model.people import Agent, Customer
from vaada.model.people_input import AgentChanges, CustomerChanges, NewAgent, NewCustomer
from vaada.model.recognitions import Recognition
from vaada.model.rows import StoredModel
from vaada.model.suppressions import ActiveStop
from vaada.model.text import Input
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply, Survey
from vaada.rules.messages import personal

Id = Annotated[PartyId, Path()]
Entry = (
    Interaction
    | Case
    | Commitment
    | FollowUp
    | Reply
    | Goodwill
    | Survey
    | Message
    | Recognition
    | CampaignRecipient
)


class CustomerMerge(Input):
    """The record to merge this one into, of the same person."""

    into: PartyId


class AddedCustomer(Customer):
    """A new customer, with those who may be the same person."""

    possible_duplicates: tuple[PossibleDuplicate, ...]


class SeparatedCustomer(Customer):
    """A customer whose merge into another was undone, and what could not be undone, in sentences."""

    not_undone: tuple[str, ...]


class AddressStatus(StoredModel):
    """The suppressions that remain: the person complained, unsubscribed or texted STOP."""

    stopped: tuple[ActiveStop, ...]


@app.post("/api/agents", summary="Add an agent", tags=["People"], status_code=HTTPStatus.CREATED)
def add_agent(body: Annotated[NewAgent, Body()]) -> Response[Agent]:
    caller = current_user()
    caller.require_manager()
    return created(
        do_once(
            desk(),
            idempotency_key(),
            lambda: people.add_agent(desk(), body, now()),
            stored(Agent),
        )
    )


@app.get("/api/agents", summary="Agents by name", tags=["People"])
def list_agents(limit: Limit = 25, cursor: Cursor = None) -> Listing[Agent]:
    current_user()
    return listing(Agent, desk().table.list_rows(Agent, limit, cursor))


@app.get("/api/agents/<agent_id>", summary="One agent", tags=["People"])
def get_agent(agent_id: Id) -> Agent:
    current_user()
    return require(desk(), Agent, agent_id)


@app.patch("/api/agents/<agent_id>", summary="Change an agent", tags=["People"])
def change_agent(agent_id: Id, body: Annotated[AgentChanges, Body()]) -> Agent:
    current_user().require_may_change(agent_id, body.model_fields_set)
    for field in ("supervisor_id", "covered_by"):
        if getattr(body, field) == agent_id:
            raise problems.invalid(field, "is the same agent; leave it out, and others stand in")
    changes = body.model_dump(exclude_unset=True)
    return change_if_unchanged(agent_id, lambda: people.change_agent(desk(), agent_id, changes))


@app.post("/api/customers", summary="Add a customer", tags=["People"], status_code=HTTPStatus.CREATED)
def add_customer(body: Annotated[NewCustomer, Body()]) -> Response[AddedCustomer]:
    caller = current_user()
    _require_served_referrer(body.referred_by)
    new_customer = body if body.agent_id else body.model_copy(update={"agent_id": caller.agent_id})
    added = do_once(
        desk(),
        idempotency_key(),
        lambda: people.add_customer(desk(), new_customer, now(), caller.agent_id),
        lambda customer_id: current_customer(desk(), customer_id),
    )
    duplicates = possible_duplicates(desk(), added, caller.reader(desk()))
    return created(AddedCustomer(**dict(added), possible_duplicates=duplicates))


@app.get("/api/customers", summary="Customers by name, or found by a search", tags=["People"])
def list_customers(
    q: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=200,
            description="Words of the name in any order, an e-mail address, or the last digits of a number",
        ),
    ] = None,
    agent_id: Annotated[PartyId | None, Query(description="Only those whose own agent this is")] = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Listing[Customer]:
    caller = current_user()
    if q is not None:
        if agent_id is not None:
            raise problems.invalid("agent_id", "cannot be combined with q; give one of the two")
        return listing(Customer, find_customers(desk(), q, caller.reader(desk()), limit, cursor))
    agent_id = caller.agent_filter(desk(), agent_id)
    return listing(Customer, desk().table.list_rows(Customer, limit, cursor, agent_id=agent_id))


@app.get("/api/customers/<customer_id>", summary="One customer", tags=["People"])
def get_customer(customer_id: Id) -> Customer:
    return _served_customer(customer_id)


@app.patch("/api/customers/<customer_id>", summary="Change a customer", tags=["People"])
def change_customer(customer_id: Id, body: Annotated[CustomerChanges, Body()]) -> Customer:
    shown, changes = _served_customer(customer_id), body.model_dump(exclude_unset=True)
    if "served_by" in changes:
        current_user().require_manager()
    if changes.get("referred_by") != shown.referred_by:
        _require_served_referrer(changes.get("referred_by"))
    return change_if_unchanged(shown.id, lambda: people.change_customer(desk(), shown.id, changes, now()))


@app.post(
    "/api/customers/<customer_id>/messages",
    summary="Write to a customer",
    tags=["People"],
    status_code=HTTPStatus.CREATED,
)
def write_to_customer(customer_id: Id, body: Annotated[NewMessage, Body()]) -> Response[Message]:
    caller, customer = current_user(), _served_customer(customer_id)
    agent_id = body.agent_id or caller.agent_id
    if agent_id is None:
        raise problems.invalid("agent_id", "is needed, because you are not an agent")
    caller.require_own(agent_id, "agent_id")
    case = personal_messages.case_to_write_about(desk(), customer, body.case_id)
    interaction = change_once(
        customer.id,
        lambda: personal_messages.write_to_customer(desk(), customer, agent_id, body, case, now()),
        stored(Interaction),
    )
    return created(require(desk(), Message, personal.message_id(interaction)))


@app.post("/api/customers/<customer_id>/merge", summary="Merge two records of one person", tags=["People"])
def merge_customer(customer_id: Id, body: Annotated[CustomerMerge, Body()]) -> Customer:
    caller = current_user()
    for record_id, field in ((customer_id, None), (body.into, "into")):
        caller.require_served(desk(), _record(record_id, field))
    return change_once(
        customer_id,
        lambda: merge_customers(desk(), customer_id, body.into, now(), caller.id),
        lambda kept_id: current_customer(desk(), kept_id),
    )


@app.post("/api/customers/<customer_id>/unmerge", summary="Undo a merge, within a day", tags=["People"])
def unmerge_customer(customer_id: Id) -> SeparatedCustomer:
    caller = current_user()
    caller.require_served(desk(), current_customer(desk(), customer_id))

    def act() -> SeparatedCustomer:
        separated, not_undone = unmerge_customers(desk(), customer_id, now())
        return SeparatedCustomer(**dict(separated), not_undone=not_undone)

    return change_once(
        customer_id,
        act,
        lambda record_id: SeparatedCustomer(**dict(require(desk(), Customer, record_id)), not_undone=()),
    )


@app.get(
    "/api/customers/<customer_id>/timeline", summary="All rows of a customer, newest first", tags=["People"]
)
def get_timeline(customer_id: Id, limit: Limit = 25, cursor: Cursor = None) -> Listing[Entry]:
    page = desk().table.timeline(_served_customer(customer_id).record_ids, limit, cursor)
    return Listing[Entry](items=page.rows, next_cursor=page.next_cursor)


def _record(customer_id: str, field: str | None) -> Customer:
    """Return the customer. Raises NotFound, or Refusal (422) if their id is in this field of the body."""
    try:
        return current_customer(desk(), customer_id)
    except NotFound:
        if field is None:
            raise
        raise problems.invalid(field, "there is no such customer") from None


def _require_served_referrer(customer_id: str | None) -> None:
    """Raise Refusal unless the caller serves the customer who referred another one."""
    if customer_id is not None:
        current_user().require_served(desk(), _record(customer_id, "referred_by"))


@app.get(
    "/api/customers/<customer_id>/referrals",
    summary="Who came through this customer",
    tags=["People"],
)
def list_referrals(customer_id: Id, limit: Limit = 25, cursor: Cursor = None) -> Listing[Customer]:
    current_user().require_manager()
    records = current_customer(desk(), customer_id).record_ids
    return listing(Customer, desk().table.customer_rows(Customer, records, limit, cursor))


def _served_customer(customer_id: str) -> Customer:
    caller = current_user((Customer, customer_id))
    customer = current_customer(desk(), customer_id)
    caller.require_served(desk(), customer)
    return customer


@app.post("/api/agents/<agent_id>/write-again", summary="Lift suppressions after bounces", tags=["People"])
def write_to_agent_again(agent_id: Id) -> AddressStatus:
    current_user().require_manager()
    stopped = change_if_unchanged(
        agent_id, lambda: suppression.lift_bounces(desk(), require(desk(), Agent, agent_id))
    )
    return AddressStatus(stopped=stopped)


@app.post(
    "/api/customers/<customer_id>/write-again", summary="Lift suppressions after bounces", tags=["People"]
)
def write_to_customer_again(customer_id: Id) -> AddressStatus:
    current_user().require_manager()
    stopped = change_if_unchanged(
        customer_id, lambda: suppression.lift_bounces(desk(), current_customer(desk(), customer_id))
    )
    return AddressStatus(stopped=stopped)
