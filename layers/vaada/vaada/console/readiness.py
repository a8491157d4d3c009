"""Is this desk ready? What is not set up yet in the account and at the desk, each with its remedy."""

from dataclasses import replace
from http import HTTPStatus

from vaada.console.http import Answer
from vaada.console.visits import Visit
from vaada.flows.work_lists import agents_by_id
from vaada.gateways.aws_account import NotAnswered
from vaada.log import logger
from vaada.model.readiness import Checked
from vaada.present.readiness import checked_words

_PLACE = "/desk/setup"  # its entry in the navigation


def show(visit: Visit) -> Answer:
    """Show what was found a few minutes ago, or now if `again` is asked for."""
    visit.user.require_manager()
    try:
        asked_at, checks = visit.desk.readiness_check.result(visit.now, anew="again" in visit.request.query)
    except NotAnswered as refusal:
        logger.warning("readiness not checked", asked=refusal.asked, why=refusal.why)
        return visit.page("setup_not_checked", _PLACE, status=HTTPStatus.BAD_GATEWAY, why=refusal.why)
    told = [checked_words(_with_names(visit, checked), visit.times.words) for checked in checks]
    groups = {state: [one for one in told if one.state == state] for state in ("missing", "unknown", "ready")}
    return visit.page("setup_ready", _PLACE, asked_at=asked_at, groups=groups)


def _with_names(visit: Visit, checked: Checked) -> Checked:
    """Return the finding with the names of the agents whose ids it has: the function returns no names."""
    finding = checked.finding
    if "agents" not in finding.values:
        return checked
    agents, ids = agents_by_id(visit.desk), str(finding.values["agents"]).split(", ")
    names = ", ".join(agents[one].name if one in agents else one for one in ids)
    return checked._replace(finding=replace(finding, values={**finding.values, "agents": names}))
