"""/a/{token}: what an agent does from a reminder."""

from http import HTTPStatus
from typing import get_args

from vaada.flows.act import BadEntry, Entry, act
from vaada.flows.briefing import actions_for, agent_of, brief
from vaada.flows.writing import NotThere
from vaada.gateways.links import ExpiredLink
from vaada.model.work import Commitment, FollowUp
from vaada.present import pages
from vaada.present.briefs import ActionName
from vaada.public.visits import Page, Visit
from vaada.rules.errors import NotPossible


def show(visit: Visit) -> Page:
    """The brief, and the possible actions, the tapped one chosen. Raises BadLink, NotThere."""
    try:
        work = _work(visit)
    except ExpiredLink:
        return _over(visit, None)
    return _form(visit, work, HTTPStatus.OK) if actions_for(work) else _over(visit, work)


def submit(visit: Visit) -> Page:
    """Act. Raises BadLink, NotThere."""
    try:
        work = _work(visit)
    except ExpiredLink:
        return _over(visit, None)
    try:
        done = act(visit.desk, work, Entry(visit.fields), visit.now)
    except BadEntry as error:
        if not actions_for(work):
            return _over(visit, work)
        return _form(visit, work, HTTPStatus.UNPROCESSABLE_ENTITY, error.problem)
    except NotPossible:
        return _over(visit, _work(visit))
    return Page(HTTPStatus.OK, pages.action_done(business=visit.business, message=done))


def _work(visit: Visit) -> Commitment | FollowUp:
    row_id = visit.desk.links.row_id("action", visit.token)
    row = visit.desk.table.find(row_id)
    if not isinstance(row, Commitment | FollowUp):
        raise NotThere(FollowUp, row_id)
    return row


def _form(
    visit: Visit, work: Commitment | FollowUp, status: HTTPStatus, problem: pages.ActionProblem | None = None
) -> Page:
    reader = agent_of(visit.desk, work)
    chosen: ActionName | None = next(
        (name for name in get_args(ActionName) if name == visit.fields.get("do")), None
    )
    page = pages.action_form(
        business=visit.business,
        brief=brief(visit.desk, work, reader, "agent", visit.now),
        path=visit.path,
        chosen=chosen,
        problem=problem,
        follow_up=isinstance(work, FollowUp),
        entered={name: visit.fields.get(name, "")[:500] for name in ("date", "time", "reason")},
    )
    return Page(status, page)


def _over(visit: Visit, work: Commitment | FollowUp | None) -> Page:
    if work is None:
        page = pages.action_over(business=visit.business, because="expired", status=None)
        return Page(HTTPStatus.GONE, page)
    page = pages.action_over(business=visit.business, because="closed", status=work.status)
    return Page(HTTPStatus.CONFLICT, page)
