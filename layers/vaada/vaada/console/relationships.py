"""The relationship review, for managers: proposals, and the reasons to end a relationship or go on."""

from collections import defaultdict
from datetime import date, datetime, time

from pydantic import TypeAdapter, ValidationError

from vaada.console import forms
from vaada.console.http import Answer, redirect
from vaada.console.visits import Visit
from vaada.flows import parting
from vaada.flows import relationships as flow
from vaada.flows.optimistic_write import NotFound, VersionChanged
from vaada.flows.references import InvalidField
from vaada.flows.work_lists import agents_by_id
from vaada.model.hours import Day
from vaada.model.people import Customer
from vaada.model.relationship_input import NewLetter, NewNote
from vaada.model.relationships import Relationship
from vaada.present.console import relationships as words
from vaada.present.reasons import reason_words
from vaada.rules.errors import NotPossible
from vaada.rules.messages.personal import CannotWrite
from vaada.rules.relationships import GAP, MOST_NOTES

HERE = "/desk/relationships"

_PAGE = 25
_LONGEST = 500  # characters of a typed text
_DAY: TypeAdapter[date] = TypeAdapter(Day)


def listed(visit: Visit) -> Answer:
    """Show the relationships of a status: those that are proposed, if none is named."""
    visit.user.require_manager()
    query, table = visit.request.query, visit.desk.table
    shown = next((status for status in words.STATUSES if status == query["status"]), "proposed")
    page = table.list_rows(Relationship, _PAGE, query["cursor"] or None, status=shown)
    rows = [row for row in page.rows if isinstance(row, Relationship)]
    customers = table.customers([row.customer_id for row in rows])
    return visit.page(
        "relationships",
        HERE,
        rows=[words.row_of(row, customers, visit.times) for row in rows],
        statuses=words.STATUSES,
        shown=shown,
        cursor=page.next_cursor,
    )


def proposals(visit: Visit) -> list[words.RelationshipRow]:
    """Return the first relationships that need something from a manager."""
    page = visit.desk.table.list_rows(Relationship, _PAGE, None, status="proposed")
    rows = [row for row in page.rows if isinstance(row, Relationship) and words.is_waiting(row)]
    customers = visit.desk.table.customers([row.customer_id for row in rows])
    return [words.row_of(row, customers, visit.times) for row in rows]


def show(visit: Visit, customer_id: str) -> Answer:
    """Show what is known of the relationship with a customer."""
    visit.user.require_manager()
    return _page(visit, customer_id, "", "")


def act(visit: Visit, customer_id: str, action: str) -> Answer:
    """Note something, remove a note, record a talk, or decide."""
    visit.user.require_manager()
    problem = ""
    try:
        problem = _carry_out(visit, customer_id, action)
    except VersionChanged:
        problem = "changed"
    if problem and action in {"letter", "part"}:
        return _letter_page(visit, customer_id, problem)
    if problem:
        return _page(visit, customer_id, action, problem)
    part = "/letter" if action == "letter" else ""
    return redirect(f"/desk/customers/{customer_id}/relationship{part}?done={action}")


def letter(visit: Visit, customer_id: str) -> Answer:
    """Show the parting letter, to be edited and sent."""
    visit.user.require_manager()
    return _letter_page(visit, customer_id, "")


def _carry_out(visit: Visit, customer_id: str, action: str) -> str:
    """Do what a form says. Returns what is wrong with it, if anything is. Raises NotFound, VersionChanged."""
    desk, now, by, form = visit.desk, visit.now, visit.user.id, visit.request.form
    seen, said = forms.version_of(form), form["words"][:_LONGEST]
    if action == "remove":
        flow.remove_note(desk, customer_id, form["note"], seen=seen)
        return ""
    if action in {"letter", "part"}:
        return _write_letter(visit, customer_id, seen, sends=action == "part")
    if action not in {"note", "talk", "keep", "end"}:
        raise NotFound(Customer, customer_id)
    if not said:
        return "words" if action in {"note", "talk"} else "reason"
    if action == "note":
        return _add_note(visit, customer_id, said, seen)
    if action == "talk":
        flow.note_talk(desk, customer_id, said, now, by, seen=seen)
    else:
        flow.decide(desk, customer_id, said, now, by, go_on=action == "keep", seen=seen)
    return ""


def _add_note(visit: Visit, customer_id: str, said: str, seen: int | None) -> str:
    form = visit.request.form
    row = flow.known(visit.desk, customer_id, visit.now).row
    if row is not None and len(row.notes) >= MOST_NOTES:
        return "full"
    happened_at = None
    if form["on"]:
        try:
            day = _DAY.validate_python(form["on"])
        except ValidationError:
            return "on"
        happened_at = datetime.combine(day, time(0), visit.business_zone)
        if happened_at > visit.now:
            return "on"
    try:
        new = NewNote.model_validate(
            {
                "kind": form["kind"],
                "words": said,
                "figure": form["figure"] if form["kind"] == "unprofitable" else None,
                "happened_at": happened_at.isoformat() if happened_at else None,
            }
        )
    except ValidationError as error:
        wrong = {str(one["loc"][0]) for one in error.errors()}
        return "figure" if "figure" in wrong else "words"
    if new.kind == "unprofitable" and new.figure is None:
        return "figure"
    flow.add_note(visit.desk, customer_id, new, visit.now, visit.user.id, seen=seen)
    return ""


def _write_letter(visit: Visit, customer_id: str, seen: int | None, *, sends: bool) -> str:
    """Keep the letter, and part if asked to. Returns what is wrong. Raises NotFound, VersionChanged."""
    form = visit.request.form
    try:
        new = NewLetter.model_validate({name: form[name] for name in NewLetter.model_fields})
        if sends:
            return _send_letter(visit, customer_id, new, seen)
        parting.edit_letter(visit.desk, customer_id, new, visit.now, visit.user.id, seen=seen)
    except ValidationError:
        return "letter"
    except InvalidField:
        return "long"
    return ""


def _send_letter(visit: Visit, customer_id: str, new: NewLetter, seen: int | None) -> str:
    """Part with the customer. Returns what is in the way. Raises InvalidField, VersionChanged."""
    by_mail, user = visit.request.form["by"] != "otherwise", visit.user
    if by_mail and user.agent_id is None:
        return "no_agent"
    if any(GAP in text for text in new.model_dump().values()):
        return "gap"
    agent_id = user.agent_id if by_mail else None
    try:
        parting.part(visit.desk, customer_id, visit.now, user.id, agent_id=agent_id, new=new, seen=seen)
    except CannotWrite:
        return "cannot"
    except NotPossible:
        return "owed"
    return ""


def _letter_page(visit: Visit, customer_id: str, problem: str) -> Answer:
    draft, times, form = parting.draft_of(visit.desk, customer_id, visit.now), visit.times, visit.request.form
    letter = {
        **draft.letter.model_dump(),
        **({name: form[name] for name in NewLetter.model_fields} if problem else {}),
    }
    return visit.page(
        "parting_letter",
        HERE,
        status=forms.status_of(problem),
        customer=draft.customer,
        row=draft.row,
        version=draft.row.version,
        letter=letter,
        steps=words.STEPS,
        language=draft.language,
        still_open=draft.still_open,
        failures=words.failures(draft.failures, times),
        not_sent=reason_words(draft.row.letter_not_sent, times.words.catalogue)
        if draft.row.letter_not_sent
        else "",
        problem=words.PROBLEMS.get(problem, ""),
        done=visit.request.query["done"],
    )


def _page(visit: Visit, customer_id: str, wrong: str, problem: str) -> Answer:
    known = flow.known(visit.desk, customer_id, visit.now)
    row, times, found = known.row, visit.times, known.findings
    agents = agents_by_id(visit.desk)
    return visit.page(
        "relationship",
        HERE,
        status=forms.status_of(problem),
        customer=known.customer,
        row=row,
        version=row.version if row else 0,
        state=words.state(row, times.words),
        since=times.date_of(times.local(found.since).date()),
        against=words.against(found, times),
        in_favour=words.in_favour(found, times),
        failures=words.failures(found.failures, times),
        held_back=[words.HELD_BACK[why] for why in found.held_back],
        notes=[(note, times.date_of(times.local(note.happened_at).date())) for note in reversed(known.notes)],
        kinds=words.NOTES,
        currency=visit.desk.policy.goodwill.currency,
        steps=words.steps(row, {each: agent.name for each, agent in agents.items()}, times),
        sent=defaultdict(str, {name: visit.request.form[name] for name, _ in visit.request.form.pairs}),
        wrong=wrong,
        problem=words.PROBLEMS.get(problem, ""),
        done=visit.request.query["done"],
    )
