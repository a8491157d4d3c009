"""A case: its steps, hand-offs, goodwill and contacts; assign, wait, merge, resolve, open again."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from http import HTTPStatus

from vaada.console import forms
from vaada.console.customers import owed_of, teller_for
from vaada.console.http import Answer, redirect
from vaada.console.visits import Visit
from vaada.flows import cases as flow
from vaada.flows import goodwill
from vaada.flows.idempotency import do_once
from vaada.flows.optimistic_write import NotFound, require
from vaada.flows.references import UnknownReference
from vaada.flows.work import cases_in, current_case, current_customer
from vaada.flows.work_lists import agents_by_id, open_work_in_case, summaries_of
from vaada.model.cases import Case
from vaada.model.ids import customer_of
from vaada.model.interactions import Interaction
from vaada.model.people import Customer
from vaada.model.work import Goodwill
from vaada.present.console import contacts as words
from vaada.present.console.cases import PROBLEMS, STEPS
from vaada.present.console.stories import story
from vaada.present.console.work_rows import Surroundings
from vaada.rules import goodwill as goodwill_rules
from vaada.rules.cases import Cause, StepsMissing, missing_steps

HERE = "/desk/customers"

_STORY = 100  # rows of the customer; a matter with more is read on their own page
_MOST_CASES = 10
_LONGEST = 500


@dataclass(frozen=True)
class _Wrong:
    """What is wrong with a form of the page, by its action, and what was entered."""

    action: str
    problem: str
    entered: dict[str, str]


class _Invalid(Exception):
    """A form lacks something. The message is a key of PROBLEMS."""


def show(visit: Visit, case_id: str) -> Answer:
    """Show a case. One that was merged leads to the case that remains."""
    case, customer = _case(visit, case_id)
    if case.case_id != case_id:
        return redirect(f"/desk/cases/{case.case_id}")
    return _page(visit, case, customer)


def act(visit: Visit, case_id: str, action: str) -> Answer:
    """Do something to a case, if it is still as it was shown, and show it again."""
    case, customer = _case(visit, case_id)
    form = visit.request.form
    entered = {name: form[name] for name, _ in form.pairs}
    change = _ACTIONS.get(action)
    if change is None:
        raise NotFound(Case, case_id)
    seen = forms.version_of(form)
    if seen is not None and seen != case.version:
        return _page(visit, case, customer, _Wrong(action, "changed", entered))
    try:
        done, shown_id = change(visit, case)
    except _Invalid as invalid:
        return _page(visit, case, customer, _Wrong(action, str(invalid), entered))
    except UnknownReference:
        return _page(visit, case, customer, _Wrong(action, "agent", entered))
    except StepsMissing:
        return _page(visit, case, customer, _Wrong(action, "steps", entered))
    undo = f"&undo={case.case_id}" if done == "case_merged" else ""
    return redirect(f"/desk/cases/{shown_id}?done={done}{undo}&saved=case-{case.case_id}-{action}")


def unmerge(visit: Visit, case_id: str) -> Answer:
    """Make a case that was merged into another one a case of its own again, within a day."""
    _case(visit, case_id)
    separated = flow.unmerge(visit.desk, case_id, visit.now, visit.user.id)
    return redirect(f"/desk/cases/{separated.case_id}?done=undone")


def _step(visit: Visit, case: Case) -> tuple[str, str]:
    form = visit.request.form
    name = next((step.name for step in case.steps if step.name == form["step"]), None)
    if name is None:
        raise _Invalid("step")
    cause = None
    if name == "cause_recorded":
        if not form["cause"] or not form["prevention"]:
            raise _Invalid("cause")
        cause = Cause(form["cause"][:_LONGEST], form["prevention"][:_LONGEST])
    note = form["note"][:_LONGEST] or None
    flow.do_step(visit.desk, case.case_id, name, note, cause, visit.now, visit.user.id)
    return "step", case.case_id


def _resolve(visit: Visit, case: Case) -> tuple[str, str]:
    outcome = visit.request.form["outcome"][:_LONGEST] or None
    ends = visit.request.form["agreed"] == "end"
    flow.resolve(visit.desk, case.case_id, outcome, visit.now, visit.user.id, end_agreed=ends)
    return "resolved", case.case_id


def _reopen(visit: Visit, case: Case) -> tuple[str, str]:
    reason = visit.request.form["reason"][:_LONGEST]
    if not reason:
        raise _Invalid("reason")
    flow.reopen(visit.desk, case.case_id, reason, visit.now, visit.user.id)
    return "reopened", case.case_id


def _wait(visit: Visit, case: Case) -> tuple[str, str]:
    flow.wait(visit.desk, case.case_id, visit.now, visit.user.id)
    return "case_waits", case.case_id


def _go_on(visit: Visit, case: Case) -> tuple[str, str]:
    flow.go_on(visit.desk, case.case_id, visit.now, visit.user.id)
    return "case_goes_on", case.case_id


def _assign(visit: Visit, case: Case) -> tuple[str, str]:
    agent_id = visit.request.form["agent_id"]
    if not agent_id:
        raise _Invalid("agent")
    flow.assign(visit.desk, case.case_id, agent_id, visit.now, visit.user.id)
    return "assigned", case.case_id


def _merge(visit: Visit, case: Case) -> tuple[str, str]:
    into, customer = visit.request.form["into"], current_customer(visit.desk, case.customer_id)
    if not into or into == case.case_id or customer_of(into) not in customer.record_ids:
        raise _Invalid("into")
    _case(visit, into)
    remaining = flow.merge(visit.desk, case.case_id, into, visit.now, visit.user.id)
    return "case_merged", remaining.case_id


def _give(visit: Visit, case: Case) -> tuple[str, str]:
    form, user = visit.request.form, visit.user
    try:
        amount = Decimal(form["amount"].replace(",", ".")).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise _Invalid("amount") from None
    if not 0 < amount < Decimal(10**8):
        raise _Invalid("amount")
    reason = form["reason"][:_LONGEST]
    if not reason:
        raise _Invalid("reason")
    given = do_once(
        visit.desk,
        forms.key_of(visit.request, user.id, visit.now),
        lambda: goodwill.give(
            visit.desk,
            case.case_id,
            amount,
            reason,
            user.agent_id or case.agent_id,
            visit.now,
            freely=user.is_manager,
        ),
        lambda goodwill_id: require(visit.desk, Goodwill, goodwill_id),
    )
    return "given" if given.status == "granted" else "asked", case.case_id


_ACTIONS: dict[str, Callable[[Visit, Case], tuple[str, str]]] = {
    "step": _step,
    "resolve": _resolve,
    "reopen": _reopen,
    "wait": _wait,
    "go-on": _go_on,
    "assign": _assign,
    "merge": _merge,
    "goodwill": _give,
}


def _case(visit: Visit, case_id: str) -> tuple[Case, Customer]:
    """Return the case with its customer. Raises NotFound, and Refusal unless the user serves them."""
    case = current_case(visit.desk, case_id)
    customer = current_customer(visit.desk, case.customer_id)
    visit.user.require_served(visit.desk, customer)
    return case, customer


def _page(visit: Visit, case: Case, customer: Customer, wrong: _Wrong | None = None) -> Answer:
    desk, times = visit.desk, visit.times
    agents = agents_by_id(desk)
    rows = desk.table.timeline(customer.record_ids, _STORY, None).rows
    case_ids = cases_in(desk, case)
    own = [row for row in rows if getattr(row, "case_id", None) in case_ids]
    about = {row.id for row in own}
    own += [row for row in rows if getattr(row, "about_id", None) in about]
    page = desk.table.customer_rows(Case, customer.record_ids, _MOST_CASES, None, status="open")
    others = [row for row in page.rows if isinstance(row, Case) and row.id != case.case_id]
    records = dict.fromkeys(customer.record_ids, customer)
    contacts = {row.id: row for row in own if isinstance(row, Interaction)}
    around = Surroundings(times, visit.user.agent_id, agents, records, contacts, desk.policy.commitments)
    open_rows, cursor = open_work_in_case(desk, case, customer, visit.request.query["cursor"] or None)
    status = HTTPStatus.OK if wrong is None else HTTPStatus.UNPROCESSABLE_ENTITY
    if wrong is not None and wrong.problem in {"changed", "steps"}:
        status = HTTPStatus.CONFLICT
    return visit.page(
        "case",
        HERE,
        status=status,
        case=case,
        customer=customer,
        title=next((row.summary for row in reversed(own) if isinstance(row, Interaction)), ""),
        agents=agents,
        owed=owed_of(visit, open_rows, around),
        cursor=cursor,
        days=story(own, "all", teller_for(visit, customer, agents)),
        others=others,
        summaries=summaries_of(desk, others),
        missing=missing_steps(case),
        steps=STEPS,
        next_step=next((step.name for step in case.steps if step.done_at is None), None),
        may_give=None if visit.user.is_manager else _allowance(visit, case),
        currency=desk.policy.goodwill.currency,
        wrong=wrong,
        problems=PROBLEMS,
        names=words,
        key=forms.new_key(),
        done=visit.request.query["done"],
        undo=visit.request.query.id("undo"),
        done_row=visit.request.query.id("row"),
    )


def _allowance(visit: Visit, case: Case) -> Decimal:
    """Return how much goodwill an agent may still give for this case without asking."""
    allowance = visit.desk.policy.goodwill.allowance_per_case - case.granted
    return allowance if goodwill_rules.is_allowed(case, allowance, visit.desk.policy) else Decimal(0)
