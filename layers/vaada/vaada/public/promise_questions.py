"""The page for an agent who copied the desk on a mail: what did they promise?"""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus

from pydantic import TypeAdapter, ValidationError

from vaada.flows.messages.readers import actor_id, language_of, times_of
from vaada.flows.optimistic_write import require
from vaada.flows.promise_questions import record_promise, recorded_promise
from vaada.flows.work import customer_of, require_agent
from vaada.model.interactions import Interaction, StatedCommitment
from vaada.model.messages import Message
from vaada.model.people import Agent
from vaada.model.text import Line
from vaada.model.times import Instant
from vaada.model.work import Commitment
from vaada.present import pages
from vaada.present import promise_question as present
from vaada.public.forms import BadEntry, read_moment
from vaada.public.visits import Page, Visit
from vaada.rules import promise_questions
from vaada.rules.errors import NotPossible
from vaada.rules.time.zones import zone_of

_INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)
_LINE: TypeAdapter[str] = TypeAdapter(Line)
_LONGEST_WHAT = 500  # characters


def show(visit: Visit, question: Message) -> Page:
    """Return the form with the tapped date, or the promise that was recorded before. Raises NotFound."""
    reader = _reader(visit, question)
    if reader.left_at is not None:
        return _over(visit, reader, HTTPStatus.GONE, "left")
    interaction = require(visit.desk, Interaction, question.about_id)
    if (promise := recorded_promise(visit.desk, question)) is not None:
        return _recorded(visit, reader, promise)
    entered = {"what": promise_questions.proposed_words(interaction), **_tapped(visit, reader)}
    return _form(visit, question, reader, HTTPStatus.OK, entered)


def submit(visit: Visit, question: Message) -> Page:
    """Record the promise, if a person sent the form. Raises NotFound, TooManyForms, Busy, Conflict."""
    reader, fields = _reader(visit, question), visit.fields
    if reader.left_at is not None:
        return _over(visit, reader, HTTPStatus.GONE, "left")
    customer_of(visit.desk, require(visit.desk, Interaction, question.about_id))
    visit.count_form("action", question.id)
    if (before := recorded_promise(visit.desk, question)) is not None:
        return _recorded(visit, reader, before)
    if not visit.is_human("action", question.id):
        return _form(visit, question, reader, HTTPStatus.UNPROCESSABLE_ENTITY, fields, "confirm")
    try:
        promise = record_promise(visit.desk, question, _stated(visit, reader), visit.now, actor_id(reader))
    except BadEntry as error:
        return _form(visit, question, reader, HTTPStatus.UNPROCESSABLE_ENTITY, fields, error.problem)
    except NotPossible:
        return _over(visit, reader, HTTPStatus.CONFLICT, "closed")
    return _recorded(visit, reader, promise)


def show_expired(visit: Visit, question: Message) -> Page:
    """Return the page for a link that is too old. No new link is sent."""
    return _over(visit, _reader(visit, question), HTTPStatus.GONE, "closed")


def _reader(visit: Visit, question: Message) -> Agent:
    return require_agent(visit.desk, question.recipient_id or "")


def _stated(visit: Visit, reader: Agent) -> StatedCommitment:
    """Return what the form says was promised. Raises BadEntry."""
    try:
        what = _LINE.validate_python(visit.fields.get("what", ""))
    except ValidationError as error:
        raise BadEntry("what") from error
    return StatedCommitment(
        what=what, due_at=read_moment(visit.fields, zone_of(reader, visit.desk.policy), visit.now)
    )


def _tapped(visit: Visit, reader: Agent) -> dict[str, str]:
    """Return the date and time in the link, in the reader's zone, unless they are past."""
    try:
        at = _INSTANT.validate_python(visit.fields.get("at"))
    except ValidationError:
        return {}
    local = times_of(visit.desk, reader, visit.now).local(at)
    return {"date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}"} if at > visit.now else {}


def _form(
    visit: Visit,
    question: Message,
    reader: Agent,
    status: HTTPStatus,
    entered: Mapping[str, str],
    problem: pages.FormProblem | None = None,
) -> Page:
    interaction = require(visit.desk, Interaction, question.about_id)
    page = present.promise_form(
        business=visit.business,
        customer_name=customer_of(visit.desk, interaction).name,
        summary=interaction.summary,
        written_at=interaction.occurred_at,
        times=times_of(visit.desk, reader, visit.now),
        path=visit.path,
        entered={name: text[:_LONGEST_WHAT] for name, text in entered.items()},
        problem=problem,
        nonce=visit.nonce("action", question.id),
    )
    return Page(status, page)


def _recorded(visit: Visit, reader: Agent, promise: Commitment) -> Page:
    times = times_of(visit.desk, reader, visit.now)
    message = present.recorded(promise.due_at, times)
    language = language_of(visit.desk, reader)
    return Page(HTTPStatus.OK, pages.action_done(business=visit.business, language=language, message=message))


def _over(visit: Visit, reader: Agent, status: HTTPStatus, because: pages.OverBecause) -> Page:
    language = language_of(visit.desk, reader)
    page = pages.action_over(business=visit.business, language=language, because=because, status=None)
    return Page(status, page)
