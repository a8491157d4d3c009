"""/a/{token}: what a member of staff does from a message."""

from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

from vaada.flows import work as work_flow
from vaada.flows.messages import compose, new_link
from vaada.flows.messages.brief import actions_for, brief, is_answerable
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
    """The brief, and the possible actions, the tapped one chosen; a list where the link stands for several.

    Raises BadLink, NotThere.
    """
    try:
        row = _row(visit)
    except ExpiredLink as link:
        return _expired(visit, link.row_id)
    if isinstance(row, Message):
        return _list(visit, row)
    return _form(visit, row, HTTPStatus.OK) if actions_for(row, visit.now) else _over(visit, row)


def submit(visit: Visit) -> Page:
    """Act, if a person sent the form. Raises BadLink, NotThere, TooOften, Busy, Conflict."""
    try:
        row = _row(visit)
    except ExpiredLink as link:
        return _new_link(visit, link.row_id)
    if isinstance(row, Message):
        visit.count("action", row.id)
        return _list(visit, row)
    customer_of(visit.desk, row)  # of one who was erased nothing is taken, nor counted
    visit.count("action", row.id)
    return _act(visit, row)


def _act(visit: Visit, work: StaffWork) -> Page:
    name = action_name(visit.fields)
    if name is None:
        return _again(visit, work, "do")
    if not visit.is_human("action", _shown(work)):  # nor is it where the same form is sent twice
        return _again(visit, work, "confirm")
    try:
        return _carry_out(visit, work, name)
    except BadEntry as error:
        return _again(visit, work, error.problem)
    except VersionChanged:
        return _form(visit, _work(visit, work.id), HTTPStatus.UNPROCESSABLE_ENTITY, "confirm")
    except NotPossible:
        return _over(visit, _work(visit, work.id))


def _carry_out(visit: Visit, work: StaffWork, name: ActionName) -> Page:
    agent = agent_of(visit.desk, work)
    zone = zone_of(agent, visit.desk.policy)
    try:
        result = act(visit.desk, work, agent, read_action(visit.fields, name, zone, visit.now), visit.now)
    except NotOffered as error:
        raise BadEntry("do") from error
    if result.asks_next:
        return _form(visit, _work(visit, work.id), HTTPStatus.OK, asking=True)
    message = action_results.sentence(name, result.row, result.notice, zone)
    return Page(HTTPStatus.OK, pages.action_done(business=visit.business, message=message))


def _again(visit: Visit, work: StaffWork, problem: pages.FormProblem) -> Page:
    """The form once more, with what is wrong; or that the work has ended, where there is nothing to do."""
    if not actions_for(work, visit.now):
        return _over(visit, work)
    return _form(visit, work, HTTPStatus.UNPROCESSABLE_ENTITY, problem)


def _shown(work: StaffWork) -> str:
    return f"{work.id}/{work.version}"


def _row(visit: Visit) -> StaffWork | Message:
    return _named(visit, visit.desk.links.row_id("action", visit.token))


def _named(visit: Visit, row_id: str) -> StaffWork | Message:
    row = visit.desk.table.get_any(row_id)
    if isinstance(row, Message) and row.to != "customer":
        return row
    return _work(visit, row_id)


def _work(visit: Visit, row_id: str) -> StaffWork:
    row = visit.desk.table.get_any(row_id)
    if not isinstance(row, _STAFF):
        raise NotFound(FollowUp, row_id)
    return row


def _form(
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
        nonce=visit.nonce("action", _shown(work)),
    )
    return Page(status, page)


def _list(visit: Visit, message: Message) -> Page:
    """What went out together as one text, each with a link of its own. Raises NotThere if nothing is left."""
    desk, now = visit.desk, visit.now
    briefs = [
        brief(
            desk,
            work,
            agent_of(desk, work),
            now,
            answerable=is_answerable(one.purpose) and bool(actions_for(work, now)),
        )
        for one, work in _together(visit, message)
    ]
    if not briefs:
        raise NotFound(Message, message.id)
    return Page(HTTPStatus.OK, pages.action_list(business=visit.business, briefs=briefs))


def _together(visit: Visit, message: Message) -> Iterator[tuple[Message, StaffWork]]:
    """What went out with the message, and what each is about, but for customers who were erased."""
    for one in compose.batch_members(visit.desk, message):
        try:
            work = work_flow.work_of(visit.desk, one)
            customer_of(visit.desk, work)
        except NotFound:
            continue
        if not isinstance(work, Survey):
            yield one, work


def _answerable(visit: Visit, row: StaffWork | Message) -> list[StaffWork]:
    """The work behind a link that its reader was asked to answer."""
    if not isinstance(row, Message):
        return [row]
    return [work for one, work in _together(visit, row) if is_answerable(one.purpose)]


def _new_link(visit: Visit, row_id: str) -> Page:
    """The link was too old: a new one goes to whoever the message was for, whoever asks for it."""
    if visit.fields.get("do") != "new_link":
        return _expired(visit, row_id)
    if not visit.is_human("action", row_id):
        return _expired(visit, row_id, again=True)
    row = _named(visit, row_id)
    visit.count("action", row_id)
    open_ones = [work for work in _answerable(visit, row) if actions_for(work, visit.now)]
    if not open_ones:
        return _list(visit, row) if isinstance(row, Message) else _over(visit, row)
    for work in open_ones:
        new_link.ask_for_new_link(visit.desk, work, visit.now)
    return Page(HTTPStatus.OK, pages.action_sent(business=visit.business))


def _expired(visit: Visit, row_id: str, *, again: bool = False) -> Page:
    page = pages.action_over(
        business=visit.deployed.name,
        because="expired",
        status=None,
        path=visit.path,
        nonce=visit.nonce("action", row_id),
        again=again,
    )
    return Page(HTTPStatus.GONE, page)


def _over(visit: Visit, work: StaffWork) -> Page:
    reader = agent_of(visit.desk, work)
    zone = ZoneInfo(zone_of(reader, visit.desk.policy))
    ended = _ended_at(work)
    page = pages.action_over(
        business=visit.business,
        because="closed",
        status=work.status,
        when=moment(ended.astimezone(zone), visit.now) if ended else None,
    )
    return Page(HTTPStatus.CONFLICT, page)


def _ended_at(work: StaffWork) -> datetime | None:
    if isinstance(work, Reply):
        return work.given_at
    return work.history[-1].at if work.history else None
