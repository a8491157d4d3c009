"""Write to a customer by mail or SMS, about their case, now or at the end of their quiet hours."""

from collections import defaultdict
from http import HTTPStatus
from re import fullmatch

from pydantic import ValidationError

from vaada.api.refusals import Refusal
from vaada.console import forms
from vaada.console.http import Answer, redirect
from vaada.console.visits import Visit
from vaada.flows import personal_messages as flow
from vaada.flows.idempotency import do_once
from vaada.flows.optimistic_write import require
from vaada.flows.references import InvalidField, UnknownReference
from vaada.flows.work import current_customer
from vaada.flows.work_lists import agents_by_id, summaries_of
from vaada.model.cases import Case
from vaada.model.ids import customer_of
from vaada.model.interactions import Interaction
from vaada.model.message_input import NewMessage
from vaada.model.messages import MEDIA_TYPE, UNKNOWN_TYPE
from vaada.model.people import Agent, Customer
from vaada.model.policy import SavedReply
from vaada.present.console import contacts as words
from vaada.present.console.writing import PROBLEMS, Sheet, sheet
from vaada.present.i18n import readable
from vaada.rules.messages import personal
from vaada.rules.messages.personal import CannotWrite, FileProblem

HERE = "/desk/customers"

_MOST_CASES = 10
_FILE_PROBLEMS: dict[FileProblem, str] = {"medium": "by_text", "size": "attachments", "kind": "kind"}


class _Wrong(Exception):
    """Something is wrong with the form. `problems` are keys of PROBLEMS by field."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(", ".join(problems))
        self.problems = problems


def show(visit: Visit, customer_id: str) -> Answer:
    """Show the empty form, about the named case or the one in which the customer waits."""
    query = visit.request.query
    return _page(visit, _customer(visit, customer_id), {name: query[name] for name, _ in query.pairs}, {})


def send(visit: Visit, customer_id: str) -> Answer:
    """Send what was written, or hold it until the morning, as the button says."""
    customer, form = _customer(visit, customer_id), visit.request.form
    fields = {name: form[name] for name, _ in form.pairs}
    if fields.get("do") == "insert":
        return _page(visit, customer, fields | {"text": _with_saved_reply(visit, customer, fields)}, {})
    try:
        written = _write(visit, customer, fields)
    except _Wrong as wrong:
        return _page(visit, customer, fields, wrong.problems)
    saved = f"saved=write-{customer.id}"
    if fields.get("from") == "case":
        return redirect(f"/desk/cases/{written.case_id}?done=written&{saved}")
    return redirect(f"{HERE}/{customer.id}?done=written&{saved}")


def _write(visit: Visit, customer: Customer, fields: dict[str, str]) -> Interaction:
    """Record and send what the form holds, once. Raises _Wrong, NotFound, Refusal."""
    agent = _agent(visit, fields)
    if agent is None:
        raise _Wrong({"agent": "agent"})
    by_mail = fields.get("medium") == "email"
    try:
        new = NewMessage.model_validate(
            {
                "medium": fields.get("medium") or None,
                "subject": (fields.get("subject") or None) if by_mail else None,
                "text": fields.get("text", ""),
                "awaits_reply": "awaits_reply" in fields,
                "send_now": fields.get("do") == "now",
                "attachments": _attachments(visit),
            }
        )
    except ValidationError as error:
        raise _Wrong({str(one["loc"][0]): str(one["loc"][0]) for one in error.errors()}) from None
    if (problem := personal.file_problem(new.medium or "email", new.attachments)) is not None:
        raise _Wrong({"attachments": _FILE_PROBLEMS[problem]})
    case = _case(visit, customer, fields)
    try:
        return do_once(
            visit.desk,
            forms.key_of(visit.request, visit.user.id, visit.now),
            lambda: flow.write_to_customer(visit.desk, customer, agent.id, new, case, visit.now),
            lambda interaction_id: require(visit.desk, Interaction, interaction_id),
        )
    except CannotWrite as refusal:
        is_late = str(refusal) == personal.CLOSES_AT_NIGHT
        raise _Wrong({"medium": "too_late" if is_late else "medium"}) from None
    except (InvalidField, UnknownReference) as error:
        raise _Wrong({error.field: "too_long" if error.field == "text" else "other"}) from None


def _attachments(visit: Visit) -> list[dict[str, object]]:
    """Return the chosen files. A file whose type we cannot send becomes one of unknown type."""
    return [
        {
            "name": file.name,
            "media_type": file.media_type if fullmatch(MEDIA_TYPE, file.media_type) else UNKNOWN_TYPE,
            "content": file.content,
        }
        for file in visit.request.files
    ]


def _customer(visit: Visit, customer_id: str) -> Customer:
    """Return the customer. Raises NotFound, and Refusal unless the user serves them."""
    customer = current_customer(visit.desk, customer_id)
    visit.user.require_served(visit.desk, customer)
    return customer


def _agent(visit: Visit, fields: dict[str, str]) -> Agent | None:
    """Return who writes: the reader, or if a manager is not an agent, the agent whom they choose."""
    if visit.agent is not None:
        return visit.agent
    chosen = fields.get("agent_id") if visit.user.is_manager else None
    return visit.desk.table.get(Agent, chosen) if chosen else None


def _with_saved_reply(visit: Visit, customer: Customer, fields: dict[str, str]) -> str:
    """Return what was written so far, with the chosen saved reply below."""
    replies, agent = _saved_replies(visit, customer), _agent(visit, fields)
    number = fields.get("saved_reply", "")
    chosen = replies[int(number)] if number in {str(n) for n in range(len(replies))} else None
    if chosen is None:
        return fields.get("text", "")
    business = visit.desk.policy.business.name
    text = personal.filled(
        chosen, customer=customer.name, agent=agent.name if agent else business, business=business
    )
    return "\n\n".join(part for part in (fields.get("text", ""), text) if part)


def _saved_replies(visit: Visit, customer: Customer) -> tuple[SavedReply, ...]:
    policy = visit.desk.policy
    language = readable(customer.language, policy.business.language)
    return personal.in_order(policy.saved_replies, language)


def _case(visit: Visit, customer: Customer, fields: dict[str, str]) -> Case | None:
    """Return the case to write about. None: it is a new one. Raises NotFound, Refusal."""
    if fields.get("case_id") == "new":
        return None
    case_id = fields.get("case_id") or None
    if case_id and customer_of(case_id) not in customer.record_ids:
        raise Refusal(HTTPStatus.FORBIDDEN, "The case is another customer's.")
    return flow.case_to_write_about(visit.desk, customer, case_id)


def _page(visit: Visit, customer: Customer, fields: dict[str, str], problems: dict[str, str]) -> Answer:
    desk = visit.desk
    case = _case(visit, customer, fields)
    page = desk.table.customer_rows(Case, customer.record_ids, _MOST_CASES, None, status="open")
    cases = [row for row in page.rows if isinstance(row, Case)]
    if case is not None and case.id not in {one.id for one in cases}:
        cases = [case, *cases]
    ways = flow.ways_to_write(desk, customer, case, visit.now)
    agent = _agent(visit, fields)
    agents = agents_by_id(desk) if visit.user.is_manager and visit.agent is None else {}
    shown: Sheet = sheet(customer, agent, ways, desk.policy.business, visit.times)
    return visit.page(
        "write",
        HERE,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        customer=customer,
        case=case,
        cases=cases,
        summaries=summaries_of(desk, cases),
        sheet=shown,
        saved_replies=_saved_replies(visit, customer),
        medium=fields.get("medium") or shown.medium,
        agents=sorted(agents.values(), key=lambda one: one.name.casefold()),
        fields=defaultdict(str, fields),
        problems=problems,
        texts=PROBLEMS,
        had_files=bool(visit.request.files),
        names=words,
        key=fields.get(forms.KEY) or forms.new_key(),
    )
