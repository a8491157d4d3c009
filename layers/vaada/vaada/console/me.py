"""My page: working hours, language, notifications, sign-ins, and whether single-key shortcuts are on."""

from http import HTTPStatus

from vaada.api.access import OWN_FIELDS
from vaada.console import agent_forms, forms
from vaada.console.agent_forms import AgentForm
from vaada.console.http import Answer, redirect
from vaada.console.visits import Visit
from vaada.flows import people, sessions
from vaada.flows.optimistic_write import NotFound
from vaada.model.hours import WEEKDAYS
from vaada.model.people import Agent
from vaada.present.console.people import AGENT_PROBLEMS, absence
from vaada.present.i18n import CATALOGUES
from vaada.rules import weekly_reports

HERE = "/desk/me"


def show(visit: Visit) -> Answer:
    """Show the page. A manager who is no agent sees where they are signed in."""
    return _page(visit, agent_forms.form_of(visit.agent) if visit.agent else None)


def save(visit: Visit) -> Answer:
    """Change how the reader works and is told."""
    agent, form = visit.agent, visit.request.form
    if agent is None:
        raise NotFound(Agent, visit.user.id)
    sent = agent_forms.sent_form(form)
    if forms.version_of(form) != agent.version:
        sent.problems[""] = "changed"
        return _page(visit, sent)
    visit.user.require_may_change(agent.id, OWN_FIELDS)
    done = agent_forms.attempt(
        sent, lambda: people.change_agent(visit.desk, agent.id, agent_forms.changes(form, OWN_FIELDS))
    )
    return redirect(f"{HERE}?done=saved&saved=me") if done else _page(visit, sent)


def _page(visit: Visit, form: AgentForm | None) -> Answer:
    agent, supervisor = visit.agent, None
    if agent is not None and agent.supervisor_id:
        supervisor = visit.desk.table.get(Agent, agent.supervisor_id)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form and form.problems else HTTPStatus.OK
    if form and "" in form.problems:
        status = HTTPStatus.CONFLICT
    if agent is not None and form is not None and "asks_weekly_report" not in visit.request.form:
        is_wanted = weekly_reports.is_wanted(agent, visit.desk.settings.owner_email)
        form.fields["weekly_report"] = "on" if is_wanted else ""
    return visit.page(
        "me",
        HERE,
        status=status,
        agent=agent,
        supervisor=supervisor,
        absence=absence(agent, visit.times) if agent else "",
        form=form,
        problems=AGENT_PROBLEMS,
        weekdays=WEEKDAYS,
        languages=sorted(CATALOGUES),
        sessions=sessions.sessions_of(visit.desk, visit.session.subject, visit.now),
        current=visit.session.session_id,
        done=visit.request.query["done"],
    )
