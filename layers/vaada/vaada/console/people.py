"""People: colleagues, their supervisors and stand-ins. Managers invite, change, and let them leave."""

from collections.abc import Mapping
from http import HTTPStatus

from vaada.console import agent_forms, forms
from vaada.console.agent_forms import MANAGED_FIELDS, AgentForm
from vaada.console.hours_form import lines_of
from vaada.console.http import Answer, Fields, redirect
from vaada.console.visits import Visit
from vaada.flows import colleagues, departures, people
from vaada.flows.messages.suppression import lift_bounces, stops_by_person
from vaada.flows.optimistic_write import NotFound, require
from vaada.flows.work_lists import agents_by_id
from vaada.model.hours import WEEKDAYS
from vaada.model.people import Agent
from vaada.model.people_input import NewAgent
from vaada.present.console.people import AGENT_PROBLEMS, colleague_rows, reporting_tree
from vaada.present.i18n import CATALOGUES

HERE = "/desk/people"

_CUSTOMER = "customer-"  # followed by the customer's id: the name of a field
_MOST_CUSTOMERS = 100


def show(visit: Visit) -> Answer:
    """Show everybody, and who answers to whom. Managers also see who may sign in."""
    desk = visit.desk
    agents = agents_by_id(desk)
    is_manager = visit.user.is_manager
    accounts = desk.accounts.all() if is_manager else {}
    stops = stops_by_person(desk, agents.values()) if is_manager else {}
    rows = colleague_rows(agents, accounts if is_manager else None, stops, desk.policy, visit.times)
    known = {agent.email.casefold() for agent in agents.values()}
    return visit.page(
        "people",
        HERE,
        rows=rows,
        tree=reporting_tree(agents),
        hours={agent.id: lines_of(agent.working_hours) for agent in agents.values() if agent.working_hours},
        weekdays=WEEKDAYS,
        others=sorted(email for email in accounts if email not in known),
        accounts=accounts,
        me=visit.user.agent_id,
        done=visit.request.query["done"],
    )


def new(visit: Visit) -> Answer:
    """Show the form that invites a colleague."""
    visit.user.require_manager()
    return _form_page(visit, None, agent_forms.empty_form())


def invite(visit: Visit) -> Answer:
    """Add a colleague, and mail them the way in."""
    visit.user.require_manager()
    sent, form = agent_forms.sent_form(visit.request.form), visit.request.form
    key = forms.key_of(visit.request, visit.user.id, visit.now)

    def act() -> None:
        colleagues.invite(visit.desk, _new_agent(agent_forms.changes(form, MANAGED_FIELDS)), key, visit.now)

    done = agent_forms.attempt(sent, act)
    return redirect(f"{HERE}?done=invited&saved=agent-new") if done else _form_page(visit, None, sent)


def edit(visit: Visit, agent_id: str) -> Answer:
    """Show the form that changes a colleague."""
    visit.user.require_manager()
    agent = require(visit.desk, Agent, agent_id)
    form = agent_forms.form_of(agent)
    account = visit.desk.accounts.all().get(agent.email.casefold())
    if account is not None:
        form.fields["role"] = "manager" if account.is_manager else "agent"
    return _form_page(visit, agent, form)


def save(visit: Visit, agent_id: str) -> Answer:
    """Change a colleague, if they are still as they were shown."""
    visit.user.require_manager()
    agent, form = require(visit.desk, Agent, agent_id), visit.request.form
    sent = agent_forms.sent_form(form)
    if forms.version_of(form) != agent.version:
        sent.problems[""] = "changed"
        return _form_page(visit, agent, sent)
    if agent.id == visit.user.agent_id and form["role"] != "manager":
        sent.problems["role"] = "own_role"
        return _form_page(visit, agent, sent)
    if form["supervisor_id"] == agent.id:
        sent.problems["supervisor_id"] = "supervisor_id"
        return _form_page(visit, agent, sent)
    done = agent_forms.attempt(
        sent, lambda: colleagues.change(visit.desk, agent, agent_forms.changes(form, MANAGED_FIELDS))
    )
    return redirect(f"{HERE}?done=saved&saved=agent-{agent.id}") if done else _form_page(visit, agent, sent)


def leave_form(visit: Visit, agent_id: str) -> Answer:
    """Show the work that would move, and ask who gets it."""
    return _leave_page(visit, _other(visit, agent_id), wrong=False)


def leave(visit: Visit, agent_id: str) -> Answer:
    """Let a colleague leave. One colleague gets all of their work, or several get it by customer."""
    agent, form = _other(visit, agent_id), visit.request.form
    to, by_customer = form["to"], _by_customer(form)
    if not to or to == agent.id:
        return _leave_page(visit, agent, wrong=True)
    sent = agent_forms.sent_form(form)
    if not agent_forms.attempt(
        sent, lambda: colleagues.leave(visit.desk, agent.id, to, by_customer, visit.now, visit.user.id)
    ):
        return _leave_page(visit, agent, wrong=True)
    return redirect(f"{HERE}?done=left")


def act(visit: Visit, agent_id: str, action: str) -> Answer:
    """Do what a button alone does: invite again, let in, keep out, take back, write to an address again."""
    visit.user.require_manager()
    desk, agent = visit.desk, require(visit.desk, Agent, agent_id)
    match action:
        case "invite":
            if not desk.accounts.invite(agent.email, agent.role, agent.id):
                desk.accounts.invite_again(agent.email, agent.id)
        case "let-in":
            desk.accounts.let_in(agent.email)
        case "keep-out" if agent.id != visit.user.agent_id:
            desk.accounts.keep_out(agent.email)
        case "return":
            colleagues.take_back(desk, agent.id)
        case "lift":
            lift_bounces(desk, agent)
        case _:
            raise NotFound(Agent, agent_id)
    return redirect(f"{HERE}?done={action}")


def _by_customer(form: Fields) -> dict[str, str]:
    """Return the agents who get the work of one customer, by the id of the customer."""
    given = ((name.removeprefix(_CUSTOMER), name, value) for name, value in form.pairs)
    chosen = [(customer_id, value) for customer_id, name, value in given if value and customer_id != name]
    return dict(chosen[:_MOST_CUSTOMERS])


def _other(visit: Visit, agent_id: str) -> Agent:
    """Return an agent who is not the reader: managers cannot end their own access."""
    visit.user.require_manager()
    if agent_id == visit.user.agent_id:
        raise NotFound(Agent, agent_id)
    return require(visit.desk, Agent, agent_id)


def _new_agent(fields: Mapping[str, object]) -> NewAgent:
    """Return the agent to add. Raises InvalidChange."""
    return people.valid(NewAgent, {**fields, "role": fields["role"] or "agent"})


def colleagues_of(visit: Visit, agent: Agent | None) -> list[Agent]:
    """Return who can supervise this agent or stand in for them, by name."""
    others = agents_by_id(visit.desk).values()
    found = (one for one in others if one.left_at is None and (agent is None or one.id != agent.id))
    return sorted(found, key=lambda one: one.name.casefold())


def _form_page(visit: Visit, agent: Agent | None, form: AgentForm) -> Answer:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.problems else HTTPStatus.OK
    if "" in form.problems:
        status = HTTPStatus.CONFLICT
    return visit.page(
        "agent",
        HERE,
        status=status,
        agent=agent,
        form=form,
        problems=AGENT_PROBLEMS,
        supervisors=colleagues_of(visit, agent),
        weekdays=WEEKDAYS,
        languages=sorted(CATALOGUES),
        key=visit.request.form[forms.KEY] or forms.new_key(),
    )


def _leave_page(visit: Visit, agent: Agent, *, wrong: bool) -> Answer:
    customers, is_cut = departures.customers_of_agent(visit.desk, agent.id, _MOST_CUSTOMERS)
    return visit.page(
        "leave",
        HERE,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        agent=agent,
        work=departures.work_of_agent(visit.desk, agent.id),
        successors=colleagues_of(visit, agent),
        customers=customers,
        is_cut=is_cut,
        form=visit.request.form,
        wrong=wrong,
        key=forms.new_key(),
    )
