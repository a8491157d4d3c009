"""Setup: the first run in five steps, each of which can be skipped, from the business to a message."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from vaada.console import forms, hours_form
from vaada.console.customers import teller_for
from vaada.console.http import Answer, Fields, redirect
from vaada.console.visits import Visit
from vaada.flows import colleagues, people, policy
from vaada.flows import setup as flow
from vaada.flows.optimistic_write import NotFound
from vaada.flows.people import EmailTaken, InvalidChange
from vaada.flows.policy import UnworkablePolicy
from vaada.flows.setup import Judged
from vaada.flows.work_lists import agents_by_id
from vaada.model.hours import WEEKDAYS
from vaada.model.localities import WRITTEN_LANGUAGES
from vaada.model.people_input import NewAgent, NewConsent
from vaada.model.policy import PolicyDocument
from vaada.model.setup import SETUP_STEPS, Setup, SetupStep
from vaada.present.console.setup import PROBLEMS, STEPS, tried_words
from vaada.present.console.stories import Entry, message_entry
from vaada.rules.customer_import import MOST_IN_A_FILE, MOST_LINES, CustomerLine, customer_lines
from vaada.rules.time.deadlines import business_hours

HERE = "/desk/setup"

Problems = dict[str, str]
"""What is wrong, by field: keys of PROBLEMS."""

_BUSINESS = ("name", "country", "time_zone", "language")
_INVITED_AT_ONCE = 3
_MOST_SHOWN = 12  # lines of each kind


def overview(visit: Visit) -> Answer:
    """Lead to the first step that is neither done nor skipped; after the last one show them all."""
    visit.user.require_manager()
    setup = flow.setup_of(visit.desk)
    step = next((step for step in SETUP_STEPS if step not in setup.steps), None)
    if step is not None and "all" not in visit.request.query:
        return redirect(f"{HERE}/{step}")
    return visit.page("setup", HERE, setup=setup, steps=STEPS, order=SETUP_STEPS)


def show(visit: Visit, step: str) -> Answer:
    """Show a step."""
    visit.user.require_manager()
    known = _step(step)
    return _page(visit, known, _stored(visit, known), {})


def save(visit: Visit, step: str) -> Answer:
    """Do a step or skip it, and go to the next one. The last step stays open: it shows what has arrived."""
    visit.user.require_manager()
    known, form = _step(step), visit.request.form
    if form["do"] == "skip":
        flow.note_step(visit.desk, known, "skipped")
        return redirect(_after(known))
    problems = _SAVED[known](visit)
    if problems or form["do"] == "preview":
        return _page(visit, known, dict(form.pairs), problems)
    if known == "customers" and (rest := _part_of(form).next) is not None:
        return _page(visit, known, {**dict(form.pairs), "from": str(rest)}, {})
    flow.note_step(visit.desk, known, "done")
    return redirect(f"{HERE}/{known}" if known == "message" else _after(known))


def _step(name: str) -> SetupStep:
    for step in SETUP_STEPS:
        if step == name:
            return step
    raise NotFound(Setup, name)


def _after(step: SetupStep) -> str:
    at = SETUP_STEPS.index(step) + 1
    return f"{HERE}/{SETUP_STEPS[at]}" if at < len(SETUP_STEPS) else f"{HERE}?all=1"


def _business(visit: Visit) -> Problems:
    form = visit.request.form
    return _changed_policy(visit, {"business": {name: form[name] for name in _BUSINESS}})


def _hours(visit: Visit) -> Problems:
    form = visit.request.form
    try:
        week = hours_form.sent_week(form)
    except hours_form.UnreadableHours as unreadable:
        return {"opening_hours": "hours", unreadable.day: "hours"}
    return _changed_policy(visit, {"opening_hours": week, "holidays": {"observed": "observed" in form}})


def _changed_policy(visit: Visit, changes: Mapping[str, object]) -> Problems:
    try:
        policy.change_policy(visit.desk, changes, visit.now, visit.user.id)
    except InvalidChange as invalid:
        return _named(error["loc"] for error in invalid.errors())
    except UnworkablePolicy as unworkable:
        return _named(field.split(".") for field, _ in unworkable.problems)
    return {}


def _named(places: Iterable[Sequence[object]]) -> Problems:
    """Return the wrong fields of the form: those of the business, or else the opening hours."""
    found = {}
    for place in places:
        name = str(place[1]) if place[0] == "business" and len(place) > 1 else "opening_hours"
        found[name] = name if name in PROBLEMS else "hours"
    return found


def _colleagues(visit: Visit) -> Problems:
    """Invite the entered colleagues, until one is wrong. One may be a manager."""
    form, user = visit.request.form, visit.user
    key = forms.key_of(visit.request, user.id, visit.now)
    for number in map(str, range(_INVITED_AT_ONCE)):
        name, email = form[f"name_{number}"], form[f"email_{number}"]
        if not name and not email:
            continue
        is_own = email.casefold() == visit.session.email.casefold()
        more = {"role": "manager"} if is_own else {"role": "agent", "supervisor_id": user.agent_id}
        try:
            new = people.valid(NewAgent, {"name": name, "email": email, **more})
            colleagues.invite(visit.desk, new, key and key.part(number), visit.now)
        except InvalidChange as invalid:
            wrong = str(invalid.errors()[0]["loc"][0])
            return {f"{wrong}_{number}": wrong}
        except EmailTaken:
            return {f"email_{number}": "taken"}
    return {}


def _customers(visit: Visit) -> Problems:
    """Add the customers of the lines, unless the reader only wants a preview."""
    form = visit.request.form
    lines = customer_lines(_table(form))
    if not lines:
        return {"lines": "lines"}
    if len(lines) > MOST_IN_A_FILE:
        return {"lines": "too_many"}
    if form["do"] == "bring":
        key = forms.key_of(visit.request, visit.user.id, visit.now)
        flow.bring_in(visit.desk, _judged(visit, form), key, visit.now)
    return {}


def _message(visit: Visit) -> Problems:
    """Send the reader a reminder in two minutes."""
    if visit.agent is None:
        return {"": "no_agent"}
    key = forms.key_of(visit.request, visit.user.id, visit.now)
    flow.remind_me(visit.desk, visit.agent, tried_words(visit.times.words), key, visit.now)
    return {}


_SAVED: dict[SetupStep, Callable[[Visit], Problems]] = {
    "business": _business,
    "hours": _hours,
    "colleagues": _colleagues,
    "customers": _customers,
    "message": _message,
}
"""The function that does each step. It returns what is wrong."""


def _stored(visit: Visit, step: SetupStep) -> dict[str, str]:
    """Return the fields of a step as they stand."""
    document = _policy(visit)
    if step == "business":
        return dict(document.business.model_dump())
    if step == "hours":
        observed = {"observed": "on"} if document.holidays.observed else {}
        return {**hours_form.lines_of(document.opening_hours), **observed}
    return {}


def _policy(visit: Visit) -> PolicyDocument:
    document, _ = policy.policy_in_force(visit.desk)
    return document


@dataclass(frozen=True)
class _Part:
    """The lines that one form brings in, of `all`. `next` is the number of the line after them, if any."""

    lines: tuple[CustomerLine, ...]
    all: int
    next: int | None


def _table(form: Mapping[str, str] | Fields) -> str:
    """Return the table: that of the file, if one was chosen, else what was pasted."""
    return form["file"] or form["lines"]


def _part_of(form: Mapping[str, str] | Fields) -> _Part:
    """Return the lines to add with this request: from the one named in the form, up to the limit."""
    goes_on = form["from"].isascii() and form["from"].isdecimal() and not form["file"]
    lines = customer_lines(_table(form))
    left = [line for line in lines if not goes_on or line.number >= int(form["from"])]
    rest = left[MOST_LINES:]
    return _Part(tuple(left[:MOST_LINES]), len(lines), rest[0].number if rest else None)


def _judged(visit: Visit, form: Mapping[str, str] | Fields) -> tuple[Judged, ...]:
    agreed = {name: bool(form[f"agreed_{name}"]) for name in ("email", "sms", "survey", "news")}
    lines = _part_of(form).lines
    return flow.judge(visit.desk, lines, NewConsent(**agreed), visit.user.agent_id, visit.now)


def _tried(visit: Visit, setup: Setup) -> tuple[Entry, ...]:
    """Return what has happened since the reader tried the desk, as a customer's story tells it."""
    customer, messages = flow.tried(visit.desk, setup)
    if customer is None:
        return ()
    teller = teller_for(visit, customer, agents_by_id(visit.desk))
    return tuple(message_entry(message, teller) for message in messages)


def _page(visit: Visit, step: SetupStep, fields: Mapping[str, str], problems: Problems) -> Answer:
    desk, document = visit.desk, _policy(visit)
    setup = flow.setup_of(desk)
    known = defaultdict(str, fields)
    if known["file"]:
        known |= {"lines": known["file"], "file": "", "from": ""}
    shows_lines = step == "customers" and bool(visit.request.form["do"]) and not problems
    answered = timedelta(minutes=document.replies.opening_minutes.get("phone", 60))
    return visit.page(
        f"setup_{step}",
        HERE,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        setup=setup,
        step=step,
        number=SETUP_STEPS.index(step) + 1,
        order=SETUP_STEPS,
        steps=STEPS,
        fields=known,
        problems=problems,
        texts=PROBLEMS,
        weekdays=WEEKDAYS,
        languages=WRITTEN_LANGUAGES,
        answer_by=business_hours(document).after(visit.now, answered).at,
        agents=sorted(agents_by_id(desk).values(), key=lambda one: one.name.casefold()),
        rows=range(_INVITED_AT_ONCE),
        judged=_judged(visit, known) if shows_lines else (),
        part=_part_of(known) if shows_lines else None,
        is_part_done=visit.request.form["do"] == "bring" and not problems,
        most_shown=_MOST_SHOWN,
        most_lines=MOST_LINES,
        most_in_a_file=MOST_IN_A_FILE,
        tried=_tried(visit, setup) if step == "message" else (),
        key=forms.new_key() if shows_lines else visit.request.form[forms.KEY] or forms.new_key(),
    )
