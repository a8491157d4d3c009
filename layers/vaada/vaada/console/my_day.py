"""My day, and for those who may see it a colleague's."""

from vaada.console import relationships
from vaada.console.http import Answer, redirect
from vaada.console.visits import Visit
from vaada.flows.work_lists import MOST, WorkAround, work_around
from vaada.present.console import my_day
from vaada.present.console.people import standing_in
from vaada.present.console.work_rows import Surroundings

HERE = "/desk/"


def home(_visit: Visit) -> Answer:
    """Redirect to the day."""
    return redirect(HERE)


def show(visit: Visit) -> Answer:
    """Show the day: the whole page, or for htmx the list alone."""
    user, wanted = visit.user, visit.request.query["agent"]
    if wanted and wanted != user.agent_id:
        user.require_may_see(visit.desk, wanted)
    reader_id = wanted or user.agent_id
    is_own = reader_id == user.agent_id
    found = work_around(
        visit.desk, reader_id, visit.now, visit.times.zone.key, decides_all=user.is_manager and is_own
    )
    most = MOST if found.is_cut else 0
    page = my_day.day(found.work, found.slips, surroundings(visit, found), most)
    colleagues = sorted(
        (
            agent
            for agent in found.agents.values()
            if agent.agent_id != user.agent_id and user.may_see_work_of(agent.agent_id, found.agents)
        ),
        key=lambda agent: agent.name.casefold(),
    )
    name = "my_day_part" if visit.request.is_partial else "my_day"
    shown = found.agents.get(reader_id) if reader_id and not is_own else None
    return visit.page(
        name,
        HERE,
        day=page,
        colleagues=colleagues,
        shown=shown,
        most=most,
        promises=f"/desk/promises?agent={reader_id}" if reader_id else "/desk/promises",
        proposals=relationships.proposals(visit) if user.is_manager and is_own else (),
        standing_in=standing_in(found.covered, visit.times),
        done=visit.request.query["done"],
        done_row=visit.request.query.id("row"),
        address=f"{HERE}?agent={wanted}" if wanted else HERE,
    )


def surroundings(visit: Visit, found: WorkAround) -> Surroundings:
    """Return what is needed to show rows of work: the reader, and the people and contacts they name."""
    return Surroundings(
        visit.times,
        visit.user.agent_id,
        found.agents,
        found.customers,
        found.contacts,
        visit.desk.policy.commitments,
    )
