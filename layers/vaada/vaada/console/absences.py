"""An absence: from when, until when, and who stands in. A manager enters anybody's, an agent their own."""

from datetime import datetime
from http import HTTPStatus

from vaada.api.access import OWN_ABSENCE
from vaada.console import agent_forms
from vaada.console.http import Answer, redirect
from vaada.console.people import colleagues_of
from vaada.console.visits import Visit
from vaada.console.work import sent_time
from vaada.flows import departures, people
from vaada.flows.optimistic_write import NotFound, require
from vaada.flows.work_lists import agents_by_id
from vaada.model.people import Agent

_PEOPLE, _ME = "/desk/people", "/desk/me"


def show(visit: Visit, agent_id: str) -> Answer:
    """Show a manager the form of an agent's absence."""
    visit.user.require_manager()
    return _page(visit, require(visit.desk, Agent, agent_id), _PEOPLE, None)


def save(visit: Visit, agent_id: str) -> Answer:
    """Enter an absence and who stands in, or end it."""
    visit.user.require_manager()
    return _saved(visit, require(visit.desk, Agent, agent_id), _PEOPLE)


def show_own(visit: Visit) -> Answer:
    """Show the form of the reader's own absence."""
    return _page(visit, _own(visit), _ME, None)


def save_own(visit: Visit) -> Answer:
    """Enter the reader's own absence, or end it. Who stands in stays as it is."""
    agent = _own(visit)
    visit.user.require_may_change(agent.id, OWN_ABSENCE)
    return _saved(visit, agent, _ME)


def _own(visit: Visit) -> Agent:
    if visit.agent is None:
        raise NotFound(Agent, visit.user.id)
    return visit.agent


def _saved(visit: Visit, agent: Agent, place: str) -> Answer:
    form, zone = visit.request.form, visit.times.zone.key
    since, until = (sent_time(form, name, zone) for name in ("from", "until"))
    changes: dict[str, object] = {}
    if place == _PEOPLE:
        changes["covered_by"] = form["covered_by"] or None
    if form["do"] == "end":
        since, until = None, None
    elif since is None or (until is None and form["until_date"]):
        return _page(visit, agent, place, "from" if since is None else "until")
    elif changes.get("covered_by") == agent.id:
        return _page(visit, agent, place, "cover")
    changes |= {"away_from": since, "away_until": until}
    sent = agent_forms.sent_form(form)
    if not agent_forms.attempt(sent, lambda: people.change_agent(visit.desk, agent.id, changes)):
        return _page(visit, agent, place, "cover" if "covered_by" in sent.problems else "until")
    entered, ended = ("own_absence", "own_return") if place == _ME else ("absent", "back")
    return redirect(f"{place}?done={ended if form['do'] == 'end' else entered}")


def _page(visit: Visit, agent: Agent, place: str, wrong: str | None) -> Answer:
    form = visit.request.form
    fields = {
        **_local("from", agent.away_from, visit),
        **_local("until", agent.away_until, visit),
        "covered_by": agent.covered_by or "",
        **({name: form[name] for name, _ in form.pairs} if wrong else {}),
    }
    return visit.page(
        "absence",
        place,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        agent=agent,
        place=place,
        is_own=place == _ME,
        fields=fields,
        wrong=wrong,
        covers=colleagues_of(visit, agent),
        cover=agents_by_id(visit.desk).get(agent.covered_by or ""),
        work=departures.work_of_agent(visit.desk, agent.id),
    )


def _local(name: str, at: datetime | None, visit: Visit) -> dict[str, str]:
    if at is None:
        return {f"{name}_date": "", f"{name}_time": ""}
    return {f"{name}_date": visit.times.local(at).date().isoformat(), f"{name}_time": visit.times.clock(at)}
