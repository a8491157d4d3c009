"""Record a contact: who it was, what was said, what was promised by when, and what follows from it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus

from pydantic import ValidationError

from vaada.api.refusals import Refusal
from vaada.console import forms
from vaada.console.http import Answer, Fields, redirect
from vaada.console.visits import Visit
from vaada.console.work import sent_time
from vaada.flows import cases, interactions, people
from vaada.flows.customers.search import find_customers
from vaada.flows.idempotency import do_once
from vaada.flows.optimistic_write import NotFound, require
from vaada.flows.references import InvalidField
from vaada.flows.work import current_customer
from vaada.flows.work_lists import agents_by_id, summaries_of
from vaada.model.cases import Case
from vaada.model.ids import new_party_id
from vaada.model.interaction_input import NewCommitment, NewFollowUpRequest, NewInteraction
from vaada.model.interactions import Interaction
from vaada.model.localities import WRITTEN_LANGUAGES
from vaada.model.people import Agent, Customer
from vaada.model.people_input import NewConsent, NewCustomer
from vaada.present.console import contacts as words
from vaada.present.console.contacts import AheadLine, ahead_lines
from vaada.rules.errors import NotPossible
from vaada.rules.forecast import forecast
from vaada.rules.interactions import CLOCK_SKEW
from vaada.rules.time.deadlines import working_hours
from vaada.rules.time.quick_dates import quick_dates

HERE = "/desk/contacts/new"
DRAFT = "contact"

_MOST_FOUND = 6
_MOST_CASES = 5
_FIELDS = {
    "name": "new_name",
    "email": "new_email",
    "phone": "new_phone",
    "commitments.0.due_at": "at",
    "follow_up.at": "remind",
    "occurred_at": "occurred",
    "handed_over_from": "agent",
}
"""The form's names of API fields, where they differ."""

_DEFAULTS = {
    "channel": "phone",
    "direction": "inbound",
    "kind": "request",
    "tone": "calm",
    "next": "goes_on",
    "at": "",
    "occurred": "now",
}


@dataclass
class _Draft:
    """The form as it was sent, with what is wrong with it, by field."""

    fields: dict[str, str]
    customer: Customer | None = None
    agent: Agent | None = None
    at: datetime | None = None
    remind_at: datetime | None = None
    occurred_at: datetime | None = None
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        """Whether a new customer is described instead of one that was found."""
        return self.customer is None and bool(self.fields.get("new_name"))


def show(visit: Visit) -> Answer:
    """Show the empty form, for a customer and a case if they are named.

    For a draft that the browser has kept the customer may be gone meanwhile; the rest of it is not lost.
    """
    query = visit.request.query
    try:
        return _page(visit, _draft(visit, query))
    except (NotFound, Refusal):
        if "draft" not in query or "customer_id" not in query:
            raise
        return redirect(f"{HERE}?draft=")


def who(visit: Visit) -> Answer:
    """Show the customers that match the typed words; for a new customer, who may be the same person."""
    query = visit.request.query
    q = query["q"] or query["new_phone"] or query["new_email"] or query["new_name"]
    return visit.page("contact_who", found=_found(visit, q, None), q=query["q"], chosen=None)


def about(visit: Visit) -> Answer:
    """Show the open cases of the chosen customer."""
    customer = _customer(visit, visit.request.query["customer_id"])
    cases = _open_cases(visit, customer)
    summaries = summaries_of(visit.desk, cases)
    return visit.page("contact_about", cases=cases, summaries=summaries, case_id="", names=words)


def plan(visit: Visit) -> Answer:
    """Show what the desk would do about the form as it is."""
    draft = _draft(visit, visit.request.form)
    return visit.page("contact_plan", ahead=_ahead(visit, draft))


def record(visit: Visit) -> Answer:
    """Record the contact. Without a script, the same form also finds the customer and shows what follows."""
    draft = _draft(visit, visit.request.form)
    if visit.request.form["do"] in {"find", "plan"}:
        return _page(visit, draft)
    draft.problems |= dict(_problems(visit, draft))
    new_customer = _new_customer(draft) if draft.is_new else None
    if draft.problems:
        return _page(visit, draft)
    key = forms.key_of(visit.request, visit.user.id, visit.now)
    try:
        if new_customer is not None:
            draft.customer = do_once(
                visit.desk,
                key and key.part("customer"),
                lambda: people.add_customer(visit.desk, new_customer, visit.now),
                lambda customer_id: current_customer(visit.desk, customer_id),
            )
        new = _new_interaction(draft)
        recorded = do_once(
            visit.desk,
            key,
            lambda: interactions.record_interaction(visit.desk, new, visit.now),
            lambda interaction_id: require(visit.desk, Interaction, interaction_id),
        )
    except InvalidField as error:
        draft.problems[_field(error.field)] = _problem_of(error.field)
        return _page(visit, draft)
    if draft.fields["next"] == "wait":
        _wait(visit, recorded)
    return redirect(f"/desk/customers/{recorded.customer_id}?done=contact&saved={DRAFT}")


def _wait(visit: Visit, recorded: Interaction) -> None:
    """Let the case wait for the customer. If the form comes a second time, it already waits."""
    case = require(visit.desk, Case, recorded.case_id)
    if case.status == "open" and not case.waiting_for_customer:
        cases.wait(visit.desk, case.case_id, visit.now, visit.user.id)


def _draft(visit: Visit, sent: Fields) -> _Draft:
    fields = {**_DEFAULTS, **{name: sent[name] for name, _ in sent.pairs}}
    draft = _Draft(fields)
    if sent["customer_id"]:
        draft.customer = _customer(visit, sent["customer_id"])
    agent_id = sent["agent_id"] if visit.user.is_manager and sent["agent_id"] else visit.user.agent_id
    draft.agent = visit.desk.table.get(Agent, agent_id) if agent_id else None
    zone = visit.times.zone.key
    draft.at = sent_time(sent, "at", zone)
    draft.remind_at = sent_time(sent, "remind", zone) if fields["next"] == "remind" else None
    draft.occurred_at = sent_time(sent, "occurred", zone) if fields["occurred"] != "now" else None
    return draft


def _customer(visit: Visit, customer_id: str) -> Customer:
    """Return the customer. Raises NotFound, and Refusal unless the user serves them."""
    customer = current_customer(visit.desk, customer_id)
    visit.user.require_served(visit.desk, customer)
    return customer


def _problems(visit: Visit, draft: _Draft) -> Iterator[tuple[str, str]]:
    fields, now = draft.fields, visit.now
    if draft.customer is None and not draft.is_new:
        yield "customer", "customer"
    if draft.agent is None:
        yield "agent", "agent"
    if not fields.get("summary"):
        yield "summary", "summary"
    if fields.get("what") and draft.at is None:
        yield "at", "at"
    if draft.at is not None and not fields.get("what"):
        yield "what", "what"
    elif draft.at is not None and draft.at <= now:
        yield "at", "at_past"
    if fields["next"] == "remind" and (draft.remind_at is None or draft.remind_at <= now):
        yield "remind", "remind"
    if draft.occurred_at is not None and draft.occurred_at > now + CLOCK_SKEW:
        yield "occurred", "occurred"


def _new_customer(draft: _Draft) -> NewCustomer | None:
    """Return the customer to add, or note what is wrong with their fields."""
    fields = draft.fields
    try:
        return NewCustomer(
            name=fields["new_name"],
            email=fields.get("new_email") or None,
            phone=fields.get("new_phone") or None,
            language=fields.get("new_language") or None,
            agent_id=draft.agent.agent_id if draft.agent else None,
            consent=NewConsent(
                email="agreed_email" in fields,
                sms="agreed_sms" in fields,
                survey="agreed_survey" in fields,
                news="agreed_news" in fields,
            ),
        )
    except ValidationError as error:
        for one in error.errors():
            name = str(one["loc"][0])
            draft.problems[_field(name)] = _problem_of(name)
        return None


def _new_interaction(draft: _Draft, customer_id: str | None = None) -> NewInteraction:
    """Return the contact that the form describes. Raises ValidationError."""
    fields = draft.fields
    promised = [{"what": fields["what"], "due_at": draft.at}] if fields.get("what") and draft.at else []
    reason = fields.get("remind_reason") or fields.get("summary", "")[:200] or "-"
    asked = (
        NewFollowUpRequest(at=draft.remind_at, reason=" ".join(reason.split())) if draft.remind_at else None
    )
    return NewInteraction.model_validate(
        {
            "customer_id": customer_id or (draft.customer and draft.customer.customer_id),
            "agent_id": draft.agent and draft.agent.agent_id,
            "channel": fields["channel"],
            "direction": fields["direction"],
            "kind": fields["kind"],
            "tone": fields["tone"],
            "summary": fields.get("summary") or "-",
            "occurred_at": draft.occurred_at,
            "resolved": fields["next"] == "resolved",
            "awaits_reply": False if fields["next"] == "wait" else None,
            "case_id": fields.get("case_id") or None,
            "handed_over_from": fields.get("handed_over_from") or None,
            "commitments": [NewCommitment.model_validate(one) for one in promised],
            "follow_up": asked,
        }
    )


def _ahead(visit: Visit, draft: _Draft) -> tuple[AheadLine, ...] | None:
    """Return what the desk will do about the form by its rules, without writing. None: nothing yet."""
    agent, customer = draft.agent, None
    if agent is None or (draft.at is not None and draft.at <= visit.now):
        return None
    if draft.customer is None:
        customer = Customer(
            customer_id=new_party_id(), name=draft.fields.get("new_name") or "-", created_at=visit.now
        )
    try:
        new = _new_interaction(draft, customer.customer_id if customer else None)
        rows = interactions.preview_interaction(visit.desk, new, customer, visit.now)
    except (ValidationError, InvalidField, NotPossible):
        return None
    name = draft.customer.name if draft.customer else draft.fields.get("new_name", "")
    return ahead_lines(forecast(rows, visit.desk.policy), agent, agents_by_id(visit.desk), name, visit.times)


def _found(visit: Visit, q: str, chosen: Customer | None) -> list[Customer]:
    page = find_customers(visit.desk, q, visit.user.reader(visit.desk), _MOST_FOUND, None) if q else None
    found = [row for row in page.rows if isinstance(row, Customer)] if page else []
    return found if chosen is None or chosen.id in {row.id for row in found} else [chosen, *found]


def _open_cases(visit: Visit, customer: Customer) -> list[Case]:
    page = visit.desk.table.customer_rows(Case, customer.record_ids, _MOST_CASES, None, status="open")
    return [row for row in page.rows if isinstance(row, Case)]


def _page(visit: Visit, draft: _Draft) -> Answer:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if draft.problems else HTTPStatus.OK
    hours = working_hours(draft.agent, visit.desk.policy)
    agents = agents_by_id(visit.desk) if visit.user.is_manager else {}
    cases = _open_cases(visit, draft.customer) if draft.customer else []
    return visit.page(
        "contact",
        HERE,
        status=status,
        fields=defaultdict(str, draft.fields),
        draft=draft,
        found=_found(visit, draft.fields.get("q", ""), draft.customer),
        cases=cases,
        summaries=summaries_of(visit.desk, cases),
        offered=quick_dates(hours, visit.now),
        ahead=_ahead(visit, draft),
        agents=sorted(agents.values(), key=lambda agent: agent.name.casefold()),
        key=draft.fields.get(forms.KEY) or forms.new_key(),
        names=words,
        languages=WRITTEN_LANGUAGES,
        draft_name=DRAFT,
    )


def _field(name: str) -> str:
    """Return the form's name of a field of the API."""
    return _FIELDS.get(name, name)


def _problem_of(name: str) -> str:
    found = _FIELDS.get(name, name).removeprefix("new_")
    return found if found in words.PROBLEMS else "other"
