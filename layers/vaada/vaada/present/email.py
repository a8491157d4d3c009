"""E-mails: a subject, and the same content as plain text and HTML."""

from collections.abc import Sequence
from dataclasses import dataclass

from vaada.model.messages import Purpose, RecipientRole
from vaada.model.work import SCALES
from vaada.present import rendering
from vaada.present.deadline_explanation import explanation_line
from vaada.present.i18n import Words, words
from vaada.present.relative_time import capitalize_first, count, short_date
from vaada.present.sanitize import isolate, line, shorten_to
from vaada.present.view_models import (
    ActionName,
    Brief,
    Invitation,
    LateNotice,
    Note,
    Praise,
    action_link,
    score_link,
    urgency,
)

_BUTTONS: dict[ActionName, str] = {
    "done": "Done",
    "tomorrow": "Tomorrow morning",
    "next_week": "Next week",
    "pick_date": "Pick a date",
    "unreachable": "Could not reach them",
    "old_date": "Keep the old date",
    "give_up": "Stop trying",
    "kept": "Promise kept",
    "running_late": "Running late",
    "new_date": "New date agreed",
    "answered": "They have their answer",
    "waiting": "We wait for them",
    "approve": "Approve",
    "decline": "Decline",
}
_FACES = ("😞", "🙁", "😐", "🙂", "😄")
_NAME_IN_SUBJECT, _MATTER_IN_SUBJECT = 40, 60


@dataclass(frozen=True)
class Mail:
    """The content of an e-mail. The subject is one line."""

    subject: str
    text: str
    html: str


def for_staff(purpose: Purpose, to: RecipientRole, brief: Brief) -> Mail:
    """Return the mail to staff about one task: its state, the customer, the last contact, action buttons."""
    section = _section(Note(purpose, to, brief))
    values = {"subject": section.subject, "section": section, "brief": brief}
    english = words("en")
    return Mail(
        section.subject,
        rendering.text("mail/staff.txt", english, **values),
        rendering.html("mail/staff.html", english, **values),
    )


def for_staff_batch(notes: Sequence[Note]) -> Mail:
    """Return one mail for several messages to the same recipient: a section each, most urgent first."""
    sections = [_section(note) for note in sorted(notes, key=lambda note: urgency(note.brief))]
    first = sections[0]
    subject = f"{count(len(sections), 'reminder')}, first: {first.subject}"
    values = {"subject": subject, "sections": sections, "brief": first.brief}
    english = words("en")
    return Mail(
        subject,
        rendering.text("mail/together.txt", english, **values),
        rendering.html("mail/together.html", english, **values),
    )


def for_customer(purpose: Purpose, invitation: Invitation) -> Mail:
    """Return the mail that asks a customer a survey's question. Each answer is a link to the survey page."""
    language = words(invitation.language)
    business = shorten_to(line(invitation.business), _NAME_IN_SUBJECT)
    subject = _survey_subject(purpose, invitation, language) % {
        "business": isolate(business, language.direction)
    }
    kind = invitation.kind
    values = {
        "subject": subject,
        "reminder": purpose == "survey_reminder",
        "invitation": invitation,
        "kind": kind,
        "closes_on": language.day(invitation.closes_on),
        "marks": dict(zip(SCALES["csat"], _FACES, strict=True)) if kind == "csat" else {},
        "meanings": language.meanings(kind),
        "links": {score: score_link(invitation.survey_url, score) for score in SCALES[kind]},
    }
    return Mail(
        subject,
        rendering.text("mail/survey.txt", language, **values),
        rendering.html("mail/survey.html", language, **values),
    )


def for_late(notice: LateNotice) -> Mail:
    """Return the mail that tells a customer that a promise will be kept later, and when."""
    language = words(notice.language)
    business = shorten_to(line(notice.business), _NAME_IN_SUBJECT)
    subject = language.catalogue.gettext("%(business)s: we need more time") % {
        "business": isolate(business, language.direction)
    }
    values = {
        "subject": subject,
        "notice": notice,
        "due_when": language.moment(notice.due_at, notice.now),
    }
    return Mail(
        subject,
        rendering.text("mail/late.txt", language, **values),
        rendering.html("mail/late.html", language, **values),
    )


def for_praise(praise: Praise) -> Mail:
    """Return the mail that passes a customer's good answer on to the agent, in the customer's words."""
    name = isolate(shorten_to(line(praise.customer_name), _NAME_IN_SUBJECT))
    subject = f"Well done: {name} {praise.news}"
    values = {"subject": subject, "praise": praise, "on": short_date(praise.now)}
    english = words("en")
    return Mail(
        subject,
        rendering.text("mail/praise.txt", english, **values),
        rendering.html("mail/praise.html", english, **values),
    )


def _survey_subject(purpose: Purpose, invitation: Invitation, language: Words) -> str:
    """Return the subject of a survey, with the placeholder `%(business)s`."""
    _ = language.catalogue.gettext
    reminder = purpose == "survey_reminder"
    if invitation.kind == "promise":
        if reminder:
            return _("A short reminder from %(business)s: did we keep our word?")
        return _("%(business)s: did we keep our word?")
    if reminder:
        return _("A short reminder from %(business)s: how did we do?")
    return _("%(business)s: how did we do?")


@dataclass(frozen=True)
class _Section:
    """One task in a mail to staff."""

    brief: Brief
    subject: str
    lead: str
    late: bool
    due_text: str
    whose: str  # the name of the agent, unless it is the reader
    buttons: list[tuple[str, str]]  # text and link of each
    why_now: str


def _section(note: Note) -> _Section:
    brief = note.brief
    lead = _introduction(note.purpose, note.to, brief)
    slipped = note.purpose in {"promise_overdue", "promise_escalation", "reply_missed"}
    link = brief.action_url
    return _Section(
        brief=brief,
        subject=f"{_subject_start(note.purpose, brief)}: {_subject_matter(brief)}",
        lead=lead,
        late=slipped or brief.late,
        due_text=capitalize_first(brief.overdue_text if slipped else brief.due_text),
        whose="" if _is_readers_task(note) else brief.agent_name,
        buttons=[(_button(name, brief), action_link(link, name)) for name in brief.actions] if link else [],
        why_now=explanation_line(brief.explanation, brief.due_at.tzinfo) if brief.explanation else "",
    )


def _is_readers_task(note: Note) -> bool:
    """Whether the reader must do it: their own task, a decision, or a follow-up given to the owner."""
    given = note.purpose == "follow_up_reminder" and note.to == "owner"
    return given or note.purpose == "goodwill_approval" or _reader_is_agent(note.brief)


def _reader_is_agent(brief: Brief) -> bool:
    return line(brief.reader_name) == line(brief.agent_name)


def _button(name: ActionName, brief: Brief) -> str:
    """Return the text of the button."""
    if name == "old_date" and brief.old_date:
        return f"Keep {brief.old_when}"
    return f"Approve {brief.amount}" if name == "approve" and brief.amount else _BUTTONS[name]


def _subject_start(purpose: Purpose, brief: Brief) -> str:
    """Return the start of the subject."""
    agent = isolate(shorten_to(line(brief.agent_name), _NAME_IN_SUBJECT))
    openings: dict[Purpose, str] = {
        "follow_up_reminder": "In touch again" if brief.old_date else capitalize_first(brief.due_text),
        "follow_up_unanswered": f"No answer from {agent}",
        "promise_warning": f"Promise {brief.due_text}",
        "promise_overdue": f"Promise {brief.overdue_text}",
        "promise_escalation": f"{agent}'s promise is {brief.overdue_text}",
        "reply_warning": f"Answer {brief.due_text}",
        "reply_missed": f"{agent}'s answer is {brief.overdue_text}",
        "goodwill_approval": f"{agent} asks for approval",
    }
    return openings[purpose]


def _introduction(purpose: Purpose, to: RecipientRole, brief: Brief) -> str:
    """Return why this was sent, and what to do now."""
    agent, customer = isolate(brief.agent_name), isolate(brief.customer_name)
    mine = _reader_is_agent(brief)
    promised = f"{'You' if mine else agent} promised this to {customer}"
    waits = f"{customer} waits for an answer from {'you' if mine else agent}"
    match purpose:
        case "follow_up_reminder":
            lead = _follow_up_introduction(to, brief)
        case "follow_up_unanswered":
            unanswered = brief.reminder_number - 1  # this message goes out with the next reminder
            reminders = "once" if unanswered == 1 else f"{unanswered} times"
            lead = (
                f"{agent} was reminded {reminders} and has not answered. "
                f"Please see to it that {customer} hears from somebody."
            )
        case "promise_warning":
            lead = (
                f"{promised}. If it cannot be kept, say so now and agree a new date: "
                "before it slips, not after."
            )
        case "promise_overdue":
            lead = (
                f"{promised}, and it is not marked as kept. "
                "If it is done, say so here. If not, call, apologise, and agree a new date."
            )
        case "promise_escalation" if to == "owner":
            lead = f"{promised}, and it is not marked as kept. Please decide what should happen next."
        case "promise_escalation":
            lead = (
                f"{promised}, and it is not marked as kept. "
                f"Please talk to {agent}, and see to it that {customer} hears from somebody."
            )
        case "reply_warning":
            lead = f"{waits}. If it takes longer, tell them so now, and when it will come."
        case "reply_missed":
            lead = f"{waits}, and it did not come in time. Please see to it that they hear from somebody now."
        case "goodwill_approval":
            asks = f"{agent} asks to give {customer} {brief.amount}."
            lead = (
                f"{asks} It is more than they may give without asking: please decide.{_reminder_note(brief)}"
            )
        case _:
            raise ValueError(purpose)
    return lead


def _follow_up_introduction(to: RecipientRole, brief: Brief) -> str:
    agent = isolate(brief.agent_name)
    lead = "It is time to follow this up."
    if to == "owner":
        lead += f" It comes to you because {agent} has no supervisor."
    elif not _reader_is_agent(brief):
        lead = f"You stand in for {agent}, who was to follow this up."
    if brief.old_date:
        customer = isolate(brief.customer_name)
        lead = f"{customer} has been in touch since this was put off until {brief.old_when}. {lead}"
    return lead + _reminder_note(brief)


def _reminder_note(brief: Brief) -> str:
    return (
        f" It is reminder {brief.reminder_number}; it stops when you answer."
        if brief.reminder_number > 1
        else ""
    )


def _subject_matter(brief: Brief) -> str:
    """Return the task in short, on one line, with the customer's name unless the task contains it."""
    matter = shorten_to(line(brief.matter), _MATTER_IN_SUBJECT)
    name = shorten_to(line(brief.customer_name), _NAME_IN_SUBJECT)
    if name.casefold() in matter.casefold():
        return isolate(matter)
    return f"{isolate(name)} · {isolate(matter)}"
