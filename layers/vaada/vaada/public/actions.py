"""/a/{token}: staff act on a task from a link in a message."""

from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus

from vaada.flows.messages import compose, new_link
from vaada.flows.messages.brief import actions_for, brief, is_actionable, task_line
from vaada.flows.messages.readers import actor_id, language_of, reader_of, times_of
from vaada.flows.messages.tasks import load_tasks, members_of, task_of, works_of
from vaada.flows.optimistic_write import NotFound, VersionChanged
from vaada.flows.staff_actions import NotOffered, act
from vaada.flows.work import StaffWork, agent_of, customer_of, require_agent
from vaada.gateways.links import ExpiredLink
from vaada.model.interactions import Interaction
from vaada.model.messages import Message
from vaada.model.people import Agent
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply
from vaada.present import action_results, pages
from vaada.present.view_models import ActionName
from vaada.public import promise_questions
from vaada.public.forms import BadEntry, action_name, read_action
from vaada.public.visits import Page, Visit
from vaada.rules.errors import NotPossible
from vaada.rules.time.zones import zone_of

_STAFF = (Commitment, FollowUp, Reply, Goodwill)


@dataclass(frozen=True)
class _Linked:
    """The target of a link: the work and its reader (None is the owner), or several tasks of a batch."""

    work: StaffWork
    reader: Agent | None
    batch: Message | None = None


def show(visit: Visit) -> Page:
    """Return the page of the task with the clicked action preselected, or the list of a batch's tasks.

    Raises BadLink, NotFound.
    """
    try:
        row_id = _row_id(visit, counted=False)
    except ExpiredLink as link:
        return _expired_page(visit, link.row_id)
    if (question := _promise_question(visit, row_id)) is not None:
        return promise_questions.show(visit, question)
    linked = _linked(visit, row_id)
    if _has_left(linked):
        return _left_page(visit, linked)
    if linked.batch is not None:
        return _task_list(visit, linked.batch, linked.reader)
    if actions_for(linked.work, visit.now):
        return _task_form(visit, linked, HTTPStatus.OK)
    return _closed_page(visit, linked)


def submit(visit: Visit) -> Page:
    """Do the action, if a person sent the form. Raises BadLink, NotFound, TooManyForms, Busy, Conflict."""
    try:
        row_id = _row_id(visit, counted=True)
    except ExpiredLink as link:
        return _send_new_link(visit, link.row_id)
    if (question := _promise_question(visit, row_id)) is not None:
        return promise_questions.submit(visit, question)
    linked = _linked(visit, row_id)
    if _has_left(linked):
        return _left_page(visit, linked)
    if linked.batch is not None:
        visit.count_form("action", linked.batch.id)
        return _task_list(visit, linked.batch, linked.reader)
    customer_of(visit.desk, linked.work)  # raises NotFound for an erased customer, before anything is written
    visit.count_form("action", linked.work.id)
    return _act(visit, linked)


def _act(visit: Visit, linked: _Linked) -> Page:
    name = action_name(visit.fields)
    if name is None:
        return _form_with_problem(visit, linked, "do")
    if not visit.is_human("action", _page_subject(linked.work)):  # also: a form sent twice acts once
        return _form_with_problem(visit, linked, "confirm")
    try:
        return _do_action(visit, linked, name)
    except BadEntry as error:
        return _form_with_problem(visit, linked, error.problem)
    except VersionChanged:
        return _task_form(visit, _read_again(visit, linked), HTTPStatus.UNPROCESSABLE_ENTITY, "confirm")
    except NotPossible:
        return _closed_page(visit, _read_again(visit, linked))


def _do_action(visit: Visit, linked: _Linked, name: ActionName) -> Page:
    zone = zone_of(linked.reader, visit.desk.policy)
    action = read_action(visit.fields, name, zone, visit.now)
    try:
        result = act(visit.desk, linked.work, linked.reader, action, visit.now, actor_id(linked.reader))
    except NotOffered as error:
        raise BadEntry("do") from error
    if result.asks_next:
        return _task_form(visit, _read_again(visit, linked), HTTPStatus.OK, asking=True)
    times = times_of(visit.desk, linked.reader, visit.now)
    message = action_results.sentence(name, result.row, result.notice, times)
    language = language_of(visit.desk, linked.reader)
    page = pages.action_done(business=visit.business, language=language, message=message)
    return Page(HTTPStatus.OK, page)


def _form_with_problem(visit: Visit, linked: _Linked, problem: pages.FormProblem) -> Page:
    """Return the form again with the problem, or the page of a closed task."""
    if not actions_for(linked.work, visit.now):
        return _closed_page(visit, linked)
    return _task_form(visit, linked, HTTPStatus.UNPROCESSABLE_ENTITY, problem)


def _page_subject(work: StaffWork) -> str:
    return f"{work.id}/{work.version}"


def _row_id(visit: Visit, *, counted: bool) -> str:
    row_id = visit.desk.links.row_id("action", visit.token)
    visit.read_ahead("action", FollowUp, row_id, counted=counted)  # or another kind: all have the same key
    return row_id


def _promise_question(visit: Visit, row_id: str) -> Message | None:
    """Return the question of this link, which is about no work, or None."""
    row = visit.desk.table.get_any(row_id)
    return row if isinstance(row, Message) and row.purpose == "promise_question" else None


def _linked(visit: Visit, row_id: str) -> _Linked:
    """Return the target of a link to a message or, from an earlier release, to work. Raises NotFound.


    The link of a batch shows the list of its tasks, unless it asks for the first one, or for an action that
    is still possible.
    """
    row = visit.desk.table.get_any(row_id)
    if isinstance(row, Message):
        visit.desk.read_ahead(
            (FollowUp, row.about_id), (Agent, row.recipient_id), (Interaction, row.interaction_id)
        )
    if not isinstance(row, Message):
        work = _work(visit, row_id)
        return _Linked(work, _reader_of_work(visit, work))
    if row.to == "customer":
        raise NotFound(FollowUp, row_id)
    work, reader = _work(visit, row.about_id), reader_of(visit.desk, row)
    asks_for_task = bool(visit.fields.get("do") or visit.fields.get("task"))
    is_task = asks_for_task and is_actionable(row.purpose) and bool(actions_for(work, visit.now))
    return _Linked(work, reader, row if row.carries and not is_task else None)


def _reader_of_work(visit: Visit, work: StaffWork) -> Agent | None:
    """Return who reads messages about this work when nobody stands in."""
    if isinstance(work, FollowUp) and work.told == "owner":
        return None
    agent = agent_of(visit.desk, work)
    if not isinstance(work, Goodwill):
        return agent
    return require_agent(visit.desk, agent.supervisor_id) if agent.supervisor_id else None


def _work(visit: Visit, row_id: str) -> StaffWork:
    row = visit.desk.table.get_any(row_id)
    if not isinstance(row, _STAFF):
        raise NotFound(FollowUp, row_id)
    return row


def _read_again(visit: Visit, linked: _Linked) -> _Linked:
    return _Linked(_work(visit, linked.work.id), linked.reader)


def _has_left(linked: _Linked) -> bool:
    return linked.reader is not None and linked.reader.left_at is not None


def _left_page(visit: Visit, linked: _Linked) -> Page:
    language = language_of(visit.desk, linked.reader)
    page = pages.action_over(business=visit.business, language=language, because="left", status=None)
    return Page(HTTPStatus.GONE, page)


def _task_form(
    visit: Visit,
    linked: _Linked,
    status: HTTPStatus,
    problem: pages.FormProblem | None = None,
    *,
    asking: bool = False,
) -> Page:
    work = linked.work
    page = pages.action_form(
        business=visit.business,
        brief=brief(
            visit.desk,
            task_of(visit.desk, work),
            linked.reader,
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


def _task_list(visit: Visit, batch: Message, reader: Agent | None) -> Page:
    """Return the page with the tasks of a batch, each with a link. Raises NotFound if none are left."""
    desk, now = visit.desk, visit.now
    members = _batched_work(visit, batch)
    tasks = load_tasks(desk, [work for _, work in members], with_contacts=0)
    lines = [
        task_line(
            desk,
            tasks[work.id],
            reader,
            now,
            compose.link_to(desk, batch, one)
            if is_actionable(one.purpose) and actions_for(work, now)
            else None,
        )
        for one, work in members
        if work.id in tasks
    ]
    if not lines:
        raise NotFound(Message, batch.id)
    page = pages.action_list(business=visit.business, language=language_of(desk, reader), tasks=lines)
    return Page(HTTPStatus.OK, page)


def _batched_work(visit: Visit, batch: Message) -> list[tuple[Message, StaffWork]]:
    return works_of(visit.desk, members_of(visit.desk, [batch])[batch.id])


def _answerable_work(visit: Visit, linked: _Linked) -> list[StaffWork]:
    """Return the work of a link that needs an action."""
    if linked.batch is None:
        return [linked.work]
    return [work for one, work in _batched_work(visit, linked.batch) if is_actionable(one.purpose)]


def _send_new_link(visit: Visit, row_id: str) -> Page:
    """Send a new link to the recipient of the message, whoever asks, because this one is too old."""
    asks = visit.fields.get("do") == "new_link"
    if not asks or not visit.is_human("action", row_id):
        return _expired_page(visit, row_id, again=asks)
    if (question := _promise_question(visit, row_id)) is not None:
        return promise_questions.show_expired(visit, question)
    asked = replace(visit, fields={**visit.fields, "do": ""})
    linked = _linked(asked, row_id)
    if _has_left(linked):
        return _left_page(visit, linked)
    visit.count_form("action", row_id)
    open_work = [work for work in _answerable_work(visit, linked) if actions_for(work, visit.now)]
    if not open_work:
        if linked.batch is not None:
            return _task_list(visit, linked.batch, linked.reader)
        return _closed_page(visit, linked)
    for work in open_work:
        new_link.ask_for_new_link(visit.desk, work, visit.now)
    language = language_of(visit.desk, linked.reader)
    return Page(HTTPStatus.OK, pages.action_sent(business=visit.business, language=language))


def _expired_page(visit: Visit, row_id: str, *, again: bool = False) -> Page:
    page = pages.action_over(
        business=visit.deployed_business.name,
        language=visit.language,
        because="expired",
        status=None,
        path=visit.path,
        nonce=visit.nonce("action", row_id),
        again=again,
    )
    return Page(HTTPStatus.GONE, page)


def _closed_page(visit: Visit, linked: _Linked) -> Page:
    ended = _closed_at(linked.work)
    page = pages.action_over(
        business=visit.business,
        language=language_of(visit.desk, linked.reader),
        because="closed",
        status=linked.work.status,
        when=times_of(visit.desk, linked.reader, visit.now).moment(ended) if ended else None,
    )
    return Page(HTTPStatus.CONFLICT, page)


def _closed_at(work: StaffWork) -> datetime | None:
    if isinstance(work, Reply):
        return work.given_at
    return work.history[-1].at if work.history else None
