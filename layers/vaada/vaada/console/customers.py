"""Customers: the list with its search, and the page of one: how to reach them, what is owed, their story."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import get_args
from zoneinfo import ZoneInfo

from vaada.api.refusals import Refusal
from vaada.console import forms
from vaada.console.http import Answer, Fields, redirect
from vaada.console.visits import Visit
from vaada.flows import erasure, people
from vaada.flows.customers.duplicates import PossibleDuplicate, possible_duplicates
from vaada.flows.customers.merge import merge_customers
from vaada.flows.customers.search import find_customers
from vaada.flows.customers.unmerge import unmerge_customers
from vaada.flows.export import export_customer, to_csv
from vaada.flows.idempotency import do_once
from vaada.flows.messages.suppression import active_stops_of, lift_bounces
from vaada.flows.optimistic_write import NotFound
from vaada.flows.people import InvalidChange
from vaada.flows.references import InvalidField, UnknownReference
from vaada.flows.work import current_customer
from vaada.flows.work_lists import agents_by_id, open_work_of, summaries_of
from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.model.localities import WRITTEN_LANGUAGES
from vaada.model.people import Agent, Channel, Customer, Medium
from vaada.model.suppressions import ActiveStop
from vaada.present.console import contacts as words
from vaada.present.console.customers import EDIT_PROBLEMS
from vaada.present.console.explanations import Why, why
from vaada.present.console.stories import FILTERS, Filter, Teller, story
from vaada.present.console.work_rows import Surroundings, WorkRow, work_row
from vaada.present.sanitize import isolate
from vaada.rules.customer_merge import CannotMerge
from vaada.rules.time.availability import customer_reachable_at
from vaada.rules.time.zones import zone_of
from vaada.rules.work_list import StaffWork

HERE = "/desk/customers"

_MOST_LISTED = 25
_STORY_PAGE = 40
_MOST_CASES = 10
_EDITED = (
    "name",
    "email",
    "phone",
    "language",
    "time_zone",
    "preferred_channel",
    "agent_id",
    "notes",
    "check_in_every_days",
)


@dataclass(frozen=True)
class Owed:
    """A row of what is owed, with the explanations of its times."""

    row: WorkRow
    due: Why | None
    next_step: Why | None


@dataclass(frozen=True)
class Way:
    """A way to reach a customer. `stop` is why nothing may be sent there."""

    medium: Medium
    address: str
    stop: ActiveStop | None


def listed(visit: Visit) -> Answer:
    """Show the customers by name, or those that a search finds."""
    q, cursor = visit.request.query["q"], visit.request.query["cursor"] or None
    user, table = visit.user, visit.desk.table
    if q:
        page = find_customers(visit.desk, q, user.reader(visit.desk), _MOST_LISTED, cursor)
    else:
        agent_id = None if user.is_manager else user.agent_id
        page = table.list_rows(Customer, _MOST_LISTED, cursor, agent_id=agent_id)
    rows = [row for row in page.rows if isinstance(row, Customer)]
    name = "customers_part" if visit.request.is_partial else "customers"
    return visit.page(
        name,
        HERE,
        rows=rows,
        q=q,
        cursor=page.next_cursor,
        agents=agents_by_id(visit.desk),
        is_first=cursor is None,
    )


def show(visit: Visit, customer_id: str) -> Answer:
    """Show one customer. An id that was merged leads to the record that remains."""
    customer = _customer(visit, customer_id)
    if customer.customer_id != customer_id:
        return redirect(f"{HERE}/{customer.customer_id}")
    query, desk, times = visit.request.query, visit.desk, visit.times
    shown: Filter = query["show"] if query["show"] in FILTERS else "all"
    agents = agents_by_id(desk)
    page = desk.table.timeline(customer.record_ids, _STORY_PAGE, query["cursor"] or None)
    records = dict.fromkeys(customer.record_ids, customer)
    contacts = {row.id: row for row in page.rows if isinstance(row, Interaction)}
    around = Surroundings(times, visit.user.agent_id, agents, records, contacts, desk.policy.commitments)
    owed = owed_of(visit, open_work_of(desk, customer), around)
    zone = ZoneInfo(zone_of(customer, desk.policy))
    cases = _open_cases(visit, customer)
    return visit.page(
        "customer",
        HERE,
        customer=customer,
        agents=agents,
        ways=_ways(visit, customer),
        owed=owed,
        referrer=_referrer(visit, customer),
        days=story(page.rows, shown, teller_for(visit, customer, agents)),
        cursor=page.next_cursor,
        shown=shown,
        filters=FILTERS,
        local_time=visit.now.astimezone(zone),
        writable_at=customer_reachable_at(customer, desk.policy, visit.now),
        written=sum(_within(at, desk.policy.customers.within_days, visit.now) for at in customer.written_at),
        rules=desk.policy.customers,
        duplicates=_duplicates(visit, customer) if query["done"] == "contact" else (),
        names=words,
        cases=cases,
        summaries=summaries_of(desk, cases),
        done=query["done"],
        done_row=query.id("row"),
        undo=query["undo"] if query["undo"] in customer.record_ids[1:] else "",
    )


def edit(visit: Visit, customer_id: str) -> Answer:
    """Show the form for changing a customer."""
    customer = _customer(visit, customer_id)
    return _edit_page(visit, customer, _fields_of(visit, customer), {})


def save(visit: Visit, customer_id: str) -> Answer:
    """Change a customer. If somebody else has changed them meanwhile, show both versions: nothing is lost."""
    customer, form = _customer(visit, customer_id), visit.request.form
    fields = {name: form[name] for name, _ in form.pairs}
    if forms.version_of(form) != customer.version:
        return _edit_page(visit, customer, fields, {"": "changed"})
    try:
        changes = {**_changes(form), "referred_by": _referrer_found(visit, customer, form["referred_by"])}
        people.change_customer(visit.desk, customer.id, changes, visit.now)
    except InvalidChange as error:
        problems = {str(one["loc"][0]): str(one["loc"][0]) for one in error.errors()}
        return _edit_page(visit, customer, fields, problems)
    except (InvalidField, UnknownReference) as error:
        name = error.field.partition(".")[0]
        return _edit_page(visit, customer, fields, {name: name})
    return redirect(f"{HERE}/{customer.id}?done=saved&saved=customer-{customer.id}")


def lift(visit: Visit, customer_id: str) -> Answer:
    """Let a customer be written to again at addresses that bounced. Managers may."""
    visit.user.require_manager()
    customer = _customer(visit, customer_id)
    lift_bounces(visit.desk, customer)
    return redirect(f"{HERE}/{customer.id}?done=lifted")


def merge_form(visit: Visit, customer_id: str) -> Answer:
    """Show customers who may be the same person, or those that a search finds."""
    customer, q = _customer(visit, customer_id), visit.request.query["q"]
    found = find_customers(visit.desk, q, visit.user.reader(visit.desk), _MOST_CASES, None).rows if q else ()
    return visit.page(
        "customer_merge",
        HERE,
        customer=customer,
        duplicates=_duplicates(visit, customer),
        found=[row for row in found if isinstance(row, Customer) and row.id != customer.id],
        q=q,
        key=forms.new_key(),
        problem="",
    )


def merge(visit: Visit, customer_id: str) -> Answer:
    """Merge another record of the person into this one."""
    customer = _customer(visit, customer_id)
    other = _customer(visit, visit.request.form["other_id"])
    try:
        kept = do_once(
            visit.desk,
            forms.key_of(visit.request, visit.user.id, visit.now),
            lambda: merge_customers(visit.desk, other.id, customer.id, visit.now, visit.user.id),
            lambda kept_id: current_customer(visit.desk, kept_id),
        )
    except (CannotMerge, InvalidField):
        return visit.page(
            "customer_merge",
            HERE,
            status=HTTPStatus.CONFLICT,
            customer=customer,
            duplicates=(),
            found=[other],
            q="",
            key=forms.new_key(),
            problem="cannot",
        )
    return redirect(f"{HERE}/{kept.id}?done=merged&undo={other.id}")


def unmerge(visit: Visit, customer_id: str) -> Answer:
    """Make a record that was merged into another one a customer again, within a day."""
    _customer(visit, customer_id)
    separated, _ = unmerge_customers(visit.desk, customer_id, visit.now)
    return redirect(f"{HERE}/{separated.id}?done=undone")


def export(visit: Visit, customer_id: str) -> Answer:
    """Give a manager all data of a customer as CSV."""
    visit.user.require_manager()
    customer = _customer(visit, customer_id)
    exported = export_customer(visit.desk, customer.id, visit.request.query["cursor"] or None, visit.now)
    headers = {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": f'attachment; filename="customer-{customer.id}.csv"',
    }
    return Answer(HTTPStatus.OK, to_csv(exported), headers)


def erase_form(visit: Visit, customer_id: str) -> Answer:
    """Ask a manager to type the name of the customer to erase."""
    visit.user.require_manager()
    return visit.page("customer_erase", HERE, customer=_customer(visit, customer_id), problem=False)


def erase(visit: Visit, customer_id: str) -> Answer:
    """Erase a customer whose name was typed."""
    visit.user.require_manager()
    customer = _customer(visit, customer_id)
    if _plain(visit.request.form["name"]) != _plain(customer.name):
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return visit.page("customer_erase", HERE, status=status, customer=customer, problem=True)
    erasure.erase(visit.desk, customer.id, visit.now, visit.user.id)
    return redirect(f"{HERE}?done=erased")


def _customer(visit: Visit, customer_id: str) -> Customer:
    """Return the customer. Raises NotFound, and Refusal unless the user serves them."""
    customer = current_customer(visit.desk, customer_id)
    visit.user.require_served(visit.desk, customer)
    return customer


def owed_of(visit: Visit, rows: Iterable[StaffWork], around: Surroundings) -> list[Owed]:
    """Return what is owed and the reader may act on, with the explanations of its times."""
    return [
        Owed(
            work_row(row, around),
            why(row.explain.due_at, around.times),
            why(row.explain.wake_at, around.times),
        )
        for row in rows
        if visit.user.may_act_on(row, around.agents)
    ]


def teller_for(visit: Visit, customer: Customer, agents: dict[str, Agent]) -> Teller:
    """Return what turns a customer's rows into a story for this reader."""
    name = isolate(customer.name, visit.times.words.direction)
    return Teller(visit.times, agents, name, lambda row: visit.user.may_act_on(row, agents))


def _referrer(visit: Visit, customer: Customer) -> Customer | None:
    """Return the customer who referred this one. None: there is none, or the user may not see them."""
    if customer.referred_by is None:
        return None
    try:
        return _customer(visit, customer.referred_by)
    except (NotFound, Refusal):
        return None


def _referrer_found(visit: Visit, customer: Customer, typed: str) -> str | None:
    """Return the id of the customer whom the form names. Raises InvalidField unless there is exactly one."""
    before = _referrer(visit, customer)
    if _plain(typed) == _plain(before.name if before else ""):
        return customer.referred_by
    if not typed:
        return None
    rows = find_customers(visit.desk, typed, visit.user.reader(visit.desk), _MOST_CASES, None).rows
    found = [row.id for row in rows if isinstance(row, Customer) and row.id != customer.id]
    if len(found) != 1:
        raise InvalidField("referred_by", "matches no customer, or more than one")
    return found[0]


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _within(at: datetime, days: int, now: datetime) -> bool:
    return at > now - timedelta(days=days)


def _ways(visit: Visit, customer: Customer) -> list[Way]:
    stops = active_stops_of(visit.desk, customer)
    return [
        Way(medium, address, next((stop for stop in found if stop.what == "anything"), None))
        for medium, address, found in stops
    ]


def _duplicates(visit: Visit, customer: Customer) -> tuple[PossibleDuplicate, ...]:
    found = possible_duplicates(visit.desk, customer, visit.user.reader(visit.desk))
    return tuple(one for one in found if one.customer_id not in customer.record_ids)


def _open_cases(visit: Visit, customer: Customer) -> list[Case]:
    page = visit.desk.table.customer_rows(Case, customer.record_ids, _MOST_CASES, None, status="open")
    return [row for row in page.rows if isinstance(row, Case)]


def _fields_of(visit: Visit, customer: Customer) -> dict[str, str]:
    referrer = _referrer(visit, customer)
    fields = {name: str(getattr(customer, name) or "") for name in _EDITED}
    fields |= {f"agreed_{name}": "on" for name, agreed in customer.consent.model_dump().items() if agreed}
    return {
        **fields,
        "other_emails": "\n".join(customer.other_emails),
        "other_phones": "\n".join(customer.other_phones),
        "tags": ", ".join(customer.tags),
        "referred_by": referrer.name if referrer else "",
    }


def _changes(form: Fields) -> dict[str, object]:
    return {
        **{name: form[name] or None for name in _EDITED},
        "other_emails": tuple(form["other_emails"].split()),
        "other_phones": tuple(one.strip() for one in form["other_phones"].splitlines() if one.strip()),
        "tags": tuple(tag.strip() for tag in form["tags"].split(",") if tag.strip()),
        "consent": {name: f"agreed_{name}" in form for name in ("email", "sms", "survey", "news")},
    }


def _edit_page(visit: Visit, customer: Customer, fields: dict[str, str], problems: dict[str, str]) -> Answer:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
    if "" in problems:
        status = HTTPStatus.CONFLICT
    agents: list[Agent] = sorted(agents_by_id(visit.desk).values(), key=lambda agent: agent.name.casefold())
    stored = _fields_of(visit, customer)
    return visit.page(
        "customer_edit",
        HERE,
        status=status,
        customer=customer,
        fields=defaultdict(str, fields),
        problems=problems,
        texts=EDIT_PROBLEMS,
        changed={name for name in {*stored, *fields} if stored.get(name, "") != fields.get(name, "")},
        stored=stored,
        agents=agents,
        languages=WRITTEN_LANGUAGES,
        channels=get_args(Channel),
        names=words,
    )
