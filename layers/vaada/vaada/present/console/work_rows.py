"""A row of work in the console: when, what, why, one button, and a menu with the other actions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from vaada.model.interactions import Interaction
from vaada.model.people import Agent, Customer
from vaada.model.policy import CommitmentRules
from vaada.model.work import Commitment, FollowUp, FollowUpOrigin, Goodwill, Reply
from vaada.present.sanitize import isolate, line, shorten_to
from vaada.present.task_words import amount_words, promise_words
from vaada.present.times import Times, elapsed
from vaada.present.translation_marks import _
from vaada.present.view_models import CHANNELS
from vaada.rules.work_list import StaffWork

RECORD = "record"
"""The button that opens the form of a contact."""

_LONGEST_TITLE = 140  # characters
_RUNNING_OUT = timedelta(minutes=30)


_FOLLOW_UP_TITLES: dict[FollowUpOrigin, str] = {
    "unresolved": _("Nothing is settled yet with %(customer)s"),
    "no_answer": _("%(customer)s has not answered: ask again, or close the matter"),
    "promise_ended": _("Is everything settled with %(customer)s?"),
    "unhappy": _("%(customer)s was unhappy: call them"),
    "upset": _("%(customer)s was upset when in touch"),
    "abusive": _("%(customer)s was abusive"),
    "run_around": _("%(customer)s was sent from one to the next"),
    "check_in": _("Stay in touch with %(customer)s"),
    "bounced": _("A message about %(customer)s did not arrive"),
    "parted": _("%(customer)s is in touch again"),
    "not_sent": _("%(customer)s did not get what you wrote"),
}


@dataclass(frozen=True)
class Button:
    """An action on a row. If it `asks` something, it opens a page with a form; otherwise it acts at once."""

    action: str
    label: str
    asks: bool = False
    harm: bool = False


@dataclass(frozen=True)
class WorkRow:
    """A row of work. `tone` is late, soon or empty; `left` is the share of the time left, 0 to 100.

    `title_dir` is the direction of the title: that of our sentence, or "auto" for what people wrote.
    """

    id: str
    version: int
    kind: str
    tone: str
    when: str
    due: str
    left: int | None
    title: str
    title_dir: str
    case_id: str | None
    customer: Customer | None
    why: tuple[str, ...]
    primary: Button
    menu: tuple[Button, ...]
    at: datetime


@dataclass(frozen=True)
class Surroundings:
    """What rows of work need to be shown. `reader_id` is None for a manager who is not an agent."""

    times: Times
    reader_id: str | None
    agents: dict[str, Agent]
    customers: dict[str, Customer]
    contacts: dict[str, Interaction]
    rules: CommitmentRules


def work_row(row: StaffWork, around: Surroundings) -> WorkRow:
    """Return the row as it is shown."""
    customer = around.customers.get(row.customer_id)
    tone, when, due = _due(row, around.times)
    primary, *menu = _buttons(row, around, customer)
    title, title_dir = _title(row, around, customer)
    return WorkRow(
        id=row.id,
        version=row.version,
        kind=row.kind_of_row,
        tone=tone,
        when=when,
        due=due,
        left=_share_left(row, around.times.now) if isinstance(row, Reply) else None,
        title=shorten_to(title, _LONGEST_TITLE),
        title_dir=title_dir,
        case_id=row.case_id,
        customer=customer,
        why=tuple(_why(row, around)),
        primary=primary,
        menu=tuple(menu),
        at=row.due_at,
    )


def _due(row: StaffWork, times: Times) -> tuple[str, str, str]:
    """Return the tone, and two texts: how late or how soon, and the time itself."""
    gettext = times.words.catalogue.gettext
    if isinstance(row, Goodwill):
        return "", gettext("Since %(time)s") % {"time": times.when(row.created_at)}, ""
    if isinstance(row, FollowUp) and row.due_at <= times.now:
        return "", gettext("Since %(time)s") % {"time": times.when(row.due_at)}, ""
    if row.due_at <= times.now:
        return "late", times.late(row.due_at), gettext("due %(time)s") % {"time": times.when(row.due_at)}
    if isinstance(row, Reply):
        tone = "soon" if elapsed(times.now, row.due_at) <= _RUNNING_OUT else ""
        return tone, times.left(row.due_at), gettext("by %(time)s") % {"time": times.when(row.due_at)}
    return "", times.when(row.due_at), ""


def _share_left(reply: Reply, now: datetime) -> int:
    whole = elapsed(reply.asked_at, reply.due_at)
    return max(0, min(100, round(100 * (elapsed(now, reply.due_at) / whole)))) if whole else 0


def _title(row: StaffWork, around: Surroundings, customer: Customer | None) -> tuple[str, str]:
    """Return the title and its direction."""
    gettext = around.times.words.catalogue.gettext
    direction = around.times.words.direction
    name = isolate(customer.name, direction) if customer else gettext("a customer who was erased")
    match row:
        case Commitment():
            said = line(promise_words(row, around.times.words))
            return said, "auto" if row.origin == "stated" else direction
        case Reply():
            contact = around.contacts.get(row.interaction_id)
            if contact:
                return line(contact.summary), "auto"
            return gettext("Answer %(customer)s") % {"customer": name}, direction
        case Goodwill():
            agent = around.agents.get(row.agent_id)
            who = isolate(agent.name, direction) if agent else ""
            words = {"agent": who, "customer": name, "amount": amount_words(row, around.times.words)}
            return gettext("%(agent)s asks to give %(customer)s %(amount)s") % words, direction
        case FollowUp():
            title = _FOLLOW_UP_TITLES.get(row.origin)
            return (gettext(title) % {"customer": name}, direction) if title else (line(row.reason), "auto")


def _why(row: StaffWork, around: Surroundings) -> Iterator[str]:
    times, gettext = around.times, around.times.words.catalogue.gettext
    agent = around.agents.get(row.agent_id)
    mine = row.agent_id == around.reader_id
    who = {"agent": agent.name if agent else "", "when": times.moment(row.created_at)}
    match row:
        case Commitment():
            how = gettext(CHANNELS[row.channel]) if row.channel else ""
            said = (
                _("You promised it %(when)s %(how)s.")
                if mine
                else _("%(agent)s promised it %(when)s %(how)s.")
            )
            yield " ".join((gettext(said) % {**who, "how": how}).replace(" .", ".").split())
            yield from _moved(row, around)
            yield from _next_step(row, around)
        case Reply():
            how = gettext(CHANNELS[row.channel])
            asked = {"when": times.moment(row.asked_at), "how": how, **{"agent": who["agent"]}}
            yield gettext("Asked %(when)s %(how)s.") % asked
            if not mine:
                yield gettext("%(agent)s has it.") % asked
        case Goodwill():
            yield f"“{line(row.reason)}”"
        case FollowUp():
            if row.origin != "requested":
                yield gettext("Noted %(when)s.") % who
            else:
                yield gettext("Follow-up, asked for %(when)s.") % who
            if row.unreached:
                yield times.words.catalogue.ngettext(
                    "Not reached once.", "Not reached %(n)s times.", row.unreached
                ) % {"n": row.unreached}
            if not mine:
                yield gettext("%(agent)s has it.") % who


def _moved(row: Commitment, around: Surroundings) -> Iterator[str]:
    moves = sum(change.due_after != change.due_before for change in row.history)
    if moves:
        words = around.times.words.catalogue
        yield words.ngettext("The date was moved once.", "The date was moved %(n)s times.", moves) % {
            "n": moves
        }


def _next_step(row: Commitment, around: Surroundings) -> Iterator[str]:
    """Return who is told next, and when."""
    gettext = around.times.words.catalogue.gettext
    if row.wake_at is None or row.wake_at <= around.times.now:
        return
    when = {"when": around.times.moment(row.wake_at)}
    if row.step == "warn" and row.agent_id == around.reader_id:
        yield gettext("You are warned %(when)s.") % when
    elif row.step == "escalate" and row.rung < len(around.rules.ladder):
        told = around.rules.ladder[row.rung].tell
        hears = {
            "agent": _("The agent hears again %(when)s."),
            "supervisor": _("The supervisor hears %(when)s."),
            "owner": _("The owner hears %(when)s."),
        }[told]
        yield gettext(hears) % when


def _buttons(row: StaffWork, around: Surroundings, customer: Customer | None) -> Iterator[Button]:
    """Yield the possible actions. The first one gets the row's own button."""
    gettext = around.times.words.catalogue.gettext
    direction = around.times.words.direction
    name = {"name": isolate(customer.name, direction) if customer else gettext("the customer")}
    match row:
        case Commitment():
            yield Button("kept", gettext("The promise is kept"))
            if row.status == "open":
                yield Button("running_late", gettext("Tell %(name)s a new date") % name, asks=True)
                yield Button("new_date", gettext("New date agreed with %(name)s") % name, asks=True)
                yield Button("unreachable", gettext("I could not reach them"))
                yield Button("assign", gettext("Give it to somebody else"), asks=True)
                yield Button("withdraw", gettext("Withdraw the promise"), asks=True, harm=True)
        case Reply():
            yield Button("answered", gettext("They have their answer"))
            yield Button(RECORD, gettext("Record what you answered"), asks=True)
            if row.status == "awaited":
                yield Button("waiting", gettext("We wait for the customer"))
        case Goodwill():
            amount = amount_words(row, around.times.words)
            yield Button("approve", gettext("Approve %(amount)s") % {"amount": amount})
            yield Button("decline", gettext("Decline, and say why"), asks=True, harm=True)
        case FollowUp():
            yield Button("done", gettext("Mark as done"))
            if row.woken_from is not None and row.woken_from > around.times.now:
                back = {"when": around.times.moment(row.woken_from)}
                yield Button("old_date", gettext("Back to the old date, %(when)s") % back)
            yield Button("tomorrow", gettext("Remind me tomorrow morning"))
            yield Button("next_week", gettext("Remind me next week"))
            yield Button("pick_date", gettext("Another date"), asks=True)
            yield Button("unreachable", gettext("I could not reach them"))
            yield Button("assign", gettext("Give it to somebody else"), asks=True)
            yield Button("give_up", gettext("Cancel it"), asks=True, harm=True)
