"""What a message to staff says about its task: its state, why it was sent, and what to do."""

from typing import NamedTuple

from vaada.model.messages import Purpose
from vaada.present.sanitize import isolate, line, shorten_to
from vaada.present.translation_marks import _, ngettext
from vaada.present.view_models import ActionName, Brief, Note

LONGEST_NAME = 40
"""How many characters of a name a subject shows."""


_BUTTONS: dict[ActionName, str] = {
    # Translators: a button in a mail, as are those that follow
    "done": _("Done"),
    "tomorrow": _("Tomorrow morning"),
    "next_week": _("Next week"),
    "pick_date": _("Pick a date"),
    "unreachable": _("Could not reach them"),
    "old_date": _("Keep the old date"),
    "give_up": _("Stop trying"),
    "kept": _("Promise kept"),
    "running_late": _("Running late"),
    "new_date": _("New date agreed"),
    "answered": _("They have their answer"),
    "waiting": _("We wait for them"),
    "approve": _("Approve"),
    "decline": _("Decline"),
}


class _Due(NamedTuple):
    """A sentence about when something is due, in the forms of `Times.due`."""

    today: str
    later: str
    late: str


class _Overdue(NamedTuple):
    """A sentence about something that is late, in the forms of `Times.overdue`."""

    late: str
    since: str


# Translators: the start of a subject or a text: %(time)s is such as "16:00", %(moment)s such as "tomorrow at
# 09:00", %(length)s such as "2 hours"
_PROMISE = _Due(_("Promise due at %(time)s"), _("Promise due %(moment)s"), _("Promise overdue by %(length)s"))
_LATE_PROMISE = _Overdue(_("Promise overdue by %(length)s"), _("Promise overdue since %(time)s"))
_ANSWER = _Due(_("Answer due at %(time)s"), _("Answer due %(moment)s"), _("Answer overdue by %(length)s"))
_THEIR_PROMISE = _Overdue(
    _("%(agent)s's promise is overdue by %(length)s"), _("%(agent)s's promise is overdue since %(time)s")
)
_THEIR_ANSWER = _Overdue(
    _("%(agent)s's answer is overdue by %(length)s"), _("%(agent)s's answer is overdue since %(time)s")
)
_STATES: dict[Purpose, str] = {
    "follow_up_unanswered": _("No answer from %(agent)s"),
    "goodwill_approval": _("%(agent)s asks for approval"),
    "handed_over": _("%(agent)s has this now"),
    "assigned": _("This is yours now"),
}
_REMINDED = ngettext(
    "%(agent)s was reminded once and has not answered.",
    "%(agent)s was reminded %(n)s times and has not answered.",
)
_SLIPPED: frozenset[Purpose] = frozenset({"promise_overdue", "promise_escalation", "reply_missed"})


def state(note: Note) -> str:
    """Return the state of the task, as the start of a subject or a text: "Promise overdue by 2 hours".

    Raises ValueError for a purpose of customers.
    """
    brief, due_at = note.brief, note.brief.due_at
    gettext, times = brief.words.catalogue.gettext, brief.times
    agent = _isolated(brief, shorten_to(line(brief.agent_name), LONGEST_NAME))
    match note.purpose:
        case "follow_up_reminder":
            text = gettext("In touch again") if brief.old_date else brief.due_text
        case "promise_warning":
            text = times.due(due_at, _PROMISE.today, _PROMISE.later, _PROMISE.late)
        case "promise_overdue" if note.to == "agent":
            text = times.overdue(due_at, _LATE_PROMISE.late, _LATE_PROMISE.since)
        case "promise_overdue" | "promise_escalation":
            text = times.overdue(due_at, _THEIR_PROMISE.late, _THEIR_PROMISE.since, agent=agent)
        case "reply_warning":
            text = times.due(due_at, _ANSWER.today, _ANSWER.later, _ANSWER.late)
        case "reply_missed":
            text = times.overdue(due_at, _THEIR_ANSWER.late, _THEIR_ANSWER.since, agent=agent)
        case _ if note.purpose in _STATES:
            text = gettext(_STATES[note.purpose]) % {"agent": agent}
        case _:
            raise ValueError(note.purpose)
    return text


def slipped(note: Note) -> bool:
    """Whether the message says that something is late, even by a minute."""
    return note.purpose in _SLIPPED


def introduction(note: Note) -> str:
    """Return why the message was sent, and what to do now. Raises ValueError for a purpose of customers."""
    return " ".join(_sentences(note))


def button(name: ActionName, brief: Brief) -> str:
    """Return the text of the button."""
    gettext = brief.words.catalogue.gettext
    if name == "old_date" and brief.old_date:
        # Translators: a button; %(when)s is the date that something was put off to
        return gettext("Keep %(when)s") % {"when": brief.old_when}
    if name == "approve" and brief.amount:
        return gettext("Approve %(amount)s") % {"amount": brief.amount}
    return gettext(_BUTTONS[name])


def is_readers_task(note: Note) -> bool:
    """Whether the reader must do it: their own task, a decision, or a follow-up for the owner."""
    given = note.purpose == "follow_up_reminder" and note.to == "owner"
    return given or note.purpose == "goodwill_approval" or _reader_is_agent(note.brief)


def _reader_is_agent(brief: Brief) -> bool:
    return line(brief.reader_name) == line(brief.agent_name)


def _isolated(brief: Brief, text: str) -> str:
    return isolate(text, brief.words.direction)


def _sentences(note: Note) -> list[str]:
    brief = note.brief
    match note.purpose:
        case "follow_up_reminder":
            sentences = _of_follow_up(note)
        case "follow_up_unanswered":
            unanswered = brief.reminder_number - 1  # this message goes out with the next reminder
            reminded = brief.words.catalogue.ngettext(*_REMINDED, unanswered) % {
                "n": unanswered,
                "agent": _isolated(brief, brief.agent_name),
            }
            return [reminded, _say(brief, _("Please see to it that %(customer)s hears from somebody."))]
        case "promise_warning" | "promise_overdue" | "promise_escalation":
            sentences = _of_promise(note)
        case "reply_warning" | "reply_missed":
            sentences = _of_reply(note)
        case "goodwill_approval":
            sentences = [
                _("%(agent)s asks to give %(customer)s %(amount)s."),
                _("It is more than they may give without asking: please decide."),
                *_repeated(brief),
            ]
        case "handed_over":
            sentences = [
                _("%(agent)s has taken over what you had for %(customer)s."),
                _("You need not do anything more."),
            ]
        case "assigned":
            sentences = [
                _("You have this for %(customer)s from now on, with all that is open in the matter.")
            ]
        case _:
            raise ValueError(note.purpose)
    return [_say(brief, sentence) for sentence in sentences]


def _of_promise(note: Note) -> list[str]:
    mine = _reader_is_agent(note.brief)
    if note.purpose == "promise_warning":
        return [
            _("You promised this to %(customer)s.")
            if mine
            else _("%(agent)s promised this to %(customer)s."),
            _("If it cannot be kept, say so now and agree a new date: before it slips, not after."),
        ]
    return [
        _("You promised this to %(customer)s, and it is not marked as kept.")
        if mine
        else _("%(agent)s promised this to %(customer)s, and it is not marked as kept."),
        *_after_broken_promise(note),
    ]


def _of_reply(note: Note) -> list[str]:
    mine = _reader_is_agent(note.brief)
    if note.purpose == "reply_warning":
        return [
            _("%(customer)s waits for an answer from you.")
            if mine
            else _("%(customer)s waits for an answer from %(agent)s."),
            _("If it takes longer, tell them so now, and when it will come."),
        ]
    return [
        _("%(customer)s waits for an answer from you, and it did not come in time.")
        if mine
        else _("%(customer)s waits for an answer from %(agent)s, and it did not come in time."),
        _("Please see to it that they hear from somebody now."),
    ]


def _after_broken_promise(note: Note) -> list[str]:
    if note.purpose == "promise_overdue":
        return [_("If it is done, say so here. If not, call, apologise, and agree a new date.")]
    if note.to == "owner":
        return [_("Please decide what should happen next.")]
    return [_("Please talk to %(agent)s, and see to it that %(customer)s hears from somebody.")]


def _of_follow_up(note: Note) -> list[str]:
    brief = note.brief
    sentences = []
    if brief.old_date:
        sentences.append(_("%(customer)s has been in touch since this was put off until %(when)s."))
    if note.to == "owner":
        sentences += [
            _("It is time to follow this up."),
            _("It comes to you because %(agent)s has no supervisor."),
        ]
    elif _reader_is_agent(brief):
        sentences.append(_("It is time to follow this up."))
    else:
        sentences.append(_("You stand in for %(agent)s, who was to follow this up."))
    return [*sentences, *_repeated(brief)]


def _repeated(brief: Brief) -> list[str]:
    return [_("It is reminder %(n)s; it stops when you answer.")] if brief.reminder_number > 1 else []


def _say(brief: Brief, sentence: str) -> str:
    """Return the sentence in the reader's language, with its gaps filled."""
    return brief.words.catalogue.gettext(sentence) % {
        "agent": _isolated(brief, brief.agent_name),
        "customer": _isolated(brief, brief.customer_name),
        "amount": brief.amount,
        "when": brief.old_when,
        "n": brief.reminder_number,
    }
