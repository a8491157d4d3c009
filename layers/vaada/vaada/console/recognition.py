"""Whom to thank, and for what; and each agent's own page, which nobody else sees."""

from pydantic import TypeAdapter, ValidationError

from vaada.console.http import Answer, redirect
from vaada.console.visits import Visit
from vaada.flows import practice, recognition
from vaada.flows.optimistic_write import NotFound
from vaada.flows.work_lists import agents_by_id
from vaada.model.people import Agent, Customer
from vaada.model.text import Line
from vaada.present.console.recognition import comments_of, examples_of, thanks_told, to_see

HERE = "/desk/thanks"
_NOTE: TypeAdapter[str] = TypeAdapter(Line)


def show(visit: Visit) -> Answer:
    """Show the agents to thank, ordered by when they were last thanked, the longest ago first."""
    visit.user.require_manager()
    found, agents = recognition.overview(visit.desk, visit.now), agents_by_id(visit.desk)
    ids = {one.evidence.customer_id for each in found.proposals.values() for one in each}
    customers = visit.desk.table.get_several(Customer, sorted(ids))
    everybody = [one for one in to_see(found, agents, customers, visit.times) if one.agent != visit.agent]
    return visit.page(
        "thanks",
        HERE,
        to_thank=[one for one in everybody if one.rows],
        others=[one for one in everybody if not one.rows],
        done=visit.request.query["done"],
    )


def say(visit: Visit, evidence_id: str) -> Answer:
    """Thank the agent whom the row shows to deserve it."""
    visit.user.require_manager()
    try:
        note = _NOTE.validate_python(visit.request.form["note"]) if visit.request.form["note"] else None
    except ValidationError:
        note = None
    recognition.say_thanks(visit.desk, evidence_id, note, visit.now, visit.user.id)
    return redirect(f"{HERE}?done=thanked")


def own(visit: Visit) -> Answer:
    """Show the reader what they kept, what their customers wrote, and what could be better."""
    agent = visit.agent
    if agent is None:
        raise NotFound(Agent, visit.user.id)
    found, times = practice.own_practice(visit.desk, agent.id, visit.now), visit.times
    return visit.page(
        "practice",
        "/desk/me",
        found=found.practice,
        comments=comments_of(found.practice, found.customers, times),
        examples=examples_of(found.practice, found.customers, times),
        thanks=thanks_told(found.thanks, found.customers, agents_by_id(visit.desk), times),
    )
