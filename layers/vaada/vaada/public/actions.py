"""/a/{token}: staff act on a task from a link in a message."""

from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

from vaada.flows import work as work_flow
from vaada.flows.messages import compose, new_link
from vaada.flows.messages.brief import actions_for, brief, is_actionable
from vaada.flows.optimistic_write import NotFound, VersionChanged
from vaada.flows.staff_actions import NotOffered, act
from vaada.flows.work import StaffWork, agent_of, customer_of
from vaada.gateways.links import ExpiredLink
from vaada.model.messages import Message
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply, Survey
from vaada.present import action_results, pages
from vaada.present.relative_time import moment
from vaada.present.view_models import ActionName
from vaada.public.forms import BadEntry, action_name, read_action
from vaada.public.visits import Page, Visit
from vaada.rules.errors import NotPossible
from vaada.rules.time.zones import zone_of

_STAFF = (Commitment, FollowUp, Reply, Goodwill)


def show(visit: Visit) -> Page:
    """Return the page of the task with the clicked action preselected, or the list of a batch's tasks.

    Raises BadLink, NotFound.
    """
    try:
        row = _row(visit)
    except ExpiredLink as link:
        return _expired_page(visit, link.row_id)
    if isinstance(row, Message):
        return _task_list(visit, row)
    return _task_form(visit, row, HTTPStatus.OK) if actions_for(row, visit.now) else _closed_page(visit, row)


def submit(visit: Visit) -> Page:
    """Do the action, if a person sent the form. Raises BadLink, NotFound, TooManyForms, Busy, Conflict."""
    try:
        row = _row(visit)
    except ExpiredLink as link:
        return _send_new_link(visit, link.row_id)
    if isinstance(row, Message):
        visit.count_form("action", row.id)
        return _task_list(visit, row)
    customer_of(visit.desk, row)  # raises NotFound for an erased customer, before anything is written
    visit.count_form("action", row.id)
    return _act(visit, row)


def _act(visit: Visit, work: StaffWork) -> Page:
    name = action_name(visit.fields)
    if name is None:
        return _form_with_problem(visit, work, "do")
    if not visit.is_human("action", _page_subject(work)):  # also prevents that a form sent twice acts twice
        return _form_with_problem(visit, work, "confirm")
    try:
        return _do_action(visit, work, name)
    except BadEntry as error:
        return _form_with_problem(visit, work, error.problem)
    except VersionChanged:
        return _task_form(visit, _work(visit, work.id), HTTPStatus.UNPROCESSABLE_ENTITY, "confirm")
    except NotPossible:
        return _closed_page(visit, _work(visit, work.id))


def _do_action(visit: Visit, work: StaffWork, name: ActionName) -> Page:
    agent = agent_of(visit.desk, work)
    zone = zone_of(agent, visit.desk.policy)
    try:
        result = act(visit.desk, work, agent, read_action(visit.fields, name, zone, visit.now), visit.now)
    except NotOffered as error:
        raise BadEntry("do") from error
    if result.asks_next:
        return _task_form(visit, _work(visit, work.id), HTTPStatus.OK, asking=True)
    message = action_results.sentence(name, result.row, result.notice, zone)
    return Page(HTTPStatus.OK, pages.action_done(business=visit.business, message=message))


def _form_with_problem(visit: Visit, work: StaffWork, problem: pages.FormProblem) -> Page:
    """Return the form again with the problem, or the page of a closed task."""
    if not actions_for(work, visit.now):
        return _closed_page(visit, work)
    return _task_form(visit, work, HTTPStatus.UNPROCESSABLE_ENTITY, problem)


def _page_subject(work: StaffWork) -> str:
    return f"{work.id}/{work.version}"


def _row(visit: Visit) -> StaffWork | Message:
    return _row_of(visit, visit.desk.links.row_id("action", visit.token))


def _row_of(visit: Visit, row_id: str) -> StaffWork | Message:
    row = visit.desk.table.get_any(row_id)
    if isinstance(row, Message) and row.to != "customer":
        return row
    return _work(visit, row_id)


def _work(visit: Visit, row_id: str) -> StaffWork:
    row = visit.desk.table.get_any(row_id)
    if not isinstance(row, _STAFF):
        raise NotFound(FollowUp, row_id)
    return row


def _task_form(
    visit: Visit,
    work: StaffWork,
    status: HTTPStatus,
    problem: pages.FormProblem | None = None,
    *,
    asking: bool = False,
) -> Page:
    reader = agent_of(visit.desk, work)
    page = pages.action_form(
        business=visit.business,
        brief=brief(
            visit.desk,
            work,
            reader,
            visit.now,
            answerable=True,
            explanation=work.explain.due_at,
            asking=asking,
        ),
        path=visit.path,
        chosen=None if asking else action_name(visit.fields),
        problem=problem,
        entered={name: visit.fields.get(name, "")[:500] for name in ("date", "time", "reason")},
        asking=asking,
        nonce=visit.nonce("action", _page_subject(work)),
    )
    return Page(status, page)


def _task_list(visit: Visit, message: Message) -> Page:
    """Return the page with the tasks of one SMS, each with a link. Raises NotFound if none are left."""
    desk, now = visit.desk, visit.now
    briefs = [
        brief(
            desk,
            work,
            agent_of(desk, work),
            now,
            answerable=is_actionable(one.purpose) and bool(actions_for(work, now)),
        )
        for one, work in _batched_work(visit, message)
    ]
    if not briefs:
        raise NotFound(Message, message.id)
    return Page(HTTPStatus.OK, pages.action_list(business=visit.business, briefs=briefs))


def _batched_work(visit: Visit, message: Message) -> Iterator[tuple[Message, StaffWork]]:
    """Yield the messages of the batch with their work. Leaves out erased customers."""
    for one in compose.batch_members(visit.desk, message):
        try:
            work = work_flow.work_of(visit.desk, one)
            customer_of(visit.desk, work)
        except NotFound:
            continue
        if not isinstance(work, Survey):
            yield one, work


def _answerable_work(visit: Visit, row: StaffWork | Message) -> list[StaffWork]:
    """Return the work behind a link that needs an action."""
    if not isinstance(row, Message):
        return [row]
    return [work for one, work in _batched_work(visit, row) if is_actionable(one.purpose)]


def _send_new_link(visit: Visit, row_id: str) -> Page:
    """Send a new link to the recipient of the message, whoever asks for it, because this one is too old."""
    if visit.fields.get("do") != "new_link":
        return _expired_page(visit, row_id)
    if not visit.is_human("action", row_id):
        return _expired_page(visit, row_id, again=True)
    row = _row_of(visit, row_id)
    visit.count_form("action", row_id)
    open_work = [work for work in _answerable_work(visit, row) if actions_for(work, visit.now)]
    if not open_work:
        return _task_list(visit, row) if isinstance(row, Message) else _closed_page(visit, row)
    for work in open_work:
        new_link.ask_for_new_link(visit.desk, work, visit.now)
    return Page(HTTPStatus.OK, pages.action_sent(business=visit.business))


def _expired_page(visit: Visit, row_id: str, *, again: bool = False) -> Page:
    page = pages.action_over(
        business=visit.deployed_business.name,
        because="expired",
        status=None,
        path=visit.path,
        nonce=visit.nonce("action", row_id),
        again=again,
    )
    return Page(HTTPStatus.GONE, page)


def _closed_page(visit: Visit, work: StaffWork) -> Page:
    reader = agent_of(visit.desk, work)
    zone = ZoneInfo(zone_of(reader, visit.desk.policy))
    ended = _closed_at(work)
    page = pages.action_over(
        business=visit.business,
        because="closed",
        status=work.status,
        when=moment(ended.astimezone(zone), visit.now) if ended else None,
    )
    return Page(HTTPStatus.CONFLICT, page)


def _closed_at(work: StaffWork) -> datetime | None:
    if isinstance(work, Reply):
        return work.given_at
    return work.history[-1].at if work.history else None
